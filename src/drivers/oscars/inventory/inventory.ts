import { err, ok, type Result } from "neverthrow";
import { MAX_VLAN, MIN_VLAN, VlanSet } from "../../../model/vlan-set.ts";

/** A place where circuits of a wide-area domain may end. */
export interface EdgePort {
  /** Short, and unique in its inventory. */
  readonly id: string;
  /** By what the domain is asked for it: an STP without a label, the URN of a link or of a port. */
  readonly name: string;
  readonly vlans: VlanSet;
  /** What may be promised there each way, bit/s; absent where the domain does not say. */
  readonly capacity?: number;
  /** What the domain says it is joined to, in another one. */
  readonly neighbour?: string;
}

/** What a wide-area domain shows to its customers: its edge, with nothing of its inside. */
export interface EdgeInventory {
  /** The domain's name for itself. */
  readonly id: string;
  /** In the order of their ids. Ports without a VLAN are left out. */
  readonly ports: readonly EdgePort[];
  /** Whether the two ends of a circuit may have different VLANs, as far as the domain says so. */
  readonly swapsLabels: boolean;
}

/** Why there is no inventory. */
export interface InventoryFault {
  readonly type: "inventory-fault";
  readonly message: string;
}

export function inventoryFault(message: string): InventoryFault {
  return { type: "inventory-fault", message };
}

/** An inventory of ports that came in any order; of those with the same name the first counts. */
export function inventoryOf(
  id: string,
  swapsLabels: boolean,
  ports: readonly EdgePort[],
): EdgeInventory {
  const byName = new Map([...ports].reverse().map((port) => [port.name, port]));
  const usable = [...byName.values()].filter(({ vlans }) => !vlans.isEmpty);
  return { id, swapsLabels, ports: usable.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

/** A node of a topology document, `dcns-topology/1`, that stands for a wide-area domain. */
export interface WideAreaNode {
  readonly id: string;
  readonly domain: string;
  readonly vlanTranslation: boolean;
  readonly branching: boolean;
  readonly ports: readonly {
    readonly id: string;
    readonly name: string;
    readonly vlans: string;
    readonly capacity?: number;
  }[];
}

/** How a domain is to stand in a topology. */
export interface WideAreaNodeOptions {
  readonly id: string;
  readonly domain: string;
  /** Whether circuits may have more than two ends, as OSCARS 1 makes them; false when absent. */
  readonly branching?: boolean;
  /** Which ports to take; all when absent. */
  readonly takes?: (port: EdgePort) => boolean;
}

/** An inventory as the one node of a topology document; links to its ports are for you to add. */
export function wideAreaNode(
  { ports, swapsLabels }: EdgeInventory,
  { id, domain, branching = false, takes = () => true }: WideAreaNodeOptions,
): WideAreaNode {
  return {
    ...{ id, domain, branching, vlanTranslation: swapsLabels },
    ports: ports.filter(takes).map(({ id: port, name, vlans, capacity }) => ({
      ...{ id: port, name, vlans: vlans.toString() },
      ...(capacity === undefined ? {} : { capacity }),
    })),
  };
}

/**
 * The VLANs of an expression, as domains write them: `any`, `500`, `100-200,300`, `2:699`. 0 stands for
 * untagged frames and is no VLAN; what is beyond 4094 is left out.
 */
export function readVlans(expression: string): Result<VlanSet, string> {
  const text = expression.trim();
  if (text === "" || text.toLowerCase() === "any") return ok(VlanSet.default);
  let vlans = VlanSet.empty;
  for (const part of text.split(",")) {
    const range = /^\s*(\d{1,5})\s*(?:[-:]\s*(\d{1,5})\s*)?$/.exec(part);
    if (range === null) return err(`"${part.slice(0, 40)}" is no VLAN`);
    const from = Math.max(Number(range[1]), MIN_VLAN);
    const to = Math.min(Number(range[2] ?? range[1]), MAX_VLAN);
    if (from <= to) vlans = vlans.union(VlanSet.range(from, to));
  }
  return ok(vlans);
}

/** The least of what is known, bit/s; absent where nothing is. */
export function leastOf(...capacities: readonly (number | undefined)[]): { capacity?: number } {
  const known = capacities.filter((each) => each !== undefined && each > 0);
  return known.length === 0 ? {} : { capacity: Math.min(...known.map(Number)) };
}
