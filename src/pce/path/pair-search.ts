import { err, ok, type Result } from "neverthrow";
import type { VlanSet } from "../../model/vlan-set.ts";
import { headOf, tailOf } from "../graph/graph.ts";
import { MinHeap } from "../graph/min-heap.ts";
import type { PathQuery } from "./bidirectional-path.ts";
import { costOfPath } from "./cheapest-paths.ts";
import { type ConstrainedQuery, ConstrainedSearch } from "./constrained-path.ts";
import { closedBy, type Disjointness, isNodeDisjoint } from "./disjointness.ts";
import { cheapestFlowPair, cheapestPlainPair, type FlowPair } from "./flow-pair.ts";
import type { LabelEnd, SearchLimit } from "./label-path.ts";
import { isWithin } from "./path-check.ts";
import { reach, type Weight } from "./shortest-path.ts";
import { type Subspace, subspacesBeside, wholeSpace } from "./subspace.ts";

/** Two disjoint paths to find, each under all constraints of `query`. */
export interface PairQuery {
  readonly query: ConstrainedQuery;
  /** The same but for labels, bounds and stops; absent where there are no arrays to search by. */
  readonly plain: PathQuery | undefined;
  readonly disjoint: Disjointness;
  /**
   * The VLANs that the network may have on a path, none if it has no labels for it; those of the two
   * paths must have one in common.
   */
  readonly vlansOf: (arcs: readonly number[]) => VlanSet;
}

/** Two disjoint paths, and what they cost together. */
export interface ArcPair {
  readonly paths: readonly [readonly number[], readonly number[]];
  readonly cost: number;
}

/** How many parts of all pairs a search may look at before it is given up. */
export const MAX_PAIR_PARTS = 5_000;

/**
 * Finds the two disjoint paths that cost least together while each meets all constraints.
 *
 * The cheapest pair by bandwidth alone is a flow of two units; where it meets the constraints it is
 * the answer. Else branch and bound over how the first path begins: a part of all first paths costs
 * at least its cheapest path and the cheapest second path beside its beginning, and at least the
 * flow from where it has come to. In the part of the least bound a first path is chosen, that of the
 * flow if it will do; the cheapest second path beside it is a pair, and the rest of the part is split
 * (Lawler, 1972). Exact; exponential at worst, as the problem is NP-hard under labels, bounds or
 * shared risks (Hu, Diverse Routing in Optical Mesh Networks, 2003), and given up at {@link MAX_PAIR_PARTS}.
 * Of equal bounds the parts go first whose first path is known; of equal pairs the first found stays.
 */
export class PairSearch {
  readonly #pair: PairQuery;
  #exact: ConstrainedSearch | undefined;
  readonly #heap = new MinHeap();
  readonly #parts: PairPart[] = [];
  #best: ArcPair | undefined;

  constructor(pair: PairQuery) {
    this.#pair = pair;
  }

  /** The pair; `undefined` if there is none. */
  run(): Result<ArcPair | undefined, SearchLimit> {
    const { plain, disjoint } = this.#pair;
    const flow = plain && cheapestPlainPair(plain, isNodeDisjoint(disjoint));
    if (plain !== undefined && (flow === undefined || this.#isAnswer(flow))) return ok(flow);
    this.#add({ space: wholeSpace, bound: 0 });
    for (let part = this.#next(); part !== undefined; part = this.#next()) {
      if (part.bound >= this.#limit) break;
      const done = part.first === undefined ? this.#look(part) : this.#split(part, part.first);
      if (done.isErr()) return err(done.error);
      if (this.#parts.length > MAX_PAIR_PARTS) {
        return err({ type: "search-limit", limit: MAX_PAIR_PARTS });
      }
    }
    return ok(this.#best);
  }

  /** Whether a cheapest flow meets all constraints. */
  #isAnswer({ paths: [x, y] }: FlowPair): boolean {
    const { query, disjoint, vlansOf } = this.#pair;
    const isClosed = closedBy(query.graph, disjoint, x, query.target.node);
    const areWithin = isWithin(query, x) && isWithin(query, y) && !y.some(isClosed);
    return areWithin && !vlansOf(x).intersect(vlansOf(y)).isEmpty;
  }

  get #search(): ConstrainedSearch {
    this.#exact ??= new ConstrainedSearch(this.#pair.query);
    return this.#exact;
  }

  /** Pairs must cost less to be of use. */
  get #limit(): number {
    return this.#best?.cost ?? Number.POSITIVE_INFINITY;
  }

  #add(part: PairPart): void {
    if (part.bound >= this.#limit) return;
    this.#heap.push(part.bound, part.first === undefined ? 1 : 0, this.#parts.length);
    this.#parts.push(part);
  }

  #next(): PairPart | undefined {
    return this.#parts[this.#heap.pop()];
  }

  /** Finds what the pairs of a part cost at least, and a first path to try. */
  #look({ space, bound }: PairPart): Result<void, SearchLimit> {
    const { query } = this.#pair;
    const cheapest = this.#search.cheapest(space, this.#limit);
    if (cheapest.isErr()) return err(cheapest.error);
    const flow = cheapest.value && this.#flowFrom(space);
    if (cheapest.value === undefined || flow === undefined) return ok();
    const alone = costOfPath(query, cheapest.value) + this.#secondBeside(space.prefix);
    const together = costOfPath(query, space.prefix) + flow.cost;
    const first = this.#firstOf(space, flow) ?? cheapest.value;
    this.#add({ space, first, bound: Math.max(bound, alone, together) });
    return ok();
  }

  /** Tries a first path, and splits the part that it is from. */
  #split({ space, bound }: PairPart, first: readonly number[]): Result<void, SearchLimit> {
    const { query, disjoint, vlansOf } = this.#pair;
    const vlans = vlansOf(first);
    const narrowed = (end: LabelEnd): LabelEnd =>
      end.isNetwork ? { ...end, labels: end.labels.intersect(vlans) } : end;
    const beside = new ConstrainedSearch({
      ...query,
      weight: without(query.weight, closedBy(query.graph, disjoint, first, query.target.node)),
      vlans,
      origin: narrowed(query.origin),
      target: narrowed(query.target),
    });
    const cost = costOfPath(query, first);
    const second = beside.cheapest(wholeSpace, this.#limit - cost);
    if (second.isErr()) return err(second.error);
    if (second.value !== undefined) {
      this.#best = { paths: [first, second.value], cost: cost + costOfPath(query, second.value) };
    }
    for (const rest of subspacesBeside(space, first)) this.#add({ space: rest, bound });
    return ok();
  }

  /** The cheapest continuation of a beginning together with a second path, by bandwidth alone. */
  #flowFrom({ prefix, banned }: Subspace): FlowPair | undefined {
    const { query, disjoint } = this.#pair;
    const { graph, weight, origin, target } = query;
    const last = prefix.at(-1);
    const from = last === undefined ? origin.node : headOf(graph, last);
    // Shared risks bind the second path alone, and other flows than the first may use banned links.
    const sparesNodes = isNodeDisjoint(disjoint);
    const closed = closedBy(graph, sparesNodes ? "node" : "link", prefix, target.node);
    const isBanned = (arc: number): boolean =>
      sparesNodes && last !== undefined && (banned.has(arc) || headOf(graph, arc) === origin.node);
    return cheapestFlowPair({
      graph,
      weight: without(weight, (arc) => closed(arc) || isBanned(arc)),
      origins: [from, origin.node],
      target: target.node,
      isNodeDisjoint: sparesNodes,
    });
  }

  /** What the cheapest path costs that is disjoint from a beginning, by bandwidth alone. */
  #secondBeside(prefix: readonly number[]): number {
    const { query, disjoint } = this.#pair;
    const { graph, origin, target } = query;
    if (prefix.length === 0) return this.#search.leastCost(origin.node);
    const weight = without(query.weight, closedBy(graph, disjoint, prefix, target.node));
    const until = (node: number): boolean => node === target.node;
    return reach({ graph, weight, until }, [origin.node]).costs[target.node] ?? 0;
  }

  /** The path of a flow that is in the part and meets all constraints. */
  #firstOf({ prefix, banned }: Subspace, { paths }: FlowPair): readonly number[] | undefined {
    const { query, vlansOf } = this.#pair;
    const firsts = prefix.length === 0 ? paths : paths.slice(0, 1);
    return firsts
      .filter(([arc]) => arc !== undefined && !banned.has(arc))
      .map((path) => [...prefix, ...path])
      .find((path) => isLoopless(query, path) && isWithin(query, path) && !vlansOf(path).isEmpty);
  }
}

/** A part of all first paths. */
interface PairPart {
  readonly space: Subspace;
  readonly bound: number;
  /** The first path to try in it; absent until the part is looked at. */
  readonly first?: readonly number[];
}

function without(weight: Weight, isClosed: (arc: number) => boolean): Weight {
  return (arc) => (isClosed(arc) ? Number.POSITIVE_INFINITY : weight(arc));
}

function isLoopless({ graph }: ConstrainedQuery, arcs: readonly number[]): boolean {
  const nodes = arcs.flatMap((arc, at) => [
    ...(at === 0 ? [tailOf(graph, arc)] : []),
    headOf(graph, arc),
  ]);
  return new Set(nodes).size === nodes.length;
}
