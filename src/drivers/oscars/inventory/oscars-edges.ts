import { ok, type Result } from "neverthrow";
import { type JsonFault, readJson } from "../rest/json.ts";
import {
  type EthernetPort,
  ethernetPorts,
  type PortAvailability,
  portAvailabilities,
  vlansIn,
} from "../rest/port.ts";
import {
  type EdgeInventory,
  type EdgePort,
  type InventoryFault,
  inventoryFault,
  inventoryOf,
  leastOf,
} from "./inventory.ts";

const MEGABIT = 1_000_000;

/**
 * Reads what OSCARS 1 says of its ports (`/api/topo/ethernetPortsByDevice`) and, where that is given,
 * of what is left of them for some time (`/api/topo/available`). Ports are those of customers
 * (`EDGE`); of those of which nothing is left, nothing is said.
 */
export function readOscarsPorts(
  ports: string,
  available?: string,
): Result<EdgeInventory, InventoryFault> {
  return readJson(ethernetPorts, ports)
    .andThen((byDevice) => {
      const edges = Object.values(byDevice)
        .flat()
        .filter(({ capabilities }) => capabilities.includes("EDGE"));
      return leftOf(available).map((left) =>
        inventoryOf(
          "oscars",
          true,
          edges.flatMap((port) => edgePort(port, left)),
        ),
      );
    })
    .mapErr(({ path, message }) => inventoryFault(`${path.join(".") || "the body"}: ${message}`));
}

type Left = Readonly<Record<string, PortAvailability>>;

function leftOf(available: string | undefined): Result<Left | undefined, JsonFault> {
  return available === undefined ? ok(undefined) : readJson(portAvailabilities, available);
}

function edgePort(port: EthernetPort, left: Left | undefined): readonly EdgePort[] {
  const { urn } = port;
  const whole: PortAvailability = {
    vlanRanges: port.reservableVlans,
    ingressBandwidth: port.reservableIngressBw,
    egressBandwidth: port.reservableEgressBw,
  };
  const { vlanRanges, ingressBandwidth, egressBandwidth } = left?.[urn] ?? whole;
  const mbps = Math.floor(Math.min(ingressBandwidth, egressBandwidth));
  // A port of which nothing is left cannot be told by its capacity: that would be no limit.
  if (mbps < 1) return [];
  return [{ id: urn, name: urn, vlans: vlansIn(vlanRanges), ...leastOf(mbps * MEGABIT) }];
}
