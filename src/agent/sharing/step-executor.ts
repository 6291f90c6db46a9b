import type { ResultAsync } from "neverthrow";
import type { Confirmation, DriverBase } from "../../drivers/driver-base.ts";
import { sharedAbort } from "../../drivers/driver-call.ts";
import type { DriverEvent } from "../../drivers/driver-event.ts";
import type { Clock } from "../../model/clock.ts";
import type { DriverCause, DriverError, DriverFailed } from "../../model/errors.ts";
import {
  type DomainId,
  type NetworkNumber,
  type NodeId,
  networkNumber,
  type PortRef,
  type SegmentId,
} from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { segmentIdOf } from "../../network/forwarding.ts";
import type { StoreChange } from "../../store/store.ts";
import { NETWORK } from "../journal.ts";
import { journeyOf, nodesOf } from "../journey.ts";
import type { Registry } from "../registry.ts";
import { type Hold, type Wanted, wantedOf } from "./domain-wants.ts";
import { digestOf, NOTHING } from "./state-digest.ts";
import { doneBy, newTask, type Task } from "./step-task.ts";
import { StepTeller } from "./step-teller.ts";
import { type Done, numberIn, STEP, stepsOf } from "./steps.ts";
import type { StoreView } from "./store-view.ts";

/** What an executor works with. */
export interface StepExecutorContext {
  readonly view: StoreView;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly agent: string;
  /** The lease of this agent; undefined while it has none. */
  readonly lease: () => string | undefined;
  /** The drivers themselves. */
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  /** Whether this agent is the master of a node. */
  readonly isOwn: (node: NodeId) => boolean;
  /** The lease under which a network is being worked on. */
  readonly worker: (number: NetworkNumber) => string | undefined;
  /** Told when there is news of a step at nodes of this agent. */
  readonly progressed: () => void;
}

/**
 * Has the drivers want what the store says, at every node, and tells which nodes of this agent hold
 * it. So whoever becomes the master of a node wants of it what its last master was to do, and an
 * audit finds nothing to repair.
 */
export class StepExecutor {
  readonly #context: StepExecutorContext;
  /** What drivers want, by its digest. */
  readonly #wanted = new Map<SegmentId, string>();
  readonly #tasks = new Map<SegmentId, Task>();
  /** Nodes in service with a driver here; of any other nobody here knows what it holds. */
  readonly #inService = new Set<NodeId>();
  readonly #teller: StepTeller;
  readonly #closing = sharedAbort();
  readonly #subscription: Disposable;

  constructor(context: StepExecutorContext) {
    this.#context = context;
    const isCurrent = (task: Task): boolean => this.#isCurrent(task);
    this.#teller = new StepTeller({ ...context, isCurrent, closing: this.#closing.signal });
    this.#subscription = context.view.subscribe((change) => this.#hear(change));
  }

  /** What a driver is to want when it is attached; from then on it is told of changes. */
  segments(domain: DomainId): readonly Segment[] {
    return this.#context.registry.records().flatMap(({ number }) => {
      const wanted = wantedOf(this.#context, number, domain);
      // A driver that hears of a step later hears first of what came before it.
      const { since = [] } = wanted ?? {};
      const first = since.length > 0 ? since[0] : wanted?.segment;
      this.#wanted.set(segmentIdOf({ number }, domain), digestOf(first));
      return first ?? [];
    });
  }

  /** The segments of a domain that a step is just changing. */
  unsettled(domain: DomainId): ReadonlySet<SegmentId> {
    return this.#segmentsOf((task) => task.domain === domain && task.hold === undefined);
  }

  /** The segments of a domain for which a step has room kept. */
  holding(domain: DomainId): ReadonlySet<SegmentId> {
    return this.#segmentsOf((task) => task.domain === domain && task.hold !== undefined);
  }

  #segmentsOf(isAny: (task: Task) => boolean): ReadonlySet<SegmentId> {
    return new Set([...this.#tasks].filter(([, task]) => isAny(task)).map(([id]) => id));
  }

  /** What is known of a step at this agent's nodes. */
  done(number: NetworkNumber, domain: DomainId, step: number): Done | undefined {
    const task = this.#tasks.get(segmentIdOf({ number }, domain));
    return task?.step === step ? doneBy(task) : undefined;
  }

  /** Hears what a driver tells. */
  hear(domain: DomainId, event: DriverEvent): void {
    if (event.type === "confirmed") {
      const task = this.#tasks.get(event.segment);
      if (task?.nodes.has(event.node) === true) this.#confirm(task, [event.node]);
    }
    if (event.type === "node-down") this.#inService.delete(event.node);
    if (event.type !== "node-up") return;
    this.#inService.add(event.node);
    for (const task of [...this.#tasks.values()]) {
      const isMissing = task.nodes.has(event.node) && !task.confirmed.has(event.node);
      if (task.domain === domain && isMissing && task.isKnown) void this.#run(task);
    }
  }

  /** Takes up the steps that there are already. */
  start(): void {
    const steps = this.#context.view.under(STEP);
    for (const number of new Set(steps.map(({ key }) => numberIn(key)))) {
      this.#follow(networkNumber(number));
    }
  }

  /** Whether a node of this agent holds what is wanted of a network now; nothing is changed there. */
  async holds(number: NetworkNumber, node: NodeId, timeoutMs: number): Promise<boolean> {
    const domain = this.#context.registry.topology.nodes.get(node)?.domain;
    if (domain === undefined) return true;
    const segment = wantedOf(this.#context, number, domain)?.segment;
    const brought = await this.#bring(number, domain, segment, { timeoutMs });
    const isAsked = brought?.isOk() === true && !brought.value.pending.includes(node);
    return isAsked && this.#isServed(node);
  }

  /** Tells nothing more, and waits for what is being told. */
  async close(): Promise<void> {
    this.#subscription[Symbol.dispose]();
    this.#closing.abort();
    for (const { over } of this.#tasks.values()) over.abort();
    await this.#teller.idle();
  }

  #hear({ puts, deletes }: StoreChange): void {
    const keys = [...puts.map(({ key }) => key), ...deletes];
    const numbers = keys.filter((key) => key.startsWith(NETWORK) || key.startsWith(STEP));
    for (const number of new Set(numbers.map(numberIn))) this.#follow(networkNumber(number));
  }

  #follow(number: NetworkNumber): void {
    const isThere = this.#context.registry.recordOf(number) !== undefined;
    for (const domain of this.#context.drivers.keys()) {
      const wanted = wantedOf(this.#context, number, domain);
      if (wanted === undefined) this.#fail(number, domain);
      else this.#want(number, domain, wanted);
      if (!isThere) this.#wanted.delete(segmentIdOf({ number }, domain));
    }
  }

  #want(number: NetworkNumber, domain: DomainId, wanted: Wanted): void {
    const { segment, step } = wanted;
    const id = segmentIdOf({ number }, domain);
    const isNews = digestOf(segment) !== (this.#wanted.get(id) ?? NOTHING);
    const task = this.#tasks.get(id);
    if (step !== undefined) {
      if (task?.step === step) return;
      if (isNews) this.#lead(number, domain, wanted);
      this.#wanted.set(id, digestOf(segment));
      this.#begin({ number, domain, step }, wanted);
      return;
    }
    this.#wanted.set(id, digestOf(segment));
    if (isNews || task?.hold !== undefined) {
      this.#end(id);
      void this.#bring(number, domain, segment, {});
    } else {
      // What the step asked for is still wanted, and is still to be brought about.
      this.#tasks.delete(id);
    }
  }

  /** Has the driver hear of the states before a step that it has not heard of: each tells of the next. */
  #lead(number: NetworkNumber, domain: DomainId, { since = [] }: Wanted): void {
    const id = segmentIdOf({ number }, domain);
    const known = since.findLastIndex((one) => digestOf(one) === this.#wanted.get(id));
    if (known < 0) return;
    for (const segment of since.slice(known + 1)) void this.#bring(number, domain, segment, {});
  }

  #begin(at: Pick<Task, "number" | "domain" | "step">, wanted: Wanted): void {
    const { registry } = this.#context;
    const record = registry.recordOf(at.number);
    if (record === undefined) return;
    const nodes = nodesOf(journeyOf(registry, record), at.domain);
    const task = newTask({ ...at, nodes }, wanted);
    const id = segmentIdOf(at, at.domain);
    this.#end(id);
    this.#tasks.set(id, task);
    void this.#run(task);
  }

  /** A step that cannot be read: other masters go on, and who waits for this one hears why not. */
  #fail(number: NetworkNumber, domain: DomainId): void {
    const { registry, view, isOwn } = this.#context;
    const step = stepsOf(view, number).get(domain)?.revision ?? 0;
    const id = segmentIdOf({ number }, domain);
    if (this.#tasks.get(id)?.step === step) return;
    const record = registry.recordOf(number);
    if (record === undefined) return;
    const nodes = nodesOf(journeyOf(registry, record), domain);
    this.#end(id);
    const task = newTask({ number, domain, step, nodes }, undefined);
    for (const node of nodes) if (isOwn(node)) task.causes.set(node, causeAt(node));
    this.#tasks.set(id, task);
    this.#tell(task);
  }

  /** Whether a node is this agent's, and has been brought to what its driver wants. */
  #isServed(node: NodeId): boolean {
    return this.#context.isOwn(node) && this.#inService.has(node);
  }

  /** Whether its step still stands. */
  #isCurrent(task: Task): boolean {
    return this.#tasks.get(segmentIdOf(task, task.domain)) === task;
  }

  #end(id: SegmentId): void {
    this.#tasks.get(id)?.over.abort();
    this.#tasks.delete(id);
  }

  /** Brings the nodes to a step, those of this agent to begin with, and tells how far that came. */
  async #run(task: Task): Promise<void> {
    const { isOwn } = this.#context;
    const { number, domain, wanted, hold, nodes, over } = task;
    const own = [...nodes].filter(isOwn);
    const { signal } = over;
    const asked =
      hold === undefined
        ? this.#bring(number, domain, wanted, { signal })
        : this.#keepRoom(domain, hold, signal);
    const brought = await asked;
    if (brought === undefined || !this.#isCurrent(task)) return;
    if (brought.isErr() && brought.error.type !== "driver-failed") return;
    const error =
      brought.isErr() && brought.error.type === "driver-failed" ? brought.error : undefined;
    const causes = error === undefined ? [] : causesAt(own, error);
    const pending = brought.isOk() ? brought.value.pending : (error?.pending ?? []);
    for (const cause of causes) {
      // What ended because somebody else is the master now, goes on there.
      if (cause.node !== undefined && own.includes(cause.node) && isOwn(cause.node)) {
        task.causes.set(cause.node, cause);
      }
    }
    const named = new Set([...pending, ...causes.map(({ node }) => node)]);
    this.#confirm(
      task,
      own.filter((node) => !named.has(node)),
    );
  }

  #keepRoom(
    domain: DomainId,
    { segment, offers }: Hold,
    signal: AbortSignal,
  ): ResultAsync<Confirmation, DriverError> | undefined {
    const offered = (port: PortRef): VlanSet => offers.get(port) ?? VlanSet.empty;
    const held = this.#context.drivers.get(domain)?.hold?.(segment, { signal, offers: offered });
    return held?.map(() => ({ pending: [] }));
  }

  #bring(
    number: NetworkNumber,
    domain: DomainId,
    wanted: Segment | undefined,
    limits: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): ResultAsync<Confirmation, DriverError> | undefined {
    const driver = this.#context.drivers.get(domain);
    const options = { ...limits, allowPending: true };
    if (wanted !== undefined) return driver?.provision(wanted, options);
    return driver?.release(segmentIdOf({ number }, domain), options);
  }

  #confirm(task: Task, nodes: readonly NodeId[]): void {
    for (const node of nodes.filter((one) => this.#isServed(one))) {
      task.confirmed.add(node);
      task.causes.delete(node);
    }
    this.#tell(task);
  }

  /** Tells who waits for a step: here, or in another agent through the store. */
  #tell(task: Task): void {
    this.#context.progressed();
    void this.#teller.tell(task);
  }
}

/** Why nodes do not hold what was asked. A call that is refused for one of them asks nothing of the others. */
function causesAt(
  nodes: readonly NodeId[],
  { causes, pending }: DriverFailed,
): readonly DriverCause[] {
  const [first] = causes;
  if (pending !== undefined || first === undefined) return causes;
  const named = new Set(causes.map(({ node }) => node));
  const message = `nothing was asked of it, for of another node: ${first.message}`;
  const others = nodes.filter((node) => !named.has(node));
  return [...causes, ...others.map((node) => ({ ...first, node, message }))];
}

function causeAt(node: NodeId): DriverCause {
  const message = "its master knows no such state: is its topology another one?";
  return { node, kind: "misconfigured", message };
}
