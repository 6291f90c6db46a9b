import { NOWHERE } from "../graph/graph.ts";
import type { PathQuery } from "./bidirectional-path.ts";

// Searches ask these for every arc, so numbers are written out, as in `bidirectional-search.ts`: cells
// are three to an arc (head, approach, room in kbit/s), and a cost of one is 2,048 ticks.

/**
 * Whether `query` may go along the arc at `at` in `graph.arcs`. What `query.table` has of its link
 * is there afterwards.
 */
export function isOpenAt({ graph, table, onward, back, isUsable }: PathQuery, at: number): boolean {
  const arc = graph.arcs[at] ?? 0;
  const sure = (table.cells[3 * at + 2] ?? 0) * 1000;
  if (sure < onward || sure < back || sure < 0) {
    const { residuals } = table;
    if (Number.isNaN(residuals[arc])) table.load(arc >> 1);
    if ((residuals[arc] ?? 0) < onward || (residuals[arc ^ 1] ?? 0) < back) return false;
  }
  return isUsable === undefined || isUsable(arc >> 1);
}

/** What it costs to go along the arc at `at`, which is open. */
export function stepAt({ table }: PathQuery, at: number): number {
  const { cells, zones } = table;
  return ((cells[3 * at + 1] ?? 0) + (zones[cells[3 * at] ?? 0] ?? 0)) / 2048;
}

/** What it costs under `query` to go along `arc`; `Infinity` if that is not possible. */
export function stepOf(query: PathQuery, arc: number): number {
  const at = query.graph.positions[arc] ?? NOWHERE;
  return at === NOWHERE || !isOpenAt(query, at) ? Number.POSITIVE_INFINITY : stepAt(query, at);
}
