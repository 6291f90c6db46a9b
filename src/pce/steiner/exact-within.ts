import type { SearchState } from "./branch-and-bound.ts";
import { dijkstraSteiner } from "./dijkstra-steiner.ts";
import type { Instance } from "./instance.ts";

/**
 * Whether an exact search for a cheaper tree is done within so much work for each edge; what it finds is
 * offered to the incumbent, which is then a minimum. Source, complexity and ties: {@link dijkstraSteiner}.
 */
export function exactWithin(instance: Instance, state: SearchState, workAnEdge: number): boolean {
  const { incumbent, effort } = state;
  const { graph, fixedCost } = instance;
  if (graph.terminals.length > FEW_TERMINALS) return false;
  if (graph.terminals.length < 2) {
    // The reductions have left nothing to join: what they fixed is a cheapest tree.
    incumbent.offer(instance, []);
    return true;
  }
  const share = effort.part(workAnEdge * graph.edgeCount);
  const { edges } = dijkstraSteiner(graph, incumbent.target - fixedCost, share);
  effort.charge(share.work);
  if (edges !== undefined) incumbent.offer(instance, edges);
  return edges !== undefined || !share.isSpent();
}

/** Up to how many terminals the exact search is tried. */
export const FEW_TERMINALS = 14;
