import { err, errAsync, ok, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../../model/clock.ts";
import type { PortRef } from "../../../model/ids.ts";
import { invariant } from "../../../model/invariant.ts";
import { VlanSet } from "../../../model/vlan-set.ts";
import { pause } from "../../driver-call.ts";
import { type Circuit, type CircuitEnd, circuitKey, parseCircuitKey } from "../circuit.ts";
import {
  type CircuitEvent,
  type CircuitFault,
  type CircuitService,
  circuitFault,
  type FoundCircuit,
} from "../circuit-service.ts";
import type { Criteria, PointToPoint, Schedule } from "./criteria.ts";
import { ETHERNET_SERVICE } from "./names.ts";
import type { Notification } from "./notification.ts";
import type { NsiFault } from "./nsi-fault.ts";
import { isActive } from "./operation.ts";
import type { PeerProfile } from "./peer-profile.ts";
import type { NsiRequester } from "./requester.ts";
import type { ChildSummary, Reservation } from "./reservation.ts";
import { formatStp, parseStp } from "./stp.ts";

/** What it takes to ask an NSI provider for circuits. */
export interface NsiCircuitsOptions {
  readonly requester: NsiRequester;
  readonly profile: PeerProfile;
  readonly clock: Clock;
  /** What every description begins with: which circuits are ours. */
  readonly mark: string;
  /** The STP of a port, without its label; undefined for a port that has none. */
  readonly stpOf: (port: PortRef) => string | undefined;
  /** How long frames may take to pass after a circuit is provisioned, in milliseconds. */
  readonly activationMs: number;
  /** Between two looks whether they do, where nobody tells. */
  readonly pollMs: number;
  /** Ends what the requester stands on. */
  readonly close: () => Promise<void>;
}

/** Circuits of an NSI provider: one connection each, known again by its description. */
export class NsiCircuits implements CircuitService {
  /** A connection has two ends. */
  readonly multipoint = false;
  readonly #options: NsiCircuitsOptions;

  constructor(options: NsiCircuitsOptions) {
    this.#options = options;
  }

  list(signal: AbortSignal): ResultAsync<readonly FoundCircuit[], CircuitFault> {
    return this.#options.requester
      .query([], signal)
      .map((all) => all.flatMap((each) => this.#found(each)))
      .mapErr(faultOf);
  }

  hold(circuit: Circuit, signal: AbortSignal): ResultAsync<string, CircuitFault> {
    const { requester } = this.#options;
    return this.#criteriaOf(circuit)
      .asyncAndThen((criteria) =>
        requester
          .reserve({ description: this.#description(circuit), criteria }, signal)
          .mapErr(faultOf),
      )
      .andThen(({ connectionId, criteria }) => {
        const granted = criteria === undefined ? ok(undefined) : this.#asWanted(circuit, criteria);
        return granted
          .asyncMap(async () => connectionId)
          .orElse((fault) => this.remove(connectionId, signal).andThen(() => errAsync(fault)));
      });
  }

  bringUp(
    { externalId }: Pick<FoundCircuit, "externalId">,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const { requester } = this.#options;
    return requester
      .commit(externalId, signal)
      .andThen(() => requester.provision(externalId, signal))
      .mapErr(faultOf)
      .andThen(() => this.#untilActive(externalId, signal));
  }

  changeRate(
    { externalId, circuit }: FoundCircuit,
    mbps: number,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const { requester, profile } = this.#options;
    if (profile.modify === "none")
      return errAsync(circuitFault("unsupported", "the provider changes no reservation"));
    return requester
      .query([externalId], signal)
      .mapErr(faultOf)
      .andThen(([reservation]) => this.#changed(circuit, reservation, mbps))
      .andThen((criteria) =>
        requester.reserve({ connectionId: externalId, criteria }, signal).mapErr(faultOf),
      )
      .andThen((held) => {
        const granted = held.criteria?.p2ps?.capacity ?? held.criteria?.capacity;
        if (granted === undefined || granted >= mbps)
          return requester.commit(externalId, signal).mapErr(faultOf);
        const short = circuitFault("unavailable", `${granted} Mbit/s were granted, not ${mbps}`);
        return requester
          .abort(externalId, signal)
          .mapErr(faultOf)
          .andThen(() => errAsync(short));
      })
      .andThen(() => this.#untilActive(externalId, signal));
  }

  remove(externalId: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return this.#options.requester.terminate(externalId, signal).mapErr(faultOf);
  }

  subscribe(listener: (event: CircuitEvent) => void): Disposable {
    return this.#options.requester.subscribe((notification) => {
      const event = eventOf(notification);
      if (event !== undefined) listener(event);
    });
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  /** Waits until a query says that frames pass, or a notification gives reason to ask at once. */
  #untilActive(connectionId: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return new ResultAsync(this.#watchActivation(connectionId, signal));
  }

  async #watchActivation(
    connectionId: string,
    signal: AbortSignal,
  ): Promise<Result<void, CircuitFault>> {
    const { requester, clock, activationMs, pollMs } = this.#options;
    const deadline = clock.now() + activationMs;
    let told = new AbortController();
    const subscription = requester.subscribe((notification) => {
      if (eventOf(notification)?.externalId === connectionId) told.abort();
    });
    try {
      while (!signal.aborted && clock.now() < deadline) {
        const queried = await requester.query([connectionId], signal);
        const [reservation] = queried.unwrapOr([]);
        if (reservation !== undefined && isActive(reservation)) return ok(undefined);
        await pause(clock, pollMs, AbortSignal.any([signal, told.signal]));
        told = new AbortController();
      }
      return err(
        signal.aborted
          ? circuitFault("unreachable", `${connectionId} was not waited for`)
          : circuitFault("rejected", `${connectionId} carried nothing within ${activationMs} ms`),
      );
    } finally {
      subscription[Symbol.dispose]();
    }
  }

  #description(circuit: Circuit): string {
    return `${this.#options.mark} ${circuitKey(circuit)}`;
  }

  #found(reservation: Reservation<ChildSummary>): readonly FoundCircuit[] {
    const { mark } = this.#options;
    const { description = "", connectionId, connectionStates, criteria } = reservation;
    if (!description.startsWith(`${mark} `)) return [];
    const key = parseCircuitKey(description.slice(mark.length + 1));
    if (key === undefined || connectionStates.lifecycleState === "Terminated") return [];
    const [latest] = [...criteria].sort((a, b) => (b.version ?? 0) - (a.version ?? 0));
    const mbps = latest?.p2ps?.capacity ?? 0;
    return [{ externalId: connectionId, circuit: { ...key, mbps }, state: stateOf(reservation) }];
  }

  #criteriaOf({ ends, mbps }: Circuit): Result<Criteria, CircuitFault> {
    const [a, b, third] = ends;
    invariant(a !== undefined && b !== undefined && third === undefined, "a circuit has two ends");
    const [source, dest] = [this.#stpOf(a), this.#stpOf(b)];
    if (source.isErr()) return err(source.error);
    return dest.map((destSTP) => ({
      version: 1,
      schedule: {},
      serviceType: ETHERNET_SERVICE,
      p2ps: service(mbps, source.value, destSTP),
      parameter: [],
      others: [],
    }));
  }

  #stpOf({ port, tag }: CircuitEnd): Result<string, CircuitFault> {
    const stp = this.#options.stpOf(port);
    if (stp === undefined) return err(circuitFault("rejected", `no STP is known for ${port}`));
    return ok(formatStp({ port: stp, ...(tag === "untagged" ? {} : { vlans: VlanSet.of(tag) }) }));
  }

  /** A provider may grant less than was asked, or other labels; then it is not what was planned. */
  #asWanted(circuit: Circuit, { p2ps }: Criteria): Result<void, CircuitFault> {
    if (p2ps === undefined) return ok(undefined);
    if (p2ps.capacity < circuit.mbps)
      return err(circuitFault("unavailable", `${p2ps.capacity} Mbit/s were granted`));
    const wanted = circuit.ends.map((end) => this.#stpOf(end).unwrapOr(""));
    const granted = [p2ps.sourceSTP ?? "", p2ps.destSTP ?? ""];
    const differs = wanted.some((stp, at) => !sameStp(stp, granted[at] ?? ""));
    return differs
      ? err(circuitFault("unavailable", `${granted.join(" and ")} were granted`))
      : ok(undefined);
  }

  /** Another version in the words of the provider: always with the whole schedule, which all take. */
  #changed(
    circuit: Circuit,
    reservation: Reservation<ChildSummary> | undefined,
    mbps: number,
  ): Result<Criteria, CircuitFault> {
    const [latest] = reservation?.criteria ?? [];
    if (latest === undefined) return err(circuitFault("rejected", "there is nothing to change"));
    const base = {
      version: (latest.version ?? 0) + 1,
      schedule: withoutNil(latest.schedule),
      parameter: [],
      others: [],
    };
    switch (this.#options.profile.modify) {
      case "full-service":
        return this.#criteriaOf({ ...circuit, mbps }).map((criteria) => ({ ...criteria, ...base }));
      case "service-with-capacity":
        return ok({
          ...base,
          p2ps: { capacity: mbps, parameter: [], inclusion: [], exclusion: [], others: [] },
        });
      case "capacity":
      case "none":
        return ok({ ...base, capacity: mbps });
    }
  }
}

function service(capacity: number, sourceSTP: string, destSTP: string): PointToPoint {
  const lists = { parameter: [], inclusion: [], exclusion: [], others: [] };
  return { capacity, directionality: "Bidirectional", sourceSTP, destSTP, ...lists };
}

function sameStp(a: string, b: string): boolean {
  const [left, right] = [parseStp(a), parseStp(b)];
  if (left.isErr() || right.isErr()) return false;
  const { port, vlans } = left.value;
  const other = right.value;
  // Some providers repeat an untagged STP with a label of their own making.
  return port === other.port && (vlans === undefined || other.vlans?.equals(vlans) === true);
}

function withoutNil({ startTime, endTime }: Schedule = {}): Schedule {
  return {
    ...(typeof startTime === "number" ? { startTime } : {}),
    ...(typeof endTime === "number" ? { endTime } : {}),
  };
}

function stateOf(reservation: Reservation<ChildSummary>): FoundCircuit["state"] {
  const { lifecycleState, provisionState } = reservation.connectionStates;
  if (lifecycleState !== "Created" && lifecycleState !== "Unknown") return "failed";
  if (reservation.criteria.length === 0 || provisionState !== "Provisioned") return "failed";
  return isActive(reservation) ? "active" : "pending";
}

function eventOf(notification: Notification): CircuitEvent | undefined {
  switch (notification.type) {
    case "dataPlaneStateChange": {
      const { connectionId, dataPlaneStatus } = notification;
      if (connectionId === undefined) return undefined;
      return { externalId: connectionId, event: dataPlaneStatus.active ? "up" : "down" };
    }
    case "errorEvent": {
      const externalId = notification.connectionId ?? notification.originatingConnectionId;
      return { externalId, event: notification.event === "forcedEnd" ? "ended" : "down" };
    }
    case "reserveTimeout":
    case "messageDeliveryTimeout":
      return undefined;
  }
}

function faultOf(fault: NsiFault): CircuitFault {
  if (fault.type === "nsi-unknown") return circuitFault("unreachable", fault.message);
  if (fault.type === "nsi-protocol") return circuitFault("rejected", fault.message);
  const kinds = { unavailable: "unavailable", retry: "unreachable" } as const;
  const kind =
    fault.class === "unavailable" || fault.class === "retry" ? kinds[fault.class] : "rejected";
  return circuitFault(kind, fault.message);
}
