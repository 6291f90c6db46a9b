/**
 * The labels of a search over nodes and sets of terminals: each is a number, and is found by its node
 * and set. A hash table with open addressing and arrays that grow by doubling, since only a small part
 * of all pairs ever gets a label. Knuth, The Art of Computer Programming, volume 3 (1973), section 6.4:
 * O(1) expected for each look-up. Labels are numbered in the order they are added.
 */
export class LabelTable {
  size = 0;
  nodes: Int32Array = new Int32Array(INITIAL);
  sets: Int32Array = new Int32Array(INITIAL);
  /** What the cheapest known tree of the set and the node costs. */
  costs: Float64Array = new Float64Array(INITIAL);
  /** A lower bound on what the rest costs. */
  futures: Float64Array = new Float64Array(INITIAL);
  /** How far the nearest terminal outside the set is, and which that is. */
  nearests: Float64Array = new Float64Array(INITIAL);
  nearestAts: Int32Array = new Int32Array(INITIAL);
  /** The labels it was made from; the second is -1 where one was extended by the edge in `edges`. */
  firsts: Int32Array = new Int32Array(INITIAL);
  seconds: Int32Array = new Int32Array(INITIAL);
  edges: Int32Array = new Int32Array(INITIAL);
  /** Whether its cost is final. */
  settled: Uint8Array = new Uint8Array(INITIAL);
  /** The next settled label of the same node; -1 for none. */
  nexts: Int32Array = new Int32Array(INITIAL);
  readonly #setCount: number;
  #slots = new Int32Array(4 * INITIAL);

  constructor(setCount: number) {
    this.#setCount = setCount;
  }

  /** The label of `node` and `set`; `size` if there is none yet, and it is the one to add. */
  find(node: number, set: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = hash(node * this.#setCount + set) & mask;
    for (let label = slots[at] ?? 0; label > 0; label = slots[at] ?? 0) {
      if (this.nodes[label - 1] === node && this.sets[label - 1] === set) return label - 1;
      at = (at + 1) & mask;
    }
    return this.size;
  }

  /** Adds the label of `node` and `set`, which is not there yet; everything else about it is open. */
  add(node: number, set: number): number {
    if (this.size === this.nodes.length) this.#grow();
    const label = this.size++;
    this.nodes[label] = node;
    this.sets[label] = set;
    this.costs[label] = Number.POSITIVE_INFINITY;
    this.#enter(label);
    return label;
  }

  #enter(label: number): void {
    const mask = this.#slots.length - 1;
    const key = (this.nodes[label] ?? 0) * this.#setCount + (this.sets[label] ?? 0);
    let at = hash(key) & mask;
    while ((this.#slots[at] ?? 0) > 0) at = (at + 1) & mask;
    this.#slots[at] = label + 1;
  }

  #grow(): void {
    this.nodes = doubled(this.nodes, new Int32Array(2 * this.size));
    this.sets = doubled(this.sets, new Int32Array(2 * this.size));
    this.costs = doubled(this.costs, new Float64Array(2 * this.size));
    this.futures = doubled(this.futures, new Float64Array(2 * this.size));
    this.nearests = doubled(this.nearests, new Float64Array(2 * this.size));
    this.nearestAts = doubled(this.nearestAts, new Int32Array(2 * this.size));
    this.firsts = doubled(this.firsts, new Int32Array(2 * this.size));
    this.seconds = doubled(this.seconds, new Int32Array(2 * this.size));
    this.edges = doubled(this.edges, new Int32Array(2 * this.size));
    this.settled = doubled(this.settled, new Uint8Array(2 * this.size));
    this.nexts = doubled(this.nexts, new Int32Array(2 * this.size));
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let label = 0; label < this.size; label++) this.#enter(label);
  }
}

const INITIAL = 64;

/** Scatters consecutive keys (Knuth's multiplicative hashing); not negative. */
function hash(key: number): number {
  const mixed = Math.imul(key, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function doubled<T extends { set(from: ArrayLike<number>): void } & ArrayLike<number>>(
  from: T,
  to: T,
): T {
  to.set(from);
  return to;
}
