import type { EdgeHistory, Instance } from "./instance.ts";
import { compiledGraph, edgesOfNodes } from "./steiner-graph.ts";

const GONE = -1;

/** A node with its edges, their costs and where they lead. */
export interface Star {
  readonly node: number;
  readonly edges: readonly number[];
  readonly ends: readonly number[];
  readonly costs: readonly number[];
}

/** Whether a way between two places in a star is longer than another one. */
type IsLong = (left: number, right: number, cost: number) => boolean;

/** A way through a node, by places in its star, and the edge that there is between its ends. */
interface Way {
  readonly left: number;
  readonly right: number;
  readonly cost: number;
  readonly parallel: number | undefined;
}

/**
 * An instance while it is changed: edges go, nodes become terminals, and the degree tests follow up
 * (Duin and Volgenant, Reduction Tests for the Steiner Problem in Graphs, 1989). Each keeps at least
 * one minimum tree: a node of degree one goes, and so does its edge, which is fixed if it is a terminal;
 * one of degree two that is no terminal makes room for one edge; two terminals become one where the
 * cheapest edge of the one leads to the other. Each test is O(its node's edges), and a node is looked at
 * again when an edge of it goes; of parallel edges the cheapest stays, of equals the first.
 */
export class WorkingGraph {
  readonly #history: EdgeHistory;
  /** The ends of each edge; gone if negative. */
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #costs: Float64Array;
  readonly #histories: Int32Array;
  /** Of each node, its edges, and some that are gone or have moved. */
  readonly #edgesAt: number[][];
  readonly #isTerminal: Uint8Array;
  readonly #fixed: number[];
  #fixedCost: number;
  #terminalCount: number;
  /** The edge from the node at hand to each node, plus one. */
  readonly #edgeTo: Int32Array;
  readonly #touched: number[] = [];
  readonly #isTouched: Uint8Array;

  constructor({ graph, histories, fixed, fixedCost }: Instance, history: EdgeHistory) {
    this.#history = history;
    this.#a = graph.a.slice();
    this.#b = graph.b.slice();
    this.#costs = graph.costs.slice();
    this.#histories = histories.slice();
    this.#edgesAt = edgesOfNodes(graph);
    this.#isTerminal = graph.isTerminal.slice();
    this.#fixed = [...fixed];
    this.#fixedCost = fixedCost;
    this.#terminalCount = graph.terminals.length;
    this.#edgeTo = new Int32Array(graph.nodeCount);
    this.#isTouched = new Uint8Array(graph.nodeCount);
  }

  removeEdge(edge: number): void {
    if (this.#a[edge] === GONE) return;
    this.#touch(this.#a[edge] ?? GONE);
    this.#touch(this.#b[edge] ?? GONE);
    this.#a[edge] = GONE;
    this.#b[edge] = GONE;
  }

  removeNode(node: number): void {
    for (const edge of this.#edges(node)) this.removeEdge(edge);
  }

  makeTerminal(node: number): void {
    if (this.#isTerminal[node]) return;
    this.#isTerminal[node] = 1;
    this.#terminalCount++;
    this.#touch(node);
  }

  /** Applies the degree tests to all nodes that were touched, and to those that this touches. */
  settle(): void {
    for (let node = this.#touched.pop(); node !== undefined; node = this.#touched.pop()) {
      this.#isTouched[node] = 0;
      if (this.#isTerminal[node]) this.#settleTerminal(node);
      else this.#settleSteiner(node);
    }
  }

  /** Applies the degree tests to all nodes. */
  settleAll(): void {
    for (let node = this.#edgesAt.length - 1; node >= 0; node--) this.#touch(node);
    this.settle();
  }

  /** The edges of `node`; `undefined` if it is a terminal, or they are less than three or more than `most`. */
  star(node: number, most: number): Star | undefined {
    if (this.#isTerminal[node]) return undefined;
    const edges = this.#edges(node);
    if (edges.length < 3 || edges.length > most) return undefined;
    const ends = edges.map((edge) => this.#other(edge, node));
    return { node, edges, ends, costs: edges.map((edge) => this.#costs[edge] ?? 0) };
  }

  /**
   * Takes out the node of `star`, which has two edges at most in some minimum tree, and puts edges in place of the ways
   * through it, but for those that `isLong`, which is told the places in the star. Does nothing, and returns false,
   * where that would make more than `most` edges.
   */
  bypassAll({ node, edges, ends, costs }: Star, isLong: IsLong, most: number): boolean {
    const ways = this.#waysThrough({ node, edges, ends, costs }, isLong);
    if (ways.filter(({ parallel }) => parallel === undefined).length > most) return false;
    const histories = edges.map((edge) => this.#histories[edge] ?? 0);
    const free = [...edges];
    this.removeNode(node);
    // Forgets the edges that are gone, which come back elsewhere.
    for (const end of ends) this.#edges(end);
    for (const { left, right, cost, parallel } of ways) {
      const edge = parallel ?? free.pop() ?? 0;
      this.#costs[edge] = cost;
      this.#histories[edge] = this.#history.joined(histories[left] ?? 0, histories[right] ?? 0);
      if (parallel === undefined) this.#place(edge, ends[left] ?? 0, ends[right] ?? 0);
    }
    for (const end of ends) this.#touch(end);
    return true;
  }

  /** The ways through a node that are worth an edge. */
  #waysThrough({ ends, costs }: Star, isLong: IsLong): readonly Way[] {
    const ways: Way[] = [];
    for (let left = 0; left < ends.length; left++) {
      for (let right = left + 1; right < ends.length; right++) {
        const cost = (costs[left] ?? 0) + (costs[right] ?? 0);
        const parallel = this.#between(ends[left] ?? 0, ends[right] ?? 0);
        const isBeaten = parallel !== undefined && (this.#costs[parallel] ?? 0) <= cost;
        if (!isBeaten && !isLong(left, right, cost)) ways.push({ left, right, cost, parallel });
      }
    }
    return ways;
  }

  /** What is left, its nodes and edges numbered anew in the same order. */
  compiled(): Instance {
    const nodes = [...this.#edgesAt.keys()].filter(
      (node) => this.#isTerminal[node] || this.#hasEdges(node),
    );
    const numbers = new Int32Array(this.#edgesAt.length);
    for (const [number, node] of nodes.entries()) numbers[node] = number;
    const edges = [...this.#a.keys()].filter((edge) => (this.#a[edge] ?? GONE) >= 0);
    const isTerminal = Uint8Array.from(nodes, (node) => this.#isTerminal[node] ?? 0);
    const graph = compiledGraph({
      nodeCount: nodes.length,
      a: Int32Array.from(edges, (edge) => numbers[this.#a[edge] ?? 0] ?? 0),
      b: Int32Array.from(edges, (edge) => numbers[this.#b[edge] ?? 0] ?? 0),
      costs: Float64Array.from(edges, (edge) => this.#costs[edge] ?? 0),
      terminals: Int32Array.from([...isTerminal.keys()].filter((node) => isTerminal[node])),
      isTerminal,
    });
    const histories = Int32Array.from(edges, (edge) => this.#histories[edge] ?? 0);
    return { graph, histories, fixed: this.#fixed, fixedCost: this.#fixedCost };
  }

  #settleTerminal(node: number): void {
    if (this.#terminalCount === 1) {
      this.removeNode(node);
      return;
    }
    const edges = this.#edges(node);
    const [first] = edges;
    if (first === undefined) return;
    const cheapest = edges.reduce(
      (best, edge) => ((this.#costs[edge] ?? 0) < (this.#costs[best] ?? 0) ? edge : best),
      first,
    );
    const cost = this.#costs[cheapest] ?? 0;
    const link = edges.find(
      (edge) => this.#costs[edge] === cost && this.#isTerminal[this.#other(edge, node)],
    );
    if (link !== undefined) this.#contract(link, node);
    else if (edges.length === 1) this.#contract(first, node);
  }

  #settleSteiner(node: number): void {
    if (this.#hasMoreThanTwo(node)) return;
    const edges = this.#edges(node);
    const [first, second] = edges;
    if (first === undefined) return;
    if (second === undefined) this.removeEdge(first);
    else this.#bypass(node, first, second);
  }

  #hasEdges(node: number): boolean {
    return (this.#edgesAt[node] ?? []).some(
      (edge) => this.#a[edge] === node || this.#b[edge] === node,
    );
  }

  #hasMoreThanTwo(node: number): boolean {
    let count = 0;
    for (const edge of this.#edgesAt[node] ?? []) {
      if (this.#a[edge] !== node && this.#b[edge] !== node) continue;
      count++;
      if (count > 2) return true;
    }
    return false;
  }

  /** Puts one edge in place of the two of `node`, unless there is a cheaper one already. */
  #bypass(node: number, first: number, second: number): void {
    const [left, right] = [this.#other(first, node), this.#other(second, node)];
    const cost = (this.#costs[first] ?? 0) + (this.#costs[second] ?? 0);
    const parallel = this.#between(left, right);
    this.removeEdge(second);
    if (parallel !== undefined && (this.#costs[parallel] ?? 0) <= cost) {
      this.removeEdge(first);
      return;
    }
    if (parallel !== undefined) this.removeEdge(parallel);
    this.#costs[first] = cost;
    this.#histories[first] = this.#history.joined(
      this.#histories[first] ?? 0,
      this.#histories[second] ?? 0,
    );
    this.#move(first, node, right);
    this.#touch(left);
  }

  /** Fixes `edge`, and makes one node of `node` and the other end, which takes over its edges. */
  #contract(edge: number, node: number): void {
    const into = this.#other(edge, node);
    this.#fixed.push(this.#histories[edge] ?? 0);
    this.#fixedCost += this.#costs[edge] ?? 0;
    this.removeEdge(edge);
    if (this.#isTerminal[into]) this.#terminalCount--;
    this.#isTerminal[into] = 1;
    this.#isTerminal[node] = 0;
    const ends = this.#edges(into).map((own) => {
      const end = this.#other(own, into);
      this.#edgeTo[end] = own + 1;
      return end;
    });
    for (const moved of this.#edges(node)) {
      const end = this.#other(moved, node);
      const parallel = (this.#edgeTo[end] ?? 0) - 1;
      if (parallel >= 0 && (this.#costs[parallel] ?? 0) <= (this.#costs[moved] ?? 0)) {
        this.removeEdge(moved);
        continue;
      }
      if (parallel >= 0) this.removeEdge(parallel);
      this.#move(moved, node, into);
      this.#touch(end);
    }
    for (const end of ends) this.#edgeTo[end] = 0;
    this.#touch(into);
  }

  #between(left: number, right: number): number | undefined {
    return this.#edges(left).find((edge) => this.#other(edge, left) === right);
  }

  #place(edge: number, left: number, right: number): void {
    this.#a[edge] = left;
    this.#b[edge] = right;
    this.#edgesAt[left]?.push(edge);
    this.#edgesAt[right]?.push(edge);
  }

  #move(edge: number, from: number, to: number): void {
    if (this.#a[edge] === from) this.#a[edge] = to;
    else this.#b[edge] = to;
    this.#edgesAt[to]?.push(edge);
    this.#touch(to);
  }

  /** The edges of `node`; forgets what is gone. */
  #edges(node: number): readonly number[] {
    const edges = (this.#edgesAt[node] ?? []).filter(
      (edge) => this.#a[edge] === node || this.#b[edge] === node,
    );
    this.#edgesAt[node] = edges;
    return [...edges];
  }

  #other(edge: number, node: number): number {
    return (this.#a[edge] === node ? this.#b[edge] : this.#a[edge]) ?? GONE;
  }

  #touch(node: number): void {
    if (node < 0 || this.#isTouched[node]) return;
    this.#isTouched[node] = 1;
    this.#touched.push(node);
  }
}
