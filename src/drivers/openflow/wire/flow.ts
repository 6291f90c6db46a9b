import { GROUP_ANY, NO_BUFFER, PORT_ANY } from "./constants.ts";
import type { FlowStat } from "./flow-stat.ts";
import type { Instruction } from "./instruction.ts";
import type { Match } from "./match.ts";

/** What a flow-mod does to the table. */
export type FlowModCommand = "add" | "modify" | "modify-strict" | "delete" | "delete-strict";

/** Changes the entries of a flow table (OpenFlow 1.3.5 §7.3.4.1). */
export interface FlowMod {
  readonly type: "flow-mod";
  readonly cookie: bigint;
  /** Which bits of `cookie` must agree, in modify and delete; none of them when it is 0. */
  readonly cookieMask: bigint;
  readonly table: number;
  /** A number is a command this codec has no name for. */
  readonly command: FlowModCommand | number;
  /** Seconds; 0 is never. */
  readonly idleTimeoutS: number;
  /** Seconds; 0 is never. */
  readonly hardTimeoutS: number;
  readonly priority: number;
  readonly bufferId: number;
  /** In deletes: only entries that output there. */
  readonly outPort: number;
  /** In deletes: only entries that use this group. */
  readonly outGroup: number;
  /** Bits of {@link flowFlag}. */
  readonly flags: number;
  /** From OpenFlow 1.4: which entries are evicted last when the table is full; 0 when absent. */
  readonly importance?: number;
  readonly match: Match;
  readonly instructions: readonly Instruction[];
}

/** A flow-mod with everything that is not given at its default: add to table 0, no timeout, match all. */
export function flowMod(fields: Partial<Omit<FlowMod, "type">>): FlowMod {
  // Field by field: to lay what is given over the defaults takes longer than to encode the message.
  const { importance } = fields;
  const mod: FlowMod = {
    type: "flow-mod",
    cookie: fields.cookie ?? 0n,
    cookieMask: fields.cookieMask ?? 0n,
    table: fields.table ?? 0,
    command: fields.command ?? "add",
    idleTimeoutS: fields.idleTimeoutS ?? 0,
    hardTimeoutS: fields.hardTimeoutS ?? 0,
    priority: fields.priority ?? 0,
    bufferId: fields.bufferId ?? NO_BUFFER,
    outPort: fields.outPort ?? PORT_ANY,
    outGroup: fields.outGroup ?? GROUP_ANY,
    flags: fields.flags ?? 0,
    match: fields.match ?? [],
    instructions: fields.instructions ?? [],
  };
  return importance === undefined ? mod : { ...mod, importance };
}

/** Why a flow entry is gone. */
export type FlowRemovedReason =
  | "idle-timeout"
  | "hard-timeout"
  | "delete"
  | "group-delete"
  /** From OpenFlow 1.4. */
  | "meter-delete"
  /** From OpenFlow 1.4. */
  | "eviction";

/** A flow entry that asked for it tells that it is gone (OpenFlow 1.3.5 §7.4.2). */
export interface FlowRemoved {
  readonly type: "flow-removed";
  readonly cookie: bigint;
  readonly priority: number;
  /** A number is a reason this codec has no name for. */
  readonly reason: FlowRemovedReason | number;
  readonly table: number;
  /** How long the entry lived: seconds and the nanoseconds beyond them. */
  readonly durationS: number;
  readonly durationNs: number;
  readonly idleTimeoutS: number;
  readonly hardTimeoutS: number;
  readonly packetCount: bigint;
  readonly byteCount: bigint;
  /**
   * From OpenFlow 1.5, when they are not exactly the numbers above in the usual order: the list as
   * it stands on the wire. It then is what is written.
   */
  readonly stats?: readonly FlowStat[];
  readonly match: Match;
}

/** Selects flow entries, in requests for their statistics (OpenFlow 1.3.5 §7.3.5.2). */
export interface FlowFilter {
  readonly table: number;
  readonly outPort: number;
  readonly outGroup: number;
  readonly cookie: bigint;
  readonly cookieMask: bigint;
  readonly match: Match;
}

/** One flow entry as the switch holds it (OpenFlow 1.3.5 §7.3.5.2). */
export interface FlowStats {
  readonly table: number;
  /** How long the entry has lived: seconds and the nanoseconds beyond them. */
  readonly durationS: number;
  readonly durationNs: number;
  readonly priority: number;
  readonly idleTimeoutS: number;
  readonly hardTimeoutS: number;
  /** Bits of {@link flowFlag}. */
  readonly flags: number;
  /** As in {@link FlowMod}. */
  readonly importance?: number;
  readonly cookie: bigint;
  readonly packetCount: bigint;
  readonly byteCount: bigint;
  /**
   * From OpenFlow 1.5, when they are not exactly the numbers above in the usual order: the list as
   * it stands on the wire. It then is what is written.
   */
  readonly stats?: readonly FlowStat[];
  readonly match: Match;
  readonly instructions: readonly Instruction[];
}

/** The sums over the flow entries that were asked for (OpenFlow 1.3.5 §7.3.5.3). */
export interface AggregateStats {
  readonly packetCount: bigint;
  readonly byteCount: bigint;
  readonly flowCount: number;
  /**
   * From OpenFlow 1.5, when they are not exactly the numbers above in the usual order: the list as
   * it stands on the wire. It then is what is written.
   */
  readonly stats?: readonly FlowStat[];
}

/** What passed one flow entry, without what it does (OpenFlow 1.5.1 §7.3.5.4). */
export interface FlowCounters {
  readonly table: number;
  /** Why it was sent: asked for, or a threshold was passed. A number has no name here. */
  readonly reason: "request" | "trigger" | number;
  readonly priority: number;
  readonly match: Match;
  readonly stats: readonly FlowStat[];
}
