import type { Topology } from "../topology.ts";
import type { Realisation } from "./realisation.ts";

/**
 * Whether a realisation can stay as it is on this topology: its touch points are where they were,
 * and its links exist, are enabled, and may carry its labels.
 */
export function stands(topology: Topology, { plan }: Realisation): boolean {
  return (
    plan.endpoints.every(({ hostPort, attachment }) => {
      const touchPoint = topology.touchPoints.get(hostPort);
      return touchPoint?.port === attachment.port && isEnabled(topology, touchPoint.node);
    }) &&
    plan.links.every(({ link: id, label }) => {
      const link = topology.links.get(id);
      return (
        link?.enabled === true &&
        link.vlans.has(label) &&
        isEnabled(topology, link.nodeA) &&
        isEnabled(topology, link.nodeB)
      );
    })
  );
}

/** Whether the realisation means the same ports on both topologies. */
export function standsAlike(before: Topology, after: Topology, realisation: Realisation): boolean {
  return (
    stands(after, realisation) &&
    realisation.plan.links.every(({ link }) => {
      const [was, is] = [before.links.get(link), after.links.get(link)];
      return was?.a === is?.a && was?.b === is?.b;
    })
  );
}

/** Whether everything that the realisation names is on this topology, enabled or not. */
export function isDrawnOn(topology: Topology, { plan }: Realisation): boolean {
  return (
    plan.endpoints.every(({ attachment }) => topology.ports.has(attachment.port)) &&
    plan.links.every(({ link }) => topology.links.has(link))
  );
}

function isEnabled(topology: Topology, node: Parameters<Topology["nodes"]["get"]>[0]): boolean {
  return topology.nodes.get(node)?.enabled === true;
}
