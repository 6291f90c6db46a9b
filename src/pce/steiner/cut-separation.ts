import type { SteinerGraph } from "./steiner-graph.ts";

/** A solution of the program: by slot, what is taken of the arc that enters the slot's node from its head, and its reduced cost. */
interface Relaxed {
  readonly taken: Float64Array;
  readonly reduced: Float64Array;
}

/** Which cuts are looked for. */
interface Wanted {
  readonly first: number;
  readonly most: number;
  readonly least: number;
}

/**
 * The cuts that separate a terminal from `root` and of whose arcs less than one is taken in all: by a maximum flow to each
 * terminal from the root (Edmonds and Karp, 1972), the cut nearest to the terminal; then, as if its arcs were taken wholly, more of
 * them (nested cuts: Koch and Martin, Solving Steiner Tree Problems in Graphs to Optimality, 1998). What is taken
 * is told by slot, of the arc that enters the slot's node from its head. O(flows of one unit) each; terminals in turn.
 */
export class CutSeparation {
  readonly #graph: SteinerGraph;
  readonly #root: number;
  /** By node, the slots by which something enters it or leaves it. */
  readonly #offsets: Int32Array;
  readonly #slots: Int32Array;
  readonly #left: Float64Array;
  readonly #capacity: Float64Array;
  readonly #seen: Int32Array;
  /** The slot by which the way from a node goes on to the terminal. */
  readonly #onward: Int32Array;
  readonly #queue: Int32Array;
  readonly #isFed: Uint8Array;
  #reduced: Float64Array = new Float64Array(0);
  #search = 0;
  #inside = 0;
  #work = 0;

  constructor(graph: SteinerGraph, root: number) {
    this.#graph = graph;
    this.#root = root;
    this.#offsets = new Int32Array(graph.nodeCount + 1);
    this.#slots = new Int32Array(graph.heads.length);
    this.#left = new Float64Array(graph.heads.length);
    this.#capacity = new Float64Array(graph.heads.length);
    this.#seen = new Int32Array(graph.nodeCount);
    this.#onward = new Int32Array(graph.nodeCount);
    this.#queue = new Int32Array(graph.nodeCount);
    this.#isFed = new Uint8Array(graph.nodeCount);
  }

  takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  /**
   * Up to `most` cuts, or some more, of whose arcs less than one by `least` is taken, each as the slots of its arcs; beginning with the
   * terminal at index `first`.
   */
  violated(solution: Relaxed, { first, most, least }: Wanted): readonly Int32Array[] {
    const { terminals } = this.#graph;
    this.#begin(solution.taken);
    this.#reduced = solution.reduced;
    const cuts: Int32Array[] = [];
    for (let index = 0; index < terminals.length && cuts.length < most; index++) {
      const terminal = terminals[(first + index) % terminals.length] ?? 0;
      if (terminal !== this.#root) this.#separate(terminal, least, cuts);
    }
    return cuts;
  }

  #begin(taken: Float64Array): void {
    const { nodeCount, heads } = this.#graph;
    for (let slot = 0; slot < heads.length; slot++) {
      const its = taken[slot] ?? 0;
      this.#capacity[slot] = its > NOTHING ? its : 0;
    }
    let count = 0;
    for (let node = 0; node < nodeCount; node++) count = this.#list(node, count);
    this.#offsets[nodeCount] = count;
    this.#work += heads.length;
  }

  /** Lists the slots of `node` by which something enters or leaves it, from place `start` on; where that ends. */
  #list(node: number, start: number): number {
    const { offsets } = this.#graph;
    this.#offsets[node] = start;
    this.#isFed[node] = node === this.#root ? 1 : 0;
    let count = start;
    for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
      const isEntered = (this.#capacity[slot] ?? 0) > 0;
      if (isEntered) this.#isFed[node] = 1;
      if (isEntered || (this.#capacity[this.#mate(slot)] ?? 0) > 0) this.#slots[count++] = slot;
    }
    return count;
  }

  #separate(terminal: number, least: number, cuts: Int32Array[]): void {
    for (let nested = 0; nested < MOST_NESTED; nested++) {
      this.#left.set(this.#capacity);
      let flow = 0;
      while (flow < 1 - least && this.#searchBack(terminal)) flow += this.#augment(terminal);
      if (flow >= 1 - least) return;
      this.#widen();
      const cut = this.#cut();
      cuts.push(cut);
      if (!this.#saturate(cut)) return;
    }
  }

  /** Takes the arcs of a cut for wholly taken; whether that changes anything. */
  #saturate(cut: Int32Array): boolean {
    let isChanged = false;
    for (const slot of cut) {
      if ((this.#capacity[slot] ?? 0) === 0) continue;
      this.#capacity[slot] = 1;
      isChanged = true;
    }
    return isChanged;
  }

  /** From the terminal back along what is left; whether the root is met. */
  #searchBack(terminal: number): boolean {
    this.#search++;
    this.#seen[terminal] = this.#search;
    this.#queue[0] = terminal;
    this.#inside = 1;
    for (let at = 0; at < this.#inside; at++) {
      this.#reachFrom(this.#queue[at] ?? 0);
      if (this.#seen[this.#root] === this.#search) return true;
    }
    return false;
  }

  #reachFrom(node: number): void {
    const { heads } = this.#graph;
    const [start, end] = [this.#offsets[node] ?? 0, this.#offsets[node + 1] ?? 0];
    for (let index = start; index < end; index++) {
      const slot = this.#slots[index] ?? 0;
      const head = heads[slot] ?? 0;
      if (this.#seen[head] === this.#search || (this.#left[slot] ?? 0) <= NOTHING) continue;
      this.#seen[head] = this.#search;
      this.#onward[head] = this.#mate(slot);
      this.#queue[this.#inside++] = head;
    }
    this.#work += 2 + end - start;
  }

  #mate(slot: number): number {
    const { arcs, slotOf } = this.#graph;
    return slotOf[(arcs[slot] ?? 0) ^ 1] ?? 0;
  }

  /** Sends as much as goes along the way found. */
  #augment(terminal: number): number {
    const { heads } = this.#graph;
    const slots: number[] = [];
    for (let node = this.#root; node !== terminal; node = heads[slots.at(-1) ?? 0] ?? 0) {
      slots.push(this.#onward[node] ?? 0);
    }
    const amounts = slots.map((slot) => this.#left[this.#mate(slot)] ?? 0);
    const most = amounts.reduce((least, amount) => Math.min(least, amount), 1);
    for (const slot of slots) {
      const mate = this.#mate(slot);
      this.#left[mate] = (this.#left[mate] ?? 0) - most;
      this.#left[slot] = (this.#left[slot] ?? 0) + most;
    }
    return most;
  }

  /** Takes inside what nothing enters and what leads inside at no reduced cost, so that the price of the cut may rise. */
  #widen(): void {
    const { offsets, heads } = this.#graph;
    for (let at = 0; at < this.#inside; at++) {
      const node = this.#queue[at] ?? 0;
      for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
        const head = heads[slot] ?? 0;
        if (this.#seen[head] === this.#search || this.#isFed[head]) continue;
        if ((this.#reduced[slot] ?? 0) > NOTHING) continue;
        this.#seen[head] = this.#search;
        this.#queue[this.#inside++] = head;
      }
    }
  }

  /** The slots by which the nodes inside are entered. */
  #cut(): Int32Array {
    const { offsets, heads } = this.#graph;
    const cut: number[] = [];
    for (let at = 0; at < this.#inside; at++) {
      const node = this.#queue[at] ?? 0;
      for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
        if (this.#seen[heads[slot] ?? 0] !== this.#search) cut.push(slot);
      }
      this.#work += (offsets[node + 1] ?? 0) - (offsets[node] ?? 0);
    }
    return Int32Array.from(cut);
  }
}

/** How many cuts there are for one terminal in a row. */
const MOST_NESTED = 5;

const NOTHING = 1e-9;
