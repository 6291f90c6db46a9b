import type { Claim } from "../ledger.ts";
import type { NetworkNumber, NodeId, ProjectId } from "../model/ids.ts";
import type { Realisation } from "./realisation.ts";
import type { TransitionMode } from "./transition.ts";

/**
 * What is kept of one network. `phase` says what was begun and is not finished: whoever finds a
 * `setup`, a `reserving`, a `provision` or a `modify` after a crash undoes it, whoever finds a `teardown`
 * finishes it. A network that is `reserved` has nothing on any node: it waits for its start, and domains
 * that keep schedules have promised it.
 */
export type NetworkRecord = {
  readonly project: ProjectId;
  readonly number: NetworkNumber;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
} & (
  | { readonly phase: "setup"; readonly target: Realisation }
  | {
      /** Domains that keep schedules are asked to promise `target`, in place of what they have promised. */
      readonly phase: "reserving";
      readonly target: Realisation;
      readonly before?: Realisation;
    }
  | { readonly phase: "reserved"; readonly target: Realisation }
  | { readonly phase: "provision"; readonly target: Realisation }
  | { readonly phase: "stable"; readonly current: Realisation }
  | {
      readonly phase: "modify";
      readonly current: Realisation;
      readonly target: Realisation;
      /** What is held until it is decided which of the two stays. */
      readonly claim: Claim;
      /** How the one becomes the other; absent in records of earlier versions. */
      readonly mode?: TransitionMode;
    }
  | {
      readonly phase: "teardown";
      readonly current: Realisation;
      /** It had not been provisioned: no more than promises are to be given back. */
      readonly isReserved?: true;
    }
);

/**
 * What stays promised of something that was undone while some nodes could not be reached: until they
 * are seen clean, nobody else may use these labels there.
 */
export interface Quarantine {
  /** A number that no network and no other quarantine has. */
  readonly id: NetworkNumber;
  readonly project: ProjectId;
  readonly number: NetworkNumber;
  readonly claim: Claim;
  /** Nodes that have not been seen clean; never empty. */
  readonly pending: readonly NodeId[];
}

/** The record of a network that nothing is being done to. */
export type StableRecord = Extract<NetworkRecord, { phase: "stable" }>;

/** The record of a network that waits for its start. */
export type ReservedRecord = Extract<NetworkRecord, { phase: "reserved" }>;

/** The record of a network that waits for its start, or has begun to be provisioned for it. */
export type ScheduledRecord = Extract<NetworkRecord, { phase: "reserved" | "provision" }>;

/** A network in which nothing is under way. */
export type SettledRecord = Extract<NetworkRecord, { phase: "stable" | "reserved" }>;

/** A network of which no node has anything, waiting for its start. */
export function reservedRecord(
  { project, number, createdAt }: Pick<NetworkRecord, "project" | "number" | "createdAt">,
  target: Realisation,
  updatedAt: number,
): ReservedRecord {
  return { project, number, createdAt, updatedAt, phase: "reserved", target };
}

/** What the network should do now: the last good realisation; none until it has been provisioned. */
export function currentOf(record: NetworkRecord): Realisation | undefined {
  return "current" in record ? record.current : undefined;
}

/** Whether a network is being made of which there was nothing before. */
export function isNew(record: NetworkRecord): boolean {
  return record.phase === "setup" || (record.phase === "reserving" && record.before === undefined);
}

/** Whether something was begun that has not ended. */
export function isUnfinished({ phase }: NetworkRecord): boolean {
  return phase !== "stable" && phase !== "reserved";
}

/** The record of what stays when what was begun is undone, or finished; none if nothing does. */
export function stayingOf(record: NetworkRecord): SettledRecord | undefined {
  if (record.phase === "provision") return reservedRecord(record, record.target, record.updatedAt);
  if (record.phase === "reserving" && record.before !== undefined)
    return reservedRecord(record, record.before, record.updatedAt);
  if (record.phase !== "modify") return undefined;
  const { project, number, createdAt, updatedAt, current } = record;
  return { project, number, createdAt, updatedAt, phase: "stable", current };
}

/** What the network is becoming, or is. */
export function latestOf(record: NetworkRecord): Realisation {
  return "target" in record ? record.target : record.current;
}

/** Everything that the record speaks of: what is, and what it is to become. */
export function realisationsOf(record: NetworkRecord): readonly Realisation[] {
  const before = record.phase === "reserving" ? record.before : currentOf(record);
  return [...new Set([before ?? latestOf(record), latestOf(record)])];
}
