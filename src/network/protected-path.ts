import { err, ok, type Result } from "neverthrow";
import { linkLabels } from "../ledger/channel.ts";
import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import type { NoPath, VlanUnavailable } from "../model/errors.ts";
import type { LinkId, NodeId } from "../model/ids.ts";
import type { Interval } from "../model/interval.ts";
import { invariant } from "../model/invariant.ts";
import { VlanSet } from "../model/vlan-set.ts";
import { isVni, type LinkLabel } from "../model/vni.ts";
import {
  disjointPair,
  type Exclusion,
  type LabelledLink,
  type NetworkPlan,
  type NoDisjointPair,
  type PlanEndpoint,
  type PlannedLink,
  type PlanRefusal,
  planNetwork,
  reload,
} from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import type { View } from "./decide.ts";
import { hopsAlong, innerNodes } from "./path-hops.ts";
import type { Backup, Realisation } from "./realisation.ts";
import { planRequest, planWanted, type Wanted } from "./reroute.ts";

/** A plan with its backup; without one where there is nothing that could fail between its endpoints. */
export type ProtectedPath = Pick<Realisation, "plan" | "backup">;

/** Plans the pair of paths that costs least together, with labels for frames that come back. */
export function planProtectedPath(
  view: View,
  holder: string,
  wanted: Wanted,
): Result<ProtectedPath, PlanRefusal> {
  const { topology, ledger, linkState } = view;
  return planRequest(view, holder, wanted).andThen(
    (request): Result<ProtectedPath, PlanRefusal> => {
      const ends = apart(request.endpoints);
      if (ends === undefined) return planWanted(view, holder, wanted).map((plan) => ({ plan }));
      const even = { ...request, endpoints: atHigherRate(ends) };
      return disjointPair(topology, ledger, linkState, { ...even, disjoint: "node-and-srlg" })
        .mapErr((error) => (error.type === "no-disjoint-pair" ? notDisjoint(error) : error))
        .andThen(({ paths }) => {
          const [one, other] = paths.map((path) => reload(topology, path, ends, request));
          invariant(one !== undefined && other !== undefined, "a pair is two paths");
          return pairedWith(view, request, one, other).orElse((error) =>
            // Perhaps it is the other path on which frames can be sent back.
            pairedWith(view, request, other, one).mapErr(() => error),
          );
        });
    },
  );
}

/** Plans another path for a network that keeps the one it has. */
export function planBackup(
  view: View,
  holder: string,
  wanted: Wanted,
  working: NetworkPlan,
): Result<ProtectedPath, PlanRefusal> {
  const { topology, ledger, linkState } = view;
  return planRequest(view, holder, { ...wanted, vlans: VlanSet.of(working.vlan) }).andThen(
    (request): Result<ProtectedPath, PlanRefusal> => {
      const ends = apart(request.endpoints);
      if (ends === undefined) return ok({ plan: working });
      const even = { ...request, endpoints: atHigherRate(ends), keep: [] };
      const exclude = besides(topology, working);
      return planNetwork(topology, ledger, linkState, { ...even, exclude }).andThen((spare) =>
        pairedWith(view, request, working, spare),
      );
    },
  );
}

/** The plan of a network whose frames all go by its backup's path. */
export function onBackup(topology: Topology, { plan }: Realisation, backup: Backup): NetworkPlan {
  const { links } = backup;
  const cost = links.reduce((sum, { link }) => sum + (topology.links.get(link)?.metric ?? 0), 0);
  return { ...plan, links, cost };
}

/** The backup with other rates: those of the plan, which carries the same frames. */
export function reratedBackup(backup: Backup, plan: NetworkPlan): Backup {
  const most = mostOf(plan.links);
  return { ...backup, links: backup.links.map((one) => bothWays(one, most)) };
}

/** The plan with the higher rate in both directions of its links, one of which is what comes back. */
export function readyForReturn(plan: NetworkPlan): NetworkPlan {
  const most = mostOf(plan.links);
  return { ...plan, links: plan.links.map((one) => bothWays(one, most)) };
}

/** The endpoints, if there are two and they lie at different nodes. */
function apart(
  endpoints: readonly PlanEndpoint[],
): readonly [PlanEndpoint, PlanEndpoint] | undefined {
  const [one, other, third] = endpoints;
  if (one === undefined || other === undefined || third !== undefined) return undefined;
  return one.touchPoint.node === other.touchPoint.node ? undefined : [one, other];
}

/** What comes back crosses a link against the direction of its sender, which may have the higher rate. */
function atHigherRate([one, other]: readonly [PlanEndpoint, PlanEndpoint]): readonly [
  PlanEndpoint,
  PlanEndpoint,
] {
  const rate = bandwidth(Math.max(one.bandwidth, other.bandwidth));
  return [
    { ...one, bandwidth: rate },
    { ...other, bandwidth: rate },
  ];
}

/** Who wants labels, and for which time. */
interface Holding {
  readonly holder: string;
  readonly interval: Interval;
}

function pairedWith(
  view: View,
  holding: Holding,
  working: NetworkPlan,
  spare: NetworkPlan,
): Result<ProtectedPath, NoPath | VlanUnavailable> {
  return returningLabels(view, holding, working).map((returning) => {
    const plan = readyForReturn(working);
    return { plan, backup: reratedBackup({ links: spare.links, returning }, plan) };
  });
}

/** A label for frames that come back on each link of a path; none is needed on a single link. */
function returningLabels(
  view: View,
  { holder, interval }: Holding,
  { links }: NetworkPlan,
): Result<readonly LabelledLink[], NoPath | VlanUnavailable> {
  const { topology, ledger } = view;
  if (links.length < 2) return ok([]);
  const fixedLabels = nodesOf(topology, links).filter(
    (node) => topology.nodes.get(node)?.vlanTranslation === false,
  );
  if (fixedLabels.length > 0)
    return err({ ...unprotected, explanation: { ...nothing, fixedLabels } });
  const others = ledger.release(holder);
  const returning: LabelledLink[] = [];
  for (const { link, label } of links) {
    const free = others.lowestFree(linkLabels(link), interval, label);
    if (free === undefined) return err(noLabelOn(link, view, label));
    returning.push({ link, label: free });
  }
  return ok(returning);
}

function nodesOf(topology: Topology, links: readonly LabelledLink[]): readonly NodeId[] {
  const ends = links.flatMap(({ link: id }) => {
    const link = topology.links.get(id);
    return link === undefined ? [] : [link.nodeA, link.nodeB];
  });
  return [...new Set(ends)].sort();
}

/** All that a second path must stay away from. */
function besides(topology: Topology, { links, endpoints }: NetworkPlan): Exclusion {
  const start = endpoints[0]?.attachment.node;
  const hops = start === undefined ? [] : hopsAlong(topology, links, start);
  return {
    links: new Set(links.map(({ link }) => link)),
    nodes: new Set(innerNodes(hops)),
    srlgs: new Set(links.flatMap(({ link }) => topology.links.get(link)?.srlg ?? [])),
  };
}

function mostOf(links: readonly PlannedLink[]): Bandwidth {
  return bandwidth(Math.max(0, ...links.flatMap(({ forward, backward }) => [forward, backward])));
}

function bothWays(one: PlannedLink, rate: Bandwidth): PlannedLink {
  return { ...one, forward: rate, backward: rate };
}

const nothing = { reason: "protection", links: [], nodes: [], srlgs: [], fixedLabels: [] } as const;
const unprotected: NoPath = { type: "no-path", explanation: nothing };

function notDisjoint({ links, nodes, srlgs }: NoDisjointPair): NoPath {
  return { type: "no-path", explanation: { ...nothing, links, nodes, srlgs } };
}

/** The path takes the last label of the link, and frames that come back need another. */
function noLabelOn(at: LinkId, { topology }: View, label: LinkLabel): VlanUnavailable {
  const link = topology.links.get(at);
  const others = isVni(label) ? link?.vnis?.without(label) : link?.vlans.without(label);
  const requested = others?.toString() ?? "";
  const conflicts = [{ at, free: "" }];
  return { type: "vlan-unavailable", requested, wouldWork: "", isComplete: false, conflicts };
}
