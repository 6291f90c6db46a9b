import { err, ok, type Result } from "neverthrow";
import { VlanSet } from "../../model/vlan-set.ts";
import { type Graph, headOf } from "../graph/graph.ts";
import { MinHeap } from "../graph/min-heap.ts";
import { type LabelledCosts, labelledCosts } from "./labelled-costs.ts";
import { cheapestOneLabelPath, hasOneLabel } from "./one-label-path.ts";
import { reach, type Weight } from "./shortest-path.ts";
import { arcsOf, isBefore, type LabelledWay } from "./way.ts";

/** Where a path begins or ends, and which labels its link may have there. */
export interface LabelEnd {
  readonly node: number;
  readonly labels: VlanSet;
  /** Whether the label must be the VLAN of the network. */
  readonly isNetwork: boolean;
}

/** A path to find, with its labels. */
export interface LabelPathQuery {
  readonly graph: Graph;
  readonly weight: Weight;
  /** The labels that may be used on a link. */
  readonly labels: (link: number) => VlanSet;
  /** The VLANs that the network may have. */
  readonly vlans: VlanSet;
  readonly origin: LabelEnd;
  readonly target: LabelEnd;
  readonly maxHops?: number;
  /** Worked out exactly by default. */
  readonly ahead?: CostAhead;
}

/**
 * What the weights from each node to the target come to at least, and no more than along any arc and
 * from its end.
 */
export interface CostAhead {
  from(node: number): number;
}

/** The search was given up; there may be a path or not. */
export interface SearchLimit {
  readonly type: "search-limit";
  readonly limit: number;
}

/** How many ways a search may have before it is given up. */
export const MAX_WAYS = 200_000;

/**
 * Finds the cheapest path on which labels can be had: the same one on both sides of a node that
 * cannot translate, and the network's VLAN where an end asks for it. `undefined` if there is none.
 *
 * Label-setting search (Desrochers and Soumis, 1988) over ways to nodes, each with the set of labels
 * it may still have: a way makes another to the same node needless if it is no longer and has all
 * its labels. The cost still to come without regard to labels leads it (A*: Hart, Nilsson and
 * Raphael, 1968). The cheapest way may come to a node twice, through a detour to a node that
 * translates; then the search is done again with such nodes forbidden to be visited twice, until the
 * way is a path (decremental state space relaxation: Righini and Salani, 2008). If that takes long, what is
 * still to come is worked out with regard to labels ({@link labelledCosts}): it then leads straight to a
 * cheapest walk, and where there is no walk there is no path. Exact; exponential
 * at worst, as finding such paths is NP-hard. Ties go to fewer hops, then to the lowest link at the
 * first place where paths differ. Where no node on the way translates, {@link cheapestOneLabelPath}
 * does it in polynomial time.
 */
export function cheapestLabelPath(
  query: LabelPathQuery,
): Result<readonly number[] | undefined, SearchLimit> {
  const ahead = query.ahead ?? exactlyAhead(query);
  if (query.maxHops === undefined && hasOneLabel(query)) {
    return ok(cheapestOneLabelPath(query, ahead));
  }
  const once = new Set<number>();
  let costs: RemainingByLabel | undefined;
  for (;;) {
    const limit = costs === undefined ? HASTY_WAYS : MAX_WAYS;
    const found = search({ ...query, ahead, once, limit, ...costs });
    const repeated = found.map(repeatedNodes).unwrapOr([]);
    if (found.isOk() && repeated.length === 0) return ok(found.value && arcsOf(found.value));
    if (found.isErr() && costs !== undefined) return err(found.error);
    costs ??= remainingByLabel(query);
    for (const node of repeated) once.add(node);
  }
}

function remainingByLabel(query: LabelPathQuery): RemainingByLabel {
  return {
    costs: labelledCosts(query, query.weight),
    hops: query.maxHops === undefined ? undefined : labelledCosts(query, () => 1),
  };
}

/** How many ways are begun before it is asked which labels get to the target at all. */
const HASTY_WAYS = 2_000;

function exactlyAhead({ graph, weight, target }: LabelPathQuery): CostAhead {
  const { costs } = reach({ graph, weight: (arc) => weight(arc ^ 1) }, [target.node]);
  return { from: (node) => costs[node] ?? 0 };
}

/** What is still to come with regard to labels; none where that would be too much to know. */
interface RemainingByLabel {
  readonly costs?: LabelledCosts | undefined;
  /** Where hops are bounded. */
  readonly hops?: LabelledCosts | undefined;
}

interface LabelSearch extends LabelPathQuery, RemainingByLabel {
  readonly ahead: CostAhead;
  /** Nodes that may not be visited twice. */
  readonly once: ReadonlySet<number>;
  /** How many ways there may be. */
  readonly limit: number;
}

/** A way that goes on along `arc`; what labels it then has is worked out only if it is taken up. */
interface Step {
  readonly before: Way;
  readonly arc: number;
  readonly cost: number;
}

/** A way that may not visit some nodes twice. */
interface Way extends LabelledWay {
  readonly last?: { readonly arc: number; readonly before: Way };
  /** The nodes it has visited of those that may not be visited twice. */
  readonly visited: readonly number[];
}

function search(query: LabelSearch): Result<Way | undefined, SearchLimit> {
  const steps: Step[] = [];
  const heap = new MinHeap();
  const settled = new Map<number, Way[]>();
  const start = startOf(query);
  const goOn = (from: Way): void => {
    if (!settle(query, settled, from)) return;
    for (const step of stepsFrom(query, from)) {
      const least = step.cost + leastAfter(query, step);
      if (least === Number.POSITIVE_INFINITY) continue;
      heap.push(least, from.hops + 1, steps.length);
      steps.push(step);
    }
  };
  let best: Way | undefined = start.node === query.target.node ? start : undefined;
  if (best === undefined) goOn(start);
  for (let least = heap.least(); least <= (best?.cost ?? least); least = heap.least()) {
    const step = steps[heap.pop()];
    if (step === undefined) break;
    const way = taken(query, step);
    if (way?.node === query.target.node) best = shorter(way, best);
    else if (way !== undefined) goOn(way);
    if (steps.length > query.limit) return err({ type: "search-limit", limit: query.limit });
  }
  return ok(best);
}

function startOf({ origin: { node, labels, isNetwork }, vlans, once }: LabelSearch): Way {
  const visited = once.has(node) ? [node] : [];
  return { node, cost: 0, hops: 0, visited, labels, vlans: isNetwork ? labels : vlans, isNetwork };
}

/** Adds `way` to those that are gone on with, unless one of them makes it needless. */
function settle(query: LabelSearch, settled: Map<number, Way[]>, way: Way): boolean {
  const others = settled.get(way.node);
  if (others?.some((other) => dominates(query, other, way))) return false;
  if (others === undefined) settled.set(way.node, [way]);
  else others.push(way);
  return true;
}

function* stepsFrom(query: LabelSearch, way: Way): Generator<Step, void> {
  const { graph, ahead } = query;
  if (way.hops === query.maxHops) return;
  const end = graph.offsets[way.node + 1] ?? 0;
  for (let at = graph.offsets[way.node] ?? 0; at < end; at++) {
    const arc = graph.arcs[at] ?? 0;
    const head = headOf(graph, arc);
    const cost = way.cost + query.weight(arc);
    const isOpen = cost + ahead.from(head) < Number.POSITIVE_INFINITY;
    if (isOpen && !way.visited.includes(head)) yield { before: way, arc, cost };
  }
}

/** What is still to come at least after `step`. */
function leastAfter(query: LabelSearch, { before, arc }: Step): number {
  const { graph, target, ahead, costs, hops, maxHops = Number.POSITIVE_INFINITY } = query;
  const head = headOf(graph, arc);
  if (costs === undefined || head === target.node) return ahead.from(head);
  const left = before.labels.intersect(query.labels(arc >> 1));
  if (left.isEmpty) return Number.POSITIVE_INFINITY;
  const isNear = before.hops + 1 + (hops?.least(head, left) ?? 0) <= maxHops;
  return isNear ? costs.least(head, left) : Number.POSITIVE_INFINITY;
}

/** The way that goes on by `step`, if labels are left. */
function taken(query: LabelSearch, { before, arc, cost }: Step): Way | undefined {
  const labels = before.labels.intersect(query.labels(arc >> 1));
  if (labels.isEmpty) return undefined;
  const head = headOf(query.graph, arc);
  const visited = query.once.has(head) ? [...before.visited, head] : before.visited;
  return arriving(query, { ...before, cost, visited, labels, last: { arc, before } }, arc);
}

/** `way` has gone along `arc`; what is left of its labels at the node where it arrives. */
function arriving({ graph, target }: LabelSearch, way: Way, arc: number): Way | undefined {
  const node = headOf(graph, arc);
  const vlans = way.isNetwork ? way.labels : way.vlans;
  const next = { ...way, node, hops: way.hops + 1, vlans };
  if (node !== target.node) {
    return graph.translates[node] ? { ...next, labels: VlanSet.all, isNetwork: false } : next;
  }
  const allowed = target.isNetwork ? target.labels.intersect(vlans) : target.labels;
  return next.labels.intersect(allowed).isEmpty ? undefined : next;
}

/** Whether whatever `other` could become, `way` at the same node could become no worse. */
function dominates({ maxHops }: LabelSearch, way: Way, other: Way): boolean {
  if (way.isNetwork && !other.isNetwork) return false;
  if (maxHops !== undefined && way.hops > other.hops) return false;
  if (!way.labels.includes(other.labels) || !way.vlans.includes(other.vlans)) return false;
  return isBefore(way, other) && way.visited.every((node) => other.visited.includes(node));
}

function shorter(way: Way, best: Way | undefined): Way {
  return best === undefined || isBefore(way, best) ? way : best;
}

/** The nodes that `way` comes to more than once. */
function repeatedNodes(way: Way | undefined): readonly number[] {
  if (way === undefined) return [];
  const seen = new Set([way.node]);
  const repeated: number[] = [];
  for (let { last } = way; last !== undefined; { last } = last.before) {
    const { node } = last.before;
    if (seen.has(node)) repeated.push(node);
    seen.add(node);
  }
  return repeated;
}
