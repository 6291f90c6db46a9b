import type { Effort } from "./effort.ts";
import type { EdgeHistory, Instance } from "./instance.ts";
import { NearSearch } from "./near-search.ts";
import { spanningCost } from "./spanning-cost.ts";
import { LESS, TABLE_WORK } from "./special-distance.ts";
import type { SteinerGraph } from "./steiner-graph.ts";
import { TerminalDistances } from "./terminal-distances.ts";
import { type Star, WorkingGraph } from "./working-graph.ts";

/**
 * Takes out nodes of few edges that have no more than two in some minimum tree: that is so if any three
 * of their neighbours or more are joined by special distances for no more than by the edges to the node
 * (Duin and Volgenant, 1989: the NTD test). In place of its edges come those for the ways through the node
 * that cost no more than the special distance of their ends.
 *
 * Special distances are those of `instance` as it was: taking out what costs more than these, nodes with
 * their ways kept, and the degree tests make none of them greater. Edges must cost something, so that no two of
 * the ways that replace edges go through the node. O(V + E) searches that end early; nodes in ascending order.
 */
export function withoutFewEdgedNodes(
  instance: Instance,
  history: EdgeHistory,
  effort: Effort,
): Instance {
  const { graph } = instance;
  if (graph.costs.some((cost) => cost <= 0)) return instance;
  const test = new DegreeTest(graph, effort);
  const working = new WorkingGraph(instance, history);
  working.settleAll();
  let isChanged = false;
  for (let node = 0; node < graph.nodeCount && !effort.isSpent(); node++) {
    const star = working.star(node, MOST_EDGES);
    if (star === undefined || !test.isAtMostTwo(star)) continue;
    if (
      working.bypassAll(
        star,
        (left, right, cost) => test.isLong(left, right, cost),
        star.edges.length,
      )
    )
      isChanged = true;
    working.settle();
  }
  effort.charge(TABLE_WORK * graph.edgeCount);
  return isChanged ? working.compiled() : instance;
}

/** Nodes with more edges are left alone. */
const MOST_EDGES = 5;

/** Special distances between the neighbours of a node. */
class DegreeTest {
  readonly #terminals: TerminalDistances;
  readonly #search: NearSearch;
  readonly #effort: Effort;
  /** By places in the star: the distance of two neighbours. */
  readonly #between = new Float64Array(MOST_EDGES * MOST_EDGES);

  constructor(graph: SteinerGraph, effort: Effort) {
    this.#terminals = new TerminalDistances(graph);
    this.#search = new NearSearch(graph);
    this.#effort = effort;
  }

  isAtMostTwo(star: Star): boolean {
    const count = star.edges.length;
    // Most nodes fail with three edges already.
    this.#measure(star, 0);
    this.#measure(star, 1);
    if (!this.#isBeaten(star, 7)) return false;
    for (let place = 2; place < count - 1; place++) this.#measure(star, place);
    for (let set = 8; set < 1 << count; set++) {
      if (bitCount(set) >= 3 && !this.#isBeaten(star, set)) return false;
    }
    return true;
  }

  /** Whether the way through the node between two neighbours costs more than another one. */
  isLong(left: number, right: number, cost: number): boolean {
    return (this.#between[MOST_EDGES * left + right] ?? 0) < LESS * cost;
  }

  /** The distances from the neighbour at `left` to those that follow. */
  #measure({ costs, ends }: Star, left: number): void {
    const limit = costs.reduce((sum, cost) => sum + cost, 0);
    const from = ends[left] ?? 0;
    this.#search.from(from, limit, MOST_SCANNED);
    for (let right = left + 1; right < ends.length; right++) {
      const to = ends[right] ?? 0;
      const plain = this.#search.distances[to] ?? 0;
      const distance = Math.min(plain, this.#terminals.bound(from, to, Math.min(plain, limit)));
      this.#between[MOST_EDGES * left + right] = distance;
      this.#between[MOST_EDGES * right + left] = distance;
    }
    this.#effort.charge(this.#search.takeWork() + STAR_WORK);
  }

  /** Whether a spanning tree of the neighbours in `set` costs no more than their edges. */
  #isBeaten({ costs }: Star, set: number): boolean {
    const places = [...costs.keys()].filter((place) => (set >> place) & 1);
    const most = places.reduce((sum, place) => sum + (costs[place] ?? 0), 0);
    const distance = (x: number, y: number): number => this.#between[MOST_EDGES * x + y] ?? 0;
    return spanningCost(places, most, distance) <= most;
  }
}

/** After how many arcs the search around a neighbour ends. */
const MOST_SCANNED = 80;

/** What a node is charged besides searches. */
const STAR_WORK = 30;

function bitCount(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}
