import { prunedTree } from "./edge-tree.ts";
import type { Effort } from "./effort.ts";
import type { SteinerGraph } from "./steiner-graph.ts";
import { VertexTree } from "./vertex-tree.ts";

/**
 * Simulated annealing (Kirkpatrick, Gelatt and Vecchi, 1983) over the nodes of a tree: one that is no
 * terminal, by chance, enters or leaves it ({@link VertexTree}); what makes the tree dearer stays with a
 * probability that falls exponentially with by how much, and over the run with the temperature, hotter where
 * edges cost about the same ({@link EVEN}) than where they do not. Runs of twice the length each follow one another,
 * each from the best tree. It crosses the plateaus of dense graphs with many terminals, where
 * good trees differ by nodes exchanged for others. Equal random numbers give equal trees.
 */
export class Annealing {
  readonly #graph: SteinerGraph;
  readonly #random: () => number;
  /** The nodes that may enter. */
  readonly #nodes: Int32Array;
  readonly #range: TemperatureRange;
  #tree: VertexTree;
  #best: Int32Array;
  #bestCost: number;
  #temperature = 0;
  #cooling = 1;
  #length = FIRST_LENGTH;
  #left = 0;

  constructor(graph: SteinerGraph, edges: readonly number[], random: () => number) {
    this.#graph = graph;
    this.#random = random;
    const { isTerminal, offsets } = graph;
    this.#nodes = Int32Array.from(isTerminal.keys()).filter(
      (node) => !isTerminal[node] && (offsets[node + 1] ?? 0) > (offsets[node] ?? 0) + 1,
    );
    this.#range = isEven(graph) ? EVEN : UNEVEN;
    this.#tree = new VertexTree(graph, edges);
    this.#best = this.#tree.saved();
    this.#bestCost = this.#tree.cost;
    this.#begin(edges);
  }

  /** Whether a run has just ended, from whose best tree the next one begins. */
  get isBetweenRuns(): boolean {
    return this.#left === 0;
  }

  /** The best tree so far; ascending. */
  edges(): readonly number[] {
    return prunedTree(this.#graph, this.#tree.edgesOf(this.#best));
  }

  /** Begins the next run, from a tree that is better than what was found here, or else from the best. */
  restart(edges: readonly number[] = this.edges()): void {
    this.#length *= 2;
    this.#begin(edges);
  }

  /** Goes on until the run ends, or `effort` is spent; whether there is a better tree now. */
  run(effort: Effort): boolean {
    const before = this.#bestCost;
    for (; this.#left > 0 && !effort.isSpent(); this.#left--) {
      this.#move();
      effort.charge(this.#tree.takeWork() / 2 + MOVE_WORK);
    }
    this.#note();
    return this.#bestCost < before;
  }

  #begin(edges: readonly number[]): void {
    this.#tree = new VertexTree(this.#graph, edges);
    this.#note();
    const { hot, cold } = this.#range;
    this.#temperature = (hot * this.#tree.cost) / Math.max(1, edges.length);
    this.#cooling = (cold / hot) ** (1 / this.#length);
    this.#left = this.#nodes.length === 0 ? 0 : this.#length;
  }

  #move(): void {
    const random = this.#random;
    const tree = this.#tree;
    this.#temperature *= this.#cooling;
    const slack = -this.#temperature * Math.log(1 - random());
    const { inside } = tree;
    if (random() < REMOVALS) {
      const node = inside[Math.floor(random() * inside.length)];
      if (node === undefined) return;
      this.#note();
      tree.remove(node, slack);
      return;
    }
    const node = this.#nodes[Math.floor(random() * this.#nodes.length)] ?? 0;
    if (tree.has(node)) return;
    this.#note();
    tree.insert(node, slack);
  }

  /** Remembers the tree if it is the best so far. */
  #note(): void {
    if (this.#tree.cost >= this.#bestCost * (1 - ROUNDING)) return;
    this.#best = this.#tree.saved();
    this.#bestCost = this.#tree.cost;
  }
}

/** Temperatures, of the mean cost of an edge of the tree. */
interface TemperatureRange {
  readonly hot: number;
  readonly cold: number;
}

/** Where edges cost about the same, trees differ by whole edges, so that only a hotter search gets anywhere. */
const EVEN: TemperatureRange = { hot: 0.35, cold: 0.1 };
const UNEVEN: TemperatureRange = { hot: 0.2, cold: 0.03 };

/** Whether of the middle half of the edges none costs much more than another. */
function isEven({ costs, edgeCount }: SteinerGraph): boolean {
  const sorted = costs.slice().sort();
  const quarter = Math.floor(edgeCount / 4);
  const [low = 0, high = 0] = [sorted[quarter], sorted[edgeCount - 1 - quarter]];
  return high <= MOST_EVEN * low;
}

/** By how much the costs of the middle half of edges that cost about the same may differ. */
const MOST_EVEN = 1.5;

/** How many moves the first run has. */
const FIRST_LENGTH = 16_000;

/** The share of moves that take a node out. */
const REMOVALS = 0.3;

/** What a move is charged besides the arcs scanned. */
const MOVE_WORK = 8;

/** Costs nearer than this, relative to their size, are the same. */
const ROUNDING = 1e-10;
