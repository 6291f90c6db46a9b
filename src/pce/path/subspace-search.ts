import { ok, type Result } from "neverthrow";
import { bidirectionalPath, type PathQuery } from "./bidirectional-path.ts";
import { type ConstrainedQuery, ConstrainedSearch } from "./constrained-path.ts";
import type { SearchLimit } from "./label-path.ts";
import { meets } from "./path-check.ts";
import { SpurSearch } from "./spur-search.ts";
import { type Subspace, wholeSpace } from "./subspace.ts";

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
  readonly #isBlind: boolean;
  readonly #first: readonly number[] | undefined;
  readonly #spurs: SpurSearch | undefined;
  #exact: ConstrainedSearch | undefined;

  /** `plain` is what `query` asks but for labels, bounds and stops. */
  constructor(query: ConstrainedQuery, plain: PathQuery | undefined) {
    this.#query = query;
    this.#isBlind = plain !== undefined;
    this.#first = plain && bidirectionalPath(plain)?.arcs;
    this.#spurs = plain && this.#first && new SpurSearch(plain, this.#first);
  }

  /** What a path from `node` to the target costs at least. */
  leastCost(node: number): number {
    return this.#spurs?.leastCost(node) ?? this.#constrained.leastCost(node);
  }

  /** What it costs to go along `arc`; `Infinity` if that is not possible. */
  costOf(arc: number): number {
    return this.#spurs?.costOf(arc) ?? this.#query.weight(arc);
  }

  /** The cheapest path of `space`, if there is one. */
  cheapest(space: Subspace): Result<readonly number[] | undefined, SearchLimit> {
    if (!this.#isBlind) return this.#constrained.cheapest(space);
    const blind = space === wholeSpace ? this.#first : this.#spurs?.cheapest(space);
    if (blind === undefined || meets(this.#query, blind)) return ok(blind);
    return this.#constrained.cheapest(space);
  }

  get #constrained(): ConstrainedSearch {
    this.#exact ??= new ConstrainedSearch(this.#query);
    return this.#exact;
  }
}
