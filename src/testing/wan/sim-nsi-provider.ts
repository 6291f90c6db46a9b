import type { HttpHandler, IncomingRequest } from "../../drivers/oscars/http/http.ts";
import {
  answerOf,
  exceptionOf,
  faultOf,
  type Refusal,
  refusalFault,
} from "../../drivers/oscars/nsi/answer.ts";
import { readNsi, type SoapFault } from "../../drivers/oscars/nsi/envelope.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { NsiMessage, Reserve } from "../../drivers/oscars/nsi/message.ts";
import type { OperationRequest } from "../../drivers/oscars/nsi/operation.ts";
import type { OperationResult } from "../../drivers/oscars/nsi/result.ts";
import { allows, confirmations, withStates } from "../../drivers/oscars/nsi/transitions.ts";
import { CircuitTable } from "./circuit-table.ts";
import { NsiCallbacks, type Untold } from "./nsi-callbacks.ts";
import {
  carriedBy,
  carriedOut,
  drop,
  holdingsOf,
  type NsiConnection,
  newConnection,
  shouldCarry,
  summaryOf,
  wantedCriteria,
} from "./nsi-connection.ts";
import type { NsiQuirks, SimNsiProviderOptions } from "./nsi-options.ts";
import { grant, granted, type Holding } from "./nsi-ports.ts";

/** What became of a request: the connection as it is now and what to tell, or why not. */
type Outcome =
  | { readonly connection: NsiConnection; readonly result: OperationResult }
  | { readonly connection?: NsiConnection; readonly refusal: Refusal };

/**
 * A provider of NSI connections that exists only in memory, with its ports, states and timers, and
 * the oddities of real ones to order. It speaks the real messages and knows nothing of who asks.
 */
export class SimNsiProvider {
  /** Answers requests; to be mounted where requesters post to. */
  readonly handler: HttpHandler;
  quirks: NsiQuirks;
  readonly #options: SimNsiProviderOptions;
  readonly #connections: CircuitTable<NsiConnection>;
  readonly #callbacks: NsiCallbacks;
  /** Connections whose data plane is broken. */
  readonly #broken = new Set<string>();
  /** The timers of what is held and not committed. */
  readonly #holds = new Map<string, unknown>();
  readonly #elsewhere: Holding[] = [];
  #serial = 0;

  constructor(options: SimNsiProviderOptions) {
    this.#options = options;
    this.#connections = new CircuitTable(carriedBy, options.onCircuit);
    this.#callbacks = new NsiCallbacks(options);
    this.quirks = options.quirks ?? {};
    this.handler = (request) => this.#handle(request);
  }

  /** Every connection that is not terminated. */
  get connections(): readonly NsiConnection[] {
    return [...this.#connections.values()].filter(
      ({ states }) => states.lifecycleState !== "Terminated",
    );
  }

  /** Their ids. */
  get ids(): readonly string[] {
    return this.connections.map(({ connectionId }) => connectionId);
  }

  /** What connections have taken of the ports. */
  get holdings(): readonly Holding[] {
    return [...this.#connections.values()].flatMap(holdingsOf);
  }

  /** Sells something to somebody who asks in another way. */
  sellElsewhere(holding: Holding): void {
    this.#elsewhere.push(holding);
  }

  /** Ends a connection without anybody asking. */
  forceEnd(connectionId: string): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return;
    this.#put(withStates(connection, { lifecycleState: "Failed" }));
    this.#updateDataPlane(connectionId);
    this.#notify(connection, {
      type: "errorEvent",
      ...(this.quirks.forcedEndWithoutId === true ? {} : { connectionId }),
      event: "forcedEnd",
      originatingConnectionId: connectionId,
      originatingNSA: this.#options.nsa,
    });
  }

  /** Breaks, or mends, the data plane of a connection, which stays reserved. */
  setDataPlane(connectionId: string, works: boolean): void {
    if (works) this.#broken.delete(connectionId);
    else this.#broken.add(connectionId);
    this.#updateDataPlane(connectionId);
  }

  #notify(connection: NsiConnection, notification: Untold): void {
    if (this.quirks.callbacks !== "never") this.#callbacks.notify(connection, notification);
  }

  async #handle(request: IncomingRequest): ReturnType<HttpHandler> {
    const read = readNsi(request.body);
    if (read.isErr()) return answerOf(500, undefined, faultOf("Client", "not a message"));
    const { header, body } = read.value;
    if (header === undefined) return answerOf(500, undefined, faultOf("Client", "no header"));
    if (header.providerNSA !== this.#options.nsa)
      return answerOf(500, header, this.#fault({ errorId: "00300", text: "not this provider" }));
    this.#callbacks.learn(header);
    switch (body.type) {
      case "querySummarySync":
        return this.#query(header, body.connectionId);
      case "reserve":
      case "reserveCommit":
      case "reserveAbort":
      case "provision":
      case "release":
      case "terminate":
        return this.#operate(header, body as OperationRequest);
      default:
        return answerOf(
          500,
          header,
          this.#fault({ errorId: "00103", text: `no ${body.type} here` }),
        );
    }
  }

  #query(header: NsiHeader, ids: readonly string[]): Awaited<ReturnType<HttpHandler>> {
    const { queries = "answered" } = this.quirks;
    if (queries === "refused")
      return answerOf(500, header, this.#fault({ errorId: "00103", text: "no queries" }));
    const all = [...this.#connections.values()].filter(
      (each) => each.requesterNSA === header.requesterNSA,
    );
    const asked = ids.length === 0 ? all : all.filter((each) => ids.includes(each.connectionId));
    const reservation = queries === "omitted" ? [] : asked.map(summaryOf);
    return answerOf(200, header, { type: "querySummarySyncConfirmed", reservation });
  }

  async #operate(header: NsiHeader, request: OperationRequest): ReturnType<HttpHandler> {
    const { callbacks = "after", refusals = "callback" } = this.quirks;
    const known =
      request.connectionId === undefined ? undefined : this.#connections.get(request.connectionId);
    if (request.connectionId !== undefined && known === undefined)
      return answerOf(500, header, this.#fault({ errorId: "00203", text: "no such connection" }));
    const outcome = this.#carryOut(header, request, known);
    if ("refusal" in outcome && refusals === "answer")
      return answerOf(500, header, this.#fault(outcome.refusal));
    if (outcome.connection !== undefined) this.#put(outcome.connection);
    const connectionId = outcome.connection?.connectionId ?? this.#newId();
    const result =
      "result" in outcome ? outcome.result : this.#failure(request, outcome, connectionId);
    const post = () => this.#callbacks.post(header, result);
    if (callbacks === "before") await post();
    else if (callbacks !== "never") this.#callbacks.later(post);
    if (callbacks === "twice") this.#callbacks.later(post);
    this.#callbacks.later(async () => this.#updateDataPlane(connectionId));
    const answer: NsiMessage =
      request.type === "reserve"
        ? { type: "reserveResponse", connectionId }
        : { type: "acknowledgment" };
    return answerOf(200, header, answer);
  }

  #carryOut(
    header: NsiHeader,
    request: OperationRequest,
    known: NsiConnection | undefined,
  ): Outcome {
    if (request.type === "reserve") return this.#reserve(header, request, known);
    if (known === undefined) return { refusal: { errorId: "00203", text: "no such connection" } };
    const { connectionId } = known;
    if (known.states.lifecycleState === "Terminated")
      return { refusal: { errorId: "00204", text: "it is terminated" } };
    if (!allows(known, request.type)) {
      const text = `${request.type} while ${known.states.reservationState}`;
      return { connection: known, refusal: { errorId: "00201", text } };
    }
    return {
      connection: carriedOut(known, request.type),
      result: { type: confirmations[request.type], connectionId },
    };
  }

  #reserve(header: NsiHeader, request: Reserve, known: NsiConnection | undefined): Outcome {
    const { description, globalReservationId } = request;
    const connection =
      known ??
      newConnection({
        connectionId: this.#newId(),
        requesterNSA: header.requesterNSA,
        ...(description === undefined ? {} : { description }),
        ...(globalReservationId === undefined ? {} : { globalReservationId }),
      });
    if (!allows(connection, "reserve"))
      return { connection, refusal: { errorId: "00201", text: "a version is held already" } };
    const wanted = wantedCriteria(request, connection);
    if (wanted.p2ps === undefined)
      return { connection, refusal: { errorId: "00101", text: "no service" } };
    // What the connection has itself is not in its own way.
    const others = [...this.#connections.values()].filter((each) => each !== known);
    const holding = grant(
      this.#options.ports,
      [...this.#elsewhere, ...others.flatMap(holdingsOf)],
      wanted.p2ps,
      this.quirks.swapsLabels,
    );
    if (holding.isErr())
      return {
        connection: withStates(connection, { reservationState: "ReserveFailed" }),
        refusal: holding.error,
      };
    const criteria = granted(wanted, holding.value);
    const held = {
      ...withStates(connection, { reservationState: "ReserveHeld" }),
      held: { criteria, holding: holding.value },
    };
    this.#expire(held);
    const { connectionId } = held;
    return { connection: held, result: { type: "reserveConfirmed", connectionId, criteria } };
  }

  #expire(held: NsiConnection): void {
    const { clock, holdSeconds = 120, nsa } = this.#options;
    const timer = clock.setTimeout(() => {
      const now = this.#connections.get(held.connectionId);
      if (now === undefined || now.held !== held.held) return;
      this.#put(drop(now, "ReserveTimeout"));
      this.#notify(now, {
        type: "reserveTimeout",
        connectionId: now.connectionId,
        timeoutValue: holdSeconds,
        originatingConnectionId: now.connectionId,
        originatingNSA: nsa,
      });
    }, holdSeconds * 1000);
    this.#holds.set(held.connectionId, timer);
  }

  /** Brings the data plane to what it should be now, and tells; looks again when that will change. */
  #updateDataPlane(connectionId: string): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return;
    const { clock } = this.#options;
    const now = clock.now();
    const active = shouldCarry(connection, now) && !this.#broken.has(connectionId);
    const version = connection.committed?.criteria.version ?? 0;
    const before = connection.states.dataPlaneStatus;
    const { startTime, endTime } = connection.committed?.criteria.schedule ?? {};
    const next = [startTime, endTime].find((each) => typeof each === "number" && each > now);
    if (typeof next === "number" && connection.states.provisionState === "Provisioned")
      clock.setTimeout(() => this.#updateDataPlane(connectionId), next - now);
    if (before.active === active && before.version === version) return;
    const dataPlaneStatus = { active, version, versionConsistent: true };
    this.#put(withStates(connection, { dataPlaneStatus }));
    if (before.active !== active || active)
      this.#notify(connection, { type: "dataPlaneStateChange", connectionId, dataPlaneStatus });
  }

  #failure(
    request: OperationRequest,
    { refusal, connection }: { readonly refusal: Refusal; readonly connection?: NsiConnection },
    connectionId: string,
  ): OperationResult {
    const serviceException = exceptionOf(this.#options.nsa, refusal);
    const isStateful = request.type === "reserve" || request.type === "reserveCommit";
    if (!isStateful || connection === undefined) return { type: "error", serviceException };
    const type = request.type === "reserve" ? "reserveFailed" : "reserveCommitFailed";
    return { type, connectionId, connectionStates: connection.states, serviceException };
  }

  #put(connection: NsiConnection): void {
    const { connectionId, held } = connection;
    if (held === undefined || connection.states.lifecycleState === "Terminated") {
      this.#options.clock.clearTimeout(this.#holds.get(connectionId));
      this.#holds.delete(connectionId);
    }
    this.#connections.set(connectionId, connection);
  }

  #newId(): string {
    this.#serial += 1;
    return `SIM-${this.#serial}`;
  }

  #fault(refusal: Refusal): SoapFault {
    return refusalFault(this.#options.nsa, refusal);
  }
}
