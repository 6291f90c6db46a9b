import type { Claim } from "../ledger.ts";
import { attachmentKey } from "../model/attachment.ts";
import { bandwidth } from "../model/bandwidth.ts";
import type { NodeId } from "../model/ids.ts";
import { always } from "../model/interval.ts";
import {
  claimOf,
  type LabelledLink,
  type NetworkPlan,
  type PlanEndpoint,
  type PlannedLink,
  reload,
  type Traffic,
} from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import type { Realisation } from "./realisation.ts";
import type { TransitionMode } from "./transition.ts";

/**
 * Whether what two trees have in common, the links with the same label and the nodes of endpoints
 * that are in both, is one tree. Then each is that one with branches of its own, and a frame that has
 * gone into a branch of one comes to no branch of the other, whichever of the two each node follows.
 */
export function shareOneTree(topology: Topology, old: NetworkPlan, next: NetworkPlan): boolean {
  const links = commonLinks(old, next);
  const nodes = commonNodes(topology, old, next);
  const [first] = nodes;
  const joined = new Set(first === undefined ? [] : [first]);
  for (const node of joined) for (const to of neighbours(topology, links, node)) joined.add(to);
  return joined.size === nodes.size;
}

/**
 * What `holder` must have while `next` takes the place of `old`, node by node, and for as long as an
 * undo has left some nodes as they had become.
 *
 * An edge port hears each member of either once, at the higher of its two rates. In place, every link
 * carries all members that can send into it: those of one tree reach the branches of the other from
 * where they join what is common. In a reroute, each tree carries its own members at its own rates.
 */
export function claimOfChange(
  topology: Topology,
  holder: string,
  change: { readonly old: Realisation; readonly next: Realisation; readonly mode: TransitionMode },
): Claim {
  const { old, next, mode } = change;
  const members = membersOfBoth(old.plan, next.plan);
  const traffic = trafficOfBoth(old, next);
  const loaded = (one: NetworkPlan, other: NetworkPlan): readonly PlannedLink[] =>
    mode === "reroute"
      ? one.links
      : reload(topology, one, seenFrom(topology, one, other, members), traffic).links;
  const links = [...loaded(old.plan, next.plan), ...loaded(next.plan, old.plan)];
  const ends = [...old.plan.endpoints, ...next.plan.endpoints];
  const both = {
    links: distinct(links, labelledKey),
    ports: reload(topology, next.plan, members, traffic).ports,
    endpoints: distinct(ends, ({ attachment }) => attachmentKey(attachment)),
  };
  return claimOf(both, holder, always);
}

/** Every endpoint of either, where it is now, at the higher of its rates. */
function membersOfBoth(old: NetworkPlan, next: NetworkPlan): readonly PlanEndpoint[] {
  const members = new Map<string, PlanEndpoint>();
  for (const { hostPort, attachment, tagging, bandwidth: rate } of [
    ...old.endpoints,
    ...next.endpoints,
  ]) {
    const { node, port } = attachment;
    const higher = bandwidth(Math.max(rate, members.get(hostPort)?.bandwidth ?? 0));
    members.set(hostPort, { touchPoint: { hostPort, node, port }, tagging, bandwidth: higher });
  }
  return [...members.values()];
}

function trafficOfBoth(old: Realisation, next: Realisation): Traffic {
  return { ...next.spec, bandwidth: bandwidth(Math.max(old.spec.bandwidth, next.spec.bandwidth)) };
}

/** The members as the links of `one` know them: those of `other` alone are where they join it. */
function seenFrom(
  topology: Topology,
  one: NetworkPlan,
  other: NetworkPlan,
  members: readonly PlanEndpoint[],
): readonly PlanEndpoint[] {
  const own = new Set(one.endpoints.map(({ hostPort }) => hostPort));
  const common = commonNodes(topology, one, other);
  return members.map((member) => {
    const { touchPoint } = member;
    if (own.has(touchPoint.hostPort)) return member;
    const node = nearest(topology, other.links, touchPoint.node, common);
    return { ...member, touchPoint: { ...touchPoint, node } };
  });
}

/** The first of `goals` on the way from `from` along a tree that has some. */
function nearest(
  topology: Topology,
  tree: readonly LabelledLink[],
  from: NodeId,
  goals: ReadonlySet<NodeId>,
): NodeId {
  const seen = new Set([from]);
  for (const node of seen) {
    if (goals.has(node)) return node;
    for (const to of neighbours(topology, tree, node)) seen.add(to);
  }
  return from;
}

function commonLinks(old: NetworkPlan, next: NetworkPlan): readonly LabelledLink[] {
  const before = new Set(old.links.map(labelledKey));
  return next.links.filter((one) => before.has(labelledKey(one)));
}

function commonNodes(topology: Topology, old: NetworkPlan, next: NetworkPlan): ReadonlySet<NodeId> {
  const before = new Set(old.endpoints.map(({ hostPort }) => hostPort));
  const staying = next.endpoints.filter(({ hostPort }) => before.has(hostPort));
  const ends = commonLinks(old, next).flatMap(({ link }) => {
    const found = topology.links.get(link);
    return found === undefined ? [] : [found.nodeA, found.nodeB];
  });
  return new Set([...staying.map(({ attachment }) => attachment.node), ...ends]);
}

function neighbours(
  topology: Topology,
  links: readonly LabelledLink[],
  node: NodeId,
): readonly NodeId[] {
  return links.flatMap(({ link }) => {
    const found = topology.links.get(link);
    if (found?.nodeA === node) return [found.nodeB];
    return found?.nodeB === node ? [found.nodeA] : [];
  });
}

function labelledKey({ link, label }: LabelledLink): string {
  return `${label} ${link}`;
}

/** The first of each kind. */
function distinct<T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] {
  const byKey = new Map<string, T>();
  for (const value of values) if (!byKey.has(keyOf(value))) byKey.set(keyOf(value), value);
  return [...byKey.values()];
}
