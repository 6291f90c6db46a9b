import { err, errAsync, ok, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../../model/clock.ts";
import type { PortRef, VlanId } from "../../../model/ids.ts";
import { invariant } from "../../../model/invariant.ts";
import { VlanSet } from "../../../model/vlan-set.ts";
import { blockedLabels, blockedRates } from "../blocked.ts";
import { type Circuit, type CircuitEnd, circuitKey } from "../circuit.ts";
import {
  type CircuitEvent,
  type CircuitFault,
  type CircuitService,
  circuitFault,
  type FoundCircuit,
} from "../circuit-service.ts";
import { watchUntil } from "../watch-until.ts";
import { eventOf, faultOf, foundCircuit } from "./as-circuit.ts";
import { blockedBy } from "./blocked.ts";
import type { Criteria, PointToPoint, Schedule } from "./criteria.ts";
import { ETHERNET_SERVICE } from "./names.ts";
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
    const { requester, mark } = this.#options;
    return requester
      .query([], signal)
      .map((all) => all.flatMap((each) => foundCircuit(each, mark)))
      .mapErr(faultOf);
  }

  hold(circuit: Circuit, signal: AbortSignal): ResultAsync<string, CircuitFault> {
    const { requester } = this.#options;
    return this.#criteriaOf(circuit)
      .asyncAndThen((criteria) =>
        requester
          .reserve({ description: this.#description(circuit), criteria }, signal)
          .mapErr((fault) => this.#refused(circuit, fault)),
      )
      .andThen(({ connectionId, criteria }) => {
        const granted = criteria === undefined ? ok(undefined) : this.#asWanted(circuit, criteria);
        return granted
          .asyncMap(async () => connectionId)
          .orElse((fault) => this.remove(connectionId, signal).andThen(() => errAsync(fault)));
      });
  }

  /** What a reservation would be given of a choice, it is given, and gives back. */
  labelsFor(
    circuit: Circuit,
    offered: (end: CircuitEnd) => VlanSet,
    signal: AbortSignal,
  ): ResultAsync<readonly CircuitEnd[], CircuitFault> {
    const { requester } = this.#options;
    return this.#criteriaOf(circuit, offered)
      .asyncAndThen((criteria) =>
        requester
          .reserve({ description: this.#description(circuit), criteria }, signal)
          .mapErr((fault) => this.#refused(circuit, fault)),
      )
      .andThen(({ connectionId, criteria }) =>
        this.remove(connectionId, signal).map(() => {
          const granted = [criteria?.p2ps?.sourceSTP, criteria?.p2ps?.destSTP].map(labelOf);
          return circuit.ends.map(({ port, tag }, at) => ({ port, tag: granted[at] ?? tag }));
        }),
      );
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
        requester
          .reserve({ connectionId: externalId, criteria }, signal)
          .mapErr((fault) => this.#refused({ ...circuit, mbps }, fault)),
      )
      .andThen((held) => {
        const granted = held.criteria?.p2ps?.capacity ?? held.criteria?.capacity;
        if (granted === undefined || granted >= mbps)
          return requester.commit(externalId, signal).mapErr(faultOf);
        const short = shortOf({ ...circuit, mbps }, granted);
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
    const { requester, clock, activationMs, pollMs } = this.#options;
    let news = new AbortController();
    const subscription = requester.subscribe((notification) => {
      if (eventOf(notification)?.externalId === connectionId) news.abort();
    });
    const told = (): AbortSignal => {
      news = new AbortController();
      return news.signal;
    };
    const look = async (): Promise<Result<void, CircuitFault> | undefined> => {
      const [reservation] = (await requester.query([connectionId], signal)).unwrapOr([]);
      return reservation !== undefined && isActive(reservation) ? ok(undefined) : undefined;
    };
    const late = `${connectionId} carried nothing within ${activationMs} ms`;
    const watching = { clock, activationMs, pollMs, signal, told };
    const active = watchUntil(watching, look, circuitFault("rejected", late));
    return new ResultAsync(Promise.resolve(active).finally(() => subscription[Symbol.dispose]()));
  }

  /** What a refusal means for a circuit. */
  #refused(circuit: Circuit, fault: NsiFault): CircuitFault {
    const plain = faultOf(fault);
    return fault.type === "nsi-refused" && plain.kind === "unavailable"
      ? { ...plain, blocked: blockedBy(circuit, fault.exception, this.#options.stpOf) }
      : plain;
  }

  #description(circuit: Circuit): string {
    return `${this.#options.mark} ${circuitKey(circuit)}`;
  }

  #criteriaOf(
    { ends, mbps }: Circuit,
    labelsOf: (end: CircuitEnd) => VlanSet = ownLabel,
  ): Result<Criteria, CircuitFault> {
    const [a, b, third] = ends;
    invariant(a !== undefined && b !== undefined && third === undefined, "a circuit has two ends");
    const [source, dest] = [this.#stpOf(a, labelsOf), this.#stpOf(b, labelsOf)];
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

  #stpOf(end: CircuitEnd, labelsOf = ownLabel): Result<string, CircuitFault> {
    const stp = this.#options.stpOf(end.port);
    if (stp === undefined) return err(circuitFault("rejected", `no STP is known for ${end.port}`));
    return ok(formatStp({ port: stp, ...(isUntagged(end) ? {} : { vlans: labelsOf(end) }) }));
  }

  /** A provider may grant less than was asked, or other labels; then it is not what was planned. */
  #asWanted(circuit: Circuit, { p2ps }: Criteria): Result<void, CircuitFault> {
    if (p2ps === undefined) return ok(undefined);
    if (p2ps.capacity < circuit.mbps) return err(shortOf(circuit, p2ps.capacity));
    const granted = [p2ps.sourceSTP ?? "", p2ps.destSTP ?? ""];
    const others = circuit.ends.filter(
      (end, at) => !sameStp(this.#stpOf(end).unwrapOr(""), granted[at] ?? ""),
    );
    if (others.length === 0) return ok(undefined);
    const blocked = others.flatMap((end) => blockedLabels({ ends: [end] }));
    const message = `${granted.join(" and ")} were granted`;
    return err({ ...circuitFault("unavailable", message), blocked });
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

function ownLabel({ tag }: CircuitEnd): VlanSet {
  return tag === "untagged" ? VlanSet.empty : VlanSet.of(tag);
}

function isUntagged({ tag }: CircuitEnd): boolean {
  return tag === "untagged";
}

/** The one label of an STP, if it has one. */
function labelOf(stp: string | undefined): VlanId | undefined {
  return parseStp(stp ?? "")
    .unwrapOr(undefined)
    ?.vlans?.first();
}

function sameStp(a: string, b: string): boolean {
  const [left, right] = [parseStp(a), parseStp(b)];
  if (left.isErr() || right.isErr()) return false;
  const { port, vlans } = left.value;
  const other = right.value;
  // Some providers repeat an untagged STP with a label of their own making.
  return port === other.port && (vlans === undefined || other.vlans?.equals(vlans) === true);
}

function shortOf(circuit: Circuit, granted: number): CircuitFault {
  const message = `${granted} Mbit/s were granted, not ${circuit.mbps}`;
  return { ...circuitFault("unavailable", message), blocked: blockedRates(circuit, granted) };
}

function withoutNil({ startTime, endTime }: Schedule = {}): Schedule {
  return {
    ...(typeof startTime === "number" ? { startTime } : {}),
    ...(typeof endTime === "number" ? { endTime } : {}),
  };
}
