import { err, ok, type Result } from "neverthrow";
import type { DcnsError } from "../model/errors.ts";
import type { ProjectId } from "../model/ids.ts";
import { holderOf } from "../network/claims.ts";
import type { Decision, View } from "../network/decide.ts";
import { decideReservedElsewhere, decideStart } from "../network/decide-scheduled.ts";
import { latestOf, type NetworkRecord, type ScheduledRecord } from "../network/record.ts";
import { isHeld, startsLater } from "../network/schedule.ts";
import { type ChangeError, plainError } from "./change-error.ts";
import { withCrankback } from "./crankback.ts";
import { Deadline } from "./deadline.ts";
import { givesBack } from "./gives-back.ts";
import type { UnaskedContext } from "./unasked-context.ts";

/**
 * Provisions networks at their start and releases them at their end.
 *
 * It looks at the wall clock when the next is due, and every {@link LOOK_MS} at the latest, so that a
 * clock that is set is noticed. What has started stays, even if the clock is set back before its start.
 * What fails is tried again, less and less often.
 */
export class Scheduler implements Disposable {
  readonly #context: UnaskedContext;
  /** The networks with a start to come, or an end, and when each is looked at again. */
  readonly #due = new Map<ProjectId, number>();
  readonly #failures = new Map<ProjectId, number>();
  readonly #acting = new Set<ProjectId>();
  #timer: unknown;
  #isRunning = false;

  constructor(context: UnaskedContext) {
    this.#context = context;
  }

  /** From now on what is due is done. */
  start(): void {
    this.#isRunning = true;
    this.#arm();
  }

  /** A record has been put in place of another, or is gone. */
  changed(before: NetworkRecord | undefined, after: NetworkRecord | undefined): void {
    const project = after?.project ?? before?.project;
    if (project === undefined) return;
    if (givesBack(before, after)) this.#retrySoon(0);
    const at = after === undefined ? undefined : dueAt(after);
    if (at === undefined) {
      if (!this.#due.delete(project)) return;
      this.#failures.delete(project);
    } else if (!this.#failures.has(project) && !this.#acting.has(project)) {
      this.#due.set(project, at);
    }
    this.#arm();
  }

  /** Something has changed that may make room: what was put off is tried again soon. */
  fabricChanged(): void {
    this.#retrySoon(FIRST_RETRY_MS);
  }

  /** Reserves networks elsewhere whose place the topology has no longer, as far as there is another. */
  async reserveElsewhere(
    projects: readonly ProjectId[],
  ): Promise<readonly { readonly project: ProjectId; readonly error?: DcnsError }[]> {
    const { registry, serial, transactions, clock, closing, timeoutMs } = this.#context;
    const reserve = async (project: ProjectId) => {
      const record = registry.record(project);
      if (record?.phase !== "reserved" || registry.canStay(record.target)) return { project };
      const decided = decideReservedElsewhere(registry.view(), holderOf(project), record.target);
      if (decided.isErr()) return { project, error: decided.error };
      using deadline = new Deadline(clock, { operation: "schedule", timeoutMs, closing });
      const moved = await transactions.reserve(record, project, decided.value, deadline);
      if (moved.isOk()) return { project };
      const { error } = moved;
      return { project, error: plainError(error) };
    };
    return Promise.all(projects.map((one) => serial.run(one, () => reserve(one))));
  }

  [Symbol.dispose](): void {
    this.#isRunning = false;
    this.#context.clock.clearTimeout(this.#timer);
  }

  #retrySoon(ms: number): void {
    if (this.#failures.size === 0) return;
    const soon = this.#context.clock.now() + ms;
    for (const project of this.#failures.keys()) {
      this.#due.set(project, Math.min(this.#due.get(project) ?? soon, soon));
    }
    this.#arm();
  }

  #arm(): void {
    const { clock, closing } = this.#context;
    clock.clearTimeout(this.#timer);
    if (!this.#isRunning || closing.aborted || this.#due.size === 0) return;
    const next = earliestOf(this.#due.values());
    const ms = Math.max(0, Math.min(next - clock.now(), LOOK_MS));
    this.#timer = clock.setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    const { clock, serial } = this.#context;
    const now = clock.now();
    for (const [project, at] of this.#due) {
      if (at > now) continue;
      if (!this.#context.isTurn(project)) {
        this.#due.set(project, now + TURN_MS);
        continue;
      }
      this.#due.set(project, Number.POSITIVE_INFINITY);
      void serial.run(project, () => this.#act(project));
    }
    this.#arm();
  }

  /** Does what is due for a project, and says when it is looked at again. */
  async #act(project: ProjectId): Promise<void> {
    const { registry, clock, closing, timeoutMs } = this.#context;
    const record = registry.record(project);
    if (record === undefined || closing.aborted) return;
    const deadline = new Deadline(clock, { operation: "schedule", timeoutMs, closing });
    this.#acting.add(project);
    const done = await this.#dueWork(record, deadline);
    this.#acting.delete(project);
    deadline[Symbol.dispose]();
    const after = registry.record(project);
    if (after === undefined || closing.aborted) return;
    if (done.isErr()) this.#delay(project, done.error);
    else {
      this.#failures.delete(project);
      this.changed(record, after);
      if (after === record) this.#postpone(project);
    }
  }

  /** What is due and could not be begun waits: another agent is changing the network. */
  #postpone(project: ProjectId): void {
    const now = this.#context.clock.now();
    const at = this.#due.get(project);
    if (at === undefined || at > now) return;
    this.#due.set(project, now + TURN_MS);
    this.#arm();
  }

  async #dueWork(record: NetworkRecord, deadline: Deadline): Promise<Result<void, DcnsError>> {
    const { transactions, clock } = this.#context;
    const now = clock.now();
    const { schedule } = latestOf(record).spec;
    const { end } = schedule ?? {};
    const { phase } = record;
    const isChanging = phase === "setup" || phase === "reserving" || phase === "modify";
    if (!isChanging && end !== undefined && end <= now) {
      return transactions.tearDown(record, false, deadline);
    }
    const isWaiting = phase === "reserved" || phase === "provision";
    return isWaiting && !startsLater(schedule, now)
      ? this.#provision(record, deadline)
      : ok(undefined);
  }

  /** As it was reserved or, where a domain refuses that now, by another plan. */
  async #provision(record: ScheduledRecord, deadline: Deadline): Promise<Result<void, DcnsError>> {
    const { registry } = this.#context;
    const { project, target, phase } = record;
    const holder = holderOf(project);
    const done = await withCrankback({
      clock: this.#context.clock,
      deadline,
      holder,
      // What it has reserved is free to it, and what a domain refuses of that is not.
      view: () => withoutOwn(registry.view(), holder),
      decide: (view) =>
        decideStart(view, holder, target, {
          canStay: (one) => registry.canStay(one),
          isSound: (one) => phase === "provision" || registry.isSound(one),
        }),
      carryOut: (decision) => this.#provisionAs(project, decision, deadline),
    });
    return done.map(() => undefined);
  }

  /** What was reserved moves to where it is to be provisioned. */
  async #provisionAs(
    project: ProjectId,
    decision: Decision,
    deadline: Deadline,
  ): Promise<Result<NetworkRecord, ChangeError>> {
    const { registry, transactions } = this.#context;
    const record = registry.record(project);
    if (record?.phase !== "reserved" && record?.phase !== "provision")
      return err({ type: "network-not-found", project });
    if (record.phase === "provision" || record.target === decision.target)
      return transactions.change(record, project, decision, deadline);
    const moved = await transactions.reserve(record, project, decision, deadline);
    if (moved.isErr()) return err(moved.error);
    return transactions.change(moved.value, project, decision, deadline);
  }

  #delay(project: ProjectId, error: DcnsError): void {
    const { clock, emit } = this.#context;
    const failures = (this.#failures.get(project) ?? 0) + 1;
    const retryInMs = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LOOK_MS);
    this.#failures.set(project, failures);
    this.#due.set(project, clock.now() + retryInMs);
    this.#arm();
    emit({ type: "schedule-delayed", project, error, retryInMs });
  }
}

/** The longest that a change of the wall clock goes unnoticed, and between two attempts, milliseconds. */
export const LOOK_MS = 30_000;

const FIRST_RETRY_MS = 1_000;

/** How long another agent, whose turn it is or who changes the network, is waited for before the next look. */
const TURN_MS = 2_000;

function withoutOwn(view: View, holder: string): View {
  return { ...view, ledger: view.ledger.release(holder) };
}

/** The least of any number of times; a call takes no more than some hundred thousand arguments. */
export function earliestOf(times: Iterable<number>): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const at of times) earliest = Math.min(earliest, at);
  return earliest;
}

/** When there is something to do for a network; undefined if there never is. */
function dueAt(record: NetworkRecord): number | undefined {
  const { schedule } = latestOf(record).spec;
  const { start, end } = schedule ?? {};
  const isWaiting = record.phase === "reserved" || record.phase === "provision";
  if (isWaiting && !isHeld(schedule))
    return Math.min(start ?? Number.NEGATIVE_INFINITY, end ?? Number.POSITIVE_INFINITY);
  return end;
}
