import type { PortRef } from "../../model/ids.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { Blocked } from "./blocked.ts";
import type { Circuit, CircuitEnd } from "./circuit.ts";
import type { CircuitFault, CircuitService } from "./circuit-service.ts";

/** The labels that a circuit could have at a port besides its own. */
export type Offers = (port: PortRef) => VlanSet;

/**
 * What a domain has instead of a label that it does not have: the fault then blocks, at each end, all that
 * was offered there and is not free or, where the domain does not tell what is but would choose, all but what it would
 * give. Any other fault stays as it is.
 */
export async function withOffers(
  service: CircuitService,
  { circuit, fault }: { readonly circuit: Circuit; readonly fault: CircuitFault },
  offers: Offers,
  signal: AbortSignal,
): Promise<CircuitFault> {
  if (labelPorts(fault).size === 0) return fault;
  const offered = ({ port, tag }: CircuitEnd): VlanSet =>
    tag === "untagged" ? VlanSet.empty : offers(port).with(tag);
  if (service.freeLabels !== undefined) {
    const free = await service.freeLabels(circuit, signal);
    return free.isErr() ? fault : withoutTaken(circuit, fault, offered, free.value);
  }
  if (service.labelsFor === undefined) return withoutNear(circuit, fault, offered);
  const granted = await service.labelsFor(circuit, offered, signal);
  if (granted.isErr()) {
    // A label that is lacking is any of those that were offered there.
    const offeredAt = (one: Blocked[number][number]): Blocked[number][number] => {
      const end = circuit.ends.find(({ port }) => one.type === "label" && one.port === port);
      return end === undefined ? one : labelsAt(end, offered(end));
    };
    const blocked = granted.error.blocked ?? fault.blocked ?? [];
    return { ...fault, blocked: blocked.map((each) => each.map(offeredAt)) };
  }
  const blocked = circuit.ends.flatMap((end, at): Blocked => {
    const tag = granted.value[at]?.tag;
    if (tag === undefined || tag === "untagged" || tag === end.tag) return [];
    return [[labelsAt(end, offered(end).without(tag))]];
  });
  return blocked.length === 0 ? fault : { ...fault, blocked };
}

/** The fault with all that is offered and not free, if that is what the circuit lacks. */
function withoutTaken(
  { ends }: Circuit,
  fault: CircuitFault,
  offered: (end: CircuitEnd) => VlanSet,
  free: readonly VlanSet[],
): CircuitFault {
  const taken = ends.map((end, at) => offered(end).difference(free[at] ?? VlanSet.empty));
  const explains = ends.some(({ tag }, at) => tag !== "untagged" && taken[at]?.has(tag));
  if (!explains) return fault;
  const blocked = ends.flatMap((end, at): Blocked => {
    const labels = taken[at] ?? VlanSet.empty;
    return labels.isEmpty ? [] : [[labelsAt(end, labels)]];
  });
  return { ...fault, blocked };
}

/**
 * A label that is perhaps not to be had, and that nobody can be asked about, is best looked for far away: who buys there, too,
 * begins at the same end. So the half of what was offered in which it is counts as not to be had.
 */
function withoutNear(
  { ends }: Circuit,
  fault: CircuitFault,
  offered: (end: CircuitEnd) => VlanSet,
): CircuitFault {
  const near = (one: Blocked[number][number]): Blocked[number][number] => {
    const end = ends.find(({ port }) => one.type === "label" && one.port === port);
    if (end === undefined || end.tag === "untagged") return one;
    const labels = [...offered(end)];
    const half = Math.ceil(labels.length / 2);
    const isLow = labels.indexOf(end.tag) < half;
    return labelsAt(end, VlanSet.of(...(isLow ? labels.slice(0, half) : labels.slice(half))));
  };
  const isVague = (each: Blocked[number]): boolean => each.some(({ type }) => type !== "label");
  const blocked = (fault.blocked ?? []).map((each) => (isVague(each) ? each.map(near) : each));
  return { ...fault, blocked };
}

/** The ports at which a label is what is lacking, or may be. */
function labelPorts({ blocked = [] }: CircuitFault): ReadonlySet<PortRef> {
  return new Set(blocked.flat().flatMap((one) => (one.type === "label" ? [one.port] : [])));
}

function labelsAt({ port }: CircuitEnd, labels: VlanSet): Blocked[number][number] {
  return { type: "label", port, labels };
}
