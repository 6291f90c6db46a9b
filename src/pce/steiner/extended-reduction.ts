import type { AscentBound } from "./bound-test.ts";
import type { Effort } from "./effort.ts";
import { NearTable } from "./near-table.ts";
import { PartialTree } from "./partial-tree.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/** What no minimum tree of use has. */
export interface Excluded {
  readonly edges: readonly number[];
  /** Nodes that have no more than two edges in one. */
  readonly nodes: readonly number[];
}

/**
 * The edges that no minimum tree of cost less than `most` has, and the nodes that have at most two of their edges in one
 * (Polzin and Vahdati Daneshmand, Extending Reduction Techniques for the Steiner Tree Problem, 2002, simplified). An edge,
 * or a node with three edges, is grown in all ways that a tree could go on from its leaves, until each is ruled out:
 * by special distances or reduced costs.
 * Both tests are strict, and refer to this graph: everything found may be taken out at once. No more than
 * {@link MOST_TESTS} for each; O((V + E) log V) with a large constant. Edges and nodes in ascending order; trees go on
 * from the leaf with the fewest edges, ties to the one that came first.
 */
export function excluded(
  graph: SteinerGraph,
  bounds: readonly AscentBound[],
  most: number,
  effort: Effort,
): Excluded {
  const extension = new Extension(graph, bounds, most, effort);
  const edges: number[] = [];
  for (let edge = 0; edge < graph.edgeCount && !effort.isSpent(); edge++) {
    if (extension.isEdgeExcluded(edge)) edges.push(edge);
  }
  const nodes: number[] = [];
  for (let node = 0; node < graph.nodeCount && !effort.isSpent(); node++) {
    if (extension.isDegreeTwo(node)) nodes.push(node);
  }
  return { edges, nodes };
}

class Extension {
  readonly #graph: SteinerGraph;
  readonly #tree: PartialTree;
  readonly #effort: Effort;
  readonly #isOut: Uint8Array;

  constructor(graph: SteinerGraph, bounds: readonly AscentBound[], most: number, effort: Effort) {
    this.#graph = graph;
    this.#effort = effort;
    this.#tree = new PartialTree(graph, new NearTable(graph, effort), bounds, most);
    this.#isOut = new Uint8Array(graph.edgeCount);
  }

  isEdgeExcluded(edge: number): boolean {
    const { a, slotOf } = this.#graph;
    this.#tree.begin(a[edge] ?? 0);
    this.#tree.add(0, slotOf[2 * edge] ?? 0);
    const isExcluded = this.#isRuledOut();
    if (isExcluded) this.#isOut[edge] = 1;
    return isExcluded;
  }

  /** Whether no tree of use has three edges or more of a node that is no terminal. */
  isDegreeTwo(node: number): boolean {
    if (this.#graph.isTerminal[node]) return false;
    const slots = this.#slotsOf(node);
    if (slots.length < 3 || slots.length > MOST_STAR) return false;
    return this.#areSetsRuledOut(slots, 3, (slotsIn) => {
      this.#tree.begin(node);
      this.#tree.isLeaf[0] = false;
      for (const slot of slotsIn) this.#tree.add(0, slot);
      return this.#isRuledOut();
    });
  }

  #slotsOf(node: number): readonly number[] {
    const { offsets, arcs } = this.#graph;
    const slots: number[] = [];
    for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
      if (!this.#isOut[(arcs[slot] ?? 0) >> 1]) slots.push(slot);
    }
    return slots;
  }

  #areSetsRuledOut(
    slots: readonly number[],
    least: number,
    isRuledOut: (slots: readonly number[]) => boolean,
  ): boolean {
    for (let set = 1; set < 1 << slots.length; set++) {
      const its = slots.filter((_, index) => (set >> index) & 1);
      if (its.length >= least && !isRuledOut(its)) return false;
    }
    return true;
  }

  #isRuledOut(): boolean {
    const isRuledOut = this.#tree.isRuledOut() || this.#isExtensionRuledOut(0);
    this.#effort.charge(TEST_WORK * this.#tree.tests);
    return isRuledOut;
  }

  /** Whether all ways to go on from some leaf are ruled out. */
  #isExtensionRuledOut(depth: number): boolean {
    const tree = this.#tree;
    if (depth === MOST_DEPTH) return false;
    const place = this.#bestLeaf();
    if (place < 0) return false;
    const ways: number[] = [];
    for (const slot of this.#slotsOf(tree.nodes[place] ?? 0)) {
      if (tree.has(this.#graph.heads[slot] ?? 0)) continue;
      tree.add(place, slot);
      const isOut = tree.isRuledOut();
      tree.drop();
      if (isOut) continue;
      ways.push(slot);
      if (ways.length > MOST_WAYS || tree.tests > MOST_TESTS) return false;
    }
    tree.isLeaf[place] = false;
    const isRuledOut = this.#areSetsRuledOut(ways, 1, (slots) => {
      if (tree.tests > MOST_TESTS) return false;
      for (const slot of slots) tree.add(place, slot);
      const isOut = tree.isRuledOut() || this.#isExtensionRuledOut(depth + 1);
      for (const _ of slots) tree.drop();
      return isOut;
    });
    tree.isLeaf[place] = true;
    return isRuledOut;
  }

  /** The leaf that is no terminal with the fewest edges; -1 if there is none. */
  #bestLeaf(): number {
    const { offsets, isTerminal } = this.#graph;
    let best = -1;
    let fewest = MOST_EDGES + 1;
    for (const [place, node] of this.#tree.nodes.entries()) {
      if (!this.#tree.isLeaf[place] || isTerminal[node]) continue;
      const count = (offsets[node + 1] ?? 0) - (offsets[node] ?? 0);
      if (count >= fewest) continue;
      best = place;
      fewest = count;
    }
    return best;
  }
}

/** Nodes with more edges are left alone. */
const MOST_STAR = 4;

/** How often a tree may go on. */
const MOST_DEPTH = 4;

/** At how many edges a leaf is not looked at, and in how many ways it may go on. */
const MOST_EDGES = 10;
const MOST_WAYS = 4;

/** How many trees may be tested. */
const MOST_TESTS = 80;

/** What a test is charged. */
const TEST_WORK = 200;
