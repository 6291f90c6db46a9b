import { bandwidth } from "../../model/bandwidth.ts";
import type { LinkId, NodeId } from "../../model/ids.ts";
import { compareLabels, type LinkLabel } from "../../model/vni.ts";
import type { Topology } from "../../topology.ts";
import type { NetworkPlan, PlannedLink } from "../plan/plan.ts";
import { type Bypass, departureAt, hopsOf, type TreeHop } from "./bypass.ts";
import { type Failure, failuresOn, takesDown } from "./failure.ts";

/** What passes the directions of links, bit/s. */
export interface Load {
  readonly forward: number;
  readonly backward: number;
}

/** What bypasses carry while one thing has failed. */
export interface LoadUnder {
  readonly failure: Failure;
  readonly loads: ReadonlyMap<LinkId, Load>;
}

export const noLoad: Load = { forward: 0, backward: 0 };

/** What bypasses carry in each failure that hits the tree: of a link, a node or a risk group. */
export function loadsUnderFailures(
  topology: Topology,
  plan: NetworkPlan,
  ways: readonly Bypass[],
): readonly LoadUnder[] {
  const failures = failuresOn(topology, plan, { link: true, node: true, srlg: true });
  return failures.map((failure) => {
    const loads = new Map<LinkId, Load>();
    for (const hop of hopsHitBy(topology, plan, failure)) {
      const departure = departureAt(ways, hop);
      if (departure === undefined) continue;
      const { bypass, isReversed } = departure;
      const rate = rateOf(topology, plan, hop);
      for (const [link, direction] of directionsAlong(topology, bypass, isReversed)) {
        const load = loads.get(link) ?? noLoad;
        loads.set(link, { ...load, [direction]: load[direction] + rate });
      }
    }
    return { failure, loads };
  });
}

/** The steps of a tree that a failure makes impossible for those who are still there to take them. */
export function hopsHitBy(
  topology: Topology,
  plan: NetworkPlan,
  failure: Failure,
): readonly TreeHop[] {
  return hopsOf(topology, plan).filter(({ link: id, from }) => {
    const link = topology.links.get(id);
    const isAlive = failure.type !== "node" || failure.node !== from;
    return isAlive && link !== undefined && takesDown(failure, link);
  });
}

/** What a tree sends along one of its links from one of its ends, bit/s. */
export function rateOf(
  topology: Topology,
  plan: NetworkPlan,
  { link, from }: Pick<TreeHop, "link" | "from">,
): number {
  const planned = plan.links.find((one) => one.link === link);
  if (planned === undefined) return 0;
  return topology.links.get(link)?.nodeA === from ? planned.forward : planned.backward;
}

/** The most of each link direction that any one of these needs. */
export function greatestOf(under: readonly LoadUnder[]): ReadonlyMap<LinkId, Load> {
  const most = new Map<LinkId, Load>();
  for (const [link, { forward, backward }] of under.flatMap(({ loads }) => [...loads])) {
    const other = most.get(link) ?? noLoad;
    most.set(link, {
      forward: Math.max(other.forward, forward),
      backward: Math.max(other.backward, backward),
    });
  }
  return most;
}

/**
 * Every link and label of the bypasses of a tree, with what they reserve. Failures do not coincide,
 * so bypasses share it: of each link direction the most that any one failure needs.
 */
export function bypassLinks(
  topology: Topology,
  plan: NetworkPlan,
  ways: readonly Bypass[],
): readonly PlannedLink[] {
  const most = greatestOf(loadsUnderFailures(topology, plan, ways));
  const labels = new Map<LinkId, LinkLabel[]>();
  for (const { link, label } of ways.flatMap(({ links }) => links)) {
    const known = labels.get(link);
    if (known === undefined) labels.set(link, [label]);
    else known.push(label);
  }
  return [...labels]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([link, own]) => {
      const load = most.get(link) ?? noLoad;
      const ascending = own.sort(compareLabels);
      return ascending.map((label, index): PlannedLink => {
        const { forward, backward } = index === 0 ? load : noLoad;
        return { link, label, forward: bandwidth(forward), backward: bandwidth(backward) };
      });
    });
}

/** The links of a bypass with the direction in which frames pass them, from its first end or its second. */
function directionsAlong(
  topology: Topology,
  { ends, links }: Bypass,
  isReversed: boolean,
): readonly (readonly [LinkId, keyof Load])[] {
  let node: NodeId = ends[0].node;
  return links.map(({ link: id }) => {
    const link = topology.links.get(id);
    const isForward = link?.nodeA === node;
    node = (isForward ? link?.nodeB : link?.nodeA) ?? node;
    return [id, isForward !== isReversed ? "forward" : "backward"];
  });
}
