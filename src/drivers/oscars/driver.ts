import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
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
  HoldOptions,
  NodeCost,
  ProvisionOptions,
  SegmentReport,
} from "../driver-base.ts";
import { pause } from "../driver-call.ts";
import { DriverLife } from "../driver-life.ts";
import { type Circuit, circuitsOf } from "./circuit.ts";
import { causesOf, failed, misconfigured, nodeOf } from "./circuit-cause.ts";
import { differences } from "./circuit-differences.ts";
import { CircuitKeeper } from "./circuit-keeper.ts";
import type { CircuitFault, CircuitService } from "./circuit-service.ts";

/** Makes the service once it is known which domain it is for. */
export type OpenService = (context: DriverContext) => ResultAsync<CircuitService, DriverCause>;

/** How often the domain is asked what it has, in milliseconds, when nothing else is. */
const DEFAULT_AUDIT_MS = 30_000;
/** OSCARS 1 begins nothing sooner than after half a minute, and builds after that. */
const CALL_MS = 180_000;

/**
 * Drives a wide-area domain that somebody else runs: its node is a service that joins ports by
 * circuits. What is wanted is compared with what the domain has when the driver is attached, whenever
 * the domain tells of a change and from time to time; circuits that bear our mark and are not wanted
 * are ended, however often that takes.
 */
export class CircuitDriver implements DriverBase {
  readonly kind = "oscars";
  readonly callTimeoutMs: number = CALL_MS;
  readonly #open: OpenService;
  readonly #auditMs: number;
  readonly #life = new DriverLife<Service>();
  /** Segments that are not as wanted, though somebody was promised that they will be. */
  readonly #pending = new Set<SegmentId>();
  #isUp = false;
  #wake = new AbortController();
  #auditing: Promise<void> = Promise.resolve();

  constructor(open: OpenService, auditMs: number = DEFAULT_AUDIT_MS) {
    this.#open = open;
    this.#auditMs = auditMs;
  }

  attach(context: DriverContext): ResultAsync<void, DriverError> {
    const { domain } = context;
    const taken = this.#life.take(domain.id);
    if (taken.isErr()) return errAsync(taken.error);
    const opened =
      domain.nodes.length === 1
        ? this.#open(context)
        : errAsync(misconfigured("a wide-area domain is one node"));
    return opened
      .mapErr((cause) => failed(domain, cause))
      .andThen((circuits) => this.#begin(circuits, context))
      .orTee(() => this.#life.giveBack());
  }

  updateDomain(domain: DomainView): ResultAsync<void, DriverError> {
    return this.#life.call("updateDomain", {}, async (service) =>
      ok(this.#life.serve({ ...service, domain })),
    );
  }

  capabilities(): DriverCapabilities {
    return {
      multipoint: this.#life.service?.circuits.multipoint ?? false,
      programsNodes: false,
      learns: true,
    };
  }

  /** What a service does inside is its own affair. */
  cost(): readonly NodeCost[] {
    return [];
  }

  hold(segment: Segment, options: HoldOptions = {}): ResultAsync<void, DriverError> {
    return this.#life.call("hold", options, async (service) => {
      const { domain, keeper } = service;
      const circuits = circuitsFor(segment, service);
      if (circuits.isErr()) return err(failed(domain, circuits.error));
      const held = await keeper.hold(segment.id, circuits.value, options.offers);
      return held.mapErr((fault) => this.#failed(domain, fault));
    });
  }

  provision(
    segment: Segment,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#life.call("provision", options, async (service) => {
      const { domain, keeper } = service;
      const circuits = circuitsFor(segment, service);
      if (circuits.isErr()) return err(failed(domain, circuits.error));
      keeper.want(segment.id, circuits.value);
      return this.#settle(service, segment.id, options);
    });
  }

  release(
    segment: SegmentId,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#life.call("release", options, async (service) => {
      service.keeper.want(segment, []);
      return this.#settle(service, segment, options);
    });
  }

  verify(segment: SegmentId, options: CallOptions = {}): ResultAsync<SegmentReport, DriverError> {
    return this.#life.call("verify", options, async ({ domain, keeper, circuits }, signal) => {
      const listed = await circuits.list(signal);
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
    return this.#life.call<readonly HeldSegment[]>(
      "list",
      options,
      async ({ domain, keeper, circuits }, signal) => {
        const listed = await circuits.list(signal);
        if (listed.isErr()) return err(failed(domain, ...causesOf(nodeOf(domain), listed.error)));
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
    return this.#life.subscribe(listener);
  }

  async close(): Promise<void> {
    this.#life.close();
    await this.#life.service?.keeper.close();
    await this.#auditing;
    await this.#life.service?.circuits.close();
  }

  #begin(
    circuits: CircuitService,
    { clock, domain, segments }: DriverContext,
  ): ResultAsync<void, DriverError> {
    const keeper = new CircuitKeeper(circuits);
    const service = { clock, domain, circuits, keeper };
    for (const segment of segments) {
      const wanted = circuitsFor(segment, service);
      if (wanted.isErr()) {
        void circuits.close();
        return errAsync(failed(domain, wanted.error));
      }
      keeper.want(segment.id, wanted.value);
    }
    this.#life.serve(service);
    circuits.subscribe(({ event }) => {
      if (event !== "up") this.#wake.abort();
    });
    this.#auditing = this.#auditUntilClosed(service);
    return okAsync();
  }

  async #auditUntilClosed(service: Service): Promise<void> {
    const { closing: signal } = this.#life;
    while (!signal.aborted) {
      await this.#audit(service);
      await pause(service.clock, this.#auditMs, AbortSignal.any([signal, this.#wake.signal]));
      this.#wake = new AbortController();
    }
  }

  /** Compares what the domain has with what it should, but for segments that somebody is changing. */
  async #audit({ keeper, circuits }: Service): Promise<void> {
    const quiet = new Set([...keeper.segments].filter((each) => !keeper.isBusy(each)));
    const listed = await circuits.list(this.#life.closing);
    if (this.#life.closing.aborted) return;
    if (listed.isErr()) return this.#down(listed.error.message);
    const known = new Set(listed.value.map(({ circuit }) => circuit.segment));
    const strangers = [...known].filter((each) => !keeper.segments.has(each));
    const judged = new Set([...quiet, ...strangers].filter((each) => !keeper.isBusy(each)));
    keeper.note(listed.value, (segment) => judged.has(segment));
    const wrong = [...judged].filter((segment) => !keeper.isRight(segment));
    const repaired = await Promise.all(wrong.map((segment) => this.#repair(keeper, segment)));
    // Who is told that a node is up counts on it that nothing is left there of what was given up.
    const isClean = wrong.every((each, at) => repaired[at] || keeper.wantedOf(each).length > 0);
    if (isClean && !this.#life.closing.aborted) this.#up();
  }

  async #repair(keeper: CircuitKeeper, segment: SegmentId): Promise<boolean> {
    const wasPending = this.#pending.has(segment);
    const found = [...keeper.held.values()].filter(({ circuit }) => circuit.segment === segment);
    const what = differences(keeper.wantedOf(segment), found).map(
      (each) => `${each.kind} ${each.what}`,
    );
    const outcome = await keeper.settle(segment);
    const { domain } = this.#life.service ?? {};
    if (domain === undefined || this.#life.closing.aborted) return false;
    const node = nodeOf(domain);
    if (outcome.isOk()) this.#pending.delete(segment);
    if (!wasPending) this.#life.emit({ type: "drift", node, what, repaired: outcome.isOk() });
    else if (outcome.isOk()) this.#life.emit({ type: "confirmed", node, segment });
    return outcome.isOk();
  }

  async #settle(
    { domain, keeper }: Service,
    segment: SegmentId,
    { allowPending = false }: ProvisionOptions,
  ): Promise<Result<Confirmation, DriverError>> {
    const outcome = await keeper.settle(segment);
    const node = nodeOf(domain);
    if (outcome.isOk()) {
      this.#pending.delete(segment);
      const externalId = [...keeper.held.values()].find(
        ({ circuit }) => circuit.segment === segment,
      )?.externalId;
      return ok({ pending: [], ...(externalId === undefined ? {} : { externalId }) });
    }
    this.#pending.add(segment);
    const error = this.#failed(domain, outcome.error);
    if (allowPending && outcome.error.kind === "unreachable") return ok({ pending: [node] });
    return err({ ...error, pending: [node] });
  }

  /** What came of a request that nobody answered shows later, and only then is the node up again. */
  #failed(domain: DomainView, fault: CircuitFault): DriverFailed {
    if (fault.kind === "unreachable") this.#down(fault.message);
    return failed(domain, ...causesOf(nodeOf(domain), fault));
  }

  #up(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    for (const { id } of this.#life.service?.domain.nodes ?? [])
      this.#life.emit({ type: "node-up", node: id });
  }

  #down(reason: string): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    for (const { id } of this.#life.service?.domain.nodes ?? [])
      this.#life.emit({ type: "node-down", node: id, reason });
  }
}

/** What an attached driver works with. */
interface Service {
  readonly clock: Clock;
  readonly domain: DomainView;
  readonly circuits: CircuitService;
  readonly keeper: CircuitKeeper;
}

/** The circuits of a segment, if it is one of this domain and the domain can make them. */
function circuitsFor(
  segment: Segment,
  { domain, keeper, circuits: { multipoint } }: Service,
): Result<readonly Circuit[], DriverCause> {
  const nodes = new Set(domain.nodes.map(({ id }) => id));
  const unknown = segment.nodes.find(({ node }) => !nodes.has(node));
  if (unknown !== undefined) return err({ ...misconfigured("unknown node"), node: unknown.node });
  const known = new Map([...keeper.held].map(([key, { circuit }]) => [key, circuit]));
  return circuitsOf(segment, known)
    .mapErr(misconfigured)
    .andThen((circuits) => {
      const tooMany = circuits.find(({ ends }) => ends.length > 2);
      if (tooMany === undefined || multipoint) return ok(circuits);
      const node = nodeOf(domain);
      return err<readonly Circuit[], DriverCause>({
        ...{ node, kind: "unsupported", blocked: [{ type: "branching", node }] },
        message: `cannot join ${tooMany.ends.length} ends at once`,
      });
    });
}
