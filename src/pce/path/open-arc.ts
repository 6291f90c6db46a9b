import { NOWHERE } from "../graph/graph.ts";
import type { PathQuery } from "./bidirectional-path.ts";

/**
 * Whether `query` may go along the arc at `at` in `graph.arcs`. What `query.columns` has of its link
 * is there afterwards.
 */
export function isOpenAt(query: PathQuery, at: number): boolean {
  const { graph, columns, onward, back, isUsable } = query;
  const { room, residuals } = columns;
  const arc = graph.arcs[at] ?? 0;
  if (!((room[at] ?? 0) >= onward && (room[at] ?? 0) >= back)) {
    if (Number.isNaN(residuals[arc])) columns.load(arc >> 1);
    if ((residuals[arc] ?? 0) < onward || (residuals[arc ^ 1] ?? 0) < back) return false;
  }
  return isUsable === undefined || isUsable(arc >> 1);
}

/** What it costs under `query` to go along `arc`; `Infinity` if that is not possible. */
export function stepOf(query: PathQuery, arc: number): number {
  const at = query.graph.positions[arc] ?? NOWHERE;
  if (at === NOWHERE || !isOpenAt(query, at)) return Number.POSITIVE_INFINITY;
  return query.columns.steps[at] ?? 0;
}
