import { ok, type Result } from "neverthrow";
import type { LinkId } from "../../model/ids.ts";
import type { LinkLabel } from "../../model/vni.ts";
import { assignLabels } from "../labels/label-assignment.ts";
import { attempt, sceneOf } from "../plan/attempt.ts";
import { greatestLoad } from "../plan/edge-load.ts";
import { resolveEnds } from "../plan/ends.ts";
import type { NetworkPlan, PlanRefusal, PlanRequest } from "../plan/plan.ts";
import { buildPlan } from "../plan/plan-building.ts";
import { planNetwork } from "../plan/plan-network.ts";
import type { Scene } from "../plan/scene.ts";
import { excluding, type Failure, survivors } from "./failure.ts";
import { sharedLinks } from "./reservation.ts";
import type { PlanView } from "./view.ts";

/**
 * Plans what is left of a network after `failure`, at least one endpoint of which survives it. Links
 * cost less where `others`, which are not in use at that time, reserve something already; and where
 * one of these has a link, its label is taken if it can be, the first one's before all.
 *
 * The prices are those of shared backups in Kodialam and Lakshman (INFOCOM 2000), a link's own cost by the part
 * of the load that is not reserved there. Complete: what cannot be planned at these prices is planned at
 * the plain ones. One plan, or two; ties as in a plan.
 */
export function planBackup(
  view: PlanView,
  network: PlanRequest,
  failure: Failure,
  others: readonly NetworkPlan[],
): Result<NetworkPlan, PlanRefusal> {
  const { topology, ledger, linkState } = view;
  const { include: _, ...rest } = network;
  const plain: PlanRequest = {
    ...rest,
    keep: [],
    endpoints: survivors(network.endpoints, failure),
    exclude: excluding(failure, network.exclude),
  };
  const request = { ...plain, reprice: sharedPrices(plain, others) };
  const scene = sceneOf(topology, ledger, linkState, request);
  return attempt(scene)
    .orElse(() => planNetwork(topology, ledger, linkState, plain))
    .andThen((plan) => ok(relabelled(scene, plan, others)));
}

/**
 * The part of a link's cost that has to be paid where this much of what it may have to carry is not
 * reserved yet, in steps of 1 / {@link STEPS}; at least one, so that no link is had for nothing.
 */
function sharedPrices(
  request: PlanRequest,
  others: readonly NetworkPlan[],
): NonNullable<PlanRequest["reprice"]> {
  const rates = request.endpoints.map((endpoint) => endpoint.bandwidth);
  const most = Math.max(1, greatestLoad(request, rates));
  const reserved = new Map(sharedLinks(others).map((shared) => [shared.link, shared]));
  return (link, plain) => {
    const cost = request.reprice?.(link, plain) ?? plain;
    const { forward = 0, backward = 0 } = reserved.get(link) ?? {};
    const lacking = Math.max(0, most - forward) + Math.max(0, most - backward);
    return (cost * Math.max(1, Math.ceil((STEPS * lacking) / (2 * most)))) / STEPS;
  };
}

/** A power of two: sums of costs stay exact. */
const STEPS = 1024;

/** The plan with the labels that `others` have on its links, as far as they can be. */
function relabelled(scene: Scene, plan: NetworkPlan, others: readonly NetworkPlan[]): NetworkPlan {
  const { graph, availability, request } = scene;
  const ends = resolveEnds(scene);
  if (ends.isErr()) return plan;
  const { vlans, bindings } = ends.value;
  const links = plan.links.flatMap(({ link }) => graph.linkOf.get(link) ?? []);
  const present = { vlan: others[0]?.vlan ?? plan.vlan, labels: labelsOf(graph.linkOf, others) };
  const labelling = assignLabels({
    graph,
    links,
    ...availability.supply,
    vlans,
    bindings,
    present,
  });
  return labelling.match(
    (chosen) => buildPlan({ graph, ...request, traffic: request, ...chosen }),
    () => plan,
  );
}

/** The label that the first of `plans` to have a link has there. */
function labelsOf(
  linkOf: ReadonlyMap<LinkId, number>,
  plans: readonly NetworkPlan[],
): ReadonlyMap<number, LinkLabel> {
  const labels = new Map<number, LinkLabel>();
  for (const { link, label } of plans.flatMap(({ links }) => links)) {
    const index = linkOf.get(link);
    if (index !== undefined && !labels.has(index)) labels.set(index, label);
  }
  return labels;
}
