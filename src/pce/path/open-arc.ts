import { MORE_THAN_ANY } from "../graph/cell-words.ts";
import { NOWHERE } from "../graph/graph.ts";
import type { PathQuery } from "./bidirectional-path.ts";

// Searches ask these for every arc, so numbers are written out, as in `bidirectional-search.ts`: cells
// are two to an arc (a word of head and room, and the approach), and a cost of one is 2,048 ticks.

/** What the word of an arc must be at least so that `query` may go along it for certain, without asking. */
export function sureOf({ table, onward, back, isUsable }: PathQuery): number {
  return isUsable === undefined ? table.words.needed(Math.max(onward, back)) : MORE_THAN_ANY;
}

/** Whether `query` may go along the arc at a place of the table's rows; what the table has of its link is there afterwards. */
export function isOpenAt({ table, onward, back, isUsable }: PathQuery, place: number): boolean {
  const arc = table.rows.arcs[place] ?? 0;
  if (!table.isOpen(arc, onward, back)) return false;
  return isUsable === undefined || isUsable(arc >> 1);
}

/** What it costs to go along the arc at a place, which is open. */
export function stepAt({ table }: PathQuery, place: number): number {
  const { cells, zones, words } = table;
  const head = (cells[2 * place] ?? 0) & words.nodeMask;
  return ((cells[2 * place + 1] ?? 0) + (zones[head] ?? 0)) / 2048;
}

/** What it costs under `query` to go along `arc`; `Infinity` if that is not possible. */
export function stepOf(query: PathQuery, arc: number): number {
  const at = query.graph.positions[arc] ?? NOWHERE;
  if (at === NOWHERE) return Number.POSITIVE_INFINITY;
  const place = query.table.rows.places[at] ?? 0;
  return isOpenAt(query, place) ? stepAt(query, place) : Number.POSITIVE_INFINITY;
}
