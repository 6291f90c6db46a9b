import { ok, type Result } from "neverthrow";
import { bidirectionalPath, type PathQuery } from "./bidirectional-path.ts";
import { type ConstrainedQuery, ConstrainedSearch } from "./constrained-path.ts";
import type { SearchLimit } from "./label-path.ts";
import { stepOf } from "./open-arc.ts";
import { meets } from "./path-check.ts";
import { SpurSearch } from "./spur-search.ts";
import { type Fork, type Subspace, wholeSpace } from "./subspace.ts";

/**
 * Finds the cheapest paths of parts of all paths under all constraints; exact.
 *
 * The cheapest path by bandwidth alone is the answer where it meets the other constraints too; only
 * where it does not are they searched for, see {@link ConstrainedSearch}. Without arrays to search
 * by, as a request with prices of its own has none, that is done always. Sources, complexity and ties:
 * {@link SpurSearch} and {@link ConstrainedSearch}.
 */
export class SubspaceSearch {
  readonly #query: ConstrainedQuery;
  readonly #plain: PathQuery | undefined;
  readonly #first: readonly number[] | undefined;
  #blind: SpurSearch | undefined;
  #exact: ConstrainedSearch | undefined;

  /** `plain` is what `query` asks but for labels, bounds and stops. */
  constructor(query: ConstrainedQuery, plain: PathQuery | undefined) {
    this.#query = query;
    this.#plain = plain;
    this.#first = plain && bidirectionalPath(plain)?.arcs;
  }

  /** What a path costs at least from the end of the prefix of a part on. */
  leastAfter(fork: Fork): number {
    return this.#spurs?.leastAfter(fork) ?? this.#constrained.leastAfter(fork);
  }

  /** What it costs to go along `arc`; `Infinity` if that is not possible. */
  costOf(arc: number): number {
    return this.#plain ? stepOf(this.#plain, arc) : this.#query.weight(arc);
  }

  /** The cheapest path of `space`, if there is one. */
  cheapest(space: Subspace): Result<readonly number[] | undefined, SearchLimit> {
    if (this.#plain === undefined) return this.#constrained.cheapest(space);
    const blind = space === wholeSpace ? this.#first : this.#spurs?.cheapest(space);
    if (blind === undefined || meets(this.#query, blind)) return ok(blind);
    return this.#constrained.cheapest(space);
  }

  /** Made for the second path: the first needs none. */
  get #spurs(): SpurSearch | undefined {
    if (this.#plain === undefined || this.#first === undefined) return undefined;
    this.#blind ??= new SpurSearch(this.#plain, this.#first);
    return this.#blind;
  }

  get #constrained(): ConstrainedSearch {
    this.#exact ??= new ConstrainedSearch(this.#query);
    return this.#exact;
  }
}
