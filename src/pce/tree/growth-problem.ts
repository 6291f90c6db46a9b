import { VlanSet } from "../../model/vlan-set.ts";
import { type Graph, tailOf } from "../graph/graph.ts";
import { labelBits, narrow } from "../labels/label-masks.ts";
import type { Side } from "../plan/edge-load.ts";
import { maxDegree } from "./node-degree.ts";
import { FREE } from "./partial-tree.ts";
import { nodesOf } from "./tree.ts";
import { labelsOf, type TreeProblem, withGiven } from "./tree-problem.ts";

/** A problem as a search sees it that lets a tree grow link by link. */
export interface GrowthProblem {
  readonly problem: TreeProblem;
  readonly graph: Graph;
  /** The node at which trees begin: one of the tree that is kept, or of an endpoint. */
  readonly root: number;
  /** What each link costs; infinite if it may not be in a tree. */
  readonly costs: Float64Array;
  /** How many words a set of labels has. */
  readonly words: number;
  /** The labels of a link, as bits. */
  readonly bitsOf: (link: number) => Uint32Array;
  /** The group of each node before any link is in the tree, and what each group may have. */
  readonly groups: Int32Array;
  readonly labels: Uint32Array;
  /** How many links of the tree each node may have. */
  readonly maxDegrees: Float64Array;
  /** The endpoints at a node. */
  readonly sideAt: (node: number) => Side;
}

/** Works out what a search asks again and again. O(V + E) look-ups and operations on sets of labels. */
export function growthProblem(problem: TreeProblem): GrowthProblem {
  const { graph, ends, scene } = problem;
  const { bindings, vlans, terminals } = ends;
  const [kept] = scene.availability.kept;
  const root = kept === undefined ? (problem.needed[0] ?? 0) : tailOf(graph, 2 * kept);
  const costs = withGiven(problem, problem.costs);
  const open = [...costs.keys()].filter((link) => (costs[link] ?? 0) < Number.POSITIVE_INFINITY);
  const sets = open.map((link) => labelsOf(problem, link));
  const bits = labelBits([...sets, ...bindings.own.values(), vlans]);
  const bitsAt = new Map(open.map((link, at) => [link, bits.of(sets[at] ?? VlanSet.empty)]));
  const none = new Uint32Array(bits.words);
  const nodes = [...graph.nodeIds.keys()];
  const network = graph.nodeIds.length;
  const labels = new Uint32Array((network + 1) * bits.words).fill(0xffff_ffff);
  narrow(labels, network, bits.of(vlans));
  for (const [node, own] of bindings.own) {
    narrow(labels, bindings.network.has(node) ? network : node, bits.of(own));
  }
  for (const node of joinedByLinks(problem)) {
    const arcs = [...graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1])];
    const around = union(
      arcs.map((arc) => bitsAt.get(arc >> 1) ?? none),
      bits.words,
    );
    narrow(labels, bindings.network.has(node) ? network : node, around);
  }
  const groupAt = (node: number): number => (bindings.network.has(node) ? network : node);
  return {
    problem,
    graph,
    root,
    costs,
    words: bits.words,
    bitsOf: (link) => bitsAt.get(link) ?? none,
    groups: Int32Array.from(nodes, (node) => (graph.translates[node] ? FREE : groupAt(node))),
    labels,
    maxDegrees: Float64Array.from(nodes, (node) => maxDegree(scene, ends, node)),
    sideAt: (node) => terminals.get(node) ?? NOBODY,
  };
}

/** The nodes that do not translate and that a link must join which is still to be found. */
function joinedByLinks({ graph, needed, scene }: TreeProblem): readonly number[] {
  if (needed.length < 2) return [];
  const kept = nodesOf(graph, scene.availability.kept);
  return needed.filter((node) => !graph.translates[node] && !kept.has(node));
}

function union(sets: readonly Uint32Array[], words: number): Uint32Array {
  const all = new Uint32Array(words);
  for (const set of sets) {
    for (let word = 0; word < words; word++) all[word] = (all[word] ?? 0) | (set[word] ?? 0);
  }
  return all;
}

const NOBODY: Side = { rate: 0, count: 0 };
