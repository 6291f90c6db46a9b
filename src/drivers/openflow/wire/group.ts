import type { Action, ExperimenterItem, UnknownItem } from "./action.ts";

/** What a group-mod does. */
export type GroupModCommand =
  | "add"
  | "modify"
  | "delete"
  /** From OpenFlow 1.5. */
  | "insert-bucket"
  /** From OpenFlow 1.5. */
  | "remove-bucket";

/** How a group uses its buckets: all of them, one by choice, its only one, or the first live one. */
export type GroupType = "all" | "select" | "indirect" | "fast-failover";

/** One of the action lists of a group (OpenFlow 1.3.5 §7.3.4.2). */
export interface Bucket {
  /** From OpenFlow 1.5, where it is 0 when absent. */
  readonly id?: number;
  /** Share of the traffic, in `select` groups; 0 when absent. */
  readonly weight?: number;
  /** The port whose liveness decides, in `fast-failover` groups; any when absent. */
  readonly watchPort?: number;
  /** The group whose liveness decides, in `fast-failover` groups; any when absent. */
  readonly watchGroup?: number;
  readonly actions: readonly Action[];
  /**
   * From OpenFlow 1.5, when they are not exactly the weight and the watches above in that order: the
   * list as it stands on the wire. It then is what is written.
   */
  readonly properties?: readonly BucketProperty[];
}

/** What a bucket is besides (OpenFlow 1.5.1 §7.3.4.3.1). */
export type BucketProperty =
  | { readonly type: "weight"; readonly weight: number }
  | { readonly type: "watch-port"; readonly port: number }
  | { readonly type: "watch-group"; readonly group: number }
  | ExperimenterItem
  | UnknownItem;

/** What a group is besides; none is standard. */
export type GroupProperty = ExperimenterItem | UnknownItem;

/** Changes the group table (OpenFlow 1.3.5 §7.3.4.2). */
export interface GroupMod {
  readonly type: "group-mod";
  /** A number is a command this codec has no name for. */
  readonly command: GroupModCommand | number;
  /** A number is a type this codec has no name for. */
  readonly groupType: GroupType | number;
  readonly group: number;
  /** Which bucket `insert-bucket` and `remove-bucket` mean; {@link BUCKET_ALL} when absent. */
  readonly commandBucket?: number;
  readonly buckets: readonly Bucket[];
  /** From OpenFlow 1.5. */
  readonly properties?: readonly GroupProperty[];
}

/** A group as the switch holds it (OpenFlow 1.3.5 §7.3.5.10). */
export interface GroupDesc {
  readonly groupType: GroupType | number;
  readonly group: number;
  readonly buckets: readonly Bucket[];
  /** From OpenFlow 1.5. */
  readonly properties?: readonly GroupProperty[];
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
