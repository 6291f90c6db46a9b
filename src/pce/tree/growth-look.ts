import { headOf, tailOf } from "../graph/graph.ts";
import { edgeLoad, type Side } from "../plan/edge-load.ts";
import type { Effort } from "../steiner/effort.ts";
import type { GrowthProblem } from "./growth-problem.ts";
import { type Joining, joiningOf } from "./growth-reach.ts";
import { minus, type PartialTree, plus } from "./partial-tree.ts";

/** What can become of a tree that grows: nothing, or it is whole, or `arc` comes next or never. */
export type Prospect =
  | { readonly type: "hopeless" }
  | { readonly type: "whole" }
  | { readonly type: "open"; readonly arc: number };

/** How far to look. */
export interface LookOptions {
  /** Trees of a greater value are not wanted. */
  readonly most: number;
  readonly effort: Effort;
}

/**
 * Looks at what a tree holds already, and whether every node that it lacks can still be joined.
 *
 * One more endpoint never makes a link of a tree hold less. So a link that lacks room always will, and
 * a value never falls; and a node that is still to be joined needs a way to it with room for all
 * endpoints that the tree has against its own. Of the nodes left, the one that can be joined by the
 * fewest arcs is next, the lowest of equals. O(k E) for k nodes left. What it gives up cannot become a tree
 * that fits and is better; forward checking and fewest choices first, as in Haralick and Elliott (1980).
 */
export function prospectOf(
  growth: GrowthProblem,
  tree: PartialTree,
  { most, effort }: LookOptions,
): Prospect {
  const spread = spreadOf(growth, tree);
  if (!hasRoom(growth, spread, most)) return HOPELESS;
  const left = growth.problem.needed.filter((node) => !tree.isInside[node]);
  let next: Joining | undefined;
  for (const node of left) {
    const origins = joints(growth, spread, growth.sideAt(node));
    const loads = loadsBetween(growth, spread.all, growth.sideAt(node));
    const joining = joiningOf({ growth, tree, loads, effort }, origins, node);
    if (joining === undefined) return HOPELESS;
    if (next === undefined || joining.choices < next.choices) next = joining;
  }
  return next === undefined ? { type: "whole" } : { type: "open", arc: next.arc };
}

const HOPELESS: Prospect = { type: "hopeless" };

/** Where the endpoints of a tree are. */
interface Spread {
  readonly arcs: readonly number[];
  /** For each arc, the endpoints beyond it. */
  readonly beyond: readonly Side[];
  readonly all: Side;
}

function spreadOf({ graph, sideAt, root }: GrowthProblem, { arcs }: PartialTree): Spread {
  const beyond = new Map(
    [root, ...arcs.map((arc) => headOf(graph, arc))].map((n) => [n, sideAt(n)]),
  );
  const sideOf = (node: number): Side => beyond.get(node) ?? sideAt(node);
  for (const arc of [...arcs].reverse()) {
    const tail = tailOf(graph, arc);
    beyond.set(tail, plus(sideOf(tail), sideOf(headOf(graph, arc))));
  }
  return { arcs, beyond: arcs.map((arc) => sideOf(headOf(graph, arc))), all: sideOf(root) };
}

/** What a link must hold from one side to the other and back, bit/s. */
function loadsBetween({ problem }: GrowthProblem, from: Side, to: Side) {
  const { request } = problem.scene;
  return { onward: edgeLoad(request, from, to), back: edgeLoad(request, to, from) };
}

/** Whether each link has room for what it holds, and all together hold no more than `most`. */
function hasRoom(growth: GrowthProblem, { arcs, beyond, all }: Spread, most: number): boolean {
  const { availability } = growth.problem.scene;
  let value = 0;
  for (const [at, arc] of arcs.entries()) {
    const side = beyond[at] ?? all;
    const { onward, back } = loadsBetween(growth, minus(all, side), side);
    if (availability.residual(arc) < onward || availability.residual(arc ^ 1) < back) return false;
    value += (growth.costs[arc >> 1] ?? 0) * (onward + back);
  }
  return value <= most;
}

/** The nodes of the tree at which endpoints like `own` could be joined without a link lacking room. */
function joints(growth: GrowthProblem, { arcs, beyond, all }: Spread, own: Side): number[] {
  const { graph, root, problem } = growth;
  const { availability } = problem.scene;
  const lacks = (arc: number, before: Side, after: Side): number => {
    const { onward, back } = loadsBetween(growth, before, after);
    return availability.residual(arc) < onward || availability.residual(arc ^ 1) < back ? 1 : 0;
  };
  const near = arcs.map((arc, at) => {
    const side = beyond[at] ?? all;
    return lacks(arc, plus(minus(all, side), own), side);
  });
  const faults = new Map([[root, near.reduce((sum, one) => sum + one, 0)]]);
  for (const [at, arc] of arcs.entries()) {
    const side = beyond[at] ?? all;
    const far = lacks(arc, minus(all, side), plus(side, own));
    const before = faults.get(tailOf(graph, arc)) ?? 0;
    faults.set(headOf(graph, arc), before - (near[at] ?? 0) + far);
  }
  return [...faults].flatMap(([node, count]) => (count === 0 ? [node] : []));
}
