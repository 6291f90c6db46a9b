import type { BlockedBy } from "../network/blocked.ts";

/**
 * What may help where a domain does not say why it refuses: the same ports with other labels. They are tried with others for
 * all of them, and for each: if these are refused, too, it is not the labels. The ports that were tried least are the next.
 */
export class Guesses {
  readonly #waiting = new Map<string, (readonly BlockedBy[])[]>();
  readonly #tried = new Map<string, number>();

  /** Ways past a refusal of these ports; none where it was one of a guess. */
  add(ports: string, ways: readonly (readonly BlockedBy[])[]): void {
    if (!this.#waiting.has(ports)) this.#waiting.set(ports, [...ways]);
  }

  /** The next one; undefined when there is none. */
  next(): readonly BlockedBy[] | undefined {
    const left = [...this.#waiting].filter(([, ways]) => ways.length > 0);
    const triedOf = (ports: string): number => this.#tried.get(ports) ?? 0;
    const [least] = left.toSorted(([a], [b]) => triedOf(a) - triedOf(b));
    if (least === undefined) return undefined;
    const [ports, ways] = least;
    this.#tried.set(ports, triedOf(ports) + 1);
    return ways.shift();
  }
}
