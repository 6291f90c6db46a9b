import { VlanSet } from "../../model/vlan-set.ts";
import { headOf } from "../graph/graph.ts";
import { MinHeap } from "../graph/min-heap.ts";
import { representativeLabels } from "../labels/label-classes.ts";
import type { LabelPathQuery } from "./label-path.ts";
import type { Weight } from "./shortest-path.ts";

/** What a path must be like as far as labels go, and by which arcs it may lead. */
export type LabelQuery = Pick<
  LabelPathQuery,
  "graph" | "labels" | "vlans" | "origin" | "target" | "weight"
>;

/**
 * What still has to come from a node to the target at least, for a way whose next link may have one of some labels:
 * exactly for walks, which may come to nodes twice, and so never too much for paths. `Infinity` where no walk
 * gets to the target.
 */
export interface LabelledCosts {
  least(node: number, labels: VlanSet): number;
}

/** How many pairs of a node and a label may be told apart. */
const MAX_PAIRS = 1_000_000;

/**
 * The least sum of `amount` from each node and label on, by Dijkstra's algorithm backward over pairs of a node and a
 * label: the layered graph of wavelength routing (Chlamtac, Farago and Zhang, Lightpath (Wavelength) Routing in Large WDM
 * Networks, 1996). Of labels that are free in the same places only one is looked at, and to a node that translates it
 * comes once for all of them. O(P d log P) for P pairs and d links at a node; `undefined` if there are more than
 * {@link MAX_PAIRS}. It is a least number for each pair, so there are no ties.
 */
export function labelledCosts(query: LabelQuery, amount: Weight): LabelledCosts | undefined {
  const { graph, weight, labels, vlans, origin, target } = query;
  const ends = target.isNetwork ? target.labels.intersect(vlans) : target.labels;
  const usable = [...graph.linkIds.keys()].filter((link) =>
    Number.isFinite(Math.min(weight(2 * link), weight(2 * link + 1))),
  );
  const sets = [...usable.map(labels), origin.labels, ends, vlans];
  const kinds = representativeLabels(VlanSet.all, sets);
  if (graph.nodeIds.length * kinds.length > MAX_PAIRS) return undefined;
  const spread = new BackwardSpread(query, amount, kinds);
  spread.from(ends);
  return spread;
}

class BackwardSpread implements LabelledCosts {
  readonly #query: LabelQuery;
  readonly #amount: Weight;
  readonly #kinds: readonly number[];
  /** By node and kind of label; of nodes that translate, {@link #free} has it. */
  readonly #costs: Float64Array;
  readonly #free: Float64Array;
  readonly #heap = new MinHeap();

  constructor(query: LabelQuery, amount: Weight, kinds: readonly number[]) {
    const count = query.graph.nodeIds.length;
    this.#query = query;
    this.#amount = amount;
    this.#kinds = kinds;
    this.#costs = new Float64Array(count * kinds.length).fill(Number.POSITIVE_INFINITY);
    this.#free = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  }

  least(node: number, labels: VlanSet): number {
    let least = this.#free[node] ?? 0;
    const first = node * this.#kinds.length;
    for (const [kind, label] of this.#kinds.entries()) {
      const cost = this.#costs[first + kind] ?? 0;
      if (cost < least && labels.has(label)) least = cost;
    }
    return least;
  }

  /** Spreads from the target, to which the last link may come with one of `labels`. */
  from(labels: VlanSet): void {
    const { node } = this.#query.target;
    for (const [kind, label] of this.#kinds.entries()) {
      if (labels.has(label)) this.#arrive(node, kind, 0);
    }
    for (
      let cost = this.#heap.least();
      cost < Number.POSITIVE_INFINITY;
      cost = this.#heap.least()
    ) {
      const pair = this.#heap.pop();
      // Above all pairs, the heap has nodes that translate.
      const translator = pair - this.#costs.length;
      const known = translator >= 0 ? this.#free[translator] : this.#costs[pair];
      if (cost > (known ?? 0)) continue;
      if (translator >= 0) this.#goOn(translator, undefined, cost);
      else this.#goOn(Math.floor(pair / this.#kinds.length), pair % this.#kinds.length, cost);
    }
  }

  /** Goes back from `node`, which the next link leaves with that kind of label, or with any. */
  #goOn(node: number, only: number | undefined, cost: number): void {
    const { graph, weight, labels, target } = this.#query;
    for (const arc of graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1])) {
      const tail = headOf(graph, arc);
      const isOpen = tail !== target.node && weight(arc ^ 1) < Number.POSITIVE_INFINITY;
      if (!isOpen) continue;
      const some = labels(arc >> 1);
      const before = cost + this.#amount(arc ^ 1);
      for (const [kind, label] of this.#kinds.entries()) {
        if ((only === undefined || only === kind) && some.has(label))
          this.#arrive(tail, kind, before);
      }
    }
  }

  #arrive(node: number, kind: number, cost: number): void {
    const { graph, origin, target } = this.#query;
    const isFree = graph.translates[node] === 1 && node !== target.node;
    const pair = node * this.#kinds.length + kind;
    const [known, at] = isFree ? [this.#free, node] : [this.#costs, pair];
    if (cost >= (known[at] ?? 0)) return;
    known[at] = cost;
    if (node !== origin.node) this.#heap.push(cost, 0, isFree ? this.#costs.length + node : pair);
  }
}
