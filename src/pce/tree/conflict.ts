import { endsOf, headOf, tailOf } from "../graph/graph.ts";
import { assignLabels } from "../labels/label-assignment.ts";
import { edgeLoad, type Side } from "../plan/edge-load.ts";
import { crowdedPorts } from "./crowded-ports.ts";
import { maxDegree } from "./node-degree.ts";
import {
  incidence,
  type LinkLoad,
  linksTo,
  sum,
  type TreeWays,
  treeLoads,
  waysFrom,
} from "./tree.ts";
import { crowdedNodes, deadEnds } from "./tree-candidate.ts";
import type { TreeProblem } from "./tree-problem.ts";

/** Why a tree will not do, in a form that says which other trees will not do either. */
export type Conflict = LinkConflict | DeadEnd;

/** No tree with all of these links will do. */
export interface LinkConflict {
  readonly type: "links" | "labels";
  readonly links: readonly number[];
}

/** No tree will do in which `link` is the only one at `node`. */
export interface DeadEnd {
  readonly type: "dead-end";
  readonly node: number;
  readonly link: number;
}

/**
 * Finds what stands in the way of a tree that does not fit: a small conflict, from which no link can
 * be left out. Labels come last: a tree may have others of these even where all labels are free.
 *
 * Every tree that has all of these links has the fault: the conflicts of Sharon, Stern, Felner and Sturtevant
 * (2015), for trees. Of several the one with the fewest links, of equals that of the lower node or link;
 * labels by leaving out one link after the other. O(n) walks over a tree of n links.
 */
export function conflictOf(problem: TreeProblem, links: readonly number[]): Conflict | undefined {
  const [node] = deadEnds(problem.scene, problem.ends, links);
  if (node !== undefined) {
    const link = links.find((one) => endsOf(problem.graph, one).includes(node)) ?? 0;
    return { type: "dead-end", node, link };
  }
  const sets = [
    ...crowds(problem, links),
    ...longWays(problem, links),
    ...overloads(problem, links),
    ...sharingTooMuch(problem, links),
  ];
  const fewest = sets.reduce<readonly number[] | undefined>(
    (best, next) => (best === undefined || next.length < best.length ? next : best),
    undefined,
  );
  if (fewest !== undefined) return { type: "links", links: fewest };
  const unlabelled = labelConflict(problem, links);
  return unlabelled && { type: "labels", links: unlabelled };
}

/** At each node with too many links, one more of them than it may have. */
function crowds(problem: TreeProblem, links: readonly number[]): readonly (readonly number[])[] {
  const { graph, scene, ends } = problem;
  return crowdedNodes(scene, ends, links).map((node) => {
    const own = links.filter((link) => endsOf(graph, link).includes(node));
    return own.slice(0, maxDegree(scene, ends, node) + 1);
  });
}

/** The ways between endpoints that are too long: whatever else a tree has, it has no other way. */
function* longWays(
  { graph, scene, ends }: TreeProblem,
  links: readonly number[],
): Generator<readonly number[], void> {
  const { maxHops, maxDelayMs } = scene.request;
  if (maxHops === undefined && maxDelayMs === undefined) return;
  const at = incidence(graph, links);
  const nodes = [...ends.terminals.keys()];
  for (const from of nodes) {
    const ways = waysFrom(graph, at, from);
    for (const to of nodes.filter((node) => node > from)) {
      const way = linksTo(graph, ways, to);
      const delayMs = way.reduce((total, link) => total + (graph.delaysMs[link] ?? 0), 0);
      const isLong = way.length > (maxHops ?? way.length) || delayMs > (maxDelayMs ?? delayMs);
      if (isLong) yield way;
    }
  }
}

/** For each direction of a link that would hold too much, the ways of those who make it so. */
function* overloads(
  problem: TreeProblem,
  links: readonly number[],
): Generator<readonly number[], void> {
  const { graph, ends, scene } = problem;
  for (const load of treeLoads(graph, links, ends.terminals, scene.request)) {
    const { availability } = scene;
    if (load.forward > availability.residual(2 * load.link)) {
      yield overload(problem, links, load, 2 * load.link);
    } else if (load.backward > availability.residual(2 * load.link + 1)) {
      yield overload(problem, links, load, 2 * load.link + 1);
    }
  }
}

/**
 * For each shared port that would hold too much: so many of its links that even the least load of each is
 * more than it has, or else the whole tree.
 */
function sharingTooMuch(
  { graph, ends, scene, least }: TreeProblem,
  links: readonly number[],
): readonly (readonly number[])[] {
  if (graph.sharedPorts.length === 0) return [];
  const loads = treeLoads(graph, links, ends.terminals, scene.request);
  return crowdedPorts(scene, loads).map((port) => {
    const own = port.arcs.map((arc) => arc >> 1);
    const most = least > 0 ? Math.floor(port.residual / least) : own.length;
    return most < own.length ? own.slice(0, most + 1) : links;
  });
}

/**
 * Leaves out endpoints, the farthest first, as long as `arc` would still hold too much without them.
 * More endpoints never make it hold less, so that every tree with the ways of the others is too much.
 */
function overload(
  { graph, ends, scene }: TreeProblem,
  links: readonly number[],
  { link }: LinkLoad,
  arc: number,
): readonly number[] {
  const others = incidence(
    graph,
    links.filter((other) => other !== link),
  );
  const from = waysFrom(graph, others, tailOf(graph, arc));
  const to = waysFrom(graph, others, headOf(graph, arc));
  const senders = nodesOn(from, ends.terminals);
  const receivers = nodesOn(to, ends.terminals);
  const sides = (nodes: ReadonlySet<number>): Side =>
    sum([...nodes].map((node) => ends.terminals.get(node) ?? { rate: 0, count: 0 }));
  const isTooMuch = (): boolean =>
    edgeLoad(scene.request, sides(senders), sides(receivers)) > scene.availability.residual(arc);
  for (const group of [senders, receivers]) {
    for (const node of [...group].reverse()) {
      group.delete(node);
      if (!isTooMuch()) group.add(node);
    }
  }
  const ways = [
    ...[...senders].flatMap((node) => linksTo(graph, from, node)),
    ...[...receivers].flatMap((node) => linksTo(graph, to, node)),
  ];
  return [...new Set([link, ...ways])];
}

function nodesOn({ lengths }: TreeWays, terminals: ReadonlyMap<number, Side>): Set<number> {
  return new Set([...lengths.keys()].filter((node) => terminals.has(node)));
}

/** Links of the tree that can have no labels together; without any of them they could. */
function labelConflict(
  { graph, scene: { availability }, ends }: TreeProblem,
  links: readonly number[],
): readonly number[] | undefined {
  const { supply } = availability;
  const { vlans, bindings } = ends;
  const conflictIn = (some: readonly number[]): readonly number[] | undefined => {
    const labelling = assignLabels({ graph, links: some, ...supply, vlans, bindings });
    return labelling.isErr() ? labelling.error.links : undefined;
  };
  let conflict = conflictIn(links);
  for (const link of conflict ?? []) {
    if (!conflict?.includes(link)) continue;
    conflict = conflictIn(conflict.filter((other) => other !== link)) ?? conflict;
  }
  return conflict;
}
