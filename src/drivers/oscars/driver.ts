import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from "neverthrow";
import type { DomainView } from "../../model/domain-view.ts";
import type { DriverCause, DriverError, DriverFailed } from "../../model/errors.ts";
import type { SegmentId } from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import type {
  CallOptions,
  Confirmation,
  Discrepancy,
  DriverBase,
  DriverCapabilities,
  DriverContext,
  DriverEvent,
  HeldSegment,
  NodeCost,
  ProvisionOptions,
  SegmentReport,
} from "../driver-base.ts";
import { limitedCall, pause, sharedAbort } from "../driver-call.ts";
import { type Circuit, circuitsOf } from "./circuit.ts";
import { causeOf, failed, misconfigured, nodeOf } from "./circuit-cause.ts";
import { differences } from "./circuit-differences.ts";
import { CircuitKeeper } from "./circuit-keeper.ts";
import type { CircuitFault, CircuitService, FoundCircuit } from "./circuit-service.ts";

/** Makes the service once it is known which domain it is for. */
export type OpenService = (context: DriverContext) => ResultAsync<CircuitService, DriverCause>;

/** How often the domain is asked what it has, in milliseconds, when nothing else is. */
const DEFAULT_AUDIT_MS = 30_000;

/**
 * Drives a wide-area domain that somebody else runs: its node is a service that joins ports by
 * circuits. What is wanted is compared with what the domain has when the driver is attached, whenever
 * the domain tells of a change and from time to time; circuits that bear our mark and are not wanted
 * are ended, however often that takes.
 */
export class CircuitDriver implements DriverBase {
  readonly kind = "oscars";
  readonly #open: OpenService;
  readonly #auditMs: number;
  readonly #listeners = new Set<(event: DriverEvent) => void>();
  readonly #closing = sharedAbort();
  /** Segments that are not as wanted, though somebody was promised that they will be. */
  readonly #pending = new Set<SegmentId>();
  #context: DriverContext | undefined;
  #service: CircuitService | undefined;
  #keeper: CircuitKeeper | undefined;
  #isUp = false;
  #wake = new AbortController();
  #auditing: Promise<void> = Promise.resolve();

  constructor(open: OpenService, auditMs: number = DEFAULT_AUDIT_MS) {
    this.#open = open;
    this.#auditMs = auditMs;
  }

  attach(context: DriverContext): ResultAsync<void, DriverError> {
    if (this.#closing.signal.aborted) return errAsync({ type: "closed", what: "the driver" });
    if (this.#context !== undefined)
      return errAsync(failed(context.domain, misconfigured("the driver is attached already")));
    if (context.domain.nodes.length !== 1)
      return errAsync(failed(context.domain, misconfigured("a wide-area domain is one node")));
    this.#context = context;
    return this.#open(context)
      .mapErr((cause) => failed(context.domain, cause))
      .andThen((service) => this.#begin(service, context));
  }

  updateDomain(domain: DomainView): ResultAsync<void, DriverError> {
    return this.#call("updateDomain", {}, async () => {
      if (this.#context !== undefined) this.#context = { ...this.#context, domain };
      return ok(undefined);
    });
  }

  capabilities(): DriverCapabilities {
    return { multipoint: this.#service?.multipoint ?? false, programsNodes: false, learns: true };
  }

  /** What a service does inside is its own affair. */
  cost(): readonly NodeCost[] {
    return [];
  }

  hold(segment: Segment, options: CallOptions = {}): ResultAsync<void, DriverError> {
    return this.#call("hold", options, async ({ domain }, keeper) => {
      const circuits = this.#circuitsOf(segment, domain, keeper);
      if (circuits.isErr()) return err(failed(domain, circuits.error));
      const held = await keeper.hold(segment.id, circuits.value);
      return held.mapErr((fault) => this.#failed(domain, fault));
    });
  }

  provision(
    segment: Segment,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#call("provision", options, async ({ domain }, keeper) => {
      const circuits = this.#circuitsOf(segment, domain, keeper);
      if (circuits.isErr()) return err(failed(domain, circuits.error));
      keeper.want(segment.id, circuits.value);
      return this.#settle(segment.id, options);
    });
  }

  release(
    segment: SegmentId,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#call("release", options, async (_context, keeper) => {
      keeper.want(segment, []);
      return this.#settle(segment, options);
    });
  }

  verify(segment: SegmentId, options: CallOptions = {}): ResultAsync<SegmentReport, DriverError> {
    return this.#call("verify", options, async ({ domain }, keeper, signal) => {
      const listed = await this.#listed(signal);
      if (listed.isErr()) {
        const what = listed.error.message;
        const discrepancies = domain.nodes.map(
          ({ id }): Discrepancy => ({ node: id, kind: "unreachable", what }),
        );
        return ok({ segment, discrepancies });
      }
      const held = listed.value.filter(({ circuit }) => circuit.segment === segment);
      const discrepancies = differences(keeper.wantedOf(segment), held);
      return ok({
        segment,
        discrepancies: discrepancies.map((d) => ({ ...d, node: nodeOf(domain) })),
      });
    });
  }

  list(options: CallOptions = {}): ResultAsync<readonly HeldSegment[], DriverError> {
    return this.#call<readonly HeldSegment[]>(
      "list",
      options,
      async ({ domain }, keeper, signal) => {
        const listed = await this.#listed(signal);
        if (listed.isErr()) return err(failed(domain, causeOf(nodeOf(domain), listed.error)));
        const bySegment = new Map<SegmentId, number>();
        for (const { circuit } of listed.value)
          bySegment.set(circuit.segment, (bySegment.get(circuit.segment) ?? 0) + 1);
        const held = [...bySegment].map(([segment, items]): HeldSegment => {
          const parts = { nodes: [nodeOf(domain)], items };
          return keeper.wantedOf(segment).length > 0 ? { segment, ...parts } : parts;
        });
        return ok(held);
      },
    );
  }

  subscribe(listener: (event: DriverEvent) => void): Disposable {
    const own = (event: DriverEvent): void => listener(event);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#listeners.clear();
    await this.#keeper?.close();
    await this.#auditing;
    await this.#service?.close();
  }

  #begin(service: CircuitService, context: DriverContext): ResultAsync<void, DriverError> {
    const keeper = new CircuitKeeper(service);
    for (const segment of context.segments) {
      const circuits = this.#circuitsOf(segment, context.domain, keeper);
      if (circuits.isErr()) return errAsync(failed(context.domain, circuits.error));
      keeper.want(segment.id, circuits.value);
    }
    this.#service = service;
    this.#keeper = keeper;
    service.subscribe(({ event }) => {
      if (event !== "up") this.#wake.abort();
    });
    this.#auditing = this.#auditUntilClosed(keeper, context);
    return okAsync();
  }

  async #auditUntilClosed(keeper: CircuitKeeper, { clock }: DriverContext): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#audit(keeper);
      await pause(clock, this.#auditMs, AbortSignal.any([signal, this.#wake.signal]));
      this.#wake = new AbortController();
    }
  }

  /** Compares what the domain has with what it should, but for segments that somebody is changing. */
  async #audit(keeper: CircuitKeeper): Promise<void> {
    const quiet = new Set([...keeper.segments].filter((each) => !keeper.isBusy(each)));
    const listed = await this.#listed(this.#closing.signal);
    if (this.#closing.signal.aborted) return;
    if (listed.isErr()) return this.#down(listed.error.message);
    const known = new Set(listed.value.map(({ circuit }) => circuit.segment));
    const strangers = [...known].filter((each) => !keeper.segments.has(each));
    const judged = new Set([...quiet, ...strangers].filter((each) => !keeper.isBusy(each)));
    keeper.note(listed.value, (segment) => judged.has(segment));
    const wrong = [...judged].filter((segment) => !keeper.isRight(segment));
    const repaired = await Promise.all(wrong.map((segment) => this.#repair(keeper, segment)));
    // Who is told that a node is up counts on it that nothing is left there of what was given up.
    const isClean = wrong.every((each, at) => repaired[at] || keeper.wantedOf(each).length > 0);
    if (isClean && !this.#closing.signal.aborted) this.#up();
  }

  async #repair(keeper: CircuitKeeper, segment: SegmentId): Promise<boolean> {
    const wasPending = this.#pending.has(segment);
    const found = [...keeper.held.values()].filter(({ circuit }) => circuit.segment === segment);
    const what = differences(keeper.wantedOf(segment), found).map(
      (each) => `${each.kind} ${each.what}`,
    );
    const outcome = await keeper.settle(segment);
    const { domain } = this.#context ?? {};
    if (domain === undefined || this.#closing.signal.aborted) return false;
    const node = nodeOf(domain);
    if (outcome.isOk()) this.#pending.delete(segment);
    if (!wasPending) this.#emit({ type: "drift", node, what, repaired: outcome.isOk() });
    else if (outcome.isOk()) this.#emit({ type: "confirmed", node, segment });
    return outcome.isOk();
  }

  async #settle(
    segment: SegmentId,
    { allowPending = false }: ProvisionOptions,
  ): Promise<Result<Confirmation, DriverError>> {
    const [context, keeper] = [this.#context, this.#keeper];
    if (context === undefined || keeper === undefined)
      return err({ type: "closed", what: "the driver" });
    const outcome = await keeper.settle(segment);
    const node = nodeOf(context.domain);
    if (outcome.isOk()) {
      this.#pending.delete(segment);
      const externalId = [...keeper.held.values()].find(
        ({ circuit }) => circuit.segment === segment,
      )?.externalId;
      return ok({ pending: [], ...(externalId === undefined ? {} : { externalId }) });
    }
    this.#pending.add(segment);
    const error = this.#failed(context.domain, outcome.error);
    if (allowPending && outcome.error.kind === "unreachable") return ok({ pending: [node] });
    return err({ ...error, pending: [node] });
  }

  /** What came of a request that nobody answered shows later, and only then is the node up again. */
  #failed(domain: DomainView, fault: CircuitFault): DriverFailed {
    if (fault.kind === "unreachable") this.#down(fault.message);
    return failed(domain, causeOf(nodeOf(domain), fault));
  }

  #circuitsOf(
    segment: Segment,
    domain: DomainView,
    keeper: CircuitKeeper,
  ): Result<readonly Circuit[], DriverCause> {
    const nodes = new Set(domain.nodes.map(({ id }) => id));
    const unknown = segment.nodes.find(({ node }) => !nodes.has(node));
    if (unknown !== undefined) return err({ ...misconfigured("unknown node"), node: unknown.node });
    const known = new Map([...keeper.held].map(([key, { circuit }]) => [key, circuit]));
    return circuitsOf(segment, known)
      .mapErr(misconfigured)
      .andThen((circuits) => {
        const tooMany = circuits.find(({ ends }) => ends.length > 2);
        if (tooMany === undefined || this.#service?.multipoint !== false) return ok(circuits);
        const message = `cannot join ${tooMany.ends.length} ends at once`;
        return err<readonly Circuit[], DriverCause>({ kind: "unsupported", message });
      });
  }

  #listed(signal: AbortSignal): ResultAsync<readonly FoundCircuit[], CircuitFault> {
    const closed = { type: "circuit-fault", kind: "unreachable", message: "closed" } as const;
    return this.#service?.list(signal) ?? errAsync(closed);
  }

  #up(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    for (const { id } of this.#context?.domain.nodes ?? [])
      this.#emit({ type: "node-up", node: id });
  }

  #down(reason: string): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    for (const { id } of this.#context?.domain.nodes ?? [])
      this.#emit({ type: "node-down", node: id, reason });
  }

  #call<T>(
    operation: string,
    options: CallOptions,
    run: (
      context: DriverContext,
      keeper: CircuitKeeper,
      signal: AbortSignal,
    ) => Promise<Result<T, DriverError>>,
  ): ResultAsync<T, DriverError> {
    const [context, keeper] = [this.#context, this.#keeper];
    if (context === undefined || keeper === undefined)
      return errAsync({ type: "closed", what: "the driver, which is not attached," });
    const call = { clock: context.clock, closing: this.#closing.signal };
    return limitedCall(call, operation, options, (signal) => run(context, keeper, signal));
  }

  #emit(event: DriverEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
