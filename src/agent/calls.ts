import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import type { DriverBase } from "../drivers/driver-base.ts";
import type { Clock } from "../model/clock.ts";
import type { DcnsError, NetworkNotFound } from "../model/errors.ts";
import { type DomainId, type ProjectId, projectId } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type { Delivery, NetworkInfo } from "../model/network.ts";
import { changeFault } from "../network/change-fault.ts";
import { holderOf } from "../network/claims.ts";
import { type Decision, decideModify, decideSetup, type View } from "../network/decide.ts";
import { decideReserved } from "../network/decide-scheduled.ts";
import { networkInfo, networkState } from "../network/info.ts";
import { latestOf, type NetworkRecord, type StableRecord } from "../network/record.ts";
import { changedSpec, type NetworkChange } from "../network/request.ts";
import { heldInterval, reservedInterval, startsLater } from "../network/schedule.ts";
import { type NetworkSpec, specDifferences } from "../network/spec.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { Books } from "./books.ts";
import type { ChangeError } from "./change-error.ts";
import { changeEvents } from "./change-events.ts";
import type { Conductor } from "./conductor.ts";
import { withCrankback } from "./crankback.ts";
import type { Deadline } from "./deadline.ts";
import { dryRun, type NetworkPlan } from "./dry-run.ts";
import { type AgentLimits, limitReached } from "./limits.ts";
import { Places } from "./places.ts";
import type { Registry } from "./registry.ts";
import { type NetworkStatistics, networkStatistics } from "./statistics.ts";
import type { Transactions } from "./transaction.ts";
import { type VerifyReport, verify } from "./verification.ts";

/** What the calls work with. */
export interface CallsContext {
  readonly registry: Registry;
  readonly books: Books;
  readonly transactions: Transactions;
  readonly conductor: Conductor;
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  readonly clock: Clock;
  readonly griPrefix: string;
  readonly limits: Omit<AgentLimits, "maxCalls">;
  readonly emit: (event: AgentEvent) => void;
}

/** What each call means, given arguments that have been read; calls of one project follow one another. */
export class Calls {
  readonly #context: CallsContext;
  readonly #probes: Places;

  constructor(context: CallsContext) {
    this.#context = context;
    this.#probes = new Places(context.limits.maxProbes);
  }

  /** How a project's network is delivered unless it is said: as it is, or the best that all can do. */
  defaultDelivery(project: string): Delivery {
    const { registry, drivers } = this.#context;
    const record = registry.record(projectId(project));
    if (record !== undefined) return latestOf(record).spec.delivery;
    const learns = [...drivers.values()].every((driver) => driver.capabilities().learns);
    return learns ? "learn" : "flood";
  }

  setUp(
    project: ProjectId,
    spec: NetworkSpec,
    deadline: Deadline,
  ): Promise<Result<NetworkInfo, DcnsError>> {
    return this.#attempt(project, deadline, () => this.#setUp(project, spec, deadline));
  }

  modify(
    project: ProjectId,
    change: NetworkChange,
    deadline: Deadline,
  ): Promise<Result<NetworkInfo, DcnsError>> {
    return this.#attempt(project, deadline, () => this.#modify(project, change, deadline));
  }

  tearDown(
    project: ProjectId,
    force: boolean,
    deadline: Deadline,
  ): Promise<Result<void, DcnsError>> {
    return this.#attempt(project, deadline, () => this.#tearDown(project, force, deadline));
  }

  /** Decides anew when somebody else has been quicker, until that is not worth while any more. */
  async #attempt<T>(
    project: ProjectId,
    deadline: Deadline,
    decide: () => Promise<Result<T, DcnsError>>,
  ): Promise<Result<T, DcnsError>> {
    const { books } = this.#context;
    for (let attempt = 1; ; attempt += 1) {
      const free = await books.untilFree(project, deadline.signal);
      const { interruption } = deadline;
      // That there was no lease says more than that the time is up.
      if (interruption?.type === "timeout" && free.isErr()) return err(free.error);
      if (interruption !== undefined) return err(interruption);
      const outcome = await decide();
      const isOvertaken = outcome.isErr() && outcome.error.type === "store-conflict";
      if (!isOvertaken || attempt === books.attempts) return outcome;
    }
  }

  async #setUp(
    project: ProjectId,
    spec: NetworkSpec,
    deadline: Deadline,
  ): Promise<Result<NetworkInfo, DcnsError>> {
    const { registry, transactions } = this.#context;
    const existing = registry.record(project);
    if (existing !== undefined) return this.#same(existing, spec);
    const full = limitReached(registry, this.#context.limits, { isNew: true });
    if (full !== undefined) return err(full);
    const isLater = startsLater(spec.schedule, this.#context.clock.now());
    const interval = (isLater ? reservedInterval : heldInterval)(spec.schedule);
    const holder = holderOf(project);
    const done = await withCrankback<NetworkRecord>({
      clock: this.#context.clock,
      deadline,
      holder,
      view: () => registry.view(),
      decide: (view) => decideSetup(view, holder, spec, interval),
      carryOut: (decision) =>
        isLater
          ? transactions.reserve(undefined, project, decision, deadline)
          : transactions.change(undefined, project, decision, deadline),
    });
    return done.map((record) => this.#info(record));
  }

  async #modify(
    project: ProjectId,
    change: NetworkChange,
    deadline: Deadline,
  ): Promise<Result<NetworkInfo, DcnsError>> {
    const { registry, transactions } = this.#context;
    const record = registry.record(project);
    if (record === undefined) return err(notFound(project));
    if (record.phase !== "stable" && record.phase !== "reserved") {
      return err(this.#wrongState(record));
    }
    const before = latestOf(record);
    const spec = changedSpec(before.spec, change);
    const fault = changeFault(before.spec, spec, {
      hasStarted: record.phase === "stable",
      now: this.#context.clock.now(),
    });
    if (fault !== undefined) return err(fault);
    if (specDifferences(before.spec, spec).length === 0) return ok(this.#info(record));
    const full = limitReached(registry, this.#context.limits, { isNew: false });
    if (full !== undefined) return err(full);
    const holder = holderOf(project);
    const view = (): View => registry.view();
    const { clock } = this.#context;
    const done =
      record.phase === "reserved"
        ? await withCrankback<NetworkRecord>({
            ...{ clock, deadline, holder, view },
            decide: (on) => decideReserved(on, holder, before, change),
            carryOut: (decision) => transactions.reserve(record, project, decision, deadline),
          })
        : await withCrankback<NetworkRecord>({
            ...{ clock, deadline, holder, view },
            decide: (on) => decideModify(on, holder, record.current, change),
            carryOut: (decision) => this.#change(record, decision, deadline),
          });
    return done.map((after) => this.#info(after));
  }

  async #change(
    record: StableRecord,
    decision: Decision,
    deadline: Deadline,
  ): Promise<Result<NetworkRecord, ChangeError>> {
    const { transactions, emit } = this.#context;
    const done = await transactions.change(record, record.project, decision, deadline);
    if (done.isOk()) for (const event of changeEvents(record, decision)) emit(event);
    return done;
  }

  async #tearDown(
    project: ProjectId,
    force: boolean,
    deadline: Deadline,
  ): Promise<Result<void, DcnsError>> {
    const record = this.#context.registry.record(project);
    if (record === undefined) return err(notFound(project));
    invariant(
      record.phase !== "setup" && record.phase !== "reserving" && record.phase !== "modify",
      "earlier calls on the project have ended",
    );
    return this.#context.transactions.tearDown(record, force, deadline);
  }

  async verify(
    project: ProjectId,
    dataPlane: boolean,
    deadline: Deadline,
  ): Promise<Result<VerifyReport, DcnsError>> {
    const record = await this.#provisioned(project, deadline);
    if (record.isErr()) return err(record.error);
    return verify({ ...this.#context, probes: this.#probes }, record.value, dataPlane, deadline);
  }

  async statistics(
    project: ProjectId,
    maxAgeMs: number | undefined,
    deadline: Deadline,
  ): Promise<Result<NetworkStatistics, DcnsError>> {
    const record = await this.#provisioned(project, deadline);
    if (record.isErr()) return err(record.error);
    return networkStatistics(this.#context, record.value, maxAgeMs, deadline);
  }

  /** What there is to be looked at of a network, once nobody is at work on it. */
  async #provisioned(
    project: ProjectId,
    deadline: Deadline,
  ): Promise<Result<NetworkRecord, DcnsError>> {
    const { books, registry } = this.#context;
    await books.untilQuiet(project, deadline.signal);
    if (deadline.interruption !== undefined) return err(deadline.interruption);
    const record = registry.record(project);
    if (record === undefined) return err(notFound(project));
    return record.phase === "reserved" ? err(this.#wrongState(record)) : ok(record);
  }

  info(project: ProjectId): Result<NetworkInfo, NetworkNotFound> {
    const record = this.#context.registry.record(project);
    return record === undefined ? err(notFound(project)) : ok(this.#info(record));
  }

  list(): readonly NetworkInfo[] {
    const records = this.#context.registry.records();
    return records
      .map((record) => this.#info(record))
      .sort((a, b) => (a.project < b.project ? -1 : 1));
  }

  plan(project: ProjectId, spec: NetworkSpec): Result<NetworkPlan, DcnsError> {
    return dryRun(this.#context, project, spec);
  }

  /** An identical request finds its work done; any other must not change what exists. */
  #same(record: NetworkRecord, spec: NetworkSpec): Result<NetworkInfo, DcnsError> {
    if (record.phase === "teardown") return err(this.#wrongState(record));
    const differs = specDifferences(latestOf(record).spec, spec);
    return differs.length === 0
      ? ok(this.#info(record))
      : err({ type: "network-exists", project: record.project, differs });
  }

  #wrongState(record: Exclude<NetworkRecord, StableRecord>): DcnsError {
    const state = networkState(record, this.#context.registry);
    const message = match(record.phase)
      .with("reserved", () => "it waits for its start")
      .with("provision", () => "it could not be provisioned at its start: that is tried again")
      .with("teardown", () => "its teardown has not ended: call teardown again")
      .with("setup", "reserving", "modify", () => "somebody is still at work on it")
      .exhaustive();
    return { type: "wrong-state", project: record.project, state, message };
  }

  #info(record: NetworkRecord): NetworkInfo {
    const { registry, griPrefix, drivers } = this.#context;
    const segments = registry.segments(record, latestOf(record));
    return networkInfo(record, {
      ...{ griPrefix, health: registry, linkState: registry.links.linkState, segments },
      keepsSchedule: (domain) => drivers.get(domain)?.keepsSchedule,
      externalIds: (domain, segment) => drivers.get(domain)?.externalIds?.(segment),
    });
  }
}

function notFound(project: ProjectId): NetworkNotFound {
  return { type: "network-not-found", project };
}
