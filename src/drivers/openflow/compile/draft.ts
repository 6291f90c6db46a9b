import type { Action } from "../wire/action.ts";
import type { Bucket } from "../wire/group.ts";
import type { MeterConfig } from "../wire/meter.ts";
import type { FlowEntry } from "./program.ts";

/** A bucket that may send copies on to another group, which it names by its key. */
export interface DraftBucket extends Bucket {
  readonly group?: string;
}

/** A group before it has a number: copies for all, or the first way whose port has a signal. */
export interface DraftGroup {
  readonly groupType: "all" | "fast-failover";
  readonly buckets: readonly DraftBucket[];
}

/** Everything a switch should hold for one network, before groups and meters are given numbers. */
export interface Draft {
  readonly flows: readonly DraftFlow[];
  readonly groups: ReadonlyMap<string, DraftGroup>;
  readonly meters: ReadonlyMap<string, Omit<MeterConfig, "meter">>;
  /** The cookies of what the switch may learn by itself. */
  readonly learned: ReadonlySet<bigint>;
}

/** A flow that names its meter and its groups by their keys in the {@link Draft}. */
export interface DraftFlow extends Omit<FlowEntry, "instructions"> {
  readonly meter?: string;
  readonly actions: readonly Action[];
  /** Where the frame goes after `actions`: to the copies of a group, or on to another table. */
  readonly group?: string;
  readonly goto?: number;
  /** The members between which matching frames pass, as the key of the group that has them all. */
  readonly among?: string;
  /** With `among`: where their destination was seen, as {@link seenMetadata} says it. */
  readonly seen?: bigint;
  /** Notes on the frame between which members it passes, for tables to come. */
  readonly noteAmong?: string;
}

/** Flows with what each is told apart by, see `flowKey`. */
export type KeyedFlows = readonly { readonly key: string; readonly flow: DraftFlow }[];
