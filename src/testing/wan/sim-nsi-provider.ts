import type { HttpClient, HttpHandler, IncomingRequest } from "../../drivers/oscars/http/http.ts";
import {
  answerOf,
  exceptionOf,
  faultOf,
  type Refusal,
  refusalFault,
} from "../../drivers/oscars/nsi/answer.ts";
import { readNsi, type SoapFault, writeNsi } from "../../drivers/oscars/nsi/envelope.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { NsiMessage, Reserve } from "../../drivers/oscars/nsi/message.ts";
import { REQUESTER_VERSION, soapAction } from "../../drivers/oscars/nsi/names.ts";
import type { Notification } from "../../drivers/oscars/nsi/notification.ts";
import type { OperationRequest } from "../../drivers/oscars/nsi/operation.ts";
import type { OperationResult } from "../../drivers/oscars/nsi/result.ts";
import { allows, confirmations, withStates } from "../../drivers/oscars/nsi/transitions.ts";
import type { Clock } from "../../model/clock.ts";
import { type CircuitChange, CircuitTable } from "./circuit-table.ts";
import {
  carriedBy,
  carriedOut,
  drop,
  holdingsOf,
  type NsiConnection,
  newConnection,
  shouldCarry,
  summaryOf,
} from "./nsi-connection.ts";
import { grant, granted, type Holding, type NsiPort } from "./nsi-ports.ts";

/** How a provider departs from what one would wish; peers in the field do each of these. */
export interface NsiQuirks {
  /** When confirmations are posted, against the answer to the request. */
  readonly callbacks?: "after" | "before" | "twice" | "never";
  /** Whether a request that cannot be met is refused in the answer, or later by a callback. */
  readonly refusals?: "callback" | "answer";
  /** What a synchronous query gives. */
  readonly queries?: "answered" | "omitted" | "refused";
  /** Whether a forced end names the connection only as the originating one. */
  readonly forcedEndWithoutId?: boolean;
  /** Whether the labels of a connection's two ends may differ; they may when absent. */
  readonly swapsLabels?: boolean;
}

export interface SimNsiProviderOptions {
  readonly nsa: string;
  /** By port URN, without label. */
  readonly ports: ReadonlyMap<string, NsiPort>;
  readonly clock: Clock;
  /** Carries the callbacks. */
  readonly http: HttpClient;
  readonly quirks?: NsiQuirks;
  /** How long something is held, in seconds; 120 when absent. */
  readonly holdSeconds?: number;
  /** How long each step takes, in milliseconds; 0 when absent. */
  readonly delayMs?: number;
  /** Attaches a data plane: told of every circuit that begins, or ceases, to carry frames. */
  readonly onCircuit?: (change: CircuitChange) => void;
}

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
  readonly #replyTo = new Map<string, string>();
  /** The timers of what is held and not committed. */
  readonly #holds = new Map<string, unknown>();
  readonly #elsewhere: Holding[] = [];
  readonly #never = new AbortController();
  #notifications = 0;
  #serial = 0;

  constructor(options: SimNsiProviderOptions) {
    this.#options = options;
    this.#connections = new CircuitTable(carriedBy, options.onCircuit);
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

  async #handle(request: IncomingRequest): ReturnType<HttpHandler> {
    const read = readNsi(request.body);
    if (read.isErr()) return answerOf(500, undefined, faultOf("Client", "not a message"));
    const { header, body } = read.value;
    if (header === undefined) return answerOf(500, undefined, faultOf("Client", "no header"));
    if (header.providerNSA !== this.#options.nsa)
      return answerOf(500, header, this.#fault({ errorId: "00300", text: "not this provider" }));
    if (header.replyTo !== undefined) this.#replyTo.set(header.requesterNSA, header.replyTo);
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
    if (callbacks === "before") await this.#post(header, result);
    else if (callbacks !== "never") this.#later(() => this.#post(header, result));
    if (callbacks === "twice") this.#later(() => this.#post(header, result));
    this.#later(async () => this.#updateDataPlane(connectionId));
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
    const active = shouldCarry(connection, now);
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

  #notify(
    { requesterNSA }: NsiConnection,
    notification: DistributiveOmit<Notification, "notificationId" | "timeStamp">,
  ): void {
    if (this.quirks.callbacks === "never") return;
    this.#notifications += 1;
    const stamped = {
      ...notification,
      notificationId: this.#notifications,
      timeStamp: this.#options.clock.now(),
    };
    const serial = String(this.#notifications).padStart(12, "0");
    const correlationId = `urn:uuid:00000000-0000-4000-8000-${serial}`;
    this.#later(() =>
      this.#post({ ...this.#header(requesterNSA), correlationId }, stamped as Notification),
    );
  }

  async #post(header: NsiHeader, body: OperationResult | Notification): Promise<void> {
    const url = this.#replyTo.get(header.requesterNSA);
    if (url === undefined) return;
    const { replyTo: _, ...echoed } = header;
    const text = writeNsi({ header: { ...echoed, protocolVersion: REQUESTER_VERSION }, body });
    const headers = {
      "content-type": "text/xml; charset=utf-8",
      soapaction: soapAction(body.type),
    };
    const limits = { signal: this.#never.signal, timeoutMs: 30_000 };
    await this.#options.http.send({ method: "POST", url, headers, body: text }, limits);
  }

  #header(requesterNSA: string): NsiHeader {
    return {
      protocolVersion: REQUESTER_VERSION,
      correlationId: "",
      requesterNSA,
      providerNSA: this.#options.nsa,
      sessionSecurityAttr: [],
      extensions: [],
    };
  }

  #later(run: () => Promise<void>): void {
    this.#options.clock.setTimeout(() => void run(), this.#options.delayMs ?? 0);
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

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What a request for a version means: what it does not say is as it was. */
function wantedCriteria({ criteria }: Reserve, { committed }: NsiConnection): Reserve["criteria"] {
  const before = committed?.criteria;
  if (before?.p2ps === undefined) return criteria;
  const capacity = criteria.capacity ?? criteria.p2ps?.capacity ?? before.p2ps.capacity;
  return {
    ...before,
    version: criteria.version ?? (before.version ?? 0) + 1,
    schedule: { ...before.schedule, ...criteria.schedule },
    p2ps: { ...before.p2ps, capacity },
  };
}
