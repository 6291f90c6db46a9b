import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";
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
import { DriverLife } from "../driver-life.ts";
import { type Circuit, circuitsOf } from "./circuit.ts";
import { causesOf, failed, misconfigured, nodeOf, nodesOf } from "./circuit-cause.ts";
import { differences } from "./circuit-differences.ts";
import { CircuitKeeper } from "./circuit-keeper.ts";
import type { CircuitFault, CircuitService } from "./circuit-service.ts";
import { CircuitWatch } from "./circuit-watch.ts";

/** Makes the service once it is known which domain it is for. */
export type OpenService = (context: DriverContext) => ResultAsync<CircuitService, DriverCause>;

/** In milliseconds. */
export interface CircuitDriverTimes {
  /** How often the domain is asked what it has when nothing else is; 30 s when absent. */
  readonly auditMs?: number;
  /**
   * How long a circuit that has come up may carry nothing, before another is asked for in its place;
   * two minutes when absent.
   */
  readonly outageMs?: number;
}

const DEFAULT_AUDIT_MS = 30_000;
const DEFAULT_OUTAGE_MS = 120_000;
/** OSCARS 1 begins nothing sooner than after half a minute, and builds after that. */
const CALL_MS = 180_000;

/**
 * Drives a wide-area domain that somebody else runs: its nodes are a service that joins ports by
 * circuits, of one node with each other. Calls say what is wanted, a {@link CircuitWatch} sees that it stays so.
 */
export class CircuitDriver implements DriverBase {
  readonly kind = "oscars";
  readonly callTimeoutMs: number = CALL_MS;
  readonly #open: OpenService;
  readonly #times: CircuitDriverTimes;
  readonly #life = new DriverLife<Service>();

  constructor(open: OpenService, times: CircuitDriverTimes = {}) {
    this.#open = open;
    this.#times = times;
  }

  attach(context: DriverContext): ResultAsync<void, DriverError> {
    const { domain } = context;
    const taken = this.#life.take(domain.id);
    if (taken.isErr()) return errAsync(taken.error);
    return this.#open(context)
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
      return held.mapErr((fault) => failedAt(service, circuits.value, fault));
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

  externalIds(segment: SegmentId): readonly string[] {
    return this.#life.service?.keeper.externalIdsOf(segment) ?? [];
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
        discrepancies: discrepancies.map(({ circuit, ...each }) => ({
          ...each,
          node: nodeOf(domain, [circuit]),
        })),
      });
    });
  }

  list(options: CallOptions = {}): ResultAsync<readonly HeldSegment[], DriverError> {
    return this.#life.call<readonly HeldSegment[]>(
      "list",
      options,
      async ({ domain, keeper, circuits }, signal) => {
        const listed = await circuits.list(signal);
        if (listed.isErr())
          return err(failed(domain, ...causesOf(nodeOf(domain, []), listed.error)));
        const bySegment = new Map<SegmentId, readonly Circuit[]>();
        for (const { circuit } of listed.value)
          bySegment.set(circuit.segment, [...(bySegment.get(circuit.segment) ?? []), circuit]);
        const held = [...bySegment].map(([segment, its]): HeldSegment => {
          const parts = { nodes: nodesOf(domain, its), items: its.length };
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
    await this.#life.service?.watch.ended;
    await this.#life.service?.circuits.close();
  }

  #begin(
    circuits: CircuitService,
    { clock, domain, segments, leaving = [], unsettled = [] }: DriverContext,
  ): ResultAsync<void, DriverError> {
    if (this.#life.closing.aborted) {
      // Closed while the service was being opened: nobody else knows of it.
      return ResultAsync.fromSafePromise(circuits.close()).andThen(() =>
        errAsync<void, DriverError>({ type: "closed", what: "the driver" }),
      );
    }
    const keeper = new CircuitKeeper(circuits);
    for (const segment of segments) {
      const wanted = circuitsFor(segment, { domain, circuits, keeper });
      if (wanted.isErr()) {
        void circuits.close();
        return errAsync(failed(domain, wanted.error));
      }
      keeper.want(segment.id, wanted.value);
    }
    for (const id of [...leaving.map((segment) => segment.id), ...unsettled]) keeper.doubt(id);
    const watch = new CircuitWatch({
      ...{ clock, circuits, keeper, closing: this.#life.closing },
      domain: () => this.#life.service?.domain ?? domain,
      emit: (event) => this.#life.emit(event),
      auditMs: this.#times.auditMs ?? DEFAULT_AUDIT_MS,
      outageMs: this.#times.outageMs ?? DEFAULT_OUTAGE_MS,
    });
    this.#life.serve({ clock, domain, circuits, keeper, watch });
    watch.start();
    return okAsync();
  }

  async #settle(
    { domain, keeper, watch }: Service,
    segment: SegmentId,
    { allowPending = false }: ProvisionOptions,
  ): Promise<Result<Confirmation, DriverError>> {
    const outcome = await keeper.settle(segment);
    if (outcome.isOk()) {
      watch.settled(segment, true);
      return ok({ pending: [] });
    }
    watch.settled(segment, false);
    const circuits = keeper.circuitsOf(segment);
    const nodes = nodesOf(domain, circuits);
    const error = failedAt({ domain, watch }, circuits, outcome.error);
    if (allowPending && outcome.error.kind === "unreachable") return ok({ pending: nodes });
    return err({ ...error, pending: nodes });
  }
}

/** What an attached driver works with. */
interface Service {
  readonly clock: Clock;
  readonly domain: DomainView;
  readonly circuits: CircuitService;
  readonly keeper: CircuitKeeper;
  readonly watch: CircuitWatch;
}

/** What came of a request that nobody answered shows later, and only then is the node up again. */
function failedAt(
  { domain, watch }: Pick<Service, "domain" | "watch">,
  circuits: readonly Circuit[],
  fault: CircuitFault,
): DriverFailed {
  if (fault.kind === "unreachable") watch.unreachable(fault.message);
  return failed(domain, ...causesOf(nodeOf(domain, circuits), fault));
}

/** The circuits of a segment, if it is one of this domain and the domain can make them. */
function circuitsFor(
  segment: Segment,
  { domain, keeper, circuits: { multipoint } }: Pick<Service, "domain" | "keeper" | "circuits">,
): Result<readonly Circuit[], DriverCause> {
  const nodes = new Set(domain.nodes.map(({ id }) => id));
  const unknown = segment.nodes.find(({ node }) => !nodes.has(node));
  if (unknown !== undefined) return err({ ...misconfigured("unknown node"), node: unknown.node });
  return circuitsOf(segment, (key) => keeper.known(key)?.mbps)
    .mapErr(misconfigured)
    .andThen((circuits) => {
      const tooMany = circuits.find(({ ends }) => ends.length > 2);
      if (tooMany === undefined || multipoint) return ok(circuits);
      const node = nodeOf(domain, [tooMany]);
      return err<readonly Circuit[], DriverCause>({
        ...{ node, kind: "unsupported", blocked: [{ type: "branching", node }] },
        message: `cannot join ${tooMany.ends.length} ends at once`,
      });
    });
}
