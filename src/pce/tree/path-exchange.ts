import { headOf, tailOf } from "../graph/graph.ts";
import { extend, wayTo } from "../path/shortest-path.ts";
import { edgeLoad, type Side } from "../plan/edge-load.ts";
import type { Effort } from "../steiner/effort.ts";
import { maxDegree } from "./node-degree.ts";
import { tidied } from "./relaxation.ts";
import { degreesOf, incidence, nodesOf, sum, waysFrom } from "./tree.ts";
import { type Candidate, evaluated, isLower } from "./tree-candidate.ts";
import type { TreeProblem } from "./tree-problem.ts";

/** Among which trees paths may be exchanged. */
export interface Neighbourhood {
  readonly problem: TreeProblem;
  /** Links that stay in the tree. */
  readonly always: readonly number[];
  /** What each link costs; infinite if it may not come into the tree. */
  readonly costs: Float64Array;
}

/**
 * Makes a tree better by exchanging one of its paths for another, until no exchange makes it better
 * or the effort is spent.
 *
 * The neighbourhood is that of key paths (Uchoa and Werneck, Fast Local Search for the Steiner Problem
 * in Graphs, 2012): a path without branches or needed nodes inside is taken out and the two parts are
 * joined anew. What a link holds depends only on which endpoints are on which side, so each part has a
 * price for every node at which it could be joined, by one walk over it, and one search from all nodes
 * of the one part to all of the other finds the best exchange, links that would lack bandwidth left
 * out. O(V log V + E) for each path. Paths take turns in the order of their lowest links, and the
 * first exchange that makes the tree better is made. Never gives a tree that ranks higher than `start`.
 */
export function exchanged(
  neighbourhood: Neighbourhood,
  start: Candidate,
  effort: Effort,
): Candidate {
  let best = start;
  for (let last = -1; ; ) {
    const better = nextBetter(neighbourhood, best, last, effort);
    if (better === undefined) return best;
    best = better.tree;
    last = better.exchanged;
  }
}

/** A better tree, and the lowest link of the path that was exchanged for it. */
interface Better {
  readonly tree: Candidate;
  readonly exchanged: number;
}

/** The tree by the first exchange that makes it better; paths with links above `last` come first. */
function nextBetter(
  { problem, always, costs }: Neighbourhood,
  tree: Candidate,
  last: number,
  effort: Effort,
): Better | undefined {
  const penalty = tree.value + 1;
  const paths = keyPaths(problem, always, tree.links);
  const isNext = ([first = 0]: readonly number[]): boolean => first > last;
  const turns = [...paths.filter(isNext), ...paths.filter((path) => !isNext(path))];
  for (const path of turns) {
    if (effort.isSpent()) return undefined;
    effort.charge(problem.graph.nodeIds.length + WALK_WORK * tree.links.length);
    const out = new Set(path);
    const rest = tree.links.filter((link) => !out.has(link));
    const joining = bestJoining({ problem, costs, penalty }, rest, path);
    if (joining === undefined) continue;
    const links = tidied(problem, always, [...rest, ...joining]);
    const next = evaluated(problem.scene, problem.ends, links);
    if (isLower(next, tree)) return { tree: next, exchanged: path[0] ?? 0 };
  }
  return undefined;
}

/** What looking for one exchange is charged, for each link of the tree: it is walked several times. */
const WALK_WORK = 32;

/** The paths of the tree that end at needed nodes or branches and have none inside. */
function keyPaths(
  { graph, needed }: TreeProblem,
  always: readonly number[],
  links: readonly number[],
): readonly (readonly number[])[] {
  const fixed = new Set(always);
  const ends = new Set([...needed, ...nodesOf(graph, always)]);
  for (const [node, degree] of degreesOf(graph, links)) if (degree > 2) ends.add(node);
  const at = incidence(graph, links);
  const seen = new Set<number>();
  return links.flatMap((first) => {
    if (fixed.has(first) || seen.has(first)) return [];
    const path = [first];
    for (const begin of [2 * first, 2 * first + 1]) {
      for (let arc = begin; !ends.has(headOf(graph, arc)); ) {
        const next = at.get(headOf(graph, arc))?.find((onward) => onward !== (arc ^ 1));
        if (next === undefined) break;
        path.push(next >> 1);
        arc = next;
      }
    }
    for (const link of path) seen.add(link);
    return [path];
  });
}

interface Exchange {
  readonly problem: TreeProblem;
  readonly costs: Float64Array;
  /** What a link costs more that lacks bandwidth: more than any tree. */
  readonly penalty: number;
}

/** The links of the best path that joins the two parts which `rest` is in without `path`. */
function bestJoining(
  exchange: Exchange,
  rest: readonly number[],
  path: readonly number[],
): readonly number[] | undefined {
  const { graph, ends } = exchange.problem;
  const outer = [...degreesOf(graph, path)].filter(([, degree]) => degree === 1);
  const [from = 0, to = 0] = outer.map(([node]) => node);
  const at = incidence(graph, rest);
  const near = hungAt(exchange.problem, at, from);
  const far = hungAt(exchange.problem, at, to);
  const one = near.sides.get(from) ?? NOBODY;
  const other = without(sum([...ends.terminals.values()]), one);
  const begins = prices(exchange, near, one, other);
  const finishes = prices(exchange, far, other, one);
  const { request } = exchange.problem.scene;
  const loads = { onward: edgeLoad(request, one, other), back: edgeLoad(request, other, one) };
  const way = waysFrom(graph, incidence(graph, path), from);
  const joined = (begins.get(from) ?? 0) + (finishes.get(to) ?? 0);
  const old = [...way.via.values()].reduce(
    (total, arc) => total + linkPrice(exchange, arc, loads),
    joined,
  );
  const degrees = degreesOf(graph, rest);
  return cheapestJoin(exchange, { begins, finishes, loads, degrees, old });
}

/** A part of a tree, hung up at one node. */
interface Hung {
  readonly root: number;
  /** Arcs that run down, the nearer ones first. */
  readonly arcs: readonly number[];
  /** The endpoints at and below each node. */
  readonly sides: ReadonlyMap<number, Side>;
}

function hungAt(
  { graph, ends }: TreeProblem,
  at: ReadonlyMap<number, readonly number[]>,
  root: number,
): Hung {
  const { via } = waysFrom(graph, at, root);
  const arcs = [...via.values()];
  const sides = new Map<number, Side>();
  for (const node of [root, ...via.keys()]) sides.set(node, ends.terminals.get(node) ?? NOBODY);
  for (const arc of [...arcs].reverse()) {
    const top = tailOf(graph, arc);
    const below = sides.get(headOf(graph, arc)) ?? NOBODY;
    sides.set(top, sum([sides.get(top) ?? NOBODY, below]));
  }
  return { root, arcs, sides };
}

/** For each node of a part, what its links cost if all `others` are joined there. */
function prices(
  exchange: Exchange,
  { root, arcs, sides }: Hung,
  own: Side,
  others: Side,
): ReadonlyMap<number, number> {
  const { graph } = exchange.problem;
  const above = (arc: number): readonly [Side, Side] => {
    const below = sides.get(headOf(graph, arc)) ?? NOBODY;
    return [without(own, below), below];
  };
  const atRoot = arcs.reduce((total, arc) => {
    const [up, down] = above(arc);
    return total + partPrice(exchange, arc, sum([up, others]), down);
  }, 0);
  const found = new Map([[root, atRoot]]);
  for (const arc of arcs) {
    const [up, down] = above(arc);
    const before = partPrice(exchange, arc, sum([up, others]), down);
    const after = partPrice(exchange, arc, up, sum([down, others]));
    found.set(headOf(graph, arc), (found.get(tailOf(graph, arc)) ?? 0) - before + after);
  }
  return found;
}

/** What a link holds along an arc and against it, bit/s. */
interface Loads {
  readonly onward: number;
  readonly back: number;
}

/** What the link of `arc` costs with these endpoints behind it and before it. */
function partPrice(exchange: Exchange, arc: number, from: Side, to: Side): number {
  if (from.count === 0 || to.count === 0) return 0;
  const { request } = exchange.problem.scene;
  const loads = { onward: edgeLoad(request, from, to), back: edgeLoad(request, to, from) };
  return linkPrice(exchange, arc, loads);
}

function linkPrice({ problem, penalty }: Exchange, arc: number, { onward, back }: Loads): number {
  const { availability } = problem.scene;
  const lack =
    Math.max(0, onward - availability.residual(arc)) +
    Math.max(0, back - availability.residual(arc ^ 1));
  const fine = lack > 0 ? penalty * (1 + lack / (onward + back)) : 0;
  return availability.cost(arc >> 1) * (onward + back) + fine;
}

/** Two parts to join. */
interface Joining {
  /** What the one part costs if it is joined at a node, for each of its nodes; then the other. */
  readonly begins: ReadonlyMap<number, number>;
  readonly finishes: ReadonlyMap<number, number>;
  /** What the links between them hold. */
  readonly loads: Loads;
  /** How many links each node has in its part. */
  readonly degrees: ReadonlyMap<number, number>;
  /** What both parts cost and the path that joined them. */
  readonly old: number;
}

/** The links of the path by which all is cheapest, if that is cheaper than before. */
function cheapestJoin(
  { problem, costs }: Exchange,
  { begins, finishes, loads: { onward, back }, degrees, old }: Joining,
): readonly number[] | undefined {
  const { graph, scene, ends } = problem;
  const { availability } = scene;
  const isFull = (node: number): boolean =>
    (degrees.get(node) ?? 0) >= maxDegree(scene, ends, node);
  const least = Math.min(...finishes.values());
  const nodeCount = graph.nodeIds.length;
  const ways = {
    costs: new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY),
    hops: new Uint32Array(nodeCount),
    via: new Int32Array(nodeCount).fill(-1),
  };
  const origins = [...begins.keys()].filter((node) => !isFull(node));
  for (const node of origins) ways.costs[node] = begins.get(node) ?? 0;
  const weight = (arc: number): number => {
    const open = costs[arc >> 1] ?? 0;
    const head = headOf(graph, arc);
    const isClosed =
      begins.has(head) ||
      finishes.has(tailOf(graph, arc)) ||
      availability.residual(arc) < onward ||
      availability.residual(arc ^ 1) < back ||
      (finishes.has(head) && isFull(head));
    return isClosed ? Number.POSITIVE_INFINITY : open * (onward + back);
  };
  let best = old * (1 - EPSILON);
  let end: number | undefined;
  const until = (node: number): boolean => {
    const whole = (ways.costs[node] ?? 0) + (finishes.get(node) ?? Number.POSITIVE_INFINITY);
    if (whole < best) [best, end] = [whole, node];
    return (ways.costs[node] ?? 0) + least >= best;
  };
  extend({ graph, weight, until, limit: best - least }, ways, origins);
  return end === undefined ? undefined : wayTo(graph, ways, end).map((arc) => arc >> 1);
}

/** What is better by less than this part of it is not: sums of products are rounded. */
const EPSILON = 1e-12;

const NOBODY: Side = { rate: 0, count: 0 };

function without(all: Side, some: Side): Side {
  return { rate: all.rate - some.rate, count: all.count - some.count };
}
