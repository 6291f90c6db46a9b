import { NOWHERE } from "../graph/graph.ts";
import type { PathQuery } from "./bidirectional-path.ts";

// Searches ask these for every arc, so numbers are written out, as in `bidirectional-search.ts`: cells
// are four to an arc (head, approach, room in kbit/s, least approach), and a cost of one is 2,048 ticks.

/**
 * Whether `query` may go along the arc at a place of the table's rows. What `query.table` has of its link
 * is there afterwards.
 */
export function isOpenAt({ table, onward, back, isUsable }: PathQuery, place: number): boolean {
  const arc = table.rows.arcs[place] ?? 0;
  const sure = (table.cells[4 * place + 2] ?? 0) * 1000;
  if (sure < onward || sure < back || sure < 0) {
    const { residuals } = table;
    if (Number.isNaN(residuals[arc])) table.load(arc >> 1);
    if ((residuals[arc] ?? 0) < onward || (residuals[arc ^ 1] ?? 0) < back) return false;
  }
  return isUsable === undefined || isUsable(arc >> 1);
}

/** What it costs to go along the arc at a place, which is open. */
export function stepAt({ table }: PathQuery, place: number): number {
  const { cells, zones } = table;
  return ((cells[4 * place + 1] ?? 0) + (zones[cells[4 * place] ?? 0] ?? 0)) / 2048;
}

/** What it costs under `query` to go along `arc`; `Infinity` if that is not possible. */
export function stepOf(query: PathQuery, arc: number): number {
  const at = query.graph.positions[arc] ?? NOWHERE;
  if (at === NOWHERE) return Number.POSITIVE_INFINITY;
  const place = query.table.rows.places[at] ?? 0;
  return isOpenAt(query, place) ? stepAt(query, place) : Number.POSITIVE_INFINITY;
}
