import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import type { Bandwidth } from "../../model/bandwidth.ts";
import type { Clock } from "../../model/clock.ts";
import type { DomainView } from "../../model/domain-view.ts";
import type { DriverCause, DriverError, DriverFailed } from "../../model/errors.ts";
import type { SegmentId } from "../../model/ids.ts";
import { onAbort } from "../../model/on-abort.ts";
import type { Segment } from "../../model/segment.ts";
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
  SegmentReport,
} from "../driver-base.ts";
import type { DriverEvent } from "../driver-event.ts";
import { DriverLife } from "../driver-life.ts";
import type { DomainRole } from "../roles.ts";
import { type Circuit, MEGABIT } from "./circuit.ts";
import type { CircuitAccess, OpenAccess } from "./circuit-access.ts";
import { causesOf, failed, nodeOf, nodesOf, notOurs } from "./circuit-cause.ts";
import { heldBySegment, reportOf, unreachable } from "./circuit-reports.ts";
import type { CircuitFault } from "./circuit-service.ts";
import { CircuitTenure, type TenureContext } from "./circuit-tenure.ts";
import { circuitsFor } from "./segment-circuits.ts";

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
 * circuits, of one node with each other. Calls say what is wanted, a {@link CircuitTenure} sees that it stays so.
 *
 * Where several agents share the domain, one of them is its master at a time; the others only know what
 * is wanted.
 */
export class CircuitDriver implements DriverBase {
  readonly kind = "oscars";
  readonly callTimeoutMs: number = CALL_MS;
  readonly keepsSchedule: boolean;
  readonly bandwidthUnit: Bandwidth = MEGABIT;
  readonly #open: OpenAccess;
  readonly #times: CircuitDriverTimes;
  readonly #life = new DriverLife<Service>();
  /** Whether the domain is ours to change this very moment. */
  #isOurs: () => boolean = () => true;
  /** Changes of role follow one another. */
  #changing: Promise<unknown> = Promise.resolve();

  /** `keepsSchedule`: whether the domain is asked ahead of time for what is to be used later. */
  constructor(open: OpenAccess, times: CircuitDriverTimes = {}, keepsSchedule = true) {
    this.#open = open;
    this.keepsSchedule = keepsSchedule;
    this.#times = times;
  }

  attach(context: DriverContext): ResultAsync<void, DriverError> {
    const { domain } = context;
    const taken = this.#life.take(domain.id);
    if (taken.isErr()) return errAsync(taken.error);
    if (context.role === "slave") this.#isOurs = () => false;
    return this.#open(context, () => this.#isOurs())
      .mapErr((cause) => failed(domain, cause))
      .andThen((access) => this.#begin(access, context))
      .orTee(() => this.#life.giveBack());
  }

  updateDomain(domain: DomainView): ResultAsync<void, DriverError> {
    return this.#life.call("updateDomain", {}, async (service) =>
      service.access
        .follow(domain)
        .map(() => this.#life.serve({ ...service, domain }))
        .mapErr((cause) => failed(domain, cause)),
    );
  }

  capabilities(): DriverCapabilities {
    return {
      multipoint: this.#life.service?.access.circuits.multipoint ?? false,
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
      const { domain, tenure } = service;
      const circuits = circuitsOfDomain(segment, service);
      if (circuits.isErr()) return err(failed(domain, circuits.error));
      if (!tenure.isOurs) return err(notOurs(domain, circuits.value));
      const held = await tenure.keeper.hold(segment.id, circuits.value, options.offers);
      return held.mapErr((fault) => failedAt(service, circuits.value, fault));
    });
  }

  provision(
    segment: Segment,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#life.call("provision", options, async (service, signal) => {
      const circuits = circuitsOfDomain(segment, service);
      if (circuits.isErr()) return err(failed(service.domain, circuits.error));
      service.tenure.keeper.want(segment.id, circuits.value);
      return this.#settle(service, segment.id, { ...options, signal });
    });
  }

  release(
    segment: SegmentId,
    options: ProvisionOptions = {},
  ): ResultAsync<Confirmation, DriverError> {
    return this.#life.call("release", options, async (service, signal) => {
      service.tenure.keeper.want(segment, []);
      return this.#settle(service, segment, { ...options, signal });
    });
  }

  externalIds(segment: SegmentId): readonly string[] | undefined {
    const { isOurs, keeper } = this.#life.service?.tenure ?? {};
    return isOurs === true ? keeper?.externalIdsOf(segment) : undefined;
  }

  verify(segment: SegmentId, options: CallOptions = {}): ResultAsync<SegmentReport, DriverError> {
    return this.#life.call("verify", options, async ({ domain, tenure, access }, signal) => {
      const listed = await access.look(signal);
      if (listed.isErr())
        return ok({ segment, discrepancies: unreachable(domain, listed.error.message) });
      const compared = {
        wanted: tenure.keeper.wantedOf(segment),
        found: listed.value,
        isEnough: (a: Circuit, b: Circuit) => tenure.isEnough(a, b),
      };
      return ok(reportOf(domain, segment, compared));
    });
  }

  list(options: CallOptions = {}): ResultAsync<readonly HeldSegment[], DriverError> {
    return this.#life.call<readonly HeldSegment[]>(
      "list",
      options,
      async ({ domain, tenure: { keeper }, access }, signal) => {
        const listed = await access.look(signal);
        if (listed.isErr())
          return err(failed(domain, ...causesOf(nodeOf(domain, []), listed.error)));
        return ok(heldBySegment(domain, listed.value, (each) => keeper.wantedOf(each).length > 0));
      },
    );
  }

  setDomainRole(role: DomainRole): ResultAsync<void, DriverError> {
    // What is asked for from now on is not what the domain is known to have.
    const known = new Map(this.#life.service?.tenure.keeper.wanted);
    // Whatever is under way for an earlier role sends nothing more.
    this.#isOurs = role.role === "master" ? role.stands : () => false;
    const changed = this.#changing.then(() =>
      this.#life.call("setDomainRole", {}, async (service) => {
        await service.tenure.end();
        const tenure = service.tenure.next(this.#tenureContext(service), role, known);
        this.#life.serve({ ...(this.#life.service ?? service), tenure });
        tenure.begin();
        return ok(undefined);
      }),
    );
    this.#changing = changed;
    return new ResultAsync(changed);
  }

  subscribe(listener: (event: DriverEvent) => void): Disposable {
    return this.#life.subscribe(listener);
  }

  async close(): Promise<void> {
    this.#life.close();
    await this.#changing;
    await this.#life.service?.tenure.stop();
    await this.#life.service?.access.circuits.close();
  }

  #begin(
    access: CircuitAccess,
    { clock, domain, segments, leaving = [], unsettled = [], role }: DriverContext,
  ): ResultAsync<void, DriverError> {
    if (this.#life.closing.aborted) {
      // Closed while the service was being opened: nobody else knows of it.
      return ResultAsync.fromSafePromise(access.circuits.close()).andThen(() =>
        errAsync<void, DriverError>({ type: "closed", what: "the driver" }),
      );
    }
    const context = this.#tenureContext({ clock, domain, access });
    const tenure = CircuitTenure.first(context, role !== "slave");
    for (const segment of segments) {
      const wanted = circuitsOfDomain(segment, { domain, access, tenure });
      if (wanted.isErr()) {
        void access.circuits.close();
        return errAsync(failed(domain, wanted.error));
      }
      tenure.keeper.want(segment.id, wanted.value);
    }
    const doubtful = new Set([...leaving.map((segment) => segment.id), ...unsettled]);
    tenure.recover(doubtful);
    this.#life.serve({ clock, domain, access, tenure });
    tenure.begin();
    return okAsync();
  }

  #tenureContext({ clock, domain, access }: Omit<Service, "tenure">): TenureContext {
    return {
      ...{ clock, circuits: access.circuits, closing: this.#life.closing },
      domain: () => this.#life.service?.domain ?? domain,
      emit: (event) => this.#life.emit(event),
      auditMs: this.#times.auditMs ?? DEFAULT_AUDIT_MS,
      outageMs: this.#times.outageMs ?? DEFAULT_OUTAGE_MS,
    };
  }

  async #settle(
    { domain, tenure }: Service,
    segment: SegmentId,
    { allowPending = false, signal }: ProvisionOptions & { readonly signal: AbortSignal },
  ): Promise<Result<Confirmation, DriverError>> {
    const { keeper, watch, isOurs } = tenure;
    if (!isOurs) {
      const error = notOurs(domain, keeper.circuitsOf(segment));
      return allowPending ? ok({ pending: error.pending ?? [] }) : err(error);
    }
    // Whoever waits no more takes it for failed.
    const forget = onAbort(signal, () => watch.settled(segment, false));
    const outcome = await keeper.settle(segment);
    forget();
    if (outcome.isOk()) {
      watch.settled(segment, true);
      return ok({ pending: [] });
    }
    watch.settled(segment, false);
    const circuits = keeper.circuitsOf(segment);
    const nodes = nodesOf(domain, circuits);
    const error = failedAt({ domain, tenure }, circuits, outcome.error);
    if (allowPending && outcome.error.kind === "unreachable") return ok({ pending: nodes });
    return err({ ...error, pending: nodes });
  }
}

/** What an attached driver works with. */
interface Service {
  readonly clock: Clock;
  readonly domain: DomainView;
  readonly access: CircuitAccess;
  readonly tenure: CircuitTenure;
}

/** What came of a request that nobody answered shows later, and only then is the node up again. */
function failedAt(
  { domain, tenure }: Pick<Service, "domain" | "tenure">,
  circuits: readonly Circuit[],
  fault: CircuitFault,
): DriverFailed {
  if (fault.kind === "unreachable") tenure.watch.unreachable(fault.message);
  return failed(domain, ...causesOf(nodeOf(domain, circuits), fault));
}

/** The circuits of a segment, with the rates that are known here. */
function circuitsOfDomain(
  segment: Segment,
  { domain, tenure, access }: Pick<Service, "domain" | "tenure" | "access">,
): Result<readonly Circuit[], DriverCause> {
  const { multipoint } = access.circuits;
  const rateOf = (key: string): number | undefined => tenure.keeper.known(key)?.mbps;
  return circuitsFor(segment, { domain, multipoint, rateOf });
}
