import type { SearchState } from "./branch-and-bound.ts";
import { type DualAscent, dualAscent } from "./dual-ascent.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * Dual ascents from terminals by chance, of which those with the best bounds are kept, `count` of them; the best first. How good a
 * bound is hangs on the root, though what the relaxation behind it comes to does not. Ends when there were
 * `tries`, or when they have taken some work for each edge. Ties go to what came first.
 */
export function bestAscents(
  graph: SteinerGraph,
  { random, effort }: SearchState,
  { tries, count }: { readonly tries: number; readonly count: number },
): readonly DualAscent[] {
  const roots = [...graph.terminals];
  const end = effort.work + MOST_WORK * graph.edgeCount;
  let best: readonly DualAscent[] = [];
  for (let index = 0; index < tries && roots.length > 0 && !effort.isSpent(); index++) {
    if (index >= count && effort.work > end) break;
    const [root = 0] = roots.splice(Math.floor(random() * roots.length), 1);
    const ascent = dualAscent(graph, root, effort);
    best = [...best, ascent].sort((x, y) => y.lowerBound - x.lowerBound).slice(0, count);
  }
  return best;
}

/** What they may take for each edge. */
const MOST_WORK = 1_000;
