import { err, errAsync, ok, type Result, type ResultAsync } from "neverthrow";
import type {
  CallOptions,
  Confirmation,
  DriverBase,
  DriverCapabilities,
  DriverContext,
  DriverEvent,
  HeldSegment,
  NodeCost,
  ProbeReport,
  ProvisionOptions,
  SegmentReport,
  SegmentStatistics,
  StatisticsOptions,
} from "../../drivers/driver-base.ts";
import { DriverLife } from "../../drivers/driver-life.ts";
import type { Clock } from "../../model/clock.ts";
import type { DomainView } from "../../model/domain-view.ts";
import type { DriverCause, DriverError, DriverFailed } from "../../model/errors.ts";
import type { DomainId, NetworkNumber, NodeId, SegmentId } from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import { networkOfSegment } from "../../network/forwarding.ts";
import type { Registry } from "../registry.ts";
import { digestOf, journeyOf, nodesOf } from "./domain-states.ts";
import { MASTER, type Mastership } from "./mastership.ts";
import type { Membership } from "./membership.ts";
import { type SharedJournal, WORK } from "./shared-journal.ts";
import type { StepExecutor } from "./step-executor.ts";
import { DONE, type Done, doneOf } from "./steps.ts";
import type { StoreView } from "./store-view.ts";

/** What a shared driver works with. */
export interface SharedDriverContext {
  readonly domain: DomainId;
  /** The driver of the domain in this process. */
  readonly inner: DriverBase;
  readonly clock: Clock;
  readonly view: StoreView;
  readonly registry: Registry;
  readonly journal: SharedJournal;
  readonly membership: Membership;
  readonly mastership: Mastership;
  readonly executor: StepExecutor;
  readonly agent: string;
}

/**
 * For how long after a node went out of service its next master is waited for, in milliseconds: by
 * calls that need the node, and by those that do not.
 */
const HANDOVER_MS = 5_000;
const GLANCE_MS = 300;

/**
 * A domain that several agents drive: what is asked of it is a step in the store, which the master of
 * each node carries out and confirms; `provision` and `release` wait for all of them, as those of a
 * driver wait for switches. A node is up when it is in service with its master, whoever that is.
 */
export class SharedDriver implements DriverBase {
  readonly kind: string;
  readonly #context: SharedDriverContext;
  readonly #life = new DriverLife<SharedDriverContext>();
  readonly #waiting = new Set<() => void>();

  constructor(context: SharedDriverContext) {
    this.#context = context;
    this.kind = context.inner.kind;
    this.#life.serve(context);
    context.inner.subscribe((event) => this.#hear(event));
    context.view.subscribe(({ puts, deletes }) => {
      const keys = [...puts.map(({ key }) => key), ...deletes];
      if (keys.some((key) => WORTH_A_LOOK.some((kind) => key.startsWith(kind)))) this.wake();
    });
  }

  attach(context: DriverContext): ResultAsync<void, DriverError> {
    return this.#context.inner.attach({ ...context, role: "slave" });
  }

  updateDomain(domain: DomainView): ResultAsync<void, DriverError> {
    return this.#context.inner.updateDomain(domain);
  }

  capabilities(): DriverCapabilities {
    return this.#context.inner.capabilities();
  }

  refusal(segment: Segment): DriverFailed | undefined {
    return this.#context.inner.refusal?.(segment);
  }

  externalIds(segment: SegmentId): readonly string[] {
    return this.#context.inner.externalIds?.(segment) ?? [];
  }

  cost(segment: Segment): readonly NodeCost[] {
    return this.#context.inner.cost(segment);
  }

  provision(
    segment: Segment,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#settle("provision", segment.id, segment, options);
  }

  release(
    segment: SegmentId,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#settle("release", segment, undefined, options);
  }

  verify(segment: SegmentId, options?: CallOptions): ResultAsync<SegmentReport, DriverError> {
    return this.#context.inner.verify(segment, options);
  }

  probe(segment: SegmentId, options?: CallOptions): ResultAsync<ProbeReport, DriverError> {
    const { inner } = this.#context;
    return inner.probe?.(segment, options) ?? errAsync({ type: "closed", what: "the prober" });
  }

  statistics(
    segment: SegmentId,
    options?: StatisticsOptions,
  ): ResultAsync<SegmentStatistics, DriverError> {
    const { inner } = this.#context;
    return (
      inner.statistics?.(segment, options) ?? errAsync({ type: "closed", what: "the counters" })
    );
  }

  list(options?: CallOptions): ResultAsync<readonly HeldSegment[], DriverError> {
    return this.#context.inner.list(options);
  }

  subscribe(listener: (event: DriverEvent) => void): Disposable {
    return this.#life.subscribe(listener);
  }

  async close(): Promise<void> {
    this.#life.close();
    await this.#context.inner.close();
  }

  /** A node is in service with its master from now on, or is not any more. */
  tellNode(node: NodeId, up: boolean): void {
    this.#life.emit(
      up ? { type: "node-up", node } : { type: "node-down", node, reason: "no agent serves it" },
    );
  }

  /** Something may have come that a call waits for. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #hear(event: DriverEvent): void {
    const { mastership, executor, domain } = this.#context;
    executor.hear(domain, event);
    if (event.type === "node-up") void mastership.note(event.node, true);
    else if (event.type === "node-down") void mastership.note(event.node, false);
    else if (event.type === "role-lost") void mastership.lost(event.node);
    else this.#life.emit(event);
  }

  #settle(
    operation: string,
    id: SegmentId,
    wanted: Segment | undefined,
    options: ProvisionOptions,
  ): ResultAsync<Confirmation, DriverError> {
    const { allowPending = false, ...limits } = options;
    const number = networkOfSegment(id);
    let step: Wait | undefined;
    const settled = this.#life.call(operation, limits, async (_context, signal) => {
      const begun = await this.#begin(number, wanted, allowPending);
      if (begun.isErr()) return err(begun.error);
      step = begun.value;
      return this.#wait(begun.value, signal);
    });
    return settled.orElse((error) =>
      allowPending && error.type === "timeout" && step !== undefined
        ? ok({ pending: this.#unconfirmed(step) })
        : err(error),
    );
  }

  async #begin(
    number: NetworkNumber,
    wanted: Segment | undefined,
    allowPending: boolean,
  ): Promise<Result<Wait, DriverError>> {
    const { registry, journal, domain } = this.#context;
    const record = registry.recordOf(number);
    const nodes = record === undefined ? [] : [...nodesOf(journeyOf(registry, record), domain)];
    const step = await journal.writeStep(number, domain, digestOf(wanted));
    return step
      .map((revision) => ({ number, step: revision, nodes, allowPending }))
      .mapErr((error) =>
        error.type === "store-unavailable"
          ? this.#failed([{ kind: "unreachable", message: `the store: ${error.message}` }])
          : this.#failed([TAKEN_OVER]),
      );
  }

  /** Waits until every node has been heard of, or cannot be. */
  async #wait(wait: Wait, signal: AbortSignal): Promise<Result<Confirmation, DriverError>> {
    const { membership, journal, clock } = this.#context;
    while (!signal.aborted) {
      const { lease } = membership;
      if (lease === undefined || journal.worker(wait.number) !== lease) {
        return err(this.#failed([TAKEN_OVER]));
      }
      const { confirmed, causes, absent, untilMs } = this.#standing(wait);
      if (wait.nodes.length === confirmed.size + causes.length + absent.length) {
        const pending = wait.nodes.filter((node) => !confirmed.has(node));
        const fatal = [...causes, ...(wait.allowPending ? [] : absent.map(unserved))];
        return fatal.length === 0 ? ok({ pending }) : err({ ...this.#failed(fatal), pending });
      }
      await this.#news(signal, untilMs - clock.now());
    }
    return err({ type: "aborted", operation: "step" });
  }

  #unconfirmed(wait: Wait): readonly NodeId[] {
    const { confirmed } = this.#standing(wait);
    return wait.nodes.filter((node) => !confirmed.has(node));
  }

  /** What is known of each node; with those of which nothing will be heard until then. */
  #standing({ number, step, nodes, allowPending }: Wait): Standing {
    const { executor, view, membership, mastership, domain, agent, clock } = this.#context;
    const others = membership.agents.filter((one) => one !== agent);
    const told = [
      executor.done(number, domain, step),
      ...others.map((one) => doneOf(view, { number, domain, step }, one)),
    ].filter((one): one is Done => one !== undefined);
    const confirmed = new Set(told.flatMap((one) => one.nodes));
    const causes = told
      .flatMap((one) => one.causes)
      .filter(({ node }) => node === undefined || !confirmed.has(node));
    const isHeardOf = new Set([...confirmed, ...causes.map(({ node }) => node)]);
    const patienceMs = allowPending ? GLANCE_MS : HANDOVER_MS;
    const lapses = nodes.flatMap((node) => {
      const since = isHeardOf.has(node) ? undefined : mastership.downSince(node);
      return since === undefined ? [] : [{ node, at: since + patienceMs }];
    });
    const absent = lapses.filter(({ at }) => at <= clock.now()).map(({ node }) => node);
    const next = lapses.map(({ at }) => at).filter((at) => at > clock.now());
    return { confirmed, causes, absent, untilMs: Math.min(...next, clock.now() + REST_MS) };
  }

  /** Resolves when something is heard, when so much time is over, or when `signal` is raised. */
  #news(signal: AbortSignal, ms: number): Promise<void> {
    const { clock } = this.#context;
    return new Promise((resolve) => {
      const done = (): void => {
        clock.clearTimeout(timer);
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = clock.setTimeout(done, ms);
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }

  #failed(causes: readonly DriverCause[]): DriverFailed {
    return { type: "driver-failed", domain: this.#context.domain, causes };
  }
}

/** What somebody who waits for a step may have waited for. */
const WORTH_A_LOOK: readonly string[] = [DONE, MASTER, WORK];

/** A step that is waited for. */
interface Wait {
  readonly number: NetworkNumber;
  readonly step: number;
  readonly nodes: readonly NodeId[];
  readonly allowPending: boolean;
}

interface Standing {
  readonly confirmed: ReadonlySet<NodeId>;
  readonly causes: readonly DriverCause[];
  readonly absent: readonly NodeId[];
  /** When to look again, if nothing is heard before. */
  readonly untilMs: number;
}

/** How often is looked whether we still have our lease. */
const REST_MS = 1_000;

const TAKEN_OVER: DriverCause = {
  kind: "not-master",
  message: "this agent was not heard of for too long, and another one ends what it had begun",
};

function unserved(node: NodeId): DriverCause {
  return { node, kind: "unreachable", message: "is in service with no agent" };
}
