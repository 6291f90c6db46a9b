import { ok, type Result } from "neverthrow";
import type { Claim } from "../ledger.ts";
import type { StoreError } from "../model/errors.ts";
import type { NetworkNumber, NodeId, ProjectId } from "../model/ids.ts";
import type { NetworkRecord, Quarantine, ReservedRecord } from "../network/record.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import type { Registry } from "./registry.ts";

/** How work on a network ends: with another record, or none, and perhaps with something left over. */
export interface Outcome {
  /** The record of the work. */
  readonly begun: NetworkRecord;
  readonly after: NetworkRecord | undefined;
  readonly quarantine: Quarantine | undefined;
}

/** Told of every record that is put in place of another, and of every one that is gone. */
export type RecordChanged = (
  before: NetworkRecord | undefined,
  after: NetworkRecord | undefined,
) => void;

/** Picks quarantines. */
export type Concerns = (quarantine: Quarantine) => boolean;

/** What an agent knows and what is in its store, kept as one. */
export interface Books {
  /**
   * Begins work on a network: takes what `begun` claims, which was just found to be free.
   * `store-conflict` says that somebody else was quicker, or that the agent has to join the others
   * again, and nothing has happened.
   */
  intend(
    before: NetworkRecord | undefined,
    begun: NetworkRecord,
  ): Promise<Result<void, StoreError>>;
  /**
   * Takes what a network will need later, `claim`, which was just found to be free, in place of what it
   * had reserved; no work is begun. Errors as for `intend`.
   */
  reserve(
    before: ReservedRecord | undefined,
    record: ReservedRecord,
    claim: Claim,
  ): Promise<Result<void, StoreError>>;
  /** Ends work with what has come of it; if the store does not take that, the work has not ended. */
  conclude(outcome: Outcome): Promise<Result<void, StoreError>>;
  /** Ends work that was undone; an error says that the network is somebody else's to undo. */
  undo(outcome: Outcome): Promise<Result<void, StoreError>>;
  /** Leaves work that cannot be ended yet. */
  leave(begun: NetworkRecord): Promise<void>;
  /** A node was seen to hold nothing of these quarantines; gives those that are over by that. */
  seenClean(node: NodeId, concerns: Concerns): readonly Quarantine[];
  /** A number for a network, or for what is in quarantine, that nobody else has. */
  nextNumber(): NetworkNumber;
  /**
   * Resolves when nobody else works on a project's network any more, or when `signal` is raised;
   * `lease-expired` says that the agent had not joined the others again by then.
   */
  untilFree(project: ProjectId, signal: AbortSignal): Promise<Result<void, StoreError>>;
  /** The same for who only looks, and needs no lease for it. */
  untilQuiet(project: ProjectId, signal: AbortSignal): Promise<void>;
  /** Writes what is still to be written, if the store takes it; the agent is closing. */
  close(): Promise<void>;
  /** How often it is worth to decide when somebody else has been quicker each time. */
  readonly attempts: number;
}

/** The books of an agent that has its store for itself. */
export class OwnBooks implements Books {
  readonly attempts = 1;
  readonly #registry: Registry;
  readonly #journal: Journal;
  readonly #changed: RecordChanged;

  constructor(registry: Registry, journal: Journal, changed: RecordChanged) {
    this.#registry = registry;
    this.#journal = journal;
    this.#changed = changed;
  }

  async intend(
    before: NetworkRecord | undefined,
    begun: NetworkRecord,
  ): Promise<Result<void, StoreError>> {
    const entries = [{ type: "network" as const, record: begun }];
    // What is taken is known to be before anybody else decides; a teardown takes nothing.
    const takes = begun.phase !== "teardown";
    if (takes) this.#put(before, begun);
    const written = await this.#journal.write(entries);
    if (written.isErr()) this.#takeBack(written.error, endOf(begun, before));
    if (written.isErr() && takes) this.#settle(begun, before);
    if (written.isOk() && !takes) this.#put(before, begun);
    return written;
  }

  async reserve(
    before: ReservedRecord | undefined,
    record: ReservedRecord,
    claim: Claim,
  ): Promise<Result<void, StoreError>> {
    const release = this.#registry.hold(claim);
    const written = await this.#journal.write([{ type: "network", record }]);
    release();
    if (written.isErr()) this.#takeBack(written.error, endOf(record, before));
    else this.#put(before, record);
    return written;
  }

  async conclude({ begun, after, quarantine }: Outcome): Promise<Result<void, StoreError>> {
    const written = await this.#journal.write(endOf(begun, after, quarantine));
    if (written.isOk()) this.#settle(begun, after, quarantine);
    else {
      const over = quarantine && ({ type: "quarantine-over", quarantine } as const);
      const entries = [{ type: "network", record: begun } as const];
      this.#takeBack(written.error, over === undefined ? entries : [...entries, over]);
    }
    return written;
  }

  async undo({ begun, after, quarantine }: Outcome): Promise<Result<void, StoreError>> {
    // Known before it is written, so that a node that returns meanwhile ends its quarantine.
    this.#settle(begun, after, quarantine);
    await this.#journal.settle(endOf(begun, after, quarantine));
    return ok(undefined);
  }

  async leave(): Promise<void> {}

  seenClean(node: NodeId, concerns: Concerns): readonly Quarantine[] {
    const over = this.#registry.clean(node, concerns);
    for (const quarantine of over) {
      void this.#journal.settle([{ type: "quarantine-over", quarantine }]);
    }
    return over;
  }

  nextNumber(): NetworkNumber {
    return this.#registry.nextNumber();
  }

  async untilFree(): Promise<Result<void, StoreError>> {
    return ok(undefined);
  }

  async untilQuiet(): Promise<void> {}

  close(): Promise<void> {
    return this.#journal.close();
  }

  /** Nobody knows whether a store that did not answer has written it: it must not stay. */
  #takeBack(error: StoreError, instead: readonly JournalEntry[]): void {
    if (error.type === "store-unavailable") this.#journal.owe(instead);
  }

  #put(before: NetworkRecord | undefined, after: NetworkRecord): void {
    this.#registry.put(after);
    this.#changed(before, after);
  }

  #settle(
    before: NetworkRecord,
    after: NetworkRecord | undefined,
    quarantine?: Quarantine | undefined,
  ): void {
    if (after === undefined) this.#registry.drop(before.project);
    else this.#registry.put(after);
    if (quarantine !== undefined) this.#registry.quarantine(quarantine);
    this.#changed(before, after);
  }
}

/** What is written when work has ended. */
export function endOf(
  begun: NetworkRecord,
  after: NetworkRecord | undefined,
  quarantine?: Quarantine | undefined,
): readonly JournalEntry[] {
  return [
    after === undefined
      ? { type: "network-gone", record: begun }
      : { type: "network", record: after },
    ...(quarantine === undefined ? [] : [{ type: "quarantine" as const, quarantine }]),
  ];
}
