import type { Claim } from "../ledger.ts";
import type { NetworkNumber, NodeId, ProjectId } from "../model/ids.ts";
import type { Realisation } from "./realisation.ts";
import type { TransitionMode } from "./transition.ts";

/**
 * What is kept of one network. `phase` says what was begun and is not finished: whoever finds a
 * `setup` or a `modify` after a crash undoes it, whoever finds a `teardown` finishes it.
 */
export type NetworkRecord = {
  readonly project: ProjectId;
  readonly number: NetworkNumber;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
} & (
  | { readonly phase: "setup"; readonly target: Realisation }
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
  | { readonly phase: "teardown"; readonly current: Realisation }
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

/** What the network should do now: the last good realisation; none while it is first set up. */
export function currentOf(record: NetworkRecord): Realisation | undefined {
  return record.phase === "setup" ? undefined : record.current;
}

/** What the network is becoming, or is. */
export function latestOf(record: NetworkRecord): Realisation {
  return record.phase === "setup" || record.phase === "modify" ? record.target : record.current;
}

/** Everything that the record speaks of: what is, and what it is to become. */
export function realisationsOf(record: NetworkRecord): readonly Realisation[] {
  return [...new Set([currentOf(record) ?? latestOf(record), latestOf(record)])];
}
