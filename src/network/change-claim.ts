import type { Claim } from "../ledger.ts";
import { attachmentKey } from "../model/attachment.ts";
import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import type { LinkId, NodeId } from "../model/ids.ts";
import {
  bounded,
  claimOf,
  type LabelledLink,
  type NetworkPlan,
  type Overshoot,
  overshootOf,
  type PlanEndpoint,
  type PlannedLink,
  reload,
  type Traffic,
} from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import { memberOf } from "./endpoints.ts";
import type { Realisation } from "./realisation.ts";
import { heldByEither } from "./schedule.ts";
import { floodAllowanceOf, toldTraffic } from "./traffic.ts";
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
 * where they join what is common. Otherwise each tree carries its own members at its own rates, and
 * where both part the same members in the same way, only one of the two at a time.
 */
export function claimOfChange(
  topology: Topology,
  holder: string,
  change: { readonly old: Realisation; readonly next: Realisation; readonly mode: TransitionMode },
): Claim {
  const { old, next, mode } = change;
  const members = membersOfBoth(old.plan, next.plan);
  const loaded = (one: NetworkPlan, other: NetworkPlan): readonly PlannedLink[] =>
    loadOf(topology, one, seenFrom(topology, one, other, members), traffics).links;
  const traffics = trafficsOfBoth(old, next, members);
  const links =
    mode === "in-place"
      ? [...loaded(old.plan, next.plan), ...loaded(next.plan, old.plan)]
      : linksOfEither(topology, { old, next }, members);
  const ends = [...old.plan.endpoints, ...next.plan.endpoints];
  const atPorts = traffics.map((one) => (mode === "in-place" ? one : onTwoTrees(one, old, next)));
  const both = {
    links: distinct(links, labelledKey),
    ports: loadOf(topology, next.plan, members, atPorts).ports,
    endpoints: distinct(ends, ({ attachment }) => attachmentKey(attachment)),
  };
  return claimOf(both, holder, heldByEither(old.spec.schedule, next.spec.schedule));
}

/**
 * The links of both trees, where each member sends into one or the other. A direction of a link in
 * which both carry the same members counts once, for they send no more than the sum of their rates,
 * at the higher of the two. A shared network's rate is kept by policers of each tree, so that two
 * trees may carry it twice.
 */
function linksOfEither(
  topology: Topology,
  { old, next }: { readonly old: Realisation; readonly next: Realisation },
  members: readonly PlanEndpoint[],
): readonly PlannedLink[] {
  const isPolicedByTree = next.spec.sharing === "shared" && next.plan.endpoints.length > 2;
  const before = new Map(isPolicedByTree ? [] : old.plan.links.map((one) => [one.link, one]));
  if (!next.plan.links.some(({ link }) => before.has(link))) {
    return [...old.plan.links, ...next.plan.links];
  }
  const [had, has] = [sendersOf(topology, old.plan), sendersOf(topology, next.plan)];
  const allThatIsSent = reload(topology, next.plan, members, {
    ...higherTraffic(old, next, members),
    delivery: "flood",
  }).links;
  const beyond = next.plan.links.map((one, index): PlannedLink => {
    const was = before.get(one.link);
    const all = allThatIsSent[index];
    if (was === undefined || all === undefined || had(one.link) !== has(one.link)) return one;
    const more = (direction: "forward" | "backward"): Bandwidth => {
      const both = Math.min(was[direction] + one[direction], all[direction]);
      return bandwidth(Math.max(both, one[direction], was[direction]) - was[direction]);
    };
    return { ...one, forward: more("forward"), backward: more("backward") };
  });
  return [...old.plan.links, ...beyond];
}

/**
 * What the members of both may send, at the higher of the rates. Where one of the two floods and the
 * other does not, a node that follows either may be next to one that follows the other: then both
 * count, and the heavier is what may come.
 */
function trafficsOfBoth(
  old: Realisation,
  next: Realisation,
  members: readonly PlanEndpoint[],
): readonly Traffic[] {
  const { delivery } = toldTraffic(old.spec);
  const higher = higherTraffic(old, next, members);
  return delivery === higher.delivery ? [higher] : [higher, { ...higher, delivery }];
}

/** What the members of both may send at the higher of the rates, as the next one delivers it. */
function higherTraffic(
  old: Realisation,
  next: Realisation,
  members: readonly PlanEndpoint[],
): Traffic {
  const [before, after] = [toldTraffic(old.spec), toldTraffic(next.spec)];
  const higher = {
    ...after,
    bandwidth: higherOf(before.bandwidth, after.bandwidth),
    floodAllowance: higherOf(before.floodAllowance, after.floodAllowance),
  };
  const steps = [...(old.spec.rateSteps ?? []), ...(next.spec.rateSteps ?? [])];
  if (steps.length === 0) return higher;
  // What is held to the lower rate may overshoot by more, but not beyond what the higher one does.
  const rates = members.map((member) => member.bandwidth);
  return { ...higher, overshoot: overshootOf(steps, higher, rates) };
}

/**
 * Two trees that end at one port have policers of their own for what is flooded, and for what a
 * shared network has as a whole.
 */
function onTwoTrees(traffic: Traffic, old: Realisation, next: Realisation): Traffic {
  const { overshoot } = traffic;
  return {
    ...traffic,
    bandwidth: bounded(old.spec.bandwidth + next.spec.bandwidth),
    floodAllowance: bounded(floodAllowanceOf(old.spec) + floodAllowanceOf(next.spec)),
    ...(overshoot && { overshoot: ofBothTrees(overshoot, [old, next]) }),
  };
}

/** What policers of two trees let through beyond what each is told, of which one may be told less, and let through more. */
function ofBothTrees(higher: Overshoot, both: readonly Realisation[]): Overshoot {
  const each = both.map(({ spec, plan }) => {
    const rates = plan.endpoints.map((endpoint) => endpoint.bandwidth);
    return overshootOf(higher.steps, toldTraffic(spec), rates);
  });
  const total = (kind: "flooded" | "sum" | "whole"): number =>
    each.reduce((sum, one) => sum + one[kind], 0);
  return { ...higher, flooded: total("flooded"), sum: total("sum"), whole: total("whole") };
}

/** The heaviest that any of these makes of each link and port. */
function loadOf(
  topology: Topology,
  plan: NetworkPlan,
  members: readonly PlanEndpoint[],
  traffics: readonly Traffic[],
): Pick<NetworkPlan, "links" | "ports"> {
  const loads = traffics.map((traffic) => reload(topology, plan, members, traffic));
  return loads.reduce(heavierOf);
}

/** The heavier of two loads of one tree, link by link and port by port. */
function heavierOf(a: NetworkPlan, b: NetworkPlan): NetworkPlan {
  const links = a.links.map((one, index): PlannedLink => {
    const { forward, backward } = b.links[index] ?? one;
    const higher = {
      forward: higherOf(one.forward, forward),
      backward: higherOf(one.backward, backward),
    };
    return { ...one, ...higher };
  });
  const ports = a.ports.map((one, index) => {
    const other = b.ports[index] ?? one;
    return { ...one, in: higherOf(one.in, other.in), out: higherOf(one.out, other.out) };
  });
  return { ...a, links, ports };
}

function higherOf(a: Bandwidth, b: Bandwidth): Bandwidth {
  return a > b ? a : b;
}

/** Says of a link of a tree which members send forward there, and which backward. */
export function sendersOf(topology: Topology, plan: NetworkPlan): (link: LinkId) => string {
  const at = new Map<NodeId, readonly (readonly [LinkId, NodeId])[]>();
  for (const { link: id } of plan.links) {
    const link = topology.links.get(id);
    if (link === undefined) continue;
    at.set(link.nodeA, [...(at.get(link.nodeA) ?? []), [id, link.nodeB]]);
    at.set(link.nodeB, [...(at.get(link.nodeB) ?? []), [id, link.nodeA]]);
  }
  return (cut) => {
    const from = topology.links.get(cut)?.nodeA;
    const near = new Set(from === undefined ? [] : [from]);
    for (const node of near) {
      for (const [link, to] of at.get(node) ?? []) if (link !== cut) near.add(to);
    }
    const ends = plan.endpoints.map(({ hostPort, attachment }) =>
      near.has(attachment.node) ? `${hostPort} forward` : `${hostPort} backward`,
    );
    return ends.sort().join();
  };
}

/** Every endpoint of either, where it is now, at the higher of its rates. */
function membersOfBoth(old: NetworkPlan, next: NetworkPlan): readonly PlanEndpoint[] {
  const members = new Map<string, PlanEndpoint>();
  for (const endpoint of [...old.endpoints, ...next.endpoints]) {
    const { hostPort, bandwidth: rate } = endpoint;
    const higher = bandwidth(Math.max(rate, members.get(hostPort)?.bandwidth ?? 0));
    members.set(hostPort, { ...memberOf(endpoint), bandwidth: higher });
  }
  return [...members.values()];
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
