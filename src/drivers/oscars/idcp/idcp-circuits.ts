import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../../model/clock.ts";
import type { PortRef } from "../../../model/ids.ts";
import { pause } from "../../driver-call.ts";
import { atNamedEnds, blockedLabels, blockedRates } from "../blocked.ts";
import { type Circuit, type CircuitEnd, circuitKey, parseCircuitKey } from "../circuit.ts";
import {
  type CircuitFault,
  type CircuitService,
  circuitFault,
  type FoundCircuit,
  type RatedCircuit,
} from "../circuit-service.ts";
import { watchUntil } from "../watch-until.ts";
import type { IdcpClient, IdcpRefusal } from "./idcp-client.ts";
import type { Constraint, QueryReservationResponse06, ReservationDetails06 } from "./message-06.ts";
import type { VlanTag } from "./path-info.ts";

/** What it takes to ask an OSCARS 0.6 server for circuits. */
export interface IdcpCircuitsOptions {
  readonly client: IdcpClient;
  readonly clock: Clock;
  /** What every description begins with: which circuits are ours. */
  readonly mark: string;
  /** The URN of a port's link, or a name that the server knows; undefined for a port without. */
  readonly urnOf: (port: PortRef) => string | undefined;
  /** How long each change of a reservation may take, in milliseconds. */
  readonly activationMs: number;
  readonly pollMs: number;
  readonly close: () => Promise<void>;
}

/** A reservation has to have an end. */
const LAST_END = 2_145_916_800;
const ENDED: ReadonlySet<string> = new Set(["CANCELLED", "FINISHED", "FAILED"]);
/** `RESERVED` is `PENDING` in the words of older servers. */
const RESERVED: ReadonlySet<string> = new Set(["RESERVED", "PENDING"]);

/**
 * Circuits of an OSCARS 0.6 server (IDCP): reserved to be set up when we say so, which is how they
 * are held, then set up. Every change goes on after it is answered, and is watched by queries.
 */
export class IdcpCircuits implements CircuitService {
  readonly multipoint = false;
  readonly #options: IdcpCircuitsOptions;

  constructor(options: IdcpCircuitsOptions) {
    this.#options = options;
  }

  list(signal: AbortSignal): ResultAsync<readonly FoundCircuit[], CircuitFault> {
    const { client, mark } = this.#options;
    const filter = { resStatus: [], description: mark, linkId: [], vlanTag: [] };
    return client
      .ask({ type: "listReservations", ...filter }, "listReservationsResponse", signal)
      .map(({ resDetails }) => resDetails.flatMap((each) => this.#found(each)));
  }

  hold(circuit: Circuit, signal: AbortSignal): ResultAsync<string, CircuitFault> {
    const { client, mark } = this.#options;
    const description = `${mark} ${circuitKey(circuit)}`;
    return this.#constraintFor(circuit)
      .asyncAndThen((userRequestConstraint) =>
        client.ask(
          {
            ...{ type: "createReservation", description, userRequestConstraint },
            optionalConstraint: [],
          },
          "createReservationResponse",
          signal,
        ),
      )
      .andThen(({ globalReservationId }) =>
        this.#until(globalReservationId, RESERVED, signal).map(() => globalReservationId),
      )
      .mapErr((fault) => this.#refused(circuit, fault));
  }

  bringUp(
    { externalId }: Pick<FoundCircuit, "externalId">,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const request = { type: "createPath", globalReservationId: externalId } as const;
    return this.#options.client
      .ask(request, "createPathResponse", signal)
      .andThen(() => this.#until(externalId, new Set(["ACTIVE"]), signal));
  }

  /** Nothing is held here but by being made, so the circuit has its rate from then on. */
  holdRate(
    found: FoundCircuit,
    mbps: number,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    return this.changeRate(found, mbps, signal);
  }

  dropRate(
    { rateHeld: _, ...found }: RatedCircuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    return this.changeRate(found, found.circuit.mbps, signal);
  }

  /** Most servers change no reservation that is active. */
  changeRate(
    { externalId, circuit, rateHeld }: RatedCircuit,
    mbps: number,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    if (rateHeld === mbps) return okAsync(undefined);
    const { client, mark } = this.#options;
    const description = `${mark} ${circuitKey(circuit)}`;
    return this.#constraintFor({ ...circuit, mbps })
      .asyncAndThen((constraint) =>
        client
          .ask(
            {
              ...{ type: "modifyReservation", globalReservationId: externalId, description },
              // What is 0 stays.
              userRequestConstraint: { ...constraint, startTime: 0, endTime: 0 },
              optionalConstraint: [],
            },
            "modifyReservationResponse",
            signal,
          )
          .mapErr((fault) =>
            fault.code === NOT_NOW ? circuitFault("unsupported", fault.message) : fault,
          ),
      )
      .andThen(() => this.#until(externalId, new Set(["ACTIVE"]), signal, mbps))
      .mapErr((fault) => this.#refused({ ...circuit, mbps }, fault));
  }

  remove(externalId: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return new ResultAsync(this.#cancel(externalId, signal));
  }

  /** Notifications need a broker of the domain's; queries tell the same. */
  subscribe(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  /** A reservation that is just changing cannot be cancelled: what it changes to can. */
  async #cancel(id: string, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    const { client, clock, activationMs, pollMs } = this.#options;
    const deadline = clock.now() + activationMs;
    const request = { type: "cancelReservation", globalReservationId: id } as const;
    for (;;) {
      const found = await this.#query(id, signal);
      if (found.isErr()) return err(found.error);
      if (found.value === undefined || ENDED.has(found.value.reservationDetails.status))
        return ok(undefined);
      const asked = await client.ask(request, "cancelReservationResponse", signal);
      if (asked.isErr() && asked.error.code !== NOT_NOW && asked.error.code !== NOT_FOUND)
        return err(asked.error);
      if (signal.aborted || clock.now() > deadline)
        return err(circuitFault("unreachable", `${id} was not seen to end`));
      await pause(clock, pollMs, signal);
    }
  }

  #until(
    id: string,
    wanted: ReadonlySet<string>,
    signal: AbortSignal,
    mbps?: number,
  ): ResultAsync<void, CircuitFault> {
    const { clock, activationMs, pollMs } = this.#options;
    const look = async (): Promise<Result<void, CircuitFault> | undefined> => {
      const found = await this.#query(id, signal);
      if (found.isErr()) return undefined;
      const { value } = found;
      if (value === undefined || ENDED.has(value.reservationDetails.status))
        return err(circuitFault("unavailable", reasonOf(id, value)));
      const isAtRate = mbps === undefined || rateOf(value.reservationDetails) === mbps;
      return wanted.has(value.reservationDetails.status) && isAtRate ? ok(undefined) : undefined;
    };
    const late = circuitFault("unreachable", `nobody knows what has become of ${id}`);
    return watchUntil({ clock, activationMs, pollMs, signal }, look, late);
  }

  /** What the server knows of a reservation; nothing of one that it does not have. */
  #query(
    globalReservationId: string,
    signal: AbortSignal,
  ): ResultAsync<QueryReservationResponse06 | undefined, IdcpRefusal> {
    return this.#options.client
      .ask({ type: "queryReservation", globalReservationId }, "queryReservationResponse", signal)
      .map((found): QueryReservationResponse06 | undefined => found)
      .orElse((fault) => (fault.code === NOT_FOUND ? ok(undefined) : err(fault)));
  }

  #constraintFor({ ends, mbps }: Circuit): Result<Constraint, CircuitFault> {
    const [source, dest] = ends;
    const [srcEndpoint, destEndpoint] = [source, dest].map(
      (end) => end && this.#options.urnOf(end.port),
    );
    if (source === undefined || dest === undefined || !srcEndpoint || !destEndpoint) {
      const ports = ends.map(({ port }) => port).join(" or ");
      return err(circuitFault("rejected", `no URN is known for ${ports}`));
    }
    return ok({
      startTime: Math.floor(this.#options.clock.now() / 1000),
      endTime: LAST_END,
      bandwidth: mbps,
      pathInfo: {
        pathSetupMode: "signal-xml",
        layer2Info: {
          ...{ srcVtag: tagOf(source), destVtag: tagOf(dest), srcEndpoint, destEndpoint },
        },
      },
    });
  }

  /** What a circuit could not have is in the reason alone. */
  #refused(circuit: Circuit, fault: CircuitFault): CircuitFault {
    if (fault.kind !== "unavailable") return fault;
    const named = atNamedEnds(circuit, fault.message, this.#options.urnOf);
    const isLabel = /vlan|vtag/i.test(fault.message);
    return { ...fault, blocked: isLabel ? blockedLabels(named) : blockedRates(named) };
  }

  #found(details: ReservationDetails06): readonly FoundCircuit[] {
    const { mark } = this.#options;
    const { description, status, globalReservationId } = details;
    if (ENDED.has(status) || !description.startsWith(`${mark} `)) return [];
    const key = parseCircuitKey(description.slice(mark.length + 1));
    if (key === undefined) return [];
    const state = status === "ACTIVE" ? "active" : RESERVED.has(status) ? "failed" : "pending";
    const circuit = { ...key, mbps: rateOf(details) };
    return [{ externalId: globalReservationId, circuit, state }];
  }
}

const NOT_NOW = "RESERVATION_STATE_CHANGE_NOT_ALLOWED";
const NOT_FOUND = "RESERVATION_NOT_FOUND";

function rateOf({ userRequestConstraint, reservedConstraint }: ReservationDetails06): number {
  return (reservedConstraint ?? userRequestConstraint).bandwidth;
}

function reasonOf(id: string, found: QueryReservationResponse06 | undefined): string {
  if (found === undefined) return `the domain does not know ${id}`;
  const [report] = found.errorReport;
  const { status } = found.reservationDetails;
  return report === undefined ? `${id} is ${status}` : `${report.errorCode}: ${report.errorMsg}`;
}

function tagOf({ tag }: CircuitEnd): VlanTag {
  return tag === "untagged" ? { tagged: false, vlans: "0" } : { tagged: true, vlans: String(tag) };
}
