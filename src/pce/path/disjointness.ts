import { type Graph, headOf } from "../graph/graph.ts";

/**
 * What two paths may not have in common: links; or links and the nodes between their ends; or links
 * and shared risk link groups.
 */
export type Disjointness = "link" | "node" | "srlg";

/** Whether `arc` is nothing that a path disjoint from `arcs`, which go on to `target`, may use. */
export function closedBy(
  graph: Graph,
  disjoint: Disjointness,
  arcs: readonly number[],
  target: number,
): (arc: number) => boolean {
  const links = new Set(arcs.map((arc) => arc >> 1));
  const nodes = new Set(disjoint === "node" ? arcs.map((arc) => headOf(graph, arc)) : []);
  nodes.delete(target);
  if (disjoint === "srlg") for (const link of [...risksOf(graph, links)]) links.add(link);
  return (arc) => links.has(arc >> 1) || nodes.has(headOf(graph, arc));
}

/** The links that share a risk with one of `links`. */
function risksOf({ srlgs }: Graph, links: ReadonlySet<number>): readonly number[] {
  return [...srlgs.values()].filter((group) => group.some((link) => links.has(link))).flat();
}
