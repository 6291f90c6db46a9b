import type { Instruction } from "./instruction.ts";
import type { Match } from "./match.ts";

/** Asks to be told of changes of flow entries (OpenFlow 1.4.1 §7.3.5.17). */
export interface FlowMonitorRequest {
  readonly monitor: number;
  readonly outPort: number;
  readonly outGroup: number;
  /** Bits of {@link flowMonitorFlag}. */
  readonly flags: number;
  readonly table: number;
  /** A number is a command this codec has no name for. */
  readonly command: "add" | "modify" | "delete" | number;
  readonly match: Match;
}

/** What became of flow entries that are monitored. */
export type FlowUpdate =
  | FlowEntryUpdate
  /** A change that this controller asked for itself, with this xid. */
  | { readonly type: "abbreviated"; readonly xid: number }
  /** Too much changes: what follows is not told before `resumed`. */
  | { readonly type: "paused" }
  | { readonly type: "resumed" }
  | { readonly type: "unknown"; readonly code: number; readonly data: Uint8Array };

/** A flow entry that was there, came, went or changed. */
export interface FlowEntryUpdate {
  readonly type: "initial" | "added" | "removed" | "modified";
  readonly table: number;
  /** Why it was removed, as the numbers of {@link FlowRemovedReason}. */
  readonly reason: number;
  readonly idleTimeoutS: number;
  readonly hardTimeoutS: number;
  readonly priority: number;
  readonly cookie: bigint;
  readonly match: Match;
  readonly instructions: readonly Instruction[];
}
