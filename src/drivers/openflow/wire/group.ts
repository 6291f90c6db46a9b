import type { Action } from "./action.ts";

/** What a group-mod does. */
export type GroupModCommand = "add" | "modify" | "delete";

/** How a group uses its buckets: all of them, one by choice, its only one, or the first live one. */
export type GroupType = "all" | "select" | "indirect" | "fast-failover";

/** One of the action lists of a group (OpenFlow 1.3.5 §7.3.4.2). */
export interface Bucket {
  /** Share of the traffic, in `select` groups; 0 when absent. */
  readonly weight?: number;
  /** The port whose liveness decides, in `fast-failover` groups; any when absent. */
  readonly watchPort?: number;
  /** The group whose liveness decides, in `fast-failover` groups; any when absent. */
  readonly watchGroup?: number;
  readonly actions: readonly Action[];
}

/** Changes the group table (OpenFlow 1.3.5 §7.3.4.2). */
export interface GroupMod {
  readonly type: "group-mod";
  /** A number is a command this codec has no name for. */
  readonly command: GroupModCommand | number;
  /** A number is a type this codec has no name for. */
  readonly groupType: GroupType | number;
  readonly group: number;
  readonly buckets: readonly Bucket[];
}

/** A group as the switch holds it (OpenFlow 1.3.5 §7.3.5.10). */
export interface GroupDesc {
  readonly groupType: GroupType | number;
  readonly group: number;
  readonly buckets: readonly Bucket[];
}

/** Packets and bytes that passed one bucket, or one band of a meter. */
export interface Counters {
  readonly packetCount: bigint;
  readonly byteCount: bigint;
}

/** What passed a group (OpenFlow 1.3.5 §7.3.5.9). */
export interface GroupStats {
  readonly group: number;
  /** How many flows and groups point to it. */
  readonly refCount: number;
  readonly packetCount: bigint;
  readonly byteCount: bigint;
  readonly durationS: number;
  readonly durationNs: number;
  readonly buckets: readonly Counters[];
}

/** One number for each type of group. */
export interface PerGroupType {
  readonly all: number;
  readonly select: number;
  readonly indirect: number;
  readonly fastFailover: number;
}

/** What groups a switch can hold (OpenFlow 1.3.5 §7.3.5.11). */
export interface GroupFeatures {
  /** Bit n is the group type numbered n: all, select, indirect, fast-failover. */
  readonly types: number;
  /** Bits of {@link groupCapability}. */
  readonly capabilities: number;
  readonly maxGroups: PerGroupType;
  /** Bit n is the action numbered n in OpenFlow. */
  readonly actions: PerGroupType;
}
