import { improvedTree } from "./edge-tree.ts";
import type { Effort } from "./effort.ts";
import type { SteinerGraph } from "./steiner-graph.ts";
import { VertexTree } from "./vertex-tree.ts";

/**
 * Makes a tree cheaper by Steiner vertex insertion: a node outside that has edges to several nodes
 * of the tree comes in if the cheapest tree that spans it too costs less (Uchoa and Werneck, 2010,
 * section 3.1). One pass over the nodes in ascending order; O(depth of the tree) for each edge looked at.
 * The tree never becomes dearer; what costs the same stays.
 */
export function insertVertices(
  graph: SteinerGraph,
  edges: readonly number[],
  effort: Effort,
): readonly number[] {
  const tree = new VertexTree(graph, edges);
  // Where the tree costs nothing, a node that costs nothing is no gain.
  const slack = Math.min(-tree.cost * ROUNDING, -Number.MIN_VALUE);
  let isBetter = false;
  for (let node = 0; node < graph.nodeCount && !effort.isSpent(); node++) {
    if (!tree.has(node) && tree.insert(node, slack)) isBetter = true;
    effort.charge(tree.takeWork());
  }
  return isBetter ? improvedTree(graph, tree.edgesOf()) : edges;
}

/** Of what a tree costs, what it must gain at least, beyond rounding. */
const ROUNDING = 1e-12;
