import { err, ok, type Result } from "neverthrow";
import type { Clock } from "../model/clock.ts";
import type { DcnsError, StoreError } from "../model/errors.ts";
import type { NetworkNumber, NodeId, PortRef, ProjectId } from "../model/ids.ts";
import { overlaps } from "../model/interval.ts";
import { VlanSet } from "../model/vlan-set.ts";
import { claimBeyond, intendedClaim, recordClaim } from "../network/claims.ts";
import type { Decision, View } from "../network/decide.ts";
import type { Segments } from "../network/forwarding.ts";
import { labelsAt } from "../network/port-resources.ts";
import {
  latestOf,
  type NetworkRecord,
  type Quarantine,
  type ReservedRecord,
  reservedRecord,
  type ScheduledRecord,
  type SettledRecord,
  type StableRecord,
  stayingOf,
} from "../network/record.ts";
import type { Stage } from "../network/transition.ts";
import type { Books } from "./books.ts";
import type { ChangeError } from "./change-error.ts";
import type { Conductor } from "./conductor.ts";
import type { Deadline } from "./deadline.ts";
import { journeyOf, standingOf } from "./journey.ts";
import { outOfStep } from "./rate-steps.ts";
import type { Registry } from "./registry.ts";

/** What a transaction works with. */
export interface TransactionContext {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly books: Books;
  readonly conductor: Conductor;
  /** How long one step back may take, in milliseconds. */
  readonly rollbackTimeoutMs: number;
  /** Told of a node that holds nothing of a network any more. */
  readonly seenClean: (node: NodeId, network: NetworkNumber) => void;
}

/**
 * The transaction: intent in the store, then the domains, then the outcome in the store; and the way
 * back when something fails. Every outcome is either what was before or what was asked, and what
 * cannot be seen clean is held in quarantine.
 *
 * Transactions of one project must follow one another.
 */
export class Transactions {
  readonly #context: TransactionContext;

  constructor(context: TransactionContext) {
    this.#context = context;
  }

  /**
   * Makes `decision` true of a project's network, new (`before` is undefined) or not. One that was
   * reserved goes back to that, or stays as one being provisioned while a node may have some of it.
   */
  async change(
    before: StableRecord | ScheduledRecord | undefined,
    project: ProjectId,
    decision: Decision,
    deadline: Deadline,
  ): Promise<Result<NetworkRecord, ChangeError>> {
    const begun = this.#begin(before, project, decision);
    const done = (now: number): StableRecord => stable(begun, decision.target, now);
    return this.#carryOut({ before, begun, done, decision }, deadline);
  }

  /** Intent, domains, outcome; or the way back. */
  async #carryOut<T extends SettledRecord>(
    { before, begun, done, decision }: Work<T>,
    deadline: Deadline,
  ): Promise<Result<T, ChangeError>> {
    const { books, conductor, clock, registry } = this.#context;
    const { from, way } = journeyOf(registry, begun);
    const states = way.map(({ state }) => state);
    const unsupported = conductor.unsupported(states);
    if (unsupported !== undefined) return err({ type: "unsupported", error: unsupported });

    // From here to the end, so that no two count on the same room, nor take what the way back needs.
    using _room = conductor.keepRoom(states);
    const intent = await books.intend(before, begun);
    if (intent.isErr()) return err(intent.error);
    const { signal } = deadline;
    const behind = this.#leftBehind(begun, before, decision);
    const mayLag = new Set([...behind, ...(decision.mayLag ?? [])]);
    const offers = offersOf(registry.view(), decision);
    const progress = await conductor.advance(from, way, { signal, mayLag, offers });
    const isNew = before === undefined;
    const failure =
      progress.error ??
      deadline.interruption ??
      (isNew ? outOfStep(registry, decision) : undefined);
    if (failure === undefined) {
      const after = done(clock.now());
      const lagging = progress.lagging.filter((node) => !behind.has(node));
      const outcome = await this.finish(begun, after, lagging);
      if (outcome.isOk()) {
        await this.#lookAgain(begun, [from, ...states], states.at(-1) ?? from, lagging);
        return ok(after);
      }
      return err(await this.#undo(before, begun, { from, begun: way, failure: outcome.error }));
    }
    const cause = deadline.interruption ?? failure;
    return err(await this.#undo(before, begun, { from, begun: progress.begun, failure: cause }));
  }

  /**
   * Reserves what is to be provisioned later, in the place of what was reserved before if anything
   * was. Domains that keep schedules promise it; no other node is touched.
   */
  async reserve(
    before: ReservedRecord | undefined,
    project: ProjectId,
    decision: Decision,
    deadline: Deadline,
  ): Promise<Result<ReservedRecord, ChangeError>> {
    const { books, clock, conductor, registry } = this.#context;
    const { target, claim } = decision;
    const now = clock.now();
    const base = before ?? { project, number: books.nextNumber(), createdAt: now };
    const unsupported = conductor.unsupported([registry.segments(base, target)], "later");
    if (unsupported !== undefined) return err({ type: "unsupported", error: unsupported });
    const done = (at: number): ReservedRecord => reservedRecord(base, target, at);
    const was = before === undefined ? {} : { before: before.target };
    const begun = { ...done(now), phase: "reserving" as const, ...was };
    if (journeyOf(registry, begun).way.length > 0)
      return this.#carryOut({ before, begun, done, decision }, deadline);
    const record = done(now);
    const reserved = await books.reserve(before, record, claim);
    return reserved.map(() => record);
  }

  /**
   * Removes a project's network. Without `force` it fails while a node is out of reach, and the
   * network stays as one that is being torn down; with it, such nodes go into quarantine.
   */
  async tearDown(
    record: Exclude<NetworkRecord, { phase: "setup" | "reserving" | "modify" }>,
    force: boolean,
    deadline: Deadline,
  ): Promise<Result<void, DcnsError>> {
    const { books, conductor, clock, registry } = this.#context;
    const isPromised = record.phase === "reserved";
    if (isPromised && standingOf(registry, record).size === 0)
      return this.finish(record, undefined, []);
    const { project, number, createdAt } = record;
    const base = { project, number, createdAt, updatedAt: clock.now() };
    const isReserved = isPromised || (record.phase === "teardown" && record.isReserved === true);
    const begun = {
      ...{ ...base, phase: "teardown" as const, current: latestOf(record) },
      ...(isReserved ? { isReserved } : {}),
    };
    const intent = await books.intend(record, begun);
    if (intent.isErr()) return err(intent.error);
    const segments = standingOf(registry, begun);
    const options = { signal: deadline.signal, allowPending: force };
    const removed = await conductor.move(segments, new Map(), options);
    if (removed.isErr()) {
      await books.leave(begun);
      return err(deadline.interruption ?? removed.error);
    }
    const finished = await this.finish(begun, undefined, removed.value);
    if (finished.isOk()) await this.#lookAgain(begun, [segments], new Map(), removed.value);
    return finished;
  }

  /** Undoes what an agent had begun that is gone; it had come as far as the stages `begun`. */
  async takeOver(record: NetworkRecord, begun: readonly Stage[]): Promise<Result<void, DcnsError>> {
    const intent = await this.#context.books.intend(record, record);
    if (intent.isErr()) return err(intent.error);
    const staying = record.phase === "provision" ? undefined : stayingOf(record);
    const { from } = journeyOf(this.#context.registry, record);
    const failure: DcnsError = { type: "closed", what: "the agent that had begun this" };
    await this.#undo(staying, record, { from, begun, failure });
    return ok(undefined);
  }

  /** A node that came back before its quarantine had begun would otherwise stay in it. */
  async #lookAgain(
    { number }: NetworkRecord,
    left: readonly Segments[],
    state: Segments,
    pending: readonly NodeId[],
  ): Promise<void> {
    if (pending.length === 0) return;
    const { conductor, seenClean } = this.#context;
    const dirty = await conductor.confirm(left, state, LOOK_AGAIN_MS);
    for (const node of pending.filter((one) => !dirty.includes(one))) seenClean(node, number);
  }

  /**
   * Ends what was begun with `after` (nothing, for a network that is gone). What `before` held beyond
   * that stays in quarantine for as long as one of the `pending` nodes has not been seen clean.
   */
  finish(
    before: NetworkRecord,
    after: SettledRecord | undefined,
    pending: readonly NodeId[],
  ): Promise<Result<void, StoreError>> {
    const quarantine = this.#quarantineOf(before, after, pending);
    return this.#context.books.conclude({ begun: before, after, quarantine });
  }

  #begin(
    before: StableRecord | ScheduledRecord | undefined,
    project: ProjectId,
    { target, claim, mode }: Decision,
  ): NetworkRecord {
    const { clock, books } = this.#context;
    const now = clock.now();
    if (before?.phase === "stable") {
      return { ...before, updatedAt: now, phase: "modify", target, claim, mode };
    }
    if (before !== undefined) return { ...before, updatedAt: now, phase: "provision", target };
    const number = books.nextNumber();
    return { project, number, createdAt: now, updatedAt: now, phase: "setup", target };
  }

  /** Nodes that hold what the network has left before: this change neither needs nor leaves them. */
  #leftBehind(
    { number }: NetworkRecord,
    before: StableRecord | ScheduledRecord | undefined,
    { target }: Decision,
  ): ReadonlySet<NodeId> {
    const trees = before === undefined ? [target] : [latestOf(before), target];
    return this.#context.registry.leftBehind(number, ...trees);
  }

  /** Goes back to `before`; gives the error that the caller hears. */
  async #undo(
    before: StableRecord | ScheduledRecord | undefined,
    begun: NetworkRecord,
    journey: {
      readonly from: Segments;
      readonly begun: readonly Stage[];
      readonly failure: ChangeError;
    },
  ): Promise<ChangeError> {
    const { books, conductor, rollbackTimeoutMs } = this.#context;
    const pending = await conductor.retreat(journey.from, journey.begun, rollbackTimeoutMs);
    const after = this.#afterUndo(before, begun, pending);
    const quarantine = this.#quarantineOf(begun, after, pending);
    const undone = await books.undo({ begun, after, quarantine });
    if (undone.isErr()) return undone.error;
    const left = journey.begun.map(({ state }) => state);
    await this.#lookAgain(begun, left, journey.from, pending);
    const { failure } = journey;
    if (failure.type === "out-of-step") return { ...failure, error: { ...failure.error, pending } };
    return failure.type === "driver-failed" ? { ...failure, pending } : failure;
  }

  #afterUndo(
    before: StableRecord | ScheduledRecord | undefined,
    begun: NetworkRecord,
    pending: readonly NodeId[],
  ): NetworkRecord | undefined {
    if (begun.phase !== "provision") return before;
    const mayBeLeft = pending.length > 0 || before?.phase === "provision";
    return mayBeLeft ? begun : reservedRecord(begun, begun.target, this.#context.clock.now());
  }

  #quarantineOf(
    before: NetworkRecord,
    after: NetworkRecord | undefined,
    pending: readonly NodeId[],
  ): Quarantine | undefined {
    if (pending.length === 0) return undefined;
    const { project, number } = before;
    const id = this.#context.books.nextNumber();
    const kept = after === undefined ? undefined : recordClaim(after);
    const had = intendedClaim(before);
    const part = kept !== undefined && overlaps(had.interval, kept.interval) ? kept : undefined;
    const claim = claimBeyond(had, part, `quarantine ${id} of ${project}`);
    return claim === undefined ? undefined : { id, project, number, claim, pending };
  }
}

/** What is to be done to a network, and what its record is once that is done. */
interface Work<T extends SettledRecord> {
  readonly before: StableRecord | ScheduledRecord | undefined;
  readonly begun: NetworkRecord;
  readonly done: (now: number) => T;
  readonly decision: Decision;
}

/** The labels that are free at a port for as long as a decision needs one. */
function offersOf({ topology, ledger }: View, { claim }: Decision): (port: PortRef) => VlanSet {
  return (port) =>
    labelsAt(topology, port).reduce(
      (set, space) => set.union(ledger.freeLabels(space, claim.interval)),
      VlanSet.empty,
    );
}

/** A node that is there and well answers long before; one that hangs must not hold the call up. */
const LOOK_AGAIN_MS = 500;

function stable(
  { project, number, createdAt }: NetworkRecord,
  current: Decision["target"],
  now: number,
): Extract<NetworkRecord, { phase: "stable" }> {
  return { project, number, createdAt, updatedAt: now, phase: "stable", current };
}
