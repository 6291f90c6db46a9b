import { type Graph, headOf } from "../graph/graph.ts";

/**
 * What two paths may not have in common: links; or links and the nodes between their ends; or links
 * and shared risk link groups; or all of that.
 */
export type Disjointness = "link" | "node" | "srlg" | "node-and-srlg";

/** Whether two paths may not have a node between their ends in common. */
export function isNodeDisjoint(disjoint: Disjointness): boolean {
  return disjoint === "node" || disjoint === "node-and-srlg";
}

/** Whether no link of one path may share a risk with a link of the other. */
export function isRiskDisjoint(disjoint: Disjointness): boolean {
  return disjoint === "srlg" || disjoint === "node-and-srlg";
}

/** Whether `arc` is nothing that a path disjoint from `arcs`, which go on to `target`, may use. */
export function closedBy(
  graph: Graph,
  disjoint: Disjointness,
  arcs: readonly number[],
  target: number,
): (arc: number) => boolean {
  const links = new Set(arcs.map((arc) => arc >> 1));
  const nodes = new Set(isNodeDisjoint(disjoint) ? arcs.map((arc) => headOf(graph, arc)) : []);
  nodes.delete(target);
  if (isRiskDisjoint(disjoint)) for (const link of [...risksOf(graph, links)]) links.add(link);
  return (arc) => links.has(arc >> 1) || nodes.has(headOf(graph, arc));
}

/** The links that share a risk with one of `links`. O(links of all groups). */
function risksOf({ srlgs }: Graph, links: ReadonlySet<number>): readonly number[] {
  return [...srlgs.values()].filter((group) => group.some((link) => links.has(link))).flat();
}
