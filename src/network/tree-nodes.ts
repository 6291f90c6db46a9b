import type { NodeId } from "../model/ids.ts";
import type { NetworkPlan } from "../pce/index.ts";
import type { Topology } from "../topology.ts";

/** The nodes through which a tree runs, those of its endpoints included. */
export function treeNodes(topology: Topology, plan: NetworkPlan): ReadonlySet<NodeId> {
  const ends = plan.links.flatMap(({ link }) => {
    const found = topology.links.get(link);
    return found === undefined ? [] : [found.nodeA, found.nodeB];
  });
  return new Set([...plan.endpoints.map(({ attachment }) => attachment.node), ...ends]);
}
