import type { Landmarks } from "./landmarks.ts";
import { TICKS } from "./ticks.ts";

/**
 * How much nearer each node is to where one search goes than to where it comes from, by the bounds
 * that landmarks give.
 *
 * Half of it is a potential for the search from one end, and minus that for the search from the other
 * (Ikeda, Hsu, Imai, Nishimura, Shimoura, Hashimoto, Tenmoku and Mitoh, A Fast Algorithm for Finding
 * Better Routes by AI Search Techniques, 1994): with it, both searches see the same costs, none
 * negative, and may stop as they would without. O(1) for each node: {@link ACTIVE} landmarks, those that say
 * most about the two ends, ties to the first.
 */
export class Potentials {
  readonly #landmarks: Landmarks;
  /** The landmarks that say most about these two nodes, and how far either is from them. */
  readonly #active: Uint8Array;
  readonly #fromFrom: Int32Array;
  readonly #fromTo: Int32Array;
  /** Twice the potentials of both ends. */
  readonly #atFrom: number;
  readonly #atTo: number;

  constructor(landmarks: Landmarks, from: number, to: number) {
    const { count, distances } = landmarks;
    const distance = (node: number, landmark: number): number =>
      distances[node * count + landmark] ?? 0;
    const bound = (landmark: number): number =>
      Math.abs(distance(from, landmark) - distance(to, landmark));
    const order = Array.from({ length: count }, (_, landmark) => landmark);
    order.sort((x, y) => bound(y) - bound(x) || x - y);
    this.#landmarks = landmarks;
    this.#active = Uint8Array.from(order.slice(0, ACTIVE));
    this.#fromFrom = Int32Array.from(this.#active, (landmark) => distance(from, landmark));
    this.#fromTo = Int32Array.from(this.#active, (landmark) => distance(to, landmark));
    this.#atFrom = this.#twiceOf(from);
    this.#atTo = this.#twiceOf(to);
  }

  /** The potentials of both sides at one node add up to this, in ticks. */
  get slack(): number {
    return (this.#atTo - this.#atFrom) * HALF;
  }

  /** The potential of `node` for the search from one end or, if `side` is 1, from the other, in ticks;
   * none where it begins, and nowhere negative. */
  of(node: number, side: 0 | 1): number {
    const twice = this.#twiceOf(node);
    return (side === 0 ? twice - this.#atFrom : this.#atTo - twice) * HALF;
  }

  #twiceOf(node: number): number {
    const { count, distances } = this.#landmarks;
    const base = node * count;
    let ahead = 0;
    let behind = 0;
    for (let index = 0; index < this.#active.length; index++) {
      const distance = distances[base + (this.#active[index] ?? 0)] ?? 0;
      ahead = Math.max(ahead, Math.abs(distance - (this.#fromTo[index] ?? 0)));
      behind = Math.max(behind, Math.abs(distance - (this.#fromFrom[index] ?? 0)));
    }
    return ahead - behind;
  }
}

/** How many landmarks one search looks at. */
const ACTIVE = 4;
const HALF = TICKS / 2;
