import { bestAscents } from "./best-ascents.ts";
import { ascentBound, useless, uselessArcs } from "./bound-test.ts";
import type { SearchState } from "./branch-and-bound.ts";
import { CutProgram } from "./cut-program.ts";
import { CutSeparation } from "./cut-separation.ts";
import { type DualAscent, dualAscent } from "./dual-ascent.ts";
import { costOfEdges, treeArcs } from "./edge-tree.ts";
import type { Instance } from "./instance.ts";
import { heuristicTree, polished } from "./polish.ts";
import type { Preprocessed } from "./preprocess.ts";
import { WorkingGraph } from "./working-graph.ts";

/**
 * The linear relaxation of the directed cut formulation (Wong, 1984) by cutting planes (Koch and Martin, 1998): the least cost
 * of arcs taken in parts, such that one enters each set of nodes with a terminal in all. The cuts of a dual
 * ascent come first, then those that {@link CutSeparation} finds. Its prices are a dual solution, which in exact arithmetic is a bound; here
 * they are paid anew as a dual ascent pays, as far as costs go, so that the bound holds whatever rounding did.
 * Arcs of no use for a cheaper tree than the best are barred as soon as that is known, and what is taken leads to trees.
 */
export class CuttingPlane {
  /** No tree costs less than this, or than the best. */
  lowerBound: number;
  isDone = false;
  readonly #instance: Instance;
  readonly #state: SearchState;
  readonly #root: number;
  readonly #program: CutProgram;
  readonly #separation: CutSeparation;
  /** A middling cost, by which costs are divided. */
  readonly #unit: number;
  readonly #isBarred: Uint8Array;
  /** A point that no cut separates. */
  #inner: Float64Array;
  #ascent: DualAscent;
  #rounds = 0;
  /** How many edges are barred either way. */
  #gone = 0;

  constructor({ instance, lowerBound }: Preprocessed, state: SearchState) {
    const { graph } = instance;
    this.#instance = instance;
    this.#state = state;
    this.lowerBound = lowerBound;
    this.#unit = graph.costs.reduce((sum, cost) => sum + cost, 0) / graph.edgeCount || 1;
    const [best] = bestAscents(graph, state, { tries: ROOTS, count: 1 });
    this.#root = best?.root ?? graph.terminals[0] ?? 0;
    this.#program = new CutProgram(graph.slotCosts.map((cost) => cost / this.#unit));
    this.#separation = new CutSeparation(graph, this.#root);
    this.#isBarred = new Uint8Array(graph.heads.length);
    this.#inner = this.#takenBy(heuristicTree(graph, this.#root) ?? []);
    const cuts: Int32Array[] = [];
    this.#ascent = dualAscent(graph, this.#root, state.effort, {
      onCut: (cut) => cuts.push(cut.slice()),
    });
    this.#learn(this.#ascent);
    for (const cut of cuts) this.#program.addRow(cut);
  }

  /** Solves the program, and adds cuts that its solution violates, with no more than `work`, about. */
  step(work: number): void {
    const { effort, incumbent } = this.#state;
    const share = effort.part(work);
    const isSolved = this.#program.solve(() => {
      share.charge(this.#program.takeWork());
      return share.isSpent();
    });
    effort.charge(share.work);
    if (!isSolved) {
      this.isDone = !share.isSpent();
      return;
    }
    this.#rounds++;
    const value = this.#value();
    if (this.#instance.fixedCost + value >= incumbent.target || this.#rounds % EVERY === 0) {
      this.bound();
      this.#offerTree();
    }
    if (this.lowerBound >= incumbent.target) this.isDone = true;
    else this.#separate();
  }

  /** Whether so many edges are of no use that it is better begun anew without them. */
  get hasShrunk(): boolean {
    return this.#gone > SHRUNK * this.#instance.graph.edgeCount;
  }

  #value(): number {
    const { slotCosts } = this.#instance.graph;
    return this.#program.taken.reduce((sum, part, slot) => sum + part * (slotCosts[slot] ?? 0), 0);
  }

  #separate(): void {
    const { effort } = this.#state;
    const { terminals } = this.#instance.graph;
    this.#program.dropSlackRows(SURPLUS);
    const first = (ROOT_STEP * this.#rounds) % terminals.length;
    const most = LEAST_CUTS + terminals.length;
    const { reduced } = this.#program;
    let found = 0;
    for (const { share, least } of POINTS) {
      const taken = this.#between(share);
      const cuts = this.#separation.violated({ taken, reduced }, { first, most, least });
      effort.charge(this.#separation.takeWork());
      for (const cut of cuts) this.#program.addRow(cut);
      if (cuts.length === 0 && share < 1) this.#inner = taken;
      found += cuts.length;
      if (found >= FEW_CUTS) return;
    }
    if (found > 0) return;
    this.bound();
    this.#offerTree();
    this.isDone = true;
  }

  /** What is taken of each arc by a tree. */
  #takenBy(tree: readonly number[]): Float64Array {
    const { graph } = this.#instance;
    const taken = new Float64Array(graph.heads.length);
    for (const arc of treeArcs(graph, tree, this.#root)) taken[graph.slotOf[arc ^ 1] ?? 0] = 1;
    return taken;
  }

  /** What is on the way from a point that all cuts leave to what is taken. */
  #between(share: number): Float64Array {
    const { taken } = this.#program;
    if (share === 1) return taken;
    return this.#inner.map((part, slot) => part + share * ((taken[slot] ?? 0) - part));
  }

  /** Learns what the prices say now. */
  bound(): void {
    const { graph } = this.#instance;
    const { effort } = this.#state;
    const reduced = graph.slotCosts.slice();
    for (const [slot, isBarred] of this.#isBarred.entries()) {
      if (isBarred) reduced[slot] = Number.POSITIVE_INFINITY;
    }
    let lowerBound = 0;
    for (const { columns, price } of this.#program.pricedRows()) {
      let paid = price * this.#unit;
      for (const slot of columns) paid = Math.min(paid, reduced[slot] ?? 0);
      if (paid <= 0) continue;
      lowerBound += paid;
      for (const slot of columns) reduced[slot] = (reduced[slot] ?? 0) - paid;
      effort.charge(columns.length);
    }
    // What is left by rounding is nothing.
    for (const [slot, cost] of reduced.entries())
      if (cost < NOTHING * this.#unit) reduced[slot] = 0;
    const before = { root: this.#root, lowerBound, reduced };
    this.#learn(dualAscent(graph, this.#root, effort, { before }));
  }

  #learn(ascent: DualAscent): void {
    const { incumbent, effort } = this.#state;
    const { graph, fixedCost } = this.#instance;
    this.#ascent = ascent;
    this.lowerBound = Math.max(this.lowerBound, fixedCost + ascent.lowerBound);
    if (this.lowerBound >= incumbent.target) return;
    const out = uselessArcs(graph, ascentBound(graph, ascent), incumbent.target - fixedCost);
    effort.charge(6 * graph.edgeCount);
    for (const [slot, isOut] of out.entries()) {
      if (!isOut || this.#isBarred[slot] || !this.#program.bar(slot)) continue;
      this.#isBarred[slot] = 1;
      if (this.#isBarred[graph.slotOf[(graph.arcs[slot] ?? 0) ^ 1] ?? 0]) this.#gone++;
    }
  }

  /** A tree by what is taken. */
  #offerTree(): void {
    const { incumbent, effort } = this.#state;
    const { graph, fixedCost } = this.#instance;
    const { taken } = this.#program;
    const costs = graph.costs.map((cost, edge) => {
      const part = Math.max(
        taken[graph.slotOf[2 * edge] ?? 0] ?? 0,
        taken[graph.slotOf[2 * edge + 1] ?? 0] ?? 0,
      );
      return cost * Math.max(0, 1 - part);
    });
    const tree = heuristicTree(graph, this.#root, costs);
    effort.charge(4 * graph.edgeCount);
    if (tree === undefined) return;
    const better = polished(graph, tree, effort);
    if (fixedCost + costOfEdges(graph, better) < incumbent.cost)
      incumbent.offer(this.#instance, better);
  }

  /** What is left without the edges that no cheaper tree than the best has. */
  left(): Instance {
    const { history, incumbent, effort } = this.#state;
    const { graph, fixedCost } = this.#instance;
    const most = incumbent.target - fixedCost;
    const out = new Set(useless(graph, ascentBound(graph, this.#ascent), most));
    effort.charge(6 * graph.edgeCount);
    for (let edge = 0; edge < graph.edgeCount; edge++) {
      if (
        this.#isBarred[graph.slotOf[2 * edge] ?? 0] &&
        this.#isBarred[graph.slotOf[2 * edge + 1] ?? 0]
      )
        out.add(edge);
    }
    if (out.size === 0) return this.#instance;
    const working = new WorkingGraph(this.#instance, history);
    for (const edge of out) working.removeEdge(edge);
    working.settleAll();
    return working.compiled();
  }
}

/** From how many terminals it may begin. */
const ROOTS = 40;

/** After how many rounds prices are looked at and a tree is made. */
const EVERY = 5;

/** By how many terminals each round begins later than the one before. */
const ROOT_STEP = 7;

/** How many cuts a round adds at most, besides one for each terminal; with fewer than the other, those count that are hardly violated. */
const LEAST_CUTS = 20;
const FEW_CUTS = 5;

/** Where cuts are looked for, on the way to what is taken, and by how much they are violated there, at least. */
const CLEAR = 0.01;
const UNCLEAR = 1e-6;

const POINTS = [
  { share: 0.5, least: CLEAR },
  { share: 1, least: CLEAR },
  { share: 1, least: UNCLEAR },
];

/** With more than this taken beyond what is needed, a row goes. */
const SURPLUS = 1e-6;

/** From which share of edges gone it is worth beginning anew. */
const SHRUNK = 0.35;

/** What is nearer to zero than this, in terms of a middling cost, is zero. */
const NOTHING = 1e-9;
