import { CostHeap } from "./cost-heap.ts";
import { distancesFrom } from "./distances.ts";
import type { Effort } from "./effort.ts";
import { FutureCost } from "./future-cost.ts";
import { LabelTable } from "./label-table.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/** How many terminals the exact search takes: its sets are bits of a number. */
export const MAX_EXACT_TERMINALS = 20;

/** The same edges summed in another order may come out higher by less than this factor. */
const ROUNDING = 1 + 1e-12;

/** What is known when the search ends. */
export interface ExactSearch {
  /** A minimum Steiner tree; absent if none costs less than the bound, or the search was broken off. */
  readonly edges: readonly number[] | undefined;
  /** No tree costs less than this, or than the bound of the search. */
  readonly lowerBound: number;
}

/**
 * Finds a minimum Steiner tree that costs less than `below`.
 *
 * The label-setting search of Hougardy, Silvanus and Vygen (Dijkstra meets Steiner, 2017) over pairs of
 * a node and a set of terminals: the cheapest tree that joins both is extended by an edge or merged
 * with the tree of another set at the same node, in the order of its cost and a bound on the rest
 * ({@link FutureCost}). Labels that cannot lead to less than `below`, or that cost more than joining
 * their set to a terminal outside does (their lemma 14), are dropped. O(3^k V + 2^k (V log V + E)) at
 * worst. Ties go to what was found first, which the numbers of nodes and edges alone decide.
 */
export function dijkstraSteiner(graph: SteinerGraph, below: number, effort: Effort): ExactSearch {
  const distances = Array.from(graph.terminals, (node) =>
    distancesFrom(graph, [node], graph.slotCosts, below),
  );
  effort.charge(distances.length * graph.edgeCount);
  const order = centralLast(graph.terminals, distances, below);
  const terminals = Int32Array.from(order, (index) => graph.terminals[index] ?? 0);
  const inOrder = order.map((index) => distances[index] ?? new Float64Array(0));
  return new LabelSearch({ ...graph, terminals }, inOrder, below).run(effort);
}

/**
 * The indices of the terminals, that of the most central one last: its set is never grown, and to grow the sets of
 * those at the rim towards it takes the fewest labels. Ties go to the first.
 */
function centralLast(
  terminals: Int32Array,
  distances: readonly Float64Array[],
  below: number,
): readonly number[] {
  const sums = distances.map((from) =>
    terminals.reduce((sum, node) => sum + Math.min(from[node] ?? 0, below), 0),
  );
  const central = sums.indexOf(Math.min(...sums));
  return [...sums.keys()].filter((index) => index !== central).concat(central);
}

class LabelSearch {
  readonly #graph: SteinerGraph;
  readonly #below: number;
  readonly #future: FutureCost;
  readonly #labels: LabelTable;
  readonly #heap = new CostHeap();
  /** The first settled label of each node; -1 for none. */
  readonly #settledAt: Int32Array;
  /** By set: a tree that joins it to a terminal outside costs at most this ... */
  readonly #joining: Float64Array;
  /** ... and this is that terminal. */
  readonly #joined: Int32Array;
  readonly #full: number;
  #work = 0;

  constructor(graph: SteinerGraph, distances: readonly Float64Array[], below: number) {
    const setCount = 1 << (graph.terminals.length - 1);
    this.#graph = graph;
    this.#below = below;
    this.#full = setCount - 1;
    this.#future = new FutureCost(graph.terminals, distances);
    this.#labels = new LabelTable(setCount);
    this.#settledAt = new Int32Array(graph.nodeCount).fill(-1);
    this.#joining = new Float64Array(setCount).fill(Number.POSITIVE_INFINITY);
    this.#joined = new Int32Array(setCount);
  }

  run(effort: Effort): ExactSearch {
    const { terminals } = this.#graph;
    const root = terminals.at(-1) ?? 0;
    for (let index = 0; index < terminals.length - 1; index++) {
      this.#reach(terminals[index] ?? 0, 1 << index, 0);
    }
    let lowerBound = 0;
    for (let label = this.#next(); label >= 0; label = this.#next()) {
      const { nodes, sets, costs, futures } = this.#labels;
      const [node, set, cost] = [nodes[label] ?? 0, sets[label] ?? 0, costs[label] ?? 0];
      lowerBound = Math.max(lowerBound, cost + (futures[label] ?? 0));
      if (set === this.#full && node === root) {
        return { edges: this.#edgesOf(label), lowerBound: cost };
      }
      effort.charge(this.#takeWork());
      if (effort.isSpent()) return { edges: undefined, lowerBound };
      if (this.#isBeaten(label, set, cost)) continue;
      this.#extend(label, node, set);
      this.#merge(label, node, set);
    }
    return { edges: undefined, lowerBound: this.#below };
  }

  #takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  /** The lowest label that is not settled, which is now; -1 if there is none. */
  #next(): number {
    const { settled } = this.#labels;
    let label = this.#heap.pop();
    while (label >= 0 && settled[label]) label = this.#heap.pop();
    if (label >= 0) settled[label] = 1;
    return label;
  }

  /** Whether no minimum tree has `label`, which joins `set` at `cost`. Learns from it how cheap it can be. */
  #isBeaten(label: number, set: number, cost: number): boolean {
    if (cost > (this.#joining[set] ?? 0) * ROUNDING) return true;
    const { nearests, nearestAts } = this.#labels;
    this.#learn(set, cost + (nearests[label] ?? 0), nearestAts[label] ?? 0);
    return false;
  }

  #learn(set: number, cost: number, at: number): void {
    if (cost >= (this.#joining[set] ?? 0)) return;
    this.#joining[set] = cost;
    this.#joined[set] = at;
  }

  #extend(label: number, node: number, set: number): void {
    const { offsets, heads, arcs, slotCosts } = this.#graph;
    const cost = this.#labels.costs[label] ?? 0;
    const end = offsets[node + 1] ?? 0;
    for (let slot = offsets[node] ?? 0; slot < end; slot++) {
      const to = this.#reach(heads[slot] ?? 0, set, cost + (slotCosts[slot] ?? 0));
      if (to < 0) continue;
      this.#labels.firsts[to] = label;
      this.#labels.seconds[to] = -1;
      this.#labels.edges[to] = (arcs[slot] ?? 0) >> 1;
    }
  }

  /** Merges the tree of a label with all settled ones of its node that have none of its terminals. */
  #merge(label: number, node: number, set: number): void {
    const labels = this.#labels;
    const cost = labels.costs[label] ?? 0;
    for (let other = this.#settledAt[node] ?? -1; other >= 0; other = labels.nexts[other] ?? -1) {
      const its = labels.sets[other] ?? 0;
      this.#work++;
      if ((its & set) !== 0) continue;
      this.#learnFromHalves(set, its);
      const to = this.#reach(node, set | its, cost + (labels.costs[other] ?? 0));
      if (to < 0) continue;
      labels.firsts[to] = label;
      labels.seconds[to] = other;
    }
    labels.nexts[label] = this.#settledAt[node] ?? -1;
    this.#settledAt[node] = label;
  }

  /** Two trees that join sets to outside them join both, if one ends in the other's set. */
  #learnFromHalves(left: number, right: number): void {
    const [leftEnd, rightEnd] = [this.#joined[left] ?? 0, this.#joined[right] ?? 0];
    const cost = (this.#joining[left] ?? 0) + (this.#joining[right] ?? 0);
    if ((right >> leftEnd) & 1) {
      if (!((left >> rightEnd) & 1)) this.#learn(left | right, cost, rightEnd);
    } else if ((left >> rightEnd) & 1) this.#learn(left | right, cost, leftEnd);
  }

  /** The label of `node` and `set` if `cost` is less than it had, and is of use; -1 otherwise. */
  #reach(node: number, set: number, cost: number): number {
    const labels = this.#labels;
    this.#work += LABEL_WORK;
    if (cost > (this.#joining[set] ?? 0) * ROUNDING) return -1;
    let label = labels.find(node, set);
    if (label === labels.size) {
      const future = this.#future.bound(node, set);
      if (cost + future >= this.#below) return -1;
      label = labels.add(node, set);
      labels.futures[label] = future;
      labels.nearests[label] = this.#future.nearest;
      labels.nearestAts[label] = this.#future.nearestAt;
    } else if (cost >= (labels.costs[label] ?? 0)) return -1;
    labels.costs[label] = cost;
    this.#heap.push(cost + (labels.futures[label] ?? 0), label);
    return label;
  }

  #edgesOf(label: number): readonly number[] {
    const { firsts, seconds, edges, costs } = this.#labels;
    const found = new Set<number>();
    const open = [label];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (this.#isStart(at)) continue;
      open.push(firsts[at] ?? 0);
      const second = seconds[at] ?? -1;
      if (second >= 0) open.push(second);
      else if ((costs[at] ?? 0) >= 0) found.add(edges[at] ?? 0);
    }
    return [...found];
  }

  /** The first labels are those of single terminals at themselves. */
  #isStart(label: number): boolean {
    return label < this.#graph.terminals.length - 1;
  }
}

/** What a label is charged, in arcs that a plain search would scan meanwhile. */
const LABEL_WORK = 4;
