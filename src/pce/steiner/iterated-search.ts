import type { Effort } from "./effort.ts";
import { KeyPathSearch } from "./key-path-search.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * Iterated local search from `edges`, which key paths do not make cheaper: each step makes the edges around some node dearer by chance,
 * searches there, sets the costs right and searches again; the tree stays if it costs no more than
 * before. The perturbation is that of Pajor, Uchoa and Werneck (2018, section 3.2) kept to a
 * neighbourhood, so that a step costs no more than that does. Ends after as many steps without gain as
 * there are terminals, or when `effort` is spent. Never gives a dearer tree than it began with. A step costs
 * a key-path search around at most {@link MOST_NODES} nodes. Equal random numbers give equal trees.
 */
export function iteratedSearch(
  graph: SteinerGraph,
  edges: readonly number[],
  random: () => number,
  effort: Effort,
): readonly number[] {
  const costs = graph.costs.slice();
  const slotCosts = graph.slotCosts.slice();
  const search = new KeyPathSearch({ ...graph, costs, slotCosts }, edges, effort);
  search.settle();
  let cost = search.cost;
  const patience = Math.max(LEAST_PATIENCE, PATIENCE * graph.terminals.length);
  for (let idle = 0; idle < patience && !effort.isSpent(); idle++) {
    const saved = search.saved();
    const around = neighbourhood(graph, random);
    perturb({ ...graph, costs, slotCosts }, around, random);
    searchAround(search, around);
    for (const node of around) setRight(graph, node, costs, slotCosts);
    searchAround(search, around);
    effort.charge(STEP_WORK * around.length + graph.edgeCount / 4);
    const now = search.cost;
    if (now > cost) search.restore(saved);
    else if (now < cost) idle = 0;
    cost = Math.min(cost, now);
  }
  return search.edges();
}

/** How many steps without gain there may be, and for each terminal. */
const LEAST_PATIENCE = 30;
const PATIENCE = 0.25;

/** How many nodes are perturbed at most. */
const MOST_NODES = 40;

/** By how much of itself a cost may grow by chance. */
const STRENGTH = 1;

/** What a step is charged besides its searches, for each node around. */
const STEP_WORK = 8;

/** Some nodes around one, nearer ones first, by edges. */
function neighbourhood(graph: SteinerGraph, random: () => number): readonly number[] {
  const { offsets, heads, nodeCount } = graph;
  const count = 4 + Math.floor(random() * MOST_NODES);
  const found = new Set([Math.floor(random() * nodeCount)]);
  for (const node of found) {
    for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
      if (found.size >= count) return [...found];
      found.add(heads[slot] ?? 0);
    }
  }
  return [...found];
}

function perturb(graph: SteinerGraph, nodes: readonly number[], random: () => number): void {
  const { offsets, arcs, costs, slotCosts, slotOf } = graph;
  for (const node of nodes) {
    for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
      const arc = arcs[slot] ?? 0;
      const cost = (costs[arc >> 1] ?? 0) * (1 + STRENGTH * random());
      costs[arc >> 1] = cost;
      slotCosts[slot] = cost;
      slotCosts[slotOf[arc ^ 1] ?? 0] = cost;
    }
  }
}

/** Gives the edges of `node` their costs in `graph` again. */
function setRight(
  graph: SteinerGraph,
  node: number,
  costs: Float64Array,
  slotCosts: Float64Array,
): void {
  const { offsets, arcs, slotOf } = graph;
  for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
    const arc = arcs[slot] ?? 0;
    const cost = graph.slotCosts[slot] ?? 0;
    costs[arc >> 1] = cost;
    slotCosts[slot] = cost;
    slotCosts[slotOf[arc ^ 1] ?? 0] = cost;
  }
}

function searchAround(search: KeyPathSearch, nodes: readonly number[]): void {
  for (const node of nodes) search.touch(node);
  search.run();
}
