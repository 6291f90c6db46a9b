import type { ResultAsync } from "neverthrow";
import type { Confirmation, DriverBase, DriverEvent } from "../../drivers/driver-base.ts";
import { pause, sharedAbort } from "../../drivers/driver-call.ts";
import type { Clock } from "../../model/clock.ts";
import type { DriverCause, DriverError } from "../../model/errors.ts";
import {
  type DomainId,
  type NetworkNumber,
  type NodeId,
  networkNumber,
  type SegmentId,
} from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import { segmentIdOf } from "../../network/forwarding.ts";
import { currentOf, isUnfinished } from "../../network/record.ts";
import type { StoreChange } from "../../store/store.ts";
import { NETWORK } from "../journal.ts";
import type { Registry } from "../registry.ts";
import { Serial } from "../serial.ts";
import { causeJson } from "./cause-json.ts";
import { digestOf, journeyOf, NOTHING, nodesOf, statesOf } from "./domain-states.ts";
import { type Done, doneKey, numberIn, STEP, stepKey, stepsOf } from "./steps.ts";
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

/** What a domain is to hold for a network, and by which step if there is one. */
interface Wanted {
  readonly segment: Segment | undefined;
  readonly step?: number;
}

/** A step that this agent carries out at its own nodes. */
interface Task {
  readonly number: NetworkNumber;
  readonly domain: DomainId;
  readonly step: number;
  /** What is asked of the domain; nothing, when undefined. */
  readonly wanted: Segment | undefined;
  readonly nodes: ReadonlySet<NodeId>;
  readonly confirmed: Set<NodeId>;
  readonly causes: Map<NodeId, DriverCause>;
  /** Raised when another state is wanted: until then the nodes are brought to this one, step or not. */
  readonly over: AbortController;
  /** Whether this agent knows the state that the step names. */
  readonly isKnown: boolean;
}

/** How long is waited before a master says again what the store did not take. */
const AGAIN_MS = 200;

/**
 * Has the drivers want what the store says, at every node, and tells which nodes of this agent hold
 * it. So whoever becomes the master of a node wants of it what its last master was to do, and an
 * audit finds nothing to repair.
 */
export class StepExecutor implements Disposable {
  readonly #context: StepExecutorContext;
  /** What drivers want, by its digest. */
  readonly #wanted = new Map<SegmentId, string>();
  readonly #tasks = new Map<SegmentId, Task>();
  /** Nodes in service with a driver here; of any other nobody here knows what it holds. */
  readonly #inService = new Set<NodeId>();
  /** What is said of a step follows what was said before. */
  readonly #tellings = new Serial<SegmentId>();
  readonly #closing = sharedAbort();
  readonly #subscription: Disposable;

  constructor(context: StepExecutorContext) {
    this.#context = context;
    this.#subscription = context.view.subscribe((change) => this.#hear(change));
  }

  /** What a driver is to want when it is attached; from then on it is told of changes. */
  segments(domain: DomainId): readonly Segment[] {
    return this.#context.registry.records().flatMap(({ number }) => {
      const wanted = this.#wantedOf(number, domain)?.segment;
      this.#wanted.set(segmentIdOf({ number }, domain), digestOf(wanted));
      return wanted ?? [];
    });
  }

  /** What is known of a step at this agent's nodes. */
  done(number: NetworkNumber, domain: DomainId, step: number): Done | undefined {
    const task = this.#tasks.get(segmentIdOf({ number }, domain));
    return task?.step === step ? doneOf(task) : undefined;
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
    const segment = this.#wantedOf(number, domain)?.segment;
    const brought = await this.#bring(number, domain, segment, { timeoutMs });
    const isAsked = brought?.isOk() === true && !brought.value.pending.includes(node);
    return isAsked && this.#isServed(node);
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#closing.abort();
    for (const { over } of this.#tasks.values()) over.abort();
  }

  #hear({ puts, deletes }: StoreChange): void {
    const keys = [...puts.map(({ key }) => key), ...deletes];
    const numbers = keys.filter((key) => key.startsWith(NETWORK) || key.startsWith(STEP));
    for (const number of new Set(numbers.map(numberIn))) this.#follow(networkNumber(number));
  }

  #follow(number: NetworkNumber): void {
    const isThere = this.#context.registry.recordOf(number) !== undefined;
    for (const domain of this.#context.drivers.keys()) {
      const wanted = this.#wantedOf(number, domain);
      if (wanted === undefined) this.#fail(number, domain);
      else this.#want(number, domain, wanted);
      if (!isThere) this.#wanted.delete(segmentIdOf({ number }, domain));
    }
  }

  #want(number: NetworkNumber, domain: DomainId, { segment, step }: Wanted): void {
    const id = segmentIdOf({ number }, domain);
    const digest = digestOf(segment);
    const isNews = digest !== (this.#wanted.get(id) ?? NOTHING);
    this.#wanted.set(id, digest);
    if (step === undefined) {
      if (isNews) {
        this.#end(id);
        void this.#bring(number, domain, segment, {});
      } else {
        // What the step asked for is still wanted, and is still to be brought about.
        this.#tasks.delete(id);
      }
    } else if (this.#tasks.get(id)?.step !== step) this.#begin(number, domain, segment, step);
  }

  /**
   * What a domain is to hold for a network, and by which step if there is one; undefined when that
   * names a state of which this agent knows nothing.
   */
  #wantedOf(number: NetworkNumber, domain: DomainId): Wanted | undefined {
    const { registry, view } = this.#context;
    const record = registry.recordOf(number);
    if (record === undefined) return { segment: undefined };
    const step = isUnfinished(record) ? stepsOf(view, number).get(domain) : undefined;
    if (step === undefined) {
      const current = currentOf(record);
      const segments = current === undefined ? undefined : registry.segments(record, current);
      return { segment: segments?.get(domain) };
    }
    const states = statesOf(journeyOf(registry, record)).map((state) => state.get(domain));
    const at = states.findIndex((state) => digestOf(state) === step.state);
    return at < 0 ? undefined : { segment: states[at], step: step.revision };
  }

  #begin(number: NetworkNumber, domain: DomainId, wanted: Segment | undefined, step: number): void {
    const { registry } = this.#context;
    const record = registry.recordOf(number);
    if (record === undefined) return;
    const nodes = nodesOf(journeyOf(registry, record), domain);
    const over = sharedAbort();
    const state = { confirmed: new Set<NodeId>(), causes: new Map<NodeId, DriverCause>() };
    const task: Task = { number, domain, step, wanted, nodes, ...state, over, isKnown: true };
    const id = segmentIdOf({ number }, domain);
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
    const message = "its master knows no such state: is its topology another one?";
    const causes = new Map(
      [...nodes].filter(isOwn).map((node): [NodeId, DriverCause] => {
        return [node, { node, kind: "misconfigured", message }];
      }),
    );
    this.#end(id);
    const state = { confirmed: new Set<NodeId>(), causes, over: sharedAbort(), isKnown: false };
    const task: Task = { number, domain, step, wanted: undefined, nodes, ...state };
    this.#tasks.set(id, task);
    void this.#tell(task);
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
    const { number, domain, wanted, nodes, over } = task;
    const own = [...nodes].filter((node) => this.#context.isOwn(node));
    const brought = await this.#bring(number, domain, wanted, { signal: over.signal });
    if (brought === undefined || !this.#isCurrent(task)) return;
    if (brought.isErr() && brought.error.type !== "driver-failed") return;
    const error = brought.isErr() && brought.error.type === "driver-failed" ? brought.error : null;
    const causes = error?.causes ?? [];
    const pending = brought.isOk() ? brought.value.pending : (error?.pending ?? []);
    for (const cause of causes) {
      if (cause.node !== undefined && own.includes(cause.node)) task.causes.set(cause.node, cause);
    }
    const named = new Set([...pending, ...causes.map(({ node }) => node)]);
    this.#confirm(
      task,
      own.filter((node) => !named.has(node)),
    );
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
    void this.#tell(task);
  }

  /** Tells who waits for a step: here, or in another agent through the store. */
  #tell(task: Task): Promise<void> {
    this.#context.progressed();
    return this.#tellings.run(segmentIdOf(task, task.domain), () => this.#write(task));
  }

  async #write(task: Task): Promise<void> {
    const { view, clock, agent, lease, worker } = this.#context;
    const { number, domain, step, over } = task;
    const key = doneKey(number, domain, agent);
    for (;;) {
      const held = lease();
      const done = doneOf(task);
      const isSilent = done.nodes.length + done.causes.length === 0;
      if (!this.#isCurrent(task) || held === undefined || isSilent) return;
      if (worker(number) === held || this.#closing.signal.aborted) return;
      const { nodes, causes } = done;
      const value = { step, nodes, causes: causes.map(causeJson) };
      const written = await view.commit({
        compare: [{ key: stepKey(number, domain), revision: step }],
        writes: [{ type: "put", key, value, lease: held }],
      });
      if (written.isOk() || written.error.type !== "store-unavailable") return;
      await pause(clock, AGAIN_MS, AbortSignal.any([over.signal, this.#closing.signal]));
    }
  }
}

function doneOf({ step, confirmed, causes }: Task): Done {
  return { step, nodes: [...confirmed], causes: [...causes.values()] };
}
