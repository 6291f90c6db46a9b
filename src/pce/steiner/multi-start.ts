import { Annealing } from "./annealing.ts";
import type { SearchState } from "./branch-and-bound.ts";
import { costOfEdges, isTree } from "./edge-tree.ts";
import type { Instance } from "./instance.ts";
import { iteratedSearch } from "./iterated-search.ts";
import { heuristicTree, polished } from "./polish.ts";
import { StartCosts } from "./start-costs.ts";
import { type PoolTree, TreePool } from "./tree-pool.ts";
import { TreeUnion } from "./tree-union.ts";

/** A way to better trees: what it has done so far, and what it gets of the work beside the others. */
interface Way {
  work: number;
  share: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Multi-start with a pool of elite trees (Pajor, Uchoa and Werneck, 2018, section 3), beside searches
 * that go on from the best of them. A step either
 *
 * - makes a tree, by the shortest path heuristic from some terminal at {@link StartCosts}, and a local
 *   search at the real costs;
 * - merges the best with others of the pool and some that no local search has seen ({@link TreeUnion}), which leads farthest
 *   where graphs are sparse, and is not tried where they are not;
 * - goes on by {@link iteratedSearch}, which is better where trees are large and graphs sparse;
 * - or by {@link Annealing}, which is better where graphs are dense.
 *
 * The latter three get less work while they find nothing better. A tree costs a Dijkstra search, O(m log n), and a local
 * search. No bound on how good the trees are; the best is never lost. Equal random numbers give equal trees.
 */
export class MultiStart {
  #instance: Instance;
  readonly #state: SearchState;
  #pool: TreePool;
  #costs: StartCosts;
  readonly #new: Way = { work: 0, share: 1, least: 1, most: 1 };
  readonly #merging: Way = { work: 0, share: 1, least: 1 / 16, most: 4 };
  readonly #iterating: Way = { work: 0, share: 1, least: 1 / 3, most: 1 };
  readonly #annealing: Way = { work: 0, share: 2, least: 1, most: 6 };
  #annealed: Annealing | undefined;
  #treeWork = 0;

  constructor(instance: Instance, state: SearchState) {
    this.#instance = instance;
    this.#state = state;
    this.#pool = new TreePool(instance.graph);
    this.#costs = new StartCosts(instance, this.#pool, state);
  }

  /** Goes on with what is left after reductions, and with those trees of the pool that are left. */
  moveTo(instance: Instance): void {
    const { history } = this.#state;
    const trees = this.#pool.trees.map(({ edges }) => history.expanded(this.#instance, edges));
    this.#instance = instance;
    this.#pool = new TreePool(instance.graph);
    this.#costs = new StartCosts(instance, this.#pool, this.#state);
    this.#annealed = undefined;
    for (const tree of trees) {
      const isLeft = history.covered(instance, tree);
      const edges = [...isLeft.keys()].filter((edge) => isLeft[edge]);
      if (isTree(instance.graph, edges)) this.#pool.add(edges);
    }
  }

  step(): void {
    const { effort, incumbent } = this.#state;
    const before = effort.work;
    const way = this.#next();
    const tree = this.#treeBy(way);
    way.work += effort.work - before;
    if (tree === undefined) return;
    if (incumbent.offer(this.#instance, tree)) way.share = way.most;
    this.#pool.add(tree);
  }

  /** The way that has done the least of its share. */
  #next(): Way {
    if (this.#pool.trees.length === 0) return this.#new;
    const ways = [this.#annealing, this.#new, this.#iterating];
    if (isSparse(this.#instance)) ways.unshift(this.#merging);
    return ways.reduce((best, way) => (way.work / way.share < best.work / best.share ? way : best));
  }

  #treeBy(way: Way): readonly number[] | undefined {
    const { best } = this.#pool;
    if (best === undefined || way === this.#new) return this.#newTree();
    if (way === this.#merging) return this.#merged(best);
    return way === this.#iterating ? this.#iterated(best) : this.#annealedFrom(best);
  }

  #newTree(): readonly number[] | undefined {
    const { effort } = this.#state;
    const before = effort.work;
    const tree = this.#rawTree();
    const better = tree && polished(this.#instance.graph, tree, effort);
    this.#treeWork += effort.work - before;
    return better;
  }

  /** A tree that no local search has seen. */
  #rawTree(): readonly number[] | undefined {
    const { graph } = this.#instance;
    const start = graph.terminals[this.#below(graph.terminals.length)] ?? 0;
    const costs = this.#costs.next(this.#treeWork);
    this.#state.effort.charge(START_WORK * graph.edgeCount);
    return heuristicTree(graph, start, costs);
  }

  /** A tree that is cheaper than the `best`, by edges of that and of others. */
  #merged(best: PoolTree): readonly number[] | undefined {
    const { effort } = this.#state;
    const { graph } = this.#instance;
    const share = effort.part(MERGE_WORK * best.edges.length);
    const union = new TreeUnion(graph, STATES_AN_EDGE * best.edges.length, share);
    union.add(best.edges);
    let isWider = false;
    for (const tree of this.#others(best)) if (union.add(tree)) isWider = true;
    const merged = isWider ? union.cheapest() : undefined;
    effort.charge(share.work);
    if (merged !== undefined && costOfEdges(graph, merged) < best.cost) {
      return polished(graph, merged, effort);
    }
    giveLess(this.#merging);
    return undefined;
  }

  /** Some trees of the pool by chance, and as many raw ones. */
  #others(best: PoolTree): readonly (readonly number[])[] {
    const others = this.#pool.trees.filter((tree) => tree !== best).map(({ edges }) => edges);
    while (others.length > MERGED) others.splice(this.#below(others.length), 1);
    for (let index = 0; index < MERGED; index++) {
      const tree = this.#rawTree();
      if (tree !== undefined) others.push(tree);
    }
    return others;
  }

  /**
   * A tree that costs no more than `best`, in its place. Where many cost the same, to go on from another one
   * is what leads to a cheaper one.
   */
  #iterated(best: PoolTree): readonly number[] | undefined {
    const { effort, random } = this.#state;
    const { graph } = this.#instance;
    const share = effort.part(TURN * graph.edgeCount);
    const edges = iteratedSearch(graph, best.edges, random, share);
    effort.charge(share.work + START_WORK * graph.edgeCount);
    const cost = costOfEdges(graph, edges);
    if (cost >= best.cost) giveLess(this.#iterating);
    if (cost > best.cost) return undefined;
    this.#pool.remove(best);
    return cost < best.cost ? polished(graph, edges, effort) : edges;
  }

  /** What a turn of annealing finds that is better than what it had, which began with the `best`. */
  #annealedFrom(best: PoolTree): readonly number[] | undefined {
    const { effort, random } = this.#state;
    const { graph } = this.#instance;
    this.#annealed ??= new Annealing(graph, best.edges, random);
    const annealing = this.#annealed;
    if (annealing.isBetweenRuns) {
      giveLess(this.#annealing);
      annealing.restart(best.edges);
    }
    const share = effort.part(TURN * graph.edgeCount);
    const isBetter = annealing.run(share);
    effort.charge(share.work + START_WORK * graph.edgeCount);
    return isBetter ? polished(graph, annealing.edges(), effort) : undefined;
  }

  #below(count: number): number {
    return Math.floor(this.#state.random() * count);
  }
}

/** Whether trees of the instance make narrow graphs together. */
export function isSparse({ graph }: Instance): boolean {
  return graph.edgeCount <= SPARSE * graph.nodeCount;
}

function giveLess(way: Way): void {
  way.share = Math.max(way.least, way.share / 2);
}

/** Up to how many edges a node trees are merged. */
const SPARSE = 3;

/** How often iterated search and annealing may go through all edges in a turn. */
const TURN = 100;

/** How many trees of the pool, and how many raw ones, are merged with the best. */
const MERGED = 4;

/** How many states merging may look at, about, and what it may take, for each edge of a tree. */
const STATES_AN_EDGE = 20;
const MERGE_WORK = 2_000;

/** What making a tree is charged, for each edge. */
const START_WORK = 4;
