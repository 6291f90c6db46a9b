import { headOf, tailOf } from "../graph/graph.ts";
import type { Effort } from "../steiner/effort.ts";
import type { GrowthProblem } from "./growth-problem.ts";
import { FREE, type PartialTree } from "./partial-tree.ts";

/** How a node can be joined to a tree. */
export interface Joining {
  /** The first arc of a way to it. */
  readonly arc: number;
  /** How many arcs might be the first. */
  readonly choices: number;
}

/** What a way from a tree to a node must be like. */
export interface ReachQuery {
  readonly growth: GrowthProblem;
  readonly tree: PartialTree;
  /** What each link on the way must have room for, away from the tree and back, bit/s. */
  readonly loads: { readonly onward: number; readonly back: number };
  readonly effort: Effort;
}

/**
 * A way from one of `origins` to `node`, outside the tree, on which some label gets from each place
 * where labels can change to the next; `undefined` if there is none. A node that does not translate is
 * left with those labels alone that it can be come to with, and that its group may have.
 *
 * Breadth first; all labels are followed at once, as sets, until none is new anywhere. O(E L) operations on
 * words at worst for L labels, as a node comes back only with a label that is new to it. No way that there
 * is goes unseen; one that is found may still come to a node twice. Ties go to what was come to first.
 */
export function joiningOf(
  query: ReachQuery,
  origins: readonly number[],
  node: number,
): Joining | undefined {
  const { growth, tree } = query;
  const { graph, maxDegrees } = growth;
  const ways = beginAt(query, origins);
  const { via, queue } = ways;
  let choices = 0;
  for (const tail of queue) {
    ways.isQueued[tail] = 0;
    const isInside = tree.isInside[tail] === 1;
    if (tail === node || (!isInside && (maxDegrees[tail] ?? 0) < 2)) continue;
    const fresh = advance(query, ways, tail);
    if (isInside) choices += fresh;
  }
  let arc = via[node] ?? -1;
  if (arc === -1) return undefined;
  while (!tree.isInside[tailOf(graph, arc)]) arc = via[tailOf(graph, arc)] ?? -1;
  return { arc, choices };
}

/** What is known of the ways from the tree. */
interface LabelWays {
  /** Of each node: the labels with which it can be come to, or all if it translates. */
  readonly labels: Uint32Array;
  /** The arc by which each node was first come to; -1 where none was. */
  readonly via: Int32Array;
  readonly queue: number[];
  readonly isQueued: Uint8Array;
}

function beginAt({ growth, tree }: ReachQuery, origins: readonly number[]): LabelWays {
  const { graph, words, maxDegrees } = growth;
  const nodeCount = graph.nodeIds.length;
  const labels = new Uint32Array(nodeCount * words);
  const queue = origins.filter((node) => (tree.degrees[node] ?? 0) < (maxDegrees[node] ?? 0));
  for (const node of queue) {
    const group = tree.groups[node] ?? FREE;
    for (let word = 0; word < words; word++) {
      labels[node * words + word] = allowed(tree, group, words, word);
    }
  }
  const via = new Int32Array(nodeCount).fill(-1);
  return { labels, via, queue, isQueued: new Uint8Array(nodeCount) };
}

/** Goes on from `tail`; says how many arcs brought something new. */
function advance(
  { growth, tree, loads, effort }: ReachQuery,
  ways: LabelWays,
  tail: number,
): number {
  const { graph, problem, costs } = growth;
  const { availability } = problem.scene;
  const end = graph.offsets[tail + 1] ?? 0;
  let count = 0;
  for (let at = graph.offsets[tail] ?? 0; at < end; at++) {
    const arc = graph.arcs[at] ?? 0;
    const head = headOf(graph, arc);
    const isOpen =
      !tree.isInside[head] &&
      !tree.isClosed[arc >> 1] &&
      (costs[arc >> 1] ?? 0) < Number.POSITIVE_INFINITY &&
      availability.residual(arc) >= loads.onward &&
      availability.residual(arc ^ 1) >= loads.back;
    if (!isOpen || !handOn(growth, tree, ways.labels, arc)) continue;
    count++;
    if (ways.via[head] === -1) ways.via[head] = arc;
    if (ways.isQueued[head]) continue;
    ways.isQueued[head] = 1;
    ways.queue.push(head);
  }
  effort.charge(growth.words * (end - (graph.offsets[tail] ?? 0)));
  return count;
}

/** Hands the labels at the tail of `arc` on to its head; says whether any is new there. */
function handOn(
  { graph, words, bitsOf }: GrowthProblem,
  tree: PartialTree,
  labels: Uint32Array,
  arc: number,
): boolean {
  const [tail, head] = [tailOf(graph, arc), headOf(graph, arc)];
  const group = tree.groups[head] ?? FREE;
  const bits = bitsOf(arc >> 1);
  let [any, fresh] = [0, 0];
  for (let word = 0; word < words; word++) {
    const come = (labels[tail * words + word] ?? 0) & (bits[word] ?? 0);
    const more = come & allowed(tree, group, words, word);
    any |= more;
    if (group === FREE) continue;
    fresh |= more & ~(labels[head * words + word] ?? 0);
    labels[head * words + word] = (labels[head * words + word] ?? 0) | more;
  }
  if (group !== FREE) return fresh !== 0;
  if (any === 0 || labels[head * words] !== 0) return false;
  labels.fill(ANY, head * words, (head + 1) * words);
  return true;
}

/** A word of the labels that a group may have. */
function allowed({ labels }: PartialTree, group: number, words: number, word: number): number {
  return group === FREE ? ANY : (labels[group * words + word] ?? 0);
}

const ANY = 0xffff_ffff;
