import type { Effort } from "./effort.ts";

/** How many nodes a table is about at most, so that a state is a whole number of as many digits. */
export const MOST_IN_TABLE = 9;
const BASE = 10;

/** What it is charged to join a pair of states. */
const PAIR_WORK = 10;

/** An edge and its ends. */
interface TableEdge {
  readonly edge: number;
  readonly ends: readonly [number, number];
  readonly cost: number;
}

/** The edges of the trees in tables: each step adds one edge to those of one or two earlier steps. */
export class Steps {
  readonly #edges: number[] = [-1];
  readonly #firsts: number[] = [0];
  readonly #seconds: number[] = [0];

  /** The step that adds `edge`, -1 for none, to those of two others; 0 is the step without any edge. */
  add(edge: number, first: number, second: number): number {
    this.#edges.push(edge);
    this.#firsts.push(first);
    this.#seconds.push(second);
    return this.#edges.length - 1;
  }

  edgesOf(step: number): readonly number[] {
    const found: number[] = [];
    const open = [step];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === 0) continue;
      const edge = this.#edges[at] ?? -1;
      if (edge >= 0) found.push(edge);
      open.push(this.#firsts[at] ?? 0, this.#seconds[at] ?? 0);
    }
    return found;
  }
}

/**
 * The cheapest forests behind a few nodes, by which of these are in it and which are joined. A state is
 * a number with a digit for each node: 0 for one that is not in it, and equal digits for nodes that are joined, in the order
 * of their first nodes.
 *
 * To join two tables costs the product of their states, of which `k` nodes have at most the Bell number of `k + 1`. Exact; of
 * equal forests the first stays. After Chimani, Mutzel and Zey, 2012.
 */
export class ConnectionTable {
  readonly scope: number[];
  readonly states: number[] = [];
  readonly costs: number[] = [];
  readonly steps: number[] = [];
  readonly #places = new Map<number, number>();

  constructor(scope: readonly number[]) {
    this.scope = [...scope];
  }

  get size(): number {
    return this.states.length;
  }

  /** Takes `cost` for a state if that is less than it had. */
  offer(state: number, cost: number): number {
    const place = this.#places.get(state);
    if (place === undefined) {
      this.#places.set(state, this.states.length);
      this.states.push(state);
      this.costs.push(cost);
      this.steps.push(0);
      return this.states.length - 1;
    }
    if (cost >= (this.costs[place] ?? 0)) return -1;
    this.costs[place] = cost;
    return place;
  }

  /** The same with `node`, which is in all forests if it `isNeeded`, and is joined to none. */
  withNode(node: number, isNeeded: boolean): ConnectionTable {
    const next = new ConnectionTable([...this.scope, node]);
    const unit = BASE ** this.scope.length;
    for (const [place, state] of this.states.entries()) {
      const [cost, step] = [this.costs[place] ?? 0, this.steps[place] ?? 0];
      if (!isNeeded) next.#put(state, cost, step);
      next.#put(state + unit * (highestDigit(state) + 1), cost, step);
    }
    return next;
  }

  /** Adds the forests that have one edge more, between two nodes of the scope. */
  addEdge({ edge, ends, cost }: TableEdge, steps: Steps): void {
    const [x = 0, y = 0] = ends.map((end) => this.scope.indexOf(end));
    const count = this.size;
    for (let place = 0; place < count; place++) {
      read(this.states[place] ?? 0, this.scope.length, DIGITS);
      const [own, other] = [DIGITS[x] ?? 0, DIGITS[y] ?? 0];
      if (own === 0 || other === 0 || own === other) continue;
      replace(DIGITS, this.scope.length, other, own);
      const to = this.offer(written(DIGITS, this.scope.length), (this.costs[place] ?? 0) + cost);
      if (to >= 0) this.steps[to] = steps.add(edge, this.steps[place] ?? 0, 0);
    }
  }

  /**
   * The forests of both tables together, at nodes that are in the forests of both or of none; `other` is about no more
   * nodes. Some are missing if `effort` is spent before the end.
   */
  joined(other: ConnectionTable, steps: Steps, effort: Effort): ConnectionTable {
    const places = other.scope.map((node) => this.scope.indexOf(node));
    const count = this.scope.length;
    const groups = other.#byPresence();
    const next = new ConnectionTable(this.scope);
    for (let place = 0; place < this.size && !effort.isSpent(); place++) {
      const state = this.states[place] ?? 0;
      read(state, count, DIGITS);
      const group = groups.get(presenceOf(DIGITS, places)) ?? [];
      for (const its of group) {
        read(state, count, DIGITS);
        read(other.states[its] ?? 0, places.length, OTHERS);
        unite(DIGITS, count, OTHERS, places);
        const cost = (this.costs[place] ?? 0) + (other.costs[its] ?? 0);
        const to = next.offer(written(DIGITS, count), cost);
        if (to >= 0) next.steps[to] = steps.add(-1, this.steps[place] ?? 0, other.steps[its] ?? 0);
      }
      effort.charge(PAIR_WORK * group.length);
    }
    return next;
  }

  /** The places of states by which nodes are in their forests. */
  #byPresence(): ReadonlyMap<number, readonly number[]> {
    const all = [...this.scope.keys()];
    const groups = new Map<number, number[]>();
    for (const [place, state] of this.states.entries()) {
      read(state, all.length, DIGITS);
      const presence = presenceOf(DIGITS, all);
      const group = groups.get(presence);
      if (group === undefined) groups.set(presence, [place]);
      else group.push(place);
    }
    return groups;
  }

  /** What is left without `node`, but for forests of which a part is joined to no other node then. */
  withoutNode(node: number): ConnectionTable {
    const gone = this.scope.indexOf(node);
    const next = new ConnectionTable(this.scope.filter((one) => one !== node));
    const count = this.scope.length;
    for (const [place, state] of this.states.entries()) {
      read(state, count, DIGITS);
      const digit = DIGITS[gone] ?? 0;
      DIGITS.copyWithin(gone, gone + 1, count);
      if (digit > 0 && !DIGITS.subarray(0, count - 1).includes(digit)) continue;
      next.#put(written(DIGITS, count - 1), this.costs[place] ?? 0, this.steps[place] ?? 0);
    }
    return next;
  }

  #put(state: number, cost: number, step: number): void {
    const place = this.offer(state, cost);
    if (place >= 0) this.steps[place] = step;
  }
}

/** The digits of the states at hand. */
const DIGITS = new Uint8Array(MOST_IN_TABLE);
const OTHERS = new Uint8Array(MOST_IN_TABLE);
const NAMES = new Uint8Array(2 * BASE);

function read(state: number, count: number, digits: Uint8Array): void {
  let rest = state;
  for (let at = 0; at < count; at++) {
    const next = Math.floor(rest / BASE);
    digits[at] = rest - BASE * next;
    rest = next;
  }
}

/** The state of some digits, which are numbered in the order of their first nodes. */
function written(digits: Uint8Array, count: number): number {
  NAMES.fill(0);
  let state = 0;
  let unit = 1;
  let names = 0;
  for (let at = 0; at < count; at++, unit *= BASE) {
    const digit = digits[at] ?? 0;
    if (digit === 0) continue;
    if (NAMES[digit] === 0) NAMES[digit] = ++names;
    state += unit * (NAMES[digit] ?? 0);
  }
  return state;
}

function highestDigit(state: number): number {
  let highest = 0;
  for (let rest = state; rest > 0; rest = Math.floor(rest / BASE)) {
    highest = Math.max(highest, rest % BASE);
  }
  return highest;
}

function presenceOf(digits: Uint8Array, places: readonly number[]): number {
  let presence = 0;
  for (const [bit, place] of places.entries()) if ((digits[place] ?? 0) > 0) presence |= 1 << bit;
  return presence;
}

/** Joins in `digits` what is joined in `others`, of which each digit is that of one place. */
function unite(
  digits: Uint8Array,
  count: number,
  others: Uint8Array,
  places: readonly number[],
): void {
  for (let right = 1; right < places.length; right++) {
    const other = others[right] ?? 0;
    if (other === 0) continue;
    const left = others.indexOf(other);
    if (left >= right) continue;
    replace(digits, count, digits[places[right] ?? 0] ?? 0, digits[places[left] ?? 0] ?? 0);
  }
}

function replace(digits: Uint8Array, count: number, before: number, after: number): void {
  for (let at = 0; at < count; at++) if (digits[at] === before) digits[at] = after;
}
