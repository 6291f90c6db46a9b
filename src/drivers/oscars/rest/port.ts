import * as v from "valibot";
import { MAX_VLAN, MIN_VLAN, VlanSet } from "../../../model/vlan-set.ts";
import { epochSeconds, type JsonSchema, listOf, nullish } from "./json.ts";

/** VLAN IDs from `floor` to `ceiling`, both included. */
export interface VlanRange {
  readonly floor: number;
  readonly ceiling: number;
}

const vlanRange: JsonSchema<VlanRange> = v.object({ floor: v.number(), ceiling: v.number() });

/** The VLANs of some ranges; servers also sell 4095, which is none. */
export function vlansIn(ranges: readonly VlanRange[]): VlanSet {
  return ranges.reduce((vlans, { floor, ceiling }) => {
    const from = Math.max(Math.ceil(floor), MIN_VLAN);
    const to = Math.min(Math.floor(ceiling), MAX_VLAN);
    return from <= to ? vlans.union(VlanSet.range(from, to)) : vlans;
  }, VlanSet.empty);
}

/** Seconds since the epoch. */
export interface TimeInterval {
  readonly beginning: number;
  readonly ending: number;
}

export const timeInterval: JsonSchema<TimeInterval> = v.object({
  beginning: epochSeconds,
  ending: epochSeconds,
});

/** What a port has to give; Mbit/s. */
export interface PortAvailability {
  readonly vlanRanges: readonly VlanRange[];
  readonly ingressBandwidth: number;
  readonly egressBandwidth: number;
}

/** By port URN; the same with all reservations taken off, or with none. */
export const portAvailabilities: JsonSchema<Readonly<Record<string, PortAvailability>>> = v.record(
  v.string(),
  v.object({
    vlanRanges: listOf(vlanRange),
    ingressBandwidth: v.number(),
    egressBandwidth: v.number(),
  }),
);

/** A port of a device; Mbit/s. */
export interface EthernetPort {
  readonly urn: string;
  readonly tags: readonly string[];
  readonly reservableIngressBw: number;
  readonly reservableEgressBw: number;
  readonly reservableVlans: readonly VlanRange[];
  /** `EDGE` is where customers are. */
  readonly capabilities: readonly string[];
}

/** By device. */
export const ethernetPorts: JsonSchema<Readonly<Record<string, readonly EthernetPort[]>>> =
  v.record(
    v.string(),
    v.array(
      v.object({
        urn: v.string(),
        tags: listOf(v.string()),
        reservableIngressBw: v.number(),
        reservableEgressBw: v.number(),
        reservableVlans: listOf(vlanRange),
        capabilities: listOf(v.string()),
      }),
    ),
  );

/** Devices `a` and `z`, joined by their ports `b` and `y`. */
export interface Adjacency {
  readonly a: string;
  readonly b: string;
  readonly y: string;
  readonly z: string;
}

export const adjacencies: JsonSchema<readonly Adjacency[]> = v.array(
  v.object({ a: v.string(), b: v.string(), y: v.string(), z: v.string() }),
);

/** Asks for edge ports by a part of their text (four characters or more), or by their device. */
export interface EdgePortSearch {
  readonly term?: string | undefined;
  readonly device?: string | undefined;
  readonly interval: TimeInterval;
  readonly connectionId?: string | undefined;
}

export const edgePortSearch: JsonSchema<EdgePortSearch> = v.object({
  term: nullish(v.string()),
  device: nullish(v.string()),
  interval: timeInterval,
  connectionId: nullish(v.string()),
});

/** An edge port and what is free there in the interval asked about. */
export interface EdgePort {
  readonly urn: string;
  readonly device: string;
  readonly name: string;
  readonly encapsulation: "NULL" | "DOT1Q" | "QINQ";
  readonly bandwidth: { readonly available: number; readonly physical: number };
  readonly availability: { readonly vlan: { readonly ranges: readonly VlanRange[] } };
  /** Who has which VLAN. */
  readonly usage: { readonly vlan: Readonly<Record<string, readonly string[]>> };
  readonly description: readonly string[];
}

export const edgePorts: JsonSchema<readonly EdgePort[]> = v.array(
  v.object({
    urn: v.string(),
    device: v.string(),
    name: v.string(),
    encapsulation: v.picklist(["NULL", "DOT1Q", "QINQ"]),
    bandwidth: v.object({ available: v.number(), physical: v.number() }),
    availability: v.object({ vlan: v.object({ ranges: listOf(vlanRange) }) }),
    usage: v.object({ vlan: v.record(v.string(), v.array(v.string())) }),
    description: listOf(v.string()),
  }),
);
