import type { SearchState } from "./branch-and-bound.ts";
import { costOfEdges } from "./edge-tree.ts";
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

/**
 * Multi-start with a pool of elite trees (Pajor, Uchoa and Werneck, 2018, section 3): each step makes
 * one tree, by the shortest path heuristic from some terminal at costs that chance changes a little or
 * that favour the edges of two trees of the pool, and a local search at the real costs. It goes into
 * the pool in place of the dearest that is no cheaper. Equal random numbers give equal trees.
 */
export class MultiStart {
  readonly #instance: Instance;
  readonly #state: SearchState;
  readonly #random: () => number;
  readonly #pool: PoolTree[] = [];

  constructor(instance: Instance, random: () => number, state: SearchState) {
    this.#instance = instance;
    this.#random = random;
    this.#state = state;
  }

  step(): void {
    const { effort, incumbent } = this.#state;
    const { graph } = this.#instance;
    const isCombined = this.#pool.length > 1 && this.#random() < COMBINED;
    const costs = isCombined ? this.#combined() : this.#perturbed();
    const start = graph.terminals[this.#below(graph.terminals.length)] ?? 0;
    const tree = heuristicTree(graph, start, costs);
    effort.charge(START_WORK * graph.edgeCount);
    if (tree === undefined) return;
    const local = polished(graph, tree, effort);
    const edges = polished(graph, iteratedSearch(graph, local, this.#random, effort), effort);
    incumbent.offer(this.#instance, edges);
    this.#add(edges);
  }

  #perturbed(): EdgeCosts {
    const strength = STRENGTH * this.#random();
    return this.#instance.graph.costs.map((cost) => cost * (1 + strength * this.#random()));
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
      return cost * (uses[edge] === 1 ? 1 + this.#random() : 2 + 3 * this.#random());
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

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

/** The share of steps that combine trees of the pool. */
const COMBINED = 0.5;

/** By how much of itself a cost may grow by chance. */
const STRENGTH = 0.5;

/** What making a tree is charged, for each edge. */
const START_WORK = 4;

function isEqual(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((edge, at) => edge === right[at]);
}
