import type { DriverBase } from "../drivers/driver-base.ts";
import type { Clock } from "../model/clock.ts";
import { type DomainId, domainId, type ProjectId } from "../model/ids.ts";
import { defaultFlapDamping, type FlapDamping } from "../network/flap-damping.ts";
import { networkState } from "../network/info.ts";
import { latestOf, type NetworkRecord } from "../network/record.ts";
import { systemClock } from "../system-clock.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { AgentOptions } from "./agent-options.ts";
import type { Books, RecordChanged } from "./books.ts";
import { Calls } from "./calls.ts";
import { Conductor } from "./conductor.ts";
import { Deadline } from "./deadline.ts";
import { EventStream } from "./event-stream.ts";
import { type AgentLimits, defaultLimits } from "./limits.ts";
import type { DomainTerms, Registry } from "./registry.ts";
import { Restorer } from "./restorer.ts";
import { Scheduler } from "./scheduler.ts";
import { Serial } from "./serial.ts";
import type { Sharing } from "./sharing/sharing.ts";
import { Transactions } from "./transaction.ts";
import { Watch } from "./watch.ts";

/** The parts of a running agent. */
export interface AgentParts {
  readonly clock: Clock;
  readonly events: EventStream<AgentEvent>;
  readonly books: Books;
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
  readonly limits: AgentLimits;
  /** There when the agent shares its store. */
  readonly sharing?: Sharing;
}

/** What the parts are put together on. */
export interface Base {
  readonly registry: Registry;
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  /** The books, which tell of every change. */
  readonly books: (changed: RecordChanged) => Books;
  /** Whether this agent sees to a project's network when nobody asks. */
  readonly isTurn: (project: ProjectId) => boolean;
}

/** The parts of an agent, and what keeps them going. */
export interface Wired {
  readonly transactions: Transactions;
  readonly parts: AgentParts;
  readonly changed: RecordChanged;
  /** To be called when something has changed that may make room, or may have hurt a network. */
  readonly fabricChanged: () => void;
}

const DEFAULT_OPERATION_TIMEOUT_MS = 30_000;
const DEFAULT_DRAIN_MS = 100;
const DEFAULT_NODE_GRACE_MS = 30_000;
const DEFAULT_ROLLBACK_TIMEOUT_MS = 5_000;
const DEFAULT_RESTORATION_WINDOW_MS = 3;
const DEFAULT_RESTORATION_BUDGET_MS = 500;

/** Puts the parts of an agent together; nothing runs yet. */
export function wire(options: AgentOptions, base: Base): Wired {
  const clock = options.clock ?? systemClock;
  const { registry, drivers, isTurn } = base;
  const events = new EventStream<AgentEvent>();
  const serial = new Serial<ProjectId>();
  const operationTimeoutMs = options.operationTimeoutMs ?? defaultTimeoutMs(options.drivers);
  const rollbackTimeoutMs = options.rollbackTimeoutMs ?? DEFAULT_ROLLBACK_TIMEOUT_MS;
  const changed: RecordChanged = (before, after) => {
    announce(events, registry, before, after);
    restorer.changed(before, after);
    scheduler.changed(before, after);
  };
  const books = base.books(changed);
  const conductor = new Conductor({
    ...{ drivers, clock },
    drainMs: options.drainMs ?? DEFAULT_DRAIN_MS,
  });
  const transactions = new Transactions({
    ...{ clock, registry, books, conductor },
    rollbackTimeoutMs,
    seenClean: (node, network) => watch.seenClean(node, network),
  });
  const griPrefix = options.griPrefix ?? "dcns-";
  const emit = (event: AgentEvent): void => events.emit(event);
  const limits = { ...defaultLimits, ...options.limits };
  const calls = new Calls({
    ...{ registry, books, transactions, conductor, drivers, clock, griPrefix, emit, limits },
  });
  const closing = new AbortController();
  const resumeTeardown = (project: ProjectId): void => {
    void serial.run(project, async () => {
      if (registry.record(project)?.phase !== "teardown" || !isTurn(project)) return;
      const limits = { operation: "teardown", timeoutMs: rollbackTimeoutMs };
      const deadline = new Deadline(clock, { ...limits, closing: closing.signal });
      await calls.tearDown(project, false, deadline);
      deadline[Symbol.dispose]();
    });
  };
  const unasked = {
    ...{ registry, isTurn, transactions, books, serial, clock, emit },
    closing: closing.signal,
    timeoutMs: operationTimeoutMs,
  };
  const restorer = new Restorer({
    ...unasked,
    windowMs: options.restorationWindowMs ?? DEFAULT_RESTORATION_WINDOW_MS,
    budgetMs: options.restorationBudgetMs ?? DEFAULT_RESTORATION_BUDGET_MS,
  });
  const scheduler = new Scheduler(unasked);
  const fabricChanged = (): void => {
    restorer.schedule();
    scheduler.fabricChanged();
  };
  const watch = new Watch({
    registry,
    books,
    events,
    clock,
    flapDamping: flapDampingOf(options),
    nodeGraceMs: nodeGraceOf(options),
    resumeTeardown,
    fabricChanged,
  });
  const parts: AgentParts = {
    ...{ clock, events, books, registry, calls, watch, restorer, scheduler, serial, drivers },
    ...{ closing, resumeTeardown, operationTimeoutMs, limits },
  };
  return { transactions, parts, changed, fabricChanged };
}

function flapDampingOf({ flapDamping = {} }: AgentOptions): FlapDamping | undefined {
  return flapDamping === false ? undefined : { ...defaultFlapDamping, ...flapDamping };
}

function nodeGraceOf({ nodeGraceMs = DEFAULT_NODE_GRACE_MS }: AgentOptions): number | undefined {
  return nodeGraceMs === false ? undefined : nodeGraceMs;
}

/** The drivers that an agent is started with. */
export function driversByDomain({ drivers }: AgentOptions): ReadonlyMap<DomainId, DriverBase> {
  return new Map(Object.entries(drivers).map(([name, driver]) => [domainId(name), driver]));
}

/** Tells on which terms somebody else's domains promise something. */
export function termsOf(options: AgentOptions): (domain: DomainId) => DomainTerms | undefined {
  const drivers = driversByDomain(options);
  return (domain) => drivers.get(domain);
}

function announce(
  events: EventStream<AgentEvent>,
  registry: Registry,
  before: NetworkRecord | undefined,
  after: NetworkRecord | undefined,
): void {
  if (after !== undefined) {
    const { project } = after;
    const state = networkState(after, registry);
    const { generation } = latestOf(after);
    events.emit({ type: "network-state", project, state, generation });
  } else if (before !== undefined) {
    events.emit({ type: "network-removed", project: before.project });
  }
}

/** As long as the slowest domain takes. */
function defaultTimeoutMs(drivers: AgentOptions["drivers"]): number {
  const own = Object.values(drivers).map(({ callTimeoutMs = 0 }) => callTimeoutMs);
  return Math.max(DEFAULT_OPERATION_TIMEOUT_MS, ...own);
}
