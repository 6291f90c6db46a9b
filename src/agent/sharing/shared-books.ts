import { err, ok, type Result } from "neverthrow";
import { pause } from "../../drivers/driver-call.ts";
import type { Claim } from "../../ledger.ts";
import type { Clock } from "../../model/clock.ts";
import type { StoreError } from "../../model/errors.ts";
import type { NetworkNumber, NodeId, ProjectId } from "../../model/ids.ts";
import { intendedClaim } from "../../network/claims.ts";
import {
  isUnfinished,
  latestOf,
  type NetworkRecord,
  type Quarantine,
  type ReservedRecord,
} from "../../network/record.ts";
import { type Books, type Concerns, endOf, type Outcome } from "../books.ts";
import { writeOf } from "../journal.ts";
import type { Registry } from "../registry.ts";
import { Serial } from "../serial.ts";
import { hear } from "./hearsay.ts";
import type { SharedJournal } from "./shared-journal.ts";
import type { StoreView } from "./store-view.ts";

/** What shared books work with. */
export interface SharedBooksContext {
  readonly view: StoreView;
  readonly registry: Registry;
  readonly journal: SharedJournal;
  readonly clock: Clock;
  readonly agent: string;
  readonly lease: () => string | undefined;
  /** Resolves once this agent has a lease, or when the signal is raised. */
  readonly untilJoined: (signal: AbortSignal) => Promise<void>;
  /** Told when a call has ended: what it worked on may be an orphan now. */
  readonly released: () => void;
  /** Told of a node of ours that was seen clean. */
  readonly seenClean: (node: NodeId, concerns: Concerns) => void;
}

/** How long is waited before something is written again that the store did not take. */
const AGAIN_MS = 500;

/**
 * The books of an agent that shares its store. The registry holds what has been heard from the store
 * and nothing else; so an intent counts from when the store has taken it, and intents of one agent are
 * written one after another, each on the picture that its forerunner has left.
 */
export class SharedBooks implements Books {
  /** So often somebody else has been quicker that there is no hope. */
  readonly attempts = 30;
  readonly #context: SharedBooksContext;
  readonly #intents = new Serial<"intent">();
  /** Networks that a call of this agent works on. */
  readonly #active = new Set<NetworkNumber>();
  /** Why the picture is not to be relied on. */
  #blindness: string | undefined;

  constructor(context: SharedBooksContext) {
    this.#context = context;
  }

  /** From now on nothing is decided: what is in the store cannot be read. */
  lose(message: string): void {
    this.#blindness = message;
  }

  intend(
    before: NetworkRecord | undefined,
    begun: NetworkRecord,
  ): Promise<Result<void, StoreError>> {
    return this.#intents.run("intent", () => this.#intend(before, begun, intendedClaim(begun)));
  }

  async reserve(
    before: ReservedRecord | undefined,
    record: ReservedRecord,
    claim: Claim,
  ): Promise<Result<void, StoreError>> {
    const reserved = await this.#intents.run("intent", () => this.#intend(before, record, claim));
    this.#release(record.number);
    return reserved;
  }

  async #intend(
    before: NetworkRecord | undefined,
    begun: NetworkRecord,
    claim: Claim,
  ): Promise<Result<void, StoreError>> {
    const { registry, journal, view, lease, clock } = this.#context;
    if (this.#blindness !== undefined) {
      return err({ type: "store-unavailable", message: this.#blindness });
    }
    const entry = { type: "network" as const, record: begun };
    // Nothing has happened: it is to be decided once more when this agent has joined again.
    const undecided = err({ type: "store-conflict" as const, key: writeOf(entry).key });
    if (lease() === undefined) return this.#later(undecided);
    const isAsDecided = registry.record(begun.project) === before && registry.hasRoomFor(claim);
    if (!isAsDecided) return undecided;
    using hearing = hear(view);
    this.#active.add(begun.number);
    const written = await journal.write([entry]);
    if (written.isOk()) return written;
    this.#release(begun.number);
    if (written.error.type === "lease-expired") {
      // The store says so first: this agent finds that out when it renews, or is told otherwise.
      return this.#later(undecided);
    }
    // On an old picture it would be decided as before.
    if (written.error.type === "store-conflict") await hearing.until(written.error.key, clock);
    return written;
  }

  /** Not at once: nothing is different before this agent has a lease again. */
  async #later<T>(outcome: T): Promise<T> {
    await pause(this.#context.clock, AGAIN_MS, new AbortController().signal);
    return outcome;
  }

  async conclude(outcome: Outcome): Promise<Result<void, StoreError>> {
    const { journal, agent, lease, clock } = this.#context;
    const { begun, after, quarantine } = outcome;
    for (;;) {
      // Somebody else has ended it, or gone on from there: what we would write is old.
      if (isUnfinished(begun) && journal.worker(begun.number) !== lease() && !this.#isSo(outcome)) {
        this.#release(begun.number);
        return err({ type: "lease-expired", lease: agent });
      }
      const written = await journal.write(endOf(begun, after, quarantine));
      // What nobody has acknowledged may have been written all the same.
      if (written.isOk() || this.#isSo(outcome)) break;
      if (written.error.type !== "store-unavailable" || lease() === undefined) {
        this.#release(begun.number);
        return err({ type: "lease-expired", lease: agent });
      }
      await pause(clock, AGAIN_MS, new AbortController().signal);
    }
    // What is to be begun once more is anybody's, once the store has heard so.
    if (after !== undefined && isUnfinished(after)) await journal.leave(after);
    this.#release(begun.number);
    return ok(undefined);
  }

  undo(outcome: Outcome): Promise<Result<void, StoreError>> {
    return this.conclude(outcome);
  }

  async leave(begun: NetworkRecord): Promise<void> {
    await this.#context.journal.leave(begun);
    this.#release(begun.number);
  }

  seenClean(node: NodeId, concerns: Concerns): readonly Quarantine[] {
    this.#context.seenClean(node, concerns);
    return [];
  }

  nextNumber(): NetworkNumber {
    return this.#context.registry.nextNumber();
  }

  /** What the store does not take is left to whoever takes over. */
  async close(): Promise<void> {}

  async untilFree(project: ProjectId, signal: AbortSignal): Promise<Result<void, StoreError>> {
    const { view, lease, untilJoined, agent } = this.#context;
    for (;;) {
      await untilJoined(signal);
      if (lease() === undefined) return err({ type: "lease-expired", lease: agent });
      if (this.#isFree(project) || signal.aborted) return ok(undefined);
      await view.changed(signal);
    }
  }

  async untilQuiet(project: ProjectId, signal: AbortSignal): Promise<void> {
    while (!this.#isFree(project) && !signal.aborted) await this.#context.view.changed(signal);
  }

  /** Whether nobody is at work on a project's network, or was and has left it to be taken up. */
  #isFree(project: ProjectId): boolean {
    const record = this.#context.registry.record(project);
    if (record === undefined || !isUnfinished(record)) return true;
    const mayBeTakenUp = record.phase === "teardown" || record.phase === "provision";
    return mayBeTakenUp && this.isOrphan(record);
  }

  /** No call of this agent works on a network any more, whatever has become of it. */
  #release(number: NetworkNumber): void {
    this.#active.delete(number);
    this.#context.released();
  }

  /** Whether a network was being worked on by an agent that is gone, or by a call of ours that is. */
  isOrphan(record: NetworkRecord): boolean {
    if (!isUnfinished(record) || this.#active.has(record.number)) return false;
    const worker = this.#context.journal.worker(record.number);
    return worker === undefined || worker === this.#context.lease();
  }

  #isSo({ begun, after }: Outcome): boolean {
    const record = this.#context.registry.record(begun.project);
    if (after === undefined) return record?.number !== begun.number;
    const { phase, updatedAt, number } = after;
    const isOther = begun.phase !== phase || begun.updatedAt !== updatedAt;
    return (
      isOther &&
      record?.number === number &&
      record.phase === phase &&
      record.updatedAt === updatedAt &&
      latestOf(record).generation === latestOf(after).generation
    );
  }
}
