import { err, ok, Result } from "neverthrow";
import {
  type NmlBidirectionalPort,
  type NmlPort,
  type NmlTopology,
  readNmlTopology,
} from "../nsi/nml.ts";
import { describeXmlFault } from "../xml/fault.ts";
import {
  type EdgeInventory,
  type EdgePort,
  type InventoryFault,
  inventoryFault,
  inventoryOf,
  leastOf,
  readVlans,
} from "./inventory.ts";

/**
 * Reads an NML topology (GFD.206, as NSI uses it). Ports are those with VLAN labels in both
 * directions; the labels of both count. Most providers say nothing of capacity.
 */
export function readNml(document: string): Result<EdgeInventory, InventoryFault> {
  return readNmlTopology(document)
    .mapErr((fault) => inventoryFault(describeXmlFault(fault)))
    .andThen(nmlEdges);
}

/** The edge that a topology shows. */
export function nmlEdges(topology: NmlTopology): Result<EdgeInventory, InventoryFault> {
  const { id, ports, labelSwapping } = topology;
  const edges = ports.flatMap((port) => edgePort(topology, port) ?? []);
  return Result.combine(edges).map((all) => inventoryOf(id, labelSwapping, all));
}

function edgePort(
  { id: network }: NmlTopology,
  { id: name, inbound, outbound }: NmlBidirectionalPort,
): Result<EdgePort, InventoryFault> | undefined {
  const vlans = Result.combine([vlansOf(inbound), vlansOf(outbound)]);
  if (vlans.isErr()) return err(inventoryFault(`${name}: ${vlans.error}`));
  const [into, outOf] = vlans.value;
  if (into === undefined || outOf === undefined) return undefined;
  const neighbour = outbound.alias ?? inbound.alias;
  return ok({
    id: name.startsWith(`${network}:`) ? name.slice(network.length + 1) : name,
    ...{ name, vlans: into.intersect(outOf) },
    ...leastOf(inbound.capacity, outbound.capacity),
    ...(neighbour === undefined ? {} : { neighbour }),
  });
}

function vlansOf({ vlans }: NmlPort) {
  return vlans === undefined ? ok(undefined) : readVlans(vlans);
}
