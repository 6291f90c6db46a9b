import { type ArcRows, arcRowsOf } from "./arc-rows.ts";
import { CellWords } from "./cell-words.ts";
import { type Graph, headOf, metricOf, NOWHERE } from "./graph.ts";
import type { LinkUps } from "./link-ups.ts";
import { TICKS } from "./ticks.ts";
import { zonesOf } from "./zones.ts";

/** Where a table has from what it does not know yet. */
export interface LinkSource {
  /** By arc: what is free in its direction, bit/s; `NaN` where it was not asked for. */
  readonly residuals: Float64Array;
  /** Fills in what there is of `link`, and tells every table by {@link LinkTable.set}. */
  load(link: number): void;
}

/** What there is to know of a table beforehand. */
export interface TableForm {
  /** No step will be greater, in ticks. */
  readonly greatestStep: number;
  /** What paths between the same nodes cost is the same or differs by so much, in ticks; 0 if by anything. */
  readonly grain: number;
  /** Whether links cost their metric, always. */
  readonly isFixed: boolean;
  /** Which links are up; all, without it. */
  readonly ups?: LinkUps | undefined;
}

/**
 * What a search reads of each arc, side by side in one array, for that is what it waits for: of the
 * arc at a place of `rows`, `cells[2 * place]` is the node where it ends and what is free both ways, see
 * {@link CellWords}, and `cells[2 * place + 1]` its approach: what it costs to come along it to the zone around
 * that node, in ticks, see {@link zonesOf}.
 *
 * A link of which nothing was asked yet has no room, and costs no more than it will: its metric. Where links
 * may be down, those not known to be up have no room either; so a word that is great enough needs no more asking,
 * and {@link LinkTable.isOpen} tells of the others.
 */
export class LinkTable {
  readonly cells: Cells;
  readonly rows: ArcRows;
  /** Of each node, in ticks; with it, an approach is a step. */
  readonly zones: Int32Array;
  readonly words: CellWords;
  readonly greatestStep: number;
  readonly grain: number;
  /** Whether the arcs of every node have ascending approaches. */
  readonly isSorted: boolean;
  readonly #graph: Graph;
  readonly #source: LinkSource;
  readonly #form: TableForm;
  #ups: LinkUps | undefined;
  /** Of each link: 1 once it is known to be up. */
  readonly #isUp: Uint8Array;
  #upLinks: number[] = [];

  /** With what `known` knows; without one, nothing was asked yet of any link. */
  constructor(graph: Graph, source: LinkSource, form: TableForm, known?: LinkTable) {
    const { greatestStep, grain, isFixed, ups } = form;
    this.#graph = graph;
    this.#source = source;
    this.#form = form;
    this.#ups = ups;
    this.rows = arcRowsOf(graph);
    this.zones = zonesOf(graph);
    this.words = new CellWords(graph.nodeIds.length);
    this.greatestStep = greatestStep;
    this.grain = grain;
    this.isSorted = isFixed;
    this.#isUp = new Uint8Array(graph.linkIds.length);
    const isSmall = graph.metricRange.areWhole && greatestStep <= GREATEST_CELL;
    this.cells = new (isSmall ? Int32Array : Float64Array)(CELL * graph.arcs.length);
    if (known === undefined) this.forgetAll();
    else this.#learn(known);
  }

  /** A table of the same, that has from `source` what it does not know. O(E). */
  copy(source: LinkSource): LinkTable {
    return new LinkTable(this.#graph, source, this.#form, this);
  }

  #learn(known: LinkTable): void {
    this.cells.set(known.cells);
    this.#ups = known.#ups;
    this.#isUp.set(known.#isUp);
    this.#upLinks = [...known.#upLinks];
  }

  /** Has it from `ups` from now on which links are up. O(links known to be up). */
  follow(ups: LinkUps): void {
    if (ups === this.#ups) return;
    this.#ups = ups;
    for (const link of this.#upLinks) {
      this.#isUp[link] = 0;
      this.#writeRoom(link, 0);
    }
    this.#upLinks = [];
  }

  /** Whether `arc` has so much free in its direction and in the other, bit/s, and is up. */
  isOpen(arc: number, onward: number, back: number): boolean {
    const link = arc >> 1;
    const { residuals } = this.#source;
    if (Number.isNaN(residuals[arc])) this.#source.load(link);
    if ((residuals[arc] ?? 0) < onward || (residuals[arc ^ 1] ?? 0) < back) return false;
    if (this.#ups === undefined || this.#isUp[link] === 1) return true;
    if (!this.#ups.isUp(link)) return false;
    this.#isUp[link] = 1;
    this.#upLinks.push(link);
    this.#writeRoom(link, Math.min(residuals[arc] ?? 0, residuals[arc ^ 1] ?? 0));
    return true;
  }

  /** Writes what there is of `link`: what it costs, and what is free both ways, bit/s. */
  set(link: number, { cost, room }: { readonly cost: number; readonly room: number }): void {
    const isUp = this.#ups === undefined || this.#isUp[link] === 1;
    this.#writeStep(link, cost * TICKS);
    this.#writeRoom(link, isUp ? room : 0);
  }

  /** Makes `link` one of which nothing was asked yet. */
  forget(link: number): void {
    this.#writeStep(link, metricOf(this.#graph, link) * TICKS);
    this.#writeRoom(link, 0);
  }

  /** Makes every link one of which nothing was asked yet. */
  forgetAll(): void {
    for (let link = 0; link < this.#graph.linkIds.length; link++) this.forget(link);
  }

  #writeStep(link: number, step: number): void {
    for (const arc of [2 * link, 2 * link + 1]) {
      const cell = this.#cellOf(arc);
      if (cell === NOWHERE) continue;
      this.cells[cell + 1] = step - (this.zones[headOf(this.#graph, arc)] ?? 0);
    }
  }

  #writeRoom(link: number, room: number): void {
    for (const arc of [2 * link, 2 * link + 1]) {
      const cell = this.#cellOf(arc);
      if (cell !== NOWHERE) this.cells[cell] = this.words.of(headOf(this.#graph, arc), room);
    }
  }

  #cellOf(arc: number): number {
    const at = this.#graph.positions[arc] ?? NOWHERE;
    return at === NOWHERE ? NOWHERE : CELL * (this.rows.places[at] ?? 0);
  }
}

/** Whole numbers of up to 31 bits where they will do: half the memory to wait for. */
export type Cells = Int32Array | Float64Array;

/** How many cells an arc has. */
export const CELL = 2;

const GREATEST_CELL = 0x7fff_ffff;
