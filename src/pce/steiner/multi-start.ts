import { Annealing } from "./annealing.ts";
import type { SearchState } from "./branch-and-bound.ts";
import { dualAscent } from "./dual-ascent.ts";
import { costOfEdges, isTree } from "./edge-tree.ts";
import type { Instance } from "./instance.ts";
import { iteratedSearch } from "./iterated-search.ts";
import { heuristicTree, polished } from "./polish.ts";
import type { EdgeCosts } from "./shortest-path-heuristic.ts";

/** A tree of the pool. */
interface PoolTree {
  readonly edges: readonly number[];
  readonly cost: number;
}

/** How many trees the pool has. */
const POOL_SIZE = 16;

/** A way to better trees: what it has done so far, and what it gets of the work beside the others. */
interface Way {
  work: number;
  share: number;
  readonly most: number;
}

/**
 * Multi-start with a pool of elite trees (Pajor, Uchoa and Werneck, 2018, section 3), beside two searches
 * that go on from the best of them. A step either
 *
 * - makes a tree, by the shortest path heuristic from some terminal among the edges that a dual ascent from
 *   another has paid for, at costs that chance changes a little, or at costs that favour the edges of two
 *   trees of the pool, and a local search at the real costs;
 * - goes on by {@link iteratedSearch}, which is better where trees are large and graphs sparse;
 * - or by {@link Annealing}, which is better where graphs are dense.
 *
 * The latter two get less work while they find nothing better. The tree goes into the pool in place of
 * the dearest that is no cheaper, of equals the first. No bound on how good the trees are; the best is never
 * lost. Equal random numbers give equal trees.
 */
export class MultiStart {
  #instance: Instance;
  readonly #state: SearchState;
  #pool: PoolTree[] = [];
  readonly #new: Way = { work: 0, share: 1, most: 1 };
  readonly #iterating: Way = { work: 0, share: 1, most: 1 };
  readonly #annealing: Way = { work: 0, share: MOST_ANNEALED, most: MOST_ANNEALED };
  #annealed: Annealing | undefined;
  /** Of each dual ascent, the edges that it has paid for. */
  #supports: Uint8Array[] = [];
  #ascentWork = 0;
  #treeWork = 0;

  constructor(instance: Instance, state: SearchState) {
    this.#instance = instance;
    this.#state = state;
  }

  /** Goes on with what is left after reductions, and with those trees of the pool that are left. */
  moveTo(instance: Instance): void {
    const { history } = this.#state;
    const trees = this.#pool.map(({ edges }) => history.expanded(this.#instance, edges));
    this.#instance = instance;
    this.#pool = [];
    this.#supports = [];
    this.#annealed = undefined;
    for (const tree of trees) {
      const isLeft = history.covered(instance, tree);
      const edges = [...isLeft.keys()].filter((edge) => isLeft[edge]);
      if (isTree(instance.graph, edges)) this.#add(edges);
    }
  }

  step(): void {
    const { effort, incumbent } = this.#state;
    const before = effort.work;
    const way = this.#next();
    const tree = this.#treeBy(way);
    way.work += effort.work - before;
    const isBetter = tree !== undefined && incumbent.offer(this.#instance, tree);
    if (isBetter) way.share = way.most;
    if (tree !== undefined) this.#add(tree);
  }

  /** The way that has done the least of its share. */
  #next(): Way {
    if (this.#pool.length === 0) return this.#new;
    const ways = [this.#annealing, this.#new, this.#iterating];
    return ways.reduce((best, way) => (way.work / way.share < best.work / best.share ? way : best));
  }

  #treeBy(way: Way): readonly number[] | undefined {
    const best = this.#best();
    if (best === undefined || way === this.#new) return this.#newTree();
    return way === this.#iterating ? this.#iterated(best) : this.#annealedFrom(best);
  }

  #newTree(): readonly number[] | undefined {
    const { effort } = this.#state;
    const { graph } = this.#instance;
    const start = graph.terminals[this.#below(graph.terminals.length)] ?? 0;
    const costs = this.#costs();
    const before = effort.work;
    const tree = heuristicTree(graph, start, costs);
    effort.charge(START_WORK * graph.edgeCount);
    const better = tree && polished(graph, tree, effort);
    this.#treeWork += effort.work - before;
    return better;
  }

  /**
   * A tree that costs no more than `best`, in its place. Where many cost the same, to go on from another one
   * is what leads to a cheaper one.
   */
  #iterated(best: PoolTree): readonly number[] | undefined {
    const { effort, random } = this.#state;
    const { graph } = this.#instance;
    const way = this.#iterating;
    const share = effort.part(TURN * graph.edgeCount);
    const edges = iteratedSearch(graph, best.edges, random, share);
    effort.charge(share.work + START_WORK * graph.edgeCount);
    const cost = costOfEdges(graph, edges);
    if (cost >= best.cost) way.share = Math.max(LEAST_SHARE * way.most, way.share / 2);
    if (cost > best.cost) return undefined;
    this.#pool.splice(this.#pool.indexOf(best), 1);
    return cost < best.cost ? polished(graph, edges, effort) : edges;
  }

  /** What a turn of annealing finds that is better than what it had, which began with the `best`. */
  #annealedFrom(best: PoolTree): readonly number[] | undefined {
    const { effort, random } = this.#state;
    const { graph } = this.#instance;
    const way = this.#annealing;
    this.#annealed ??= new Annealing(graph, best.edges, random);
    const annealing = this.#annealed;
    if (annealing.isBetweenRuns) {
      way.share = Math.max(LEAST_SHARE * way.most, way.share / 2);
      annealing.restart(best.edges);
    }
    const share = effort.part(TURN * graph.edgeCount);
    const isBetter = annealing.run(share);
    effort.charge(share.work + START_WORK * graph.edgeCount);
    return isBetter ? polished(graph, annealing.edges(), effort) : undefined;
  }

  /** The first tree is made from the best one known. */
  #costs(): EdgeCosts {
    if (this.#pool.length === 0) return this.#known();
    const isCombined = this.#pool.length > 1 && this.#state.random() < COMBINED;
    return isCombined ? this.#combined() : this.#supported();
  }

  #known(): EdgeCosts {
    const { history, incumbent } = this.#state;
    const isKnown = history.covered(this.#instance, incumbent.edges);
    return this.#instance.graph.costs.map((cost, edge) => (isKnown[edge] ? KNOWN * cost : cost));
  }

  /** Only the edges that some dual ascent has paid for, at costs that chance changes. */
  #supported(): EdgeCosts {
    const { random } = this.#state;
    const { costs } = this.#instance.graph;
    const isNewDue = this.#ascentWork <= ASCENTS * this.#treeWork;
    if (this.#supports.length < MOST_SUPPORTS && isNewDue) this.#supports.push(this.#support());
    const support = this.#supports[this.#below(this.#supports.length)];
    const strength = STRENGTH * random();
    return costs.map((cost, edge) =>
      support?.[edge] ? cost * (1 + strength * random()) : Number.POSITIVE_INFINITY,
    );
  }

  #support(): Uint8Array {
    const { effort } = this.#state;
    const { graph } = this.#instance;
    const before = effort.work;
    const root = graph.terminals[this.#below(graph.terminals.length)] ?? 0;
    const { reduced } = dualAscent(graph, root, effort);
    const support = new Uint8Array(graph.edgeCount);
    for (const [slot, arc] of graph.arcs.entries()) {
      if ((reduced[slot] ?? 0) <= 0) support[arc >> 1] = 1;
    }
    this.#ascentWork += effort.work - before;
    return support;
  }

  /** Costs that favour the edges of two trees, and those of both most. */
  #combined(): EdgeCosts {
    const { graph } = this.#instance;
    const first = this.#below(this.#pool.length);
    const second = (first + 1 + this.#below(this.#pool.length - 1)) % this.#pool.length;
    const uses = new Uint8Array(graph.edgeCount);
    for (const at of [first, second]) {
      for (const edge of this.#pool[at]?.edges ?? []) uses[edge] = (uses[edge] ?? 0) + 1;
    }
    return graph.costs.map((cost, edge) => {
      if (uses[edge] === 2) return cost;
      return cost * (uses[edge] === 1 ? 1 + this.#state.random() : 2 + 3 * this.#state.random());
    });
  }

  #add(edges: readonly number[]): void {
    const cost = costOfEdges(this.#instance.graph, edges);
    if (this.#pool.some((other) => other.cost === cost && isEqual(other.edges, edges))) return;
    if (this.#pool.length < POOL_SIZE) {
      this.#pool.push({ edges, cost });
      return;
    }
    const dearest = this.#pool.reduce(
      (worst, tree, at) => (tree.cost > (this.#pool[worst]?.cost ?? 0) ? at : worst),
      0,
    );
    if (cost <= (this.#pool[dearest]?.cost ?? 0)) this.#pool[dearest] = { edges, cost };
  }

  #best(): PoolTree | undefined {
    const [first] = this.#pool;
    return first && this.#pool.reduce((best, tree) => (tree.cost < best.cost ? tree : best), first);
  }

  #below(count: number): number {
    return Math.floor(this.#state.random() * count);
  }
}

/** How often iterated search and annealing may go through all edges in a turn. */
const TURN = 100;

/** What annealing gets for each work of new trees. */
const MOST_ANNEALED = 2;

/** The least share of a way, of its most. */
const LEAST_SHARE = 1 / 3;

/** How many dual ascents lead to trees, and what they may take of the work of these. */
const MOST_SUPPORTS = 16;
const ASCENTS = 0.25;

/** The share of steps that combine trees of the pool. */
const COMBINED = 0.5;

/** What the edges of the best tree known cost, of what they do. */
const KNOWN = 0.1;

/** By how much of itself a cost may grow by chance. */
const STRENGTH = 0.5;

/** What making a tree is charged, for each edge. */
const START_WORK = 4;

function isEqual(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((edge, at) => edge === right[at]);
}
