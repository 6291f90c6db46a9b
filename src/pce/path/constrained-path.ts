import { err, ok, type Result } from "neverthrow";
import { invariant } from "../../model/invariant.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { type Graph, headOf } from "../graph/graph.ts";
import { type LabelEnd, MAX_WAYS, type SearchLimit } from "./label-path.ts";
import { type LabelledCosts, labelledCosts } from "./labelled-costs.ts";
import { boundOf, leastAhead, MAX_STOPS, type PathBound, type Stop } from "./path-bound.ts";
import { delayOf, isInTime } from "./path-delay.ts";
import type { Weight } from "./shortest-path.ts";
import { type Fork, type Subspace, wholeSpace } from "./subspace.ts";
import { arcsOf, countOf, isBefore, type Way } from "./way.ts";
import { WayFront } from "./way-front.ts";

/** A path to find under every constraint there is. */
export interface ConstrainedQuery {
  readonly graph: Graph;
  /** `Infinity` for arcs that may not be used. */
  readonly weight: Weight;
  /** The labels that may be used on a link. */
  readonly labels: (link: number) => VlanSet;
  /** The VLANs that the network may have. */
  readonly vlans: VlanSet;
  readonly origin: LabelEnd;
  readonly target: LabelEnd;
  /** What the path must pass. */
  readonly stops: readonly Stop[];
  readonly maxHops?: number;
  readonly maxDelayMs?: number;
  /**
   * What a way uses up. Given, a walk is looked for, which may come to nodes more than once; else a
   * path, which may not.
   */
  readonly supply?: Supply;
}

/** What a walk uses up by going along an arc, and how often that is to be had. */
export interface Supply {
  readonly thingOf: (arc: number) => number;
  readonly countOf: (thing: number) => number;
}

/**
 * Finds the cheapest path under all constraints together: labels that are the same on both sides of
 * a node that cannot translate, and the network's VLAN where an end asks for it; bounds on hops and
 * delay; stops to be made. `undefined` if there is none.
 *
 * Label-setting search (Desrochers and Soumis, 1988) over ways to nodes, each with what it has used
 * and may still have: a way makes another to the same node needless if it is no worse in anything.
 * Exact bounds on the cost, hops and delay still to come (one Dijkstra backward for each, as Dumitrescu
 * and Boland, Improved Preprocessing, Labeling and Scaling Algorithms for the Weight-Constrained
 * Shortest Path Problem, 2003) lead it (A*) and end hopeless ways early. A cheapest way may come to
 * a node twice, to make a stop or to have its label translated; then the search is done again with
 * such nodes watched, until it is a path (decremental state space relaxation: Righini and Salani,
 * 2008). If that takes long, the bounds are worked out anew with regard to labels ({@link labelledCosts}). Exact;
 * exponential at worst, as the problem is NP-hard. Ties go to fewer hops, then to the
 * lowest link at the first place where paths differ.
 */
export class ConstrainedSearch {
  readonly #query: ConstrainedQuery;
  readonly #cost: PathBound;
  readonly #hops: PathBound | undefined;
  readonly #delay: PathBound | undefined;
  /** The bit of each stop, by node and by link. */
  readonly #nodeBits = new Map<number, number>();
  readonly #linkBits = new Map<number, number>();
  /** The same with regard to labels, once it has taken long without. */
  #labelled: LabelledBounds | undefined;
  /** What may be used up: nodes of a path, or what a walk has to count. */
  readonly #watched = new Set<number>();

  constructor(query: ConstrainedQuery) {
    this.#query = query;
    const { graph, weight, stops, maxHops, maxDelayMs } = query;
    invariant(stops.length <= MAX_STOPS, `a path makes ${MAX_STOPS} stops at most`);
    const course = { graph, stops, target: query.target.node };
    const boundOn = (amount: Weight): PathBound =>
      boundOf(course, (arc) =>
        weight(arc) < Number.POSITIVE_INFINITY ? amount(arc) : weight(arc),
      );
    this.#cost = boundOf(course, weight);
    this.#hops = maxHops === undefined ? undefined : boundOn(() => 1);
    this.#delay = maxDelayMs === undefined ? undefined : boundOn((arc) => delayOf(graph, arc));
    for (const [index, stop] of stops.entries()) {
      if (stop.type === "node") this.#nodeBits.set(stop.node, 1 << index);
      else this.#linkBits.set(stop.link, 1 << index);
    }
  }

  /** What a path from `node` to the target costs at least. */
  leastCost(node: number): number {
    return leastAhead(this.#cost, node, 0);
  }

  /** What a path costs at least from the end of the prefix of a part on. */
  leastAfter({ node, closed, banned }: Fork): number {
    const { graph, weight } = this.#query;
    let least = Number.POSITIVE_INFINITY;
    for (const arc of graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1])) {
      const head = headOf(graph, arc);
      if (closed.has(head) || banned.has(arc)) continue;
      least = Math.min(least, weight(arc) + this.leastCost(head));
    }
    return least;
  }

  /** The cheapest path in a part of all paths, if it costs less than `below`. */
  cheapest(
    space: Subspace = wholeSpace,
    below: number = Number.POSITIVE_INFINITY,
  ): Result<readonly number[] | undefined, SearchLimit> {
    for (;;) {
      const found = this.#search(space, below, this.#labelled ? MAX_WAYS : HASTY_WAYS);
      const overused = found.isOk() && found.value ? this.#overused(found.value) : [];
      if (found.isOk() && overused.length === 0) return ok(found.value && arcsOf(found.value));
      if (found.isErr() && this.#labelled) return err(found.error);
      this.#labelled ??= this.#boundsByLabel();
      for (const thing of overused) this.#watched.add(thing);
    }
  }

  /** Walks may pass the target, which these do not look at. */
  #boundsByLabel(): LabelledBounds {
    const query = this.#query;
    if (query.supply !== undefined) return {};
    const { graph, maxHops, maxDelayMs } = query;
    return {
      cost: labelledCosts(query, query.weight),
      hops: maxHops === undefined ? undefined : labelledCosts(query, () => 1),
      delay:
        maxDelayMs === undefined ? undefined : labelledCosts(query, (arc) => delayOf(graph, arc)),
    };
  }

  #search(space: Subspace, below: number, limit: number): Result<Way | undefined, SearchLimit> {
    const bounded = { hops: this.#hops !== undefined, delay: this.#delay !== undefined };
    const front = new WayFront((way) => this.#leastOf(way), bounded);
    const closed = this.#closedBy(space.prefix);
    const start = this.#after(space.prefix);
    if (start === undefined) return ok(undefined);
    front.add(start.isEnd ? [start] : this.#extensions(start, closed, space.banned), below);
    let best: Way | undefined;
    for (let way = front.next(); way !== undefined; way = front.next()) {
      if (best !== undefined && this.#leastOf(way) > best.cost) break;
      if (way.isEnd) best = firstOf(way, best);
      else if (front.settle(way)) front.add(this.#extensions(way, closed), below);
      if (front.size > limit) return err({ type: "search-limit", limit });
    }
    return ok(best);
  }

  /** What `way` comes to cost at least. */
  #leastOf(way: Way): number {
    return way.cost + this.#ahead(way, this.#cost, this.#labelled?.cost);
  }

  /** What is still to come of something after `way` at least. */
  #ahead({ node, left, labels, isEnd }: Way, bound: PathBound, exact?: LabelledCosts): number {
    const least = leastAhead(bound, node, left);
    return exact === undefined || isEnd ? least : Math.max(least, exact.least(node, labels));
  }

  /** The nodes that nothing which begins with `prefix` may come to again. */
  #closedBy(prefix: readonly number[]): ReadonlySet<number> {
    const { graph, origin, supply } = this.#query;
    if (supply !== undefined) return new Set();
    return new Set([origin.node, ...prefix.map((arc) => headOf(graph, arc))]);
  }

  /** The way that `prefix` makes; `undefined` if a constraint forbids it. */
  #after(prefix: readonly number[]): Way | undefined {
    const { origin, target, vlans, stops } = this.#query;
    const { node, labels, isNetwork } = origin;
    const start: Way = {
      node,
      cost: 0,
      hops: 0,
      delayMs: 0,
      used: [],
      left: 2 ** stops.length - 1,
      labels,
      vlans: isNetwork ? labels : vlans,
      isNetwork,
      isEnd: node === target.node && stops.length === 0,
    };
    return prefix.reduce<Way | undefined>((way, arc) => way && this.#along(way, arc), start);
  }

  *#extensions(
    way: Way,
    closed: ReadonlySet<number>,
    banned: ReadonlySet<number> = wholeSpace.banned,
  ): Generator<Way, void> {
    const { graph } = this.#query;
    const end = graph.offsets[way.node + 1] ?? 0;
    for (let at = graph.offsets[way.node] ?? 0; at < end; at++) {
      const arc = graph.arcs[at] ?? 0;
      if (closed.has(headOf(graph, arc)) || banned.has(arc)) continue;
      const next = this.#along(way, arc);
      if (next !== undefined && this.#isHopeful(next)) yield next;
    }
  }

  /** Whether the bounds leave a way from where it is to the target. */
  #isHopeful(way: Way): boolean {
    const { maxHops, maxDelayMs } = this.#query;
    if (this.#leastOf(way) === Number.POSITIVE_INFINITY) return false;
    const { hops, delay } = this.#labelled ?? {};
    if (this.#hops && way.hops + this.#ahead(way, this.#hops, hops) > (maxHops ?? way.hops)) {
      return false;
    }
    const later = this.#delay ? this.#ahead(way, this.#delay, delay) : 0;
    return isInTime(way.delayMs + later, maxDelayMs);
  }

  /** `way` and then `arc`; `undefined` if that may not be or leaves no label. */
  #along(way: Way, arc: number): Way | undefined {
    const { graph, weight, target } = this.#query;
    const used = this.#usedBy(way, arc);
    const cost = way.cost + weight(arc);
    if (used === undefined || cost === Number.POSITIVE_INFINITY) return undefined;
    const labels = way.labels.intersect(this.#query.labels(arc >> 1));
    if (labels.isEmpty) return undefined;
    const node = headOf(graph, arc);
    const stops = (this.#nodeBits.get(node) ?? 0) | (this.#linkBits.get(arc >> 1) ?? 0);
    const next = {
      ...way,
      node,
      cost,
      used,
      labels,
      hops: way.hops + 1,
      delayMs: way.delayMs + delayOf(graph, arc),
      left: way.left & ~stops,
      vlans: way.isNetwork ? labels : way.vlans,
      last: { arc, before: way },
    };
    return node === target.node ? this.#arriving(next) : translated(graph, next);
  }

  /** `way`, which has come to the target: its end if it may end, and only a walk may go on. */
  #arriving(way: Way): Way | undefined {
    const { graph, target, supply } = this.#query;
    const allowed = target.isNetwork ? target.labels.intersect(way.vlans) : target.labels;
    if (way.left === 0 && !way.labels.intersect(allowed).isEmpty) return { ...way, isEnd: true };
    return supply === undefined ? undefined : translated(graph, way);
  }

  /** What `way` has used up after it goes along `arc`; `undefined` if there is not so much. */
  #usedBy({ used }: Way, arc: number): readonly number[] | undefined {
    const thing = this.#thingOf(arc);
    if (!this.#watched.has(thing)) return used;
    const next = [...used, thing];
    return countOf(next, thing) > this.#supplyOf(thing) ? undefined : next;
  }

  /** What going along `arc` uses up: the node of a path, or what a walk has to count. */
  #thingOf(arc: number): number {
    const { graph, supply } = this.#query;
    return supply === undefined ? headOf(graph, arc) : supply.thingOf(arc);
  }

  #supplyOf(thing: number): number {
    return this.#query.supply?.countOf(thing) ?? 1;
  }

  /** What `way` uses more of than there is. */
  #overused(way: Way): readonly number[] {
    const things = arcsOf(way).map((arc) => this.#thingOf(arc));
    return things.filter((thing) => countOf(things, thing) > this.#supplyOf(thing));
  }
}

/** How many ways a search may have before it is asked what is still to come with regard to labels. */
const HASTY_WAYS = 2_000;

/** What is still to come at least with regard to labels; none where that is not asked or would be too much. */
interface LabelledBounds {
  readonly cost?: LabelledCosts | undefined;
  readonly hops?: LabelledCosts | undefined;
  readonly delay?: LabelledCosts | undefined;
}

function firstOf(way: Way, best: Way | undefined): Way {
  return best === undefined || isBefore(way, best) ? way : best;
}

/** `way` at its node: a new label is to be had where the node translates. */
function translated({ translates }: Graph, way: Way): Way {
  return translates[way.node] ? { ...way, labels: VlanSet.all, isNetwork: false } : way;
}
