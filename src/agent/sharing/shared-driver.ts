import { err, ok, type ResultAsync } from "neverthrow";
import type {
  CallOptions,
  Confirmation,
  DriverBase,
  DriverCapabilities,
  DriverContext,
  HeldSegment,
  HoldOptions,
  NodeCost,
  ProvisionOptions,
  RefusalOptions,
  SegmentReport,
} from "../../drivers/driver-base.ts";
import type { DriverEvent } from "../../drivers/driver-event.ts";
import { DriverLife } from "../../drivers/driver-life.ts";
import type { Bandwidth } from "../../model/bandwidth.ts";
import type { DomainView } from "../../model/domain-view.ts";
import type { DriverError, DriverFailed } from "../../model/errors.ts";
import type { NodeId, SegmentId } from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { networkOfSegment } from "../../network/forwarding.ts";
import type { Charges } from "./charges.ts";
import { MASTER } from "./master-record.ts";
import { WORK } from "./shared-journal.ts";
import { SharedNames } from "./shared-names.ts";
import { SharedOutages } from "./shared-outages.ts";
import { digestOf, NOTHING } from "./state-digest.ts";
import { type StepWait, StepWaits, type StepWaitsContext } from "./step-waits.ts";
import { DONE, type Step } from "./steps.ts";

/** What a shared driver works with. */
export interface SharedDriverContext extends Omit<StepWaitsContext, "handoverMs"> {
  /** The driver of the domain in this process. */
  readonly inner: DriverBase;
  readonly charges: Charges;
}

/**
 * A domain that several agents drive: what is asked of it is a step in the store, which the master of
 * each node carries out and confirms; `provision` and `release` wait for all of them, as those of a
 * driver wait for switches. A node is up when it is in service with its master, whoever that is.
 */
export class SharedDriver implements DriverBase {
  readonly kind: string;
  readonly callTimeoutMs?: number;
  readonly keepsSchedule?: boolean;
  readonly bandwidthUnit?: Bandwidth;
  /** Absent where the domain agrees to nothing beforehand. */
  readonly hold?: NonNullable<DriverBase["hold"]>;
  /** Counts at the nodes of this agent. */
  readonly keepRoom?: NonNullable<DriverBase["keepRoom"]>;
  readonly rateSteps?: NonNullable<DriverBase["rateSteps"]>;
  /** These say what any agent can see, and are absent where the domain shows nothing. */
  readonly probe?: NonNullable<DriverBase["probe"]>;
  readonly statistics?: NonNullable<DriverBase["statistics"]>;
  readonly #context: SharedDriverContext;
  readonly #life = new DriverLife<SharedDriverContext>();
  readonly #waits: StepWaits;
  readonly #outages: SharedOutages;
  readonly #names: SharedNames;
  /** The nodes that were told to be up. */
  readonly #up = new Set<NodeId>();
  /** Of nodes of this agent, the segments that were pending when they were last said to be up. */
  readonly #pending = new Map<NodeId, Set<SegmentId>>();
  /** Nodes of this agent that are away, and why, while they are still told to be up. */
  readonly #away = new Map<NodeId, string>();

  constructor(context: SharedDriverContext) {
    const { inner, view, domain, registry, charges, mastership } = context;
    this.#context = context;
    this.kind = inner.kind;
    if (inner.callTimeoutMs !== undefined) this.callTimeoutMs = inner.callTimeoutMs;
    if (inner.keepsSchedule !== undefined) this.keepsSchedule = inner.keepsSchedule;
    if (inner.bandwidthUnit !== undefined) this.bandwidthUnit = inner.bandwidthUnit;
    if (inner.hold !== undefined) {
      this.hold = (segment, options = {}) => this.#keepRoom(segment, options);
    }
    if (inner.keepRoom !== undefined) this.keepRoom = inner.keepRoom.bind(inner);
    if (inner.rateSteps !== undefined) this.rateSteps = inner.rateSteps.bind(inner);
    const [probe, statistics] = [inner.probe?.bind(inner), inner.statistics?.bind(inner)];
    if (probe !== undefined) this.probe = probe;
    if (statistics !== undefined) this.statistics = statistics;
    const handoverMs = (node: NodeId): number => charges.patience(charges.of(node)).handoverMs;
    this.#waits = new StepWaits({ ...context, handoverMs });
    const isOurs = (): boolean =>
      registry.topology.domainView(domain).nodes.some(({ id }) => mastership.isOwn(id));
    const ofDomain = { domain, view, clock: context.clock, isOurs };
    this.#outages = new SharedOutages({ ...ofDomain, emit: (event) => this.#life.emit(event) });
    this.#names = new SharedNames(ofDomain);
    this.#life.serve(context);
    inner.subscribe((event) => this.#hear(event));
    view.subscribe(({ puts, deletes }) => {
      const keys = [...puts.map(({ key }) => key), ...deletes];
      if (keys.some((key) => WORTH_A_LOOK.some((kind) => key.startsWith(kind)))) this.wake();
    });
  }

  attach(context: DriverContext): ResultAsync<void, DriverError> {
    const { inner } = this.#context;
    return inner.attach({ ...context, role: "slave" }).andTee(() => this.#outages.start());
  }

  updateDomain(domain: DomainView): ResultAsync<void, DriverError> {
    return this.#context.inner.updateDomain(domain);
  }

  capabilities(): DriverCapabilities {
    return this.#context.inner.capabilities();
  }

  refusal(segment: Segment, options: RefusalOptions = {}): DriverFailed | undefined {
    return this.#context.inner.refusal?.(segment, options);
  }

  externalIds(segment: SegmentId): readonly string[] | undefined {
    const { inner } = this.#context;
    return inner.externalIds && (inner.externalIds(segment) ?? this.#names.of(segment));
  }

  cost(segment: Segment): readonly NodeCost[] {
    return this.#context.inner.cost(segment);
  }

  provision(
    segment: Segment,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#ask("provision", segment.id, { state: digestOf(segment) }, options);
  }

  release(
    segment: SegmentId,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#ask("release", segment, { state: NOTHING }, options);
  }

  verify(segment: SegmentId, options?: CallOptions): ResultAsync<SegmentReport, DriverError> {
    return this.#context.inner.verify(segment, options);
  }

  list(options?: CallOptions): ResultAsync<readonly HeldSegment[], DriverError> {
    return this.#context.inner.list(options);
  }

  subscribe(listener: (event: DriverEvent) => void): Disposable {
    return this.#life.subscribe(listener);
  }

  async close(): Promise<void> {
    this.#life.close();
    await Promise.all([this.#outages.close(), this.#names.close()]);
    await this.#context.inner.close();
  }

  /** A node is in service with its master from now on, or is not any more. */
  tellNode(node: NodeId, up: boolean): void {
    if (up === this.#up.has(node)) return;
    if (up) {
      this.#up.add(node);
      this.#emitUp(node);
      return;
    }
    this.#up.delete(node);
    this.#away.delete(node);
    this.#life.emit({ type: "node-down", node, reason: "no agent serves it" });
  }

  #emitUp(node: NodeId): void {
    const isOwn = this.#context.mastership.isOwn(node);
    const pending = isOwn ? [...(this.#pending.get(node) ?? [])] : [];
    this.#life.emit({ type: "node-up", node, ...(pending.length > 0 && { pending }) });
  }

  /** A node that is back before the store has heard that it was away is up anew all the same. */
  async #noteUp(node: NodeId): Promise<void> {
    const { mastership } = this.#context;
    await mastership.note(node, true);
    const reason = this.#away.get(node);
    if (reason === undefined || !this.#away.delete(node) || !mastership.isOwn(node)) return;
    this.#life.emit({ type: "node-down", node, reason });
    this.#emitUp(node);
  }

  /** Something may have come that a call waits for. */
  wake(): void {
    this.#waits.wake();
  }

  #hear(event: DriverEvent): void {
    const { mastership, executor, domain } = this.#context;
    executor.hear(domain, event);
    this.#outages.hear(event);
    this.#names.hear(event);
    if (event.type === "confirmed") this.#pending.get(event.node)?.delete(event.segment);
    if (event.type === "node-up") {
      this.#pending.set(event.node, new Set(event.pending));
      void this.#noteUp(event.node);
    } else if (event.type === "node-down") {
      if (this.#up.has(event.node)) this.#away.set(event.node, event.reason);
      void mastership.note(event.node, false);
    } else if (event.type === "role-lost") void mastership.lost(event.node);
    else if (!TOLD_BY_THE_STORE.has(event.type)) this.#life.emit(event);
  }

  #keepRoom(segment: Segment, { offers, ...limits }: HoldOptions): ResultAsync<void, DriverError> {
    const ports = segment.nodes.flatMap(({ rules }) =>
      rules.flatMap(({ ingress, egress }) => [ingress, ...egress].map(({ port }) => port)),
    );
    const hold = new Map(ports.map((port) => [port, offers?.(port) ?? VlanSet.empty]));
    const asked = { state: digestOf(segment), hold };
    return this.#ask("hold", segment.id, asked, limits).map(() => undefined);
  }

  #ask(
    operation: string,
    id: SegmentId,
    asked: Omit<Step, "revision">,
    options: ProvisionOptions,
  ): ResultAsync<Confirmation, DriverError> {
    const { allowPending = false, ...limits } = options;
    const number = networkOfSegment(id);
    let step: StepWait | undefined;
    const settled = this.#life.call(operation, limits, async (_context, signal) => {
      const begun = await this.#waits.begin({ number, allowPending }, asked, signal);
      if (begun.isErr()) return err(begun.error);
      step = begun.value;
      return this.#waits.until(begun.value, signal);
    });
    return settled.orElse((error) =>
      allowPending && error.type === "timeout" && step !== undefined
        ? ok({ pending: this.#waits.unconfirmed(step) })
        : err(error),
    );
  }
}

/** What everybody hears of from the store. */
const TOLD_BY_THE_STORE: ReadonlySet<DriverEvent["type"]> = new Set([
  "segment-down",
  "segment-up",
  "segment-named",
]);

/** What somebody who waits for a step may have waited for. */
const WORTH_A_LOOK: readonly string[] = [DONE, MASTER, WORK];
