import { err, ok, type Result } from "neverthrow";
import type { DriverBase } from "../drivers/driver-base.ts";
import type { Clock } from "../model/clock.ts";
import type { DcnsError } from "../model/errors.ts";
import { type DomainId, domainId, type ProjectId } from "../model/ids.ts";
import type { Segment } from "../model/segment.ts";
import { defaultFlapDamping, type FlapDamping } from "../network/flap-damping.ts";
import { networkState } from "../network/info.ts";
import { currentOf, latestOf, type NetworkRecord } from "../network/record.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { systemClock } from "../system-clock.ts";
import type { Topology } from "../topology.ts";
import type { AgentEvent } from "./agent-event.ts";
import { type Books, OwnBooks } from "./books.ts";
import { Calls } from "./calls.ts";
import { Conductor } from "./conductor.ts";
import { Deadline } from "./deadline.ts";
import { EventStream } from "./event-stream.ts";
import { type Contents, Journal } from "./journal.ts";
import { optionFaults } from "./option-faults.ts";
import { recover } from "./recovery.ts";
import { Registry } from "./registry.ts";
import { Restorer } from "./restorer.ts";
import { Scheduler } from "./scheduler.ts";
import { Serial } from "./serial.ts";
import { Transactions } from "./transaction.ts";
import { Watch } from "./watch.ts";

/** What an agent is started with. */
export interface AgentOptions {
  readonly topology: Topology;
  /** A driver for every domain of the topology, by domain id; the agent closes them when it closes. */
  readonly drivers: Readonly<Record<string, DriverBase>>;
  /** Where networks survive; default a new `MemoryStore`. Whoever opened a store closes it. */
  readonly store?: Store;
  readonly clock?: Clock;
  /** What the global reservation id begins with; default `dcns-`. */
  readonly griPrefix?: string;
  /** How long a call may take unless it says otherwise, in milliseconds; default 30,000. */
  readonly operationTimeoutMs?: number;
  /** How long each step back may take when a call is undone, in milliseconds; default 5,000. */
  readonly rollbackTimeoutMs?: number;
  /**
   * How long a network that moves to another tree waits, in milliseconds, before the old trunks are
   * cleared; default 100. A switch may use what it has cached for that long after it has confirmed.
   */
  readonly drainMs?: number;
  /** How links are held down that fail again and again; `false`: not at all. */
  readonly flapDamping?: Partial<FlapDamping> | false;
  /** How long a start waits for nodes with unfinished work, in milliseconds; default 5,000. */
  readonly recoveryTimeoutMs?: number;
  /**
   * How long after a failure is waited for more of it to be heard of, in milliseconds, before the
   * networks that were hit are planned anew together; default 3.
   */
  readonly restorationWindowMs?: number;
  /**
   * How long networks are planned together after a failure, in milliseconds, before those for which
   * there are plans move; the others follow. Default 500.
   */
  readonly restorationBudgetMs?: number;
}

/** The parts of a running agent. */
export interface AgentParts {
  readonly clock: Clock;
  readonly events: EventStream<AgentEvent>;
  readonly registry: Registry;
  readonly calls: Calls;
  readonly watch: Watch;
  readonly restorer: Restorer;
  readonly scheduler: Scheduler;
  readonly serial: Serial<ProjectId>;
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  /** Raised when the agent closes. */
  readonly closing: AbortController;
  /** Takes up a teardown that was interrupted, in the order of the calls on its project. */
  readonly resumeTeardown: (project: ProjectId) => void;
  readonly operationTimeoutMs: number;
}

const DEFAULT_OPERATION_TIMEOUT_MS = 30_000;
const DEFAULT_DRAIN_MS = 100;
const DEFAULT_ROLLBACK_TIMEOUT_MS = 5_000;
const DEFAULT_RECOVERY_TIMEOUT_MS = 5_000;
const DEFAULT_RESTORATION_WINDOW_MS = 3;
const DEFAULT_RESTORATION_BUDGET_MS = 500;

/** Puts an agent together, takes its drivers into service and ends what was left unfinished. */
export async function assemble(options: AgentOptions): Promise<Result<AgentParts, DcnsError>> {
  const faults = optionFaults(options);
  if (faults.length > 0) return err({ type: "invalid-request", faults });
  const journal = new Journal(options.store ?? new MemoryStore());
  const contents = await journal.load();
  if (contents.isErr()) return err(contents.error);

  const { transactions, parts } = wire(options, journal);
  parts.registry.adopt(contents.value.networks, contents.value.quarantines);
  const attached = await attach(parts, contents.value);
  const recovered = attached.isErr() ? attached : await finishWork(options, parts, transactions);
  if (recovered.isErr()) {
    parts.watch[Symbol.dispose]();
    await Promise.all([...parts.drivers.values()].map((driver) => driver.close()));
    return err(recovered.error);
  }
  const { topology } = parts.registry;
  for (const node of contents.value.quarantines.flatMap(({ pending }) => pending)) {
    if (!topology.nodes.has(node)) parts.watch.gone(node);
  }
  parts.watch.startResuming();
  for (const record of parts.registry.records()) parts.scheduler.changed(undefined, record);
  parts.scheduler.start();
  const stray = parts.registry.records().filter((record) => {
    const current = currentOf(record);
    return current !== undefined && !parts.registry.canStay(current);
  });
  void parts.restorer.restore(stray.map(({ project }) => project));
  return ok(parts);
}

function wire(
  options: AgentOptions,
  journal: Journal,
): { readonly transactions: Transactions; readonly parts: AgentParts } {
  const clock = options.clock ?? systemClock;
  const events = new EventStream<AgentEvent>();
  const registry = new Registry(options.topology);
  const serial = new Serial<ProjectId>();
  const drivers = new Map(
    Object.entries(options.drivers).map(([name, driver]) => [domainId(name), driver]),
  );
  const operationTimeoutMs = options.operationTimeoutMs ?? DEFAULT_OPERATION_TIMEOUT_MS;
  const rollbackTimeoutMs = options.rollbackTimeoutMs ?? DEFAULT_ROLLBACK_TIMEOUT_MS;
  const books: Books = new OwnBooks(registry, journal, (before, after) => {
    announce(events, registry, before, after);
    restorer.changed(before, after);
    scheduler.changed(before, after);
  });
  const transactions = new Transactions({
    clock,
    registry,
    books,
    conductor: new Conductor({ drivers, clock, drainMs: options.drainMs ?? DEFAULT_DRAIN_MS }),
    rollbackTimeoutMs,
    seenClean: (node, network) => watch.seenClean(node, network),
  });
  const griPrefix = options.griPrefix ?? "dcns-";
  const calls = new Calls({
    registry,
    books,
    transactions,
    drivers,
    clock,
    griPrefix,
    emit: (event) => events.emit(event),
  });
  const closing = new AbortController();
  const resumeTeardown = (project: ProjectId): void => {
    void serial.run(project, async () => {
      if (registry.record(project)?.phase !== "teardown") return;
      const limits = { operation: "teardown", timeoutMs: rollbackTimeoutMs };
      const deadline = new Deadline(clock, { ...limits, closing: closing.signal });
      await calls.tearDown(project, false, deadline);
      deadline[Symbol.dispose]();
    });
  };
  const restorer = new Restorer({
    registry,
    transactions,
    serial,
    clock,
    closing: closing.signal,
    emit: (event) => events.emit(event),
    windowMs: options.restorationWindowMs ?? DEFAULT_RESTORATION_WINDOW_MS,
    budgetMs: options.restorationBudgetMs ?? DEFAULT_RESTORATION_BUDGET_MS,
    timeoutMs: operationTimeoutMs,
  });
  const scheduler = new Scheduler({
    registry,
    transactions,
    serial,
    clock,
    closing: closing.signal,
    emit: (event) => events.emit(event),
    timeoutMs: operationTimeoutMs,
  });
  const fabricChanged = (): void => {
    restorer.schedule();
    scheduler.fabricChanged();
  };
  const { flapDamping = {} } = options;
  const watch = new Watch({
    registry,
    books,
    events,
    clock,
    flapDamping: flapDamping === false ? undefined : { ...defaultFlapDamping, ...flapDamping },
    resumeTeardown,
    fabricChanged,
  });
  const common = { clock, events, registry, calls, watch, restorer, scheduler, serial, drivers };
  const parts: AgentParts = { ...common, closing, resumeTeardown, operationTimeoutMs };
  return { transactions, parts };
}

function announce(
  events: EventStream<AgentEvent>,
  registry: Registry,
  before: NetworkRecord | undefined,
  after: NetworkRecord | undefined,
): void {
  if (after !== undefined) {
    const { project } = after;
    const state = networkState(after, registry.isSound);
    const { generation } = latestOf(after);
    events.emit({ type: "network-state", project, state, generation });
  } else if (before !== undefined) {
    events.emit({ type: "network-removed", project: before.project });
  }
}

/** Gives every driver its domain, and what its domain must hold. */
async function attach(
  { registry, drivers, watch, clock }: AgentParts,
  { networks }: Contents,
): Promise<Result<void, DcnsError>> {
  const { topology } = registry;
  for (const [domain, driver] of drivers) {
    watch.follow(domain, driver);
    const segments = networks.flatMap((record) => stayingSegment(registry, record, domain));
    const context = { domain: topology.domainView(domain), clock, segments };
    const attached = await driver.attach(context);
    if (attached.isErr()) return err(attached.error);
  }
  return ok(undefined);
}

function stayingSegment(
  registry: Registry,
  record: NetworkRecord,
  domain: DomainId,
): readonly Segment[] {
  const current = record.phase === "teardown" ? undefined : currentOf(record);
  if (current === undefined) return [];
  const segment = registry.segments(record, current).get(domain);
  return segment === undefined ? [] : [segment];
}

async function finishWork(
  options: AgentOptions,
  { clock, registry, watch }: AgentParts,
  transactions: Transactions,
): Promise<Result<void, DcnsError>> {
  const timeoutMs = options.recoveryTimeoutMs ?? DEFAULT_RECOVERY_TIMEOUT_MS;
  const deadline = new Deadline(clock, { operation: "recovery", timeoutMs });
  const { signal } = deadline;
  const ended = await recover(registry.records(), { registry, transactions, watch, signal });
  deadline[Symbol.dispose]();
  return ended;
}
