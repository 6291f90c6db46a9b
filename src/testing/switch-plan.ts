import type { DatapathId, NodeId, PortRef } from "../model/ids.ts";
import type { Port } from "../topology/elements.ts";
import type { Topology } from "../topology.ts";
import type { PortSpec } from "./datapath/port-table.ts";

/** A switch of the fabric: what it is to be made of, and which port of the topology is which. */
export interface SwitchPlan {
  readonly node: NodeId;
  readonly datapathId: DatapathId;
  readonly ports: readonly PortSpec[];
  readonly refs: ReadonlyMap<number, PortRef>;
}

/** Plans a switch for every node that has a datapath id. */
export function planSwitches(topology: Topology): readonly SwitchPlan[] {
  return [...topology.nodes.values()].flatMap(({ id, datapathId, ports }) => {
    if (datapathId === undefined) return [];
    const refs = numberPorts(ports.flatMap((ref) => topology.ports.get(ref) ?? []));
    const specs = [...refs].map(([port, ref]): PortSpec => {
      const name = topology.ports.get(ref)?.name;
      const isTunnel = topology.linkAt(ref)?.vnis !== undefined;
      return { port, isTunnel, ...(name === undefined ? {} : { name }) };
    });
    return [{ node: id, datapathId, ports: specs, refs }];
  });
}

/** Gives ports the numbers that the topology says, and the lowest free ones to the others. */
function numberPorts(ports: readonly Port[]): ReadonlyMap<number, PortRef> {
  const refs = new Map<number, PortRef>();
  for (const { ofPort, ref } of ports) {
    if (ofPort !== undefined) refs.set(ofPort, ref);
  }
  let free = 1;
  for (const { ofPort, ref } of ports) {
    if (ofPort !== undefined) continue;
    while (refs.has(free)) free += 1;
    refs.set(free, ref);
  }
  return refs;
}
