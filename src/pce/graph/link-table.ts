import { type Graph, NOWHERE } from "./graph.ts";

/**
 * What a search reads of each arc, side by side in one array, for that is what it waits for: of the
 * arc at position `at` in `graph.arcs`, `cells[CELL * at + HEAD]` is the node where it ends, `STEP`
 * what it costs to go along, in ticks, and `ROOM` what is free both ways, see {@link roomCellOf}.
 *
 * A link of which nothing was asked yet has no room. Its `residuals` are `NaN`; after `load` was
 * called for it, all is there.
 */
export interface LinkTable {
  readonly cells: Cells;
  /** No step is greater, in ticks. */
  readonly greatestStep: number;
  /** Costs of paths that are not the same differ by at least so much, in ticks; 0 if by anything. */
  readonly grain: number;
  /** By arc: what is free in its direction, bit/s. */
  readonly residuals: Float64Array;
  load(link: number): void;
}

/** Whole numbers of up to 31 bits where they will do: half the memory to wait for. */
export type Cells = Int32Array | Float64Array;

/** How many cells an arc has. */
export const CELL = 3;
/** Which of them is what. */
export const HEAD = 0;
export const STEP = 1;
export const ROOM = 2;

/**
 * How many ticks a cost of one has: half of every cost that a link with a whole metric can have is a
 * whole number of them. A power of two, so that nothing is lost by changing over.
 */
export const TICKS = 2048;

/** The cells of a graph of which nothing is known but heads and, where `metrics` count, steps. */
export function emptyCells(graph: Graph, greatestStep: number): Cells {
  const { arcs, heads, metrics, metricRange } = graph;
  const isSmall = metricRange.areWhole && greatestStep <= GREATEST_CELL;
  const cells = new (isSmall ? Int32Array : Float64Array)(CELL * arcs.length);
  for (const [at, arc] of arcs.entries()) {
    cells[CELL * at + HEAD] = heads[arc] ?? 0;
    cells[CELL * at + STEP] = (metrics[arc >> 1] ?? 0) * TICKS;
    cells[CELL * at + ROOM] = NO_ROOM;
  }
  return cells;
}

/** Writes what there is of `link`: what it costs, and what is free both ways, bit/s. */
export function setCells(
  { positions }: Graph,
  cells: Cells,
  link: number,
  { cost, room }: { readonly cost: number; readonly room: number },
): void {
  for (const arc of [2 * link, 2 * link + 1]) {
    const at = positions[arc] ?? NOWHERE;
    if (at === NOWHERE) continue;
    cells[CELL * at + STEP] = cost * TICKS;
    cells[CELL * at + ROOM] = roomCellOf(room);
  }
}

/** Makes `link` one of which nothing was asked yet. */
export function forgetRoom({ positions }: Graph, cells: Cells, link: number): void {
  for (const arc of [2 * link, 2 * link + 1]) {
    const at = positions[arc] ?? NOWHERE;
    if (at !== NOWHERE) cells[CELL * at + ROOM] = NO_ROOM;
  }
}

/** Makes every link one of which nothing was asked yet. */
export function forgetAllRoom(cells: Cells): void {
  for (let cell = ROOM; cell < cells.length; cell += CELL) cells[cell] = NO_ROOM;
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
