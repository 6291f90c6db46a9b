import { MultiUndirectedGraph } from "graphology";
import { bfsFromNode } from "graphology-traversal";
import { type NodeId, nodeId } from "../model/ids.ts";
import type { Elements } from "./build.ts";
import type { Link, TopologyNode } from "./elements.ts";

/** The nodes and links of a topology for the libraries of graphology; keys are ids. */
export type TopologyGraph = MultiUndirectedGraph<TopologyNode, Link>;

/** Makes the graph of all nodes and of those links that are `usable`. */
export function buildGraph(
  { nodes, links }: Pick<Elements, "nodes" | "links">,
  usable: (link: Link) => boolean,
): TopologyGraph {
  const graph: TopologyGraph = new MultiUndirectedGraph();
  for (const node of nodes.values()) graph.addNode(node.id, { ...node });
  for (const link of links.values()) {
    if (usable(link)) graph.addEdgeWithKey(link.id, link.nodeA, link.nodeB, { ...link });
  }
  return graph;
}

/** The nodes of each connected part, parts and nodes in the order of the document. */
export function findComponents(graph: TopologyGraph): readonly (readonly NodeId[])[] {
  const componentOf = new Map<string, NodeId[]>();
  const components: NodeId[][] = [];
  for (const node of graph.nodes()) {
    const found = componentOf.get(node);
    if (found !== undefined) {
      found.push(nodeId(node));
      continue;
    }
    const component = [nodeId(node)];
    components.push(component);
    bfsFromNode(graph, node, (reached) => {
      componentOf.set(reached, component);
    });
  }
  return components;
}
