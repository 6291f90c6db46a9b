import type { Topology } from "../../topology.ts";
import { nodeIdOf } from "../graph/graph.ts";
import type { Ends, Scene } from "../plan/scene.ts";

/**
 * The most links of a tree that may meet at `node`: no bound where a network may branch, else no more
 * than two links and endpoints together. Negative where there are too many endpoints already. O(1).
 */
export function maxDegree({ topology, graph }: Scene, { terminals }: Ends, node: number): number {
  if (canBranch(topology)) return Number.POSITIVE_INFINITY;
  if (topology.nodes.get(nodeIdOf(graph, node))?.branching !== false) {
    return Number.POSITIVE_INFINITY;
  }
  return 2 - (terminals.get(node)?.count ?? 0);
}

/** Whether a network may branch at every node; found out once for each topology value. */
function canBranch(topology: Topology): boolean {
  const known = branching.get(topology);
  if (known !== undefined) return known;
  const everywhere = [...topology.nodes.values()].every((node) => node.branching);
  branching.set(topology, everywhere);
  return everywhere;
}

const branching = new WeakMap<Topology, boolean>();
