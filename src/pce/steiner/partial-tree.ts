import type { AscentBound } from "./bound-test.ts";
import type { NearTable } from "./near-table.ts";
import { spanningCost } from "./spanning-cost.ts";
import { LESS } from "./special-distance.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * A part of a Steiner tree that is grown to show that no minimum tree has it. Its inner nodes have all the
 * edges they have in the tree; its leaves may have more. The tests are those of Polzin and Vahdati Daneshmand
 * (2002): special distances between its leaves, and the reduced costs of its edges. O(n^2) for n nodes.
 */
export class PartialTree {
  readonly nodes: number[] = [];
  /** By place in `nodes`: the place of the node above, and the slot there that leads down. */
  readonly #above: number[] = [];
  readonly #slots: number[] = [];
  /** How many edges of this tree a node has. */
  readonly #degrees: number[] = [];
  /** Whether the node may have more edges than those. */
  readonly isLeaf: boolean[] = [];
  cost = 0;
  tests = 0;
  readonly #graph: SteinerGraph;
  readonly #table: NearTable;
  readonly #bounds: readonly AscentBound[];
  readonly #most: number;

  /** What costs `most` or more is of no use. */
  constructor(graph: SteinerGraph, table: NearTable, bounds: readonly AscentBound[], most: number) {
    this.#graph = graph;
    this.#table = table;
    this.#bounds = bounds;
    this.#most = most;
  }

  /** Begins anew with one node. */
  begin(node: number): void {
    this.nodes.length = 0;
    this.cost = 0;
    this.tests = 0;
    this.#push(node, -1, -1);
  }

  /** Adds the node that `slot` leads to, below the node at `place`. */
  add(place: number, slot: number): void {
    this.#push(this.#graph.heads[slot] ?? 0, place, slot);
    this.cost += this.#graph.slotCosts[slot] ?? 0;
  }

  /** Takes back the last {@link add}. */
  drop(): void {
    const last = this.nodes.length - 1;
    const above = this.#above[last] ?? 0;
    this.#degrees[above] = (this.#degrees[above] ?? 0) - 1;
    this.cost -= this.#graph.slotCosts[this.#slots[last] ?? 0] ?? 0;
    this.nodes.length = last;
  }

  has(node: number): boolean {
    return this.nodes.includes(node);
  }

  /** Whether no minimum tree that costs less than `most` has it. */
  isRuledOut(): boolean {
    this.tests++;
    return this.#isBypassed() || this.#bounds.some((bound) => this.#isDear(bound));
  }

  #push(node: number, above: number, slot: number): void {
    const place = this.nodes.length;
    this.nodes.push(node);
    this.#above[place] = above;
    this.#slots[place] = slot;
    this.isLeaf[place] = true;
    this.#degrees[place] = above < 0 ? 0 : 1;
    if (above >= 0) this.#degrees[above] = (this.#degrees[above] ?? 0) + 1;
  }

  /** What the fragments have in common with the rest: leaves, and terminals within. */
  #isEnd(place: number): boolean {
    return this.isLeaf[place] === true || this.#graph.isTerminal[this.nodes[place] ?? 0] === 1;
  }

  /** Whether special distances join what falls apart without the edges of this tree for less. */
  #isBypassed(): boolean {
    const ends = this.nodes.filter((_, place) => this.#isEnd(place));
    const most = LESS * this.cost;
    return spanningCost(ends, most, (x, y, limit) => this.#table.bound(x, y, limit)) < most;
  }

  /**
   * Whether a dual ascent's bound, and what it leaves unpaid of the ways from the root into this tree,
   * through it, and from its ends to terminals, come to too much; wherever it is entered. None of
   * these ways share an arc.
   */
  #isDear(bound: AscentBound): boolean {
    const { ascent, fromRoot, toOthers } = bound;
    const down = ascent.lowerBound + this.#downwards(bound);
    for (const [place, node] of this.nodes.entries()) {
      if (!this.#isEntry(place, ascent.root)) continue;
      const own = this.#degrees[place] === 1 ? (toOthers[node] ?? 0) : 0;
      const cost = down - own + this.#turned(place, ascent.reduced) + (fromRoot[node] ?? 0);
      if (cost < this.#most) return false;
    }
    return true;
  }

  /** The reduced costs of the arcs that lead down, and of the ways on from the ends. */
  #downwards({ ascent, toOthers }: AscentBound): number {
    let cost = 0;
    for (const [place, node] of this.nodes.entries()) {
      if (place > 0) cost += ascent.reduced[this.#mate(this.#slots[place] ?? 0)] ?? 0;
      if (this.#degrees[place] === 1) cost += toOthers[node] ?? 0;
    }
    return cost;
  }

  /** What it costs more if the arcs above the node at `place` lead up. */
  #turned(place: number, reduced: Float64Array): number {
    let cost = 0;
    for (let at = place; at > 0; at = this.#above[at] ?? 0) {
      const slot = this.#slots[at] ?? 0;
      cost += (reduced[slot] ?? 0) - (reduced[this.#mate(slot)] ?? 0);
    }
    return cost;
  }

  /** Whether the tree may be entered there: by an edge of its own that is yet to come, or as the root. */
  #isEntry(place: number, root: number): boolean {
    return this.isLeaf[place] === true || this.nodes[place] === root;
  }

  #mate(slot: number): number {
    const { arcs, slotOf } = this.#graph;
    return slotOf[(arcs[slot] ?? 0) ^ 1] ?? 0;
  }
}
