import { linkChannel, linkLabels, portChannel, portLabels } from "../../ledger/channel.ts";
import type { ChannelClaim, Claim, LabelClaim } from "../../ledger.ts";
import type { Interval } from "../../model/interval.ts";
import type { LinkLabel } from "../../model/vni.ts";
import type { Topology } from "../../topology.ts";
import { type Graph, graphOf } from "../graph/graph.ts";
import { pruned } from "../tree/tree.ts";
import type { NetworkPlan, PlanEndpoint, Traffic } from "./plan.ts";
import { buildPlan } from "./plan-building.ts";

/**
 * The plan on the same tree with the same labels, for other rates or other traffic. It may reserve
 * more than is free: that is for the ledger to say.
 */
export function reload(
  topology: Topology,
  plan: NetworkPlan,
  endpoints: readonly PlanEndpoint[],
  traffic: Traffic,
): NetworkPlan {
  const graph = graphOf(topology);
  return buildPlan({ graph, endpoints, traffic, vlan: plan.vlan, labels: labelsOf(graph, plan) });
}

/** The plan without the branches that lead to none of `endpoints`, and what is left reserved anew. */
export function pruneTree(
  topology: Topology,
  plan: NetworkPlan,
  endpoints: readonly PlanEndpoint[],
  traffic: Traffic,
): NetworkPlan {
  const graph = graphOf(topology);
  const all = labelsOf(graph, plan);
  const nodes = new Set(endpoints.map(({ touchPoint }) => graph.nodeOf.get(touchPoint.node)));
  const kept = new Set(pruned(graph, [...all.keys()], (node) => nodes.has(node)));
  const labels = new Map([...all].filter(([link]) => kept.has(link)));
  return buildPlan({ graph, endpoints, traffic, vlan: plan.vlan, labels });
}

/** The parts of a plan that reserve something. */
export type Reserving = Pick<NetworkPlan, "links" | "ports" | "endpoints">;

/** What `holder` must have in the ledger to carry out the plan. */
export function claimOf(plan: Reserving, holder: string, interval: Interval): Claim {
  return { holder, interval, bandwidth: amountsOf(plan), labels: labelClaimsOf(plan) };
}

function amountsOf({ links, ports }: Reserving): readonly ChannelClaim[] {
  const amounts: readonly ChannelClaim[] = [
    ...links.flatMap(({ link, forward, backward }) => [
      { channel: linkChannel(link, "forward"), amount: forward },
      { channel: linkChannel(link, "backward"), amount: backward },
    ]),
    ...ports.flatMap((load) => [
      { channel: portChannel(load.port, "in"), amount: load.in },
      { channel: portChannel(load.port, "out"), amount: load.out },
    ]),
  ];
  return amounts.filter(({ amount }) => amount > 0);
}

function labelClaimsOf({ links, endpoints }: Reserving): readonly LabelClaim[] {
  return [
    ...links.map(({ link, label }) => ({ space: linkLabels(link), label })),
    ...endpoints.map(({ attachment: { port, tag } }) => ({ space: portLabels(port), label: tag })),
  ];
}

function labelsOf(graph: Graph, plan: NetworkPlan): ReadonlyMap<number, LinkLabel> {
  return new Map(
    plan.links.flatMap(({ link, label }) => {
      const index = graph.linkOf.get(link);
      return index === undefined ? [] : [[index, label] as const];
    }),
  );
}
