import { bestAscents } from "./best-ascents.ts";
import { ascentBound, useless } from "./bound-test.ts";
import type { SearchState } from "./branch-and-bound.ts";
import { excluded } from "./extended-reduction.ts";
import { withoutFewEdgedNodes } from "./node-elimination.ts";
import { treeOfAscent } from "./polish.ts";
import { isSettled, offerPolished, type Preprocessed, withoutLongEdges } from "./preprocess.ts";
import { WorkingGraph } from "./working-graph.ts";

/**
 * Reductions that take more time than those of {@link preprocessed}, in rounds: special distances of edges and of nodes with few
 * edges, dual ascents from several terminals and their trees, and what these bounds and extension exclude. Of the minimum trees
 * that cost less than the incumbent at least one stays, if there are any. Rounds follow while one takes out a share of the edges.
 * After Polzin and Vahdati Daneshmand (2001, 2002), as its parts are; a round is O((V + E) log V) with a large constant. Edges and nodes
 * are gone through in ascending order; the roots of ascents come by chance, the same for equal random numbers.
 */
export class DeeperReduction {
  found: Preprocessed;
  isDone = false;
  readonly #state: SearchState;

  constructor(found: Preprocessed, state: SearchState) {
    this.found = found;
    this.#state = state;
  }

  /** One round. */
  step(): void {
    const { effort, history } = this.#state;
    const before = this.found.instance.graph.edgeCount;
    let instance = withoutLongEdges(this.found.instance, this.#state);
    instance = withoutFewEdgedNodes(instance, history, effort);
    this.found = { ...this.found, instance };
    if (!isSettled(this.found, this.#state) && !effort.isSpent()) this.#bound();
    const { edgeCount } = this.found.instance.graph;
    this.isDone =
      isSettled(this.found, this.#state) ||
      effort.isSpent() ||
      edgeCount > before * (1 - WORTH_MORE);
  }

  #bound(): void {
    const { effort, incumbent, history } = this.#state;
    const { instance } = this.found;
    const { graph, fixedCost } = instance;

    const ascents = bestAscents(graph, this.#state, { tries: TRIES, count: ROOTS });
    for (const ascent of ascents) {
      const lowerBound = Math.max(this.found.lowerBound, fixedCost + ascent.lowerBound);
      this.found = { instance, lowerBound };
      const tree = treeOfAscent(graph, ascent);
      if (tree !== undefined) offerPolished(instance, tree, this.#state);
      if (lowerBound >= incumbent.target) return;
    }
    const most = incumbent.target - fixedCost;
    const bounds = ascents.map((ascent) => ascentBound(graph, ascent));
    effort.charge(bounds.length * 12 * graph.edgeCount);
    const out = bounds.flatMap((bound) => useless(graph, bound, most));
    const { edges, nodes } = excluded(graph, bounds, most, effort);
    if (out.length + edges.length + nodes.length === 0) return;
    const left = new WorkingGraph(instance, history);
    for (const edge of [...out, ...edges]) left.removeEdge(edge);
    for (const node of nodes) {
      const star = left.star(node, 4);
      if (star !== undefined) left.bypassAll(star, () => false, 4);
    }
    left.settleAll();
    effort.charge(8 * graph.edgeCount);
    this.found = { ...this.found, instance: left.compiled() };
  }
}

/** From how many terminals dual ascents begin, and the bounds of how many are used. */
const TRIES = 12;
const ROOTS = 3;

/** A round that takes out less than this share of edges is the last. */
const WORTH_MORE = 0.03;
