import { ascentBound, useless } from "./bound-test.ts";
import { dijkstraSteiner } from "./dijkstra-steiner.ts";
import { dualAscent } from "./dual-ascent.ts";
import { costOfEdges, spanningTree } from "./edge-tree.ts";
import type { Effort } from "./effort.ts";
import type { Incumbent } from "./incumbent.ts";
import type { EdgeHistory, Instance } from "./instance.ts";
import { polished, treeOfAscent } from "./polish.ts";
import { WorkingGraph } from "./working-graph.ts";

/** What a search shares among its parts. */
export interface SearchState {
  readonly history: EdgeHistory;
  readonly incumbent: Incumbent;
  readonly effort: Effort;
  /** Numbers in [0, 1), the same for equal searches. */
  readonly random: () => number;
}

/** A part of the problem that may still have a cheaper tree, and what that costs at least. */
interface Part {
  readonly instance: Instance;
  readonly lowerBound: number;
  readonly depth: number;
}

/**
 * Branch and bound by dual ascent (Polzin and Vahdati Daneshmand, 2001; Pajor, Uchoa and Werneck, 2018,
 * section 4.3): each part is bounded, gives a tree, and loses the edges of no use for a cheaper one than
 * the best so far; then a node is made a terminal in one half and taken out in the other. Depth first,
 * with the terminal first, so that few parts are held. Small terminal sets are left to the exact search.
 * Exact once no part is open; exponential at worst, one dual ascent or a few for each part. The node with
 * the most edges is branched on, ties to those with more terminals near, then to lower ones.
 */
export class BranchAndBound {
  readonly #state: SearchState;
  readonly #open: Part[];

  constructor(instance: Instance, lowerBound: number, state: SearchState) {
    this.#state = state;
    this.#open = [{ instance, lowerBound, depth: 0 }];
  }

  /** No tree costs less than this, or than the best so far. */
  get lowerBound(): number {
    const { incumbent } = this.#state;
    return this.#open.reduce((least, part) => Math.min(least, part.lowerBound), incumbent.cost);
  }

  /** Which share of the halves, quarters and so on is settled, from 0 to 1. */
  get progress(): number {
    return 1 - this.#open.reduce((sum, { depth }) => sum + 0.5 ** depth, 0);
  }

  get isDone(): boolean {
    return this.#open.length === 0;
  }

  /** Bounds one part, and puts its halves in its place if that does not settle it. */
  step(): void {
    const { incumbent, effort } = this.#state;
    const part = this.#open.pop();
    if (part === undefined || part.lowerBound >= incumbent.target) return;
    const left = this.#bounded(part);
    if (left === undefined) return;
    if (effort.isSpent()) this.#open.push(left);
    else if (!this.#isSolved(left)) this.#branch(left);
  }

  /** What is left of `part`, with a better bound; `undefined` if nothing is. */
  #bounded(part: Part): Part | undefined {
    const { incumbent, effort } = this.#state;
    let { instance, lowerBound } = part;
    for (let round = 0; ; round++) {
      const { graph, fixedCost } = instance;
      if (graph.terminals.length < 2) {
        incumbent.offer(instance, []);
        return undefined;
      }
      const root = graph.terminals[(part.depth + round) % graph.terminals.length] ?? 0;
      const ascent = dualAscent(graph, root, effort);
      lowerBound = Math.max(lowerBound, fixedCost + ascent.lowerBound);
      if (lowerBound >= incumbent.target) return undefined;
      if (effort.isSpent()) return { ...part, instance, lowerBound };
      this.#offer(instance, treeOfAscent(graph, ascent));
      if (lowerBound >= incumbent.target) return undefined;
      const edges = useless(graph, ascentBound(graph, ascent), incumbent.target - fixedCost);
      effort.charge(6 * graph.edgeCount);
      if (edges.length > 0) instance = this.#without(instance, edges);
      const isWorthMore = edges.length > graph.edgeCount * WORTH_MORE;
      if (!isWorthMore && round > 0) return { ...part, instance, lowerBound };
    }
  }

  #offer(instance: Instance, tree: readonly number[] | undefined): void {
    const { incumbent, effort } = this.#state;
    if (tree === undefined) return;
    const cost = instance.fixedCost + costOfEdges(instance.graph, tree);
    if (cost > incumbent.cost * NEAR_BEST) return;
    incumbent.offer(instance, polished(instance.graph, tree, effort));
  }

  /** Whether the exact search settles it within a fair share of work. */
  #isSolved({ instance }: Part): boolean {
    const { incumbent, effort } = this.#state;
    const { graph, fixedCost } = instance;
    if (graph.terminals.length < 2 || graph.terminals.length > FEW_TERMINALS) return false;
    const share = effort.part(EXACT_SHARE * graph.edgeCount);
    const { edges } = dijkstraSteiner(graph, incumbent.target - fixedCost, share);
    effort.charge(share.work);
    if (edges !== undefined) incumbent.offer(instance, edges);
    return edges !== undefined || !share.isSpent();
  }

  #branch({ instance, lowerBound, depth }: Part): void {
    const node = branchingNode(instance);
    if (node === undefined) {
      const { graph } = instance;
      this.#state.incumbent.offer(instance, spanningTree(graph, [...graph.costs.keys()]));
      return;
    }
    for (const isTerminal of [false, true]) {
      const graph = new WorkingGraph(instance, this.#state.history);
      if (isTerminal) graph.makeTerminal(node);
      else graph.removeNode(node);
      graph.settle();
      this.#open.push({ instance: graph.compiled(), lowerBound, depth: depth + 1 });
    }
  }

  #without(instance: Instance, edges: readonly number[]): Instance {
    const graph = new WorkingGraph(instance, this.#state.history);
    for (const edge of edges) graph.removeEdge(edge);
    graph.settle();
    return graph.compiled();
  }
}

/** From which share of edges taken out another bound is worth its time. */
const WORTH_MORE = 0.1;

/** Up to how much more than the best a tree is searched around. */
const NEAR_BEST = 1.02;

/** Up to how many terminals the exact search is tried on a part. */
const FEW_TERMINALS = 12;

/** How often the exact search may go through all edges. */
const EXACT_SHARE = 300;

/** The node that is no terminal and has the most edges; ties to those with more terminals near. */
function branchingNode({ graph }: Instance): number | undefined {
  const { offsets, heads, isTerminal, nodeCount } = graph;
  let best: number | undefined;
  let most = -1;
  for (let node = 0; node < nodeCount; node++) {
    if (isTerminal[node]) continue;
    let score = 0;
    for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
      score += 1 + (isTerminal[heads[slot] ?? 0] ?? 0);
    }
    if (score <= most) continue;
    best = node;
    most = score;
  }
  return best;
}
