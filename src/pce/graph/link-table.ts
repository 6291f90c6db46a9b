import { type ArcRows, arcRowsOf, leastApproach } from "./arc-rows.ts";
import { type Graph, headOf, metricOf, NOWHERE } from "./graph.ts";
import { TICKS } from "./ticks.ts";
import { zonesOf } from "./zones.ts";

/**
 * What a search reads of each arc, side by side in one array, for that is what it waits for: of the
 * arc at a place of `rows`, `cells[CELL * place + HEAD]` is the node where it ends, `APPROACH` what it
 * costs to come along it to the zone around that node, in ticks, see {@link zonesOf}, `ROOM` what is
 * free both ways, see {@link roomCellOf}, and `LEAST` the approach that it has at least. Where that is too
 * much, it is for the rest of the row.
 *
 * A link of which nothing was asked yet has no room, and costs no more than it will: its metric. Its
 * `residuals` are `NaN`; after `load` was called for it, all is there.
 */
export interface LinkTable {
  readonly cells: Cells;
  readonly rows: ArcRows;
  /** Of each node, in ticks; with it, an approach is a step. */
  readonly zones: Int32Array;
  /** No step is greater, in ticks. */
  readonly greatestStep: number;
  /** What paths between the same nodes cost is the same or differs by so much, in ticks; 0 if by anything. */
  readonly grain: number;
  /** By arc: what is free in its direction, bit/s. */
  readonly residuals: Float64Array;
  load(link: number): void;
}

/** Whole numbers of up to 31 bits where they will do: half the memory to wait for. */
export type Cells = Int32Array | Float64Array;

/** How many cells an arc has. */
export const CELL = 4;
/** Which of them is what. */
export const HEAD = 0;
export const APPROACH = 1;
export const ROOM = 2;
export const LEAST = 3;

/** The cells of a graph of whose links nothing was asked yet; no step will be greater than said, in ticks. */
export function emptyCells(graph: Graph, greatestStep: number): Cells {
  const isSmall = graph.metricRange.areWhole && greatestStep <= GREATEST_CELL;
  const cells = new (isSmall ? Int32Array : Float64Array)(CELL * graph.arcs.length);
  for (const [place, arc] of arcRowsOf(graph).arcs.entries()) {
    cells[CELL * place + HEAD] = headOf(graph, arc);
    cells[CELL * place + LEAST] = leastApproach(graph, arc);
  }
  forgetAll(graph, cells);
  return cells;
}

/** Writes what there is of `link`: what it costs, and what is free both ways, bit/s. */
export function setCells(
  graph: Graph,
  cells: Cells,
  link: number,
  { cost, room }: { readonly cost: number; readonly room: number },
): void {
  write(graph, cells, link, [cost * TICKS, roomCellOf(room)]);
}

/** Makes `link` one of which nothing was asked yet. */
export function forget(graph: Graph, cells: Cells, link: number): void {
  write(graph, cells, link, [metricOf(graph, link) * TICKS, NO_ROOM]);
}

/** Makes every link one of which nothing was asked yet. */
export function forgetAll(graph: Graph, cells: Cells): void {
  for (let link = 0; link < graph.linkIds.length; link++) forget(graph, cells, link);
}

function write(
  graph: Graph,
  cells: Cells,
  link: number,
  [step, room]: readonly [step: number, room: number],
): void {
  const zones = zonesOf(graph);
  const { places } = arcRowsOf(graph);
  for (const arc of [2 * link, 2 * link + 1]) {
    const at = graph.positions[arc] ?? NOWHERE;
    if (at === NOWHERE) continue;
    const cell = CELL * (places[at] ?? 0);
    cells[cell + APPROACH] = step - (zones[headOf(graph, arc)] ?? 0);
    cells[cell + ROOM] = room;
  }
}

/** What is in a cell for so much room, bit/s: what there is for certain, in kbit/s. */
export function roomCellOf(room: number): number {
  return Math.min(Math.floor(room / 1000), GREATEST_CELL - 1);
}

/**
 * What must be in a cell so that there is room for `demand`, bit/s, for certain. Where there is less,
 * residuals must be asked: there may be room all the same.
 */
export function neededCellOf(demand: number): number {
  return Math.min(Math.ceil(demand / 1000), GREATEST_CELL);
}

/** What is in no cell. */
export const ALWAYS_ASK = 0x7fff_ffff;

const NO_ROOM = -1;
const GREATEST_CELL = 0x7fff_ffff;
