import type { SearchState } from "./branch-and-bound.ts";
import { dualAscent } from "./dual-ascent.ts";
import type { Instance } from "./instance.ts";
import type { EdgeCosts } from "./shortest-path-heuristic.ts";
import type { TreePool } from "./tree-pool.ts";

/**
 * The costs at which new trees of an instance are made: those of edges that a dual ascent from some terminal has paid for,
 * changed a little by chance, or such that favour the edges of two trees of the pool (Pajor, Uchoa and Werneck,
 * 2018, sections 3.2 and 3.3). O(E), and a dual ascent now and then.
 */
export class StartCosts {
  readonly #instance: Instance;
  readonly #state: SearchState;
  readonly #pool: TreePool;
  /** Of each dual ascent, the edges that it has paid for. */
  readonly #supports: Uint8Array[] = [];
  #ascentWork = 0;

  constructor(instance: Instance, pool: TreePool, state: SearchState) {
    this.#instance = instance;
    this.#pool = pool;
    this.#state = state;
  }

  /** After so much work on new trees; the first tree is made from the best one known. */
  next(treeWork: number): EdgeCosts {
    const count = this.#pool.trees.length;
    if (count === 0) return this.#known();
    const isCombined = count > 1 && this.#state.random() < COMBINED;
    return isCombined ? this.#combined() : this.#supported(treeWork);
  }

  #known(): EdgeCosts {
    const { history, incumbent } = this.#state;
    const isKnown = history.covered(this.#instance, incumbent.edges);
    return this.#instance.graph.costs.map((cost, edge) => (isKnown[edge] ? KNOWN * cost : cost));
  }

  /** Only the edges that some dual ascent has paid for, at costs that chance changes. */
  #supported(treeWork: number): EdgeCosts {
    const { random } = this.#state;
    const { costs } = this.#instance.graph;
    const isNewDue = this.#ascentWork <= ASCENTS * treeWork;
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
    const { trees } = this.#pool;
    const first = this.#below(trees.length);
    const second = (first + 1 + this.#below(trees.length - 1)) % trees.length;
    const uses = new Uint8Array(graph.edgeCount);
    for (const at of [first, second]) {
      for (const edge of trees[at]?.edges ?? []) uses[edge] = (uses[edge] ?? 0) + 1;
    }
    return graph.costs.map((cost, edge) => {
      if (uses[edge] === 2) return cost;
      return cost * (uses[edge] === 1 ? 1 + this.#state.random() : 2 + 3 * this.#state.random());
    });
  }

  #below(count: number): number {
    return Math.floor(this.#state.random() * count);
  }
}

/** How many dual ascents lead to trees, and what they may take of the work of these. */
const MOST_SUPPORTS = 16;
const ASCENTS = 0.25;

/** The share of steps that combine trees of the pool. */
const COMBINED = 0.5;

/** What the edges of the best tree known cost, of what they do. */
const KNOWN = 0.1;

/** By how much of itself a cost may grow by chance. */
const STRENGTH = 0.5;
