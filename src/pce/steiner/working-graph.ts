import type { EdgeHistory, Instance } from "./instance.ts";
import { compiledGraph } from "./steiner-graph.ts";

const GONE = -1;

/**
 * An instance while it is changed: edges go, nodes become terminals, and the degree tests follow up
 * (Duin and Volgenant, Reduction Tests for the Steiner Problem in Graphs, 1989). Each keeps at least
 * one minimum tree: a node of degree one goes, and so does its edge, which is fixed if it is a terminal;
 * one of degree two that is no terminal makes room for one edge; two terminals become one where the
 * cheapest edge of the one leads to the other.
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
    this.#edgesAt = Array.from({ length: graph.nodeCount }, (_, node) =>
      Array.from(
        graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1]),
        (arc) => arc >> 1,
      ),
    );
    this.#isTerminal = graph.isTerminal.slice();
    this.#fixed = [...fixed];
    this.#fixedCost = fixedCost;
    this.#terminalCount = graph.terminals.length;
    this.#edgeTo = new Int32Array(graph.nodeCount);
    this.#isTouched = new Uint8Array(graph.nodeCount);
  }

  removeEdge(edge: number): void {
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

  /** What is left, its nodes and edges numbered anew in the same order. */
  compiled(): Instance {
    const nodes = [...this.#edgesAt.keys()].filter(
      (node) => this.#edges(node).length > 0 || this.#isTerminal[node],
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
    const edges = this.#edges(node);
    const [first, second] = edges;
    if (first === undefined || edges.length > 2) return;
    if (second === undefined) this.removeEdge(first);
    else this.#bypass(node, first, second);
  }

  /** Puts one edge in place of the two of `node`, unless there is a cheaper one already. */
  #bypass(node: number, first: number, second: number): void {
    const [left, right] = [this.#other(first, node), this.#other(second, node)];
    const cost = (this.#costs[first] ?? 0) + (this.#costs[second] ?? 0);
    const parallel = this.#edges(left).find((edge) => this.#other(edge, left) === right);
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
