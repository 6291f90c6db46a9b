import type {
  HttpHandler,
  IncomingRequest,
  OutgoingResponse,
} from "../../drivers/oscars/http/http.ts";
import { answerOf, faultOf } from "../../drivers/oscars/nsi/answer.ts";
import { readNsi } from "../../drivers/oscars/nsi/envelope.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { Query } from "../../drivers/oscars/nsi/message.ts";
import type { Operation, OperationRequest } from "../../drivers/oscars/nsi/operation.ts";
import { withStates } from "../../drivers/oscars/nsi/transitions.ts";
import { type Random, seededRandom } from "../random.ts";
import { Alarms } from "./alarms.ts";
import { CircuitTable } from "./circuit-table.ts";
import { accented } from "./nsi-accent.ts";
import { activationFailed, NsiCallbacks, type Untold } from "./nsi-callbacks.ts";
import {
  carriedBy,
  drop,
  ended,
  holdingsOf,
  type NsiConnection,
  shouldCarry,
} from "./nsi-connection.ts";
import {
  buildMsOf,
  isForgotten,
  isHeardOf,
  isUnknown,
  type Objection,
  objectionToRequest,
  refusal,
} from "./nsi-demands.ts";
import { acknowledged, brokenAnswer, failureOf, faultAnswer, saidBy } from "./nsi-faults.ts";
import { NsiHistory } from "./nsi-history.ts";
import type { NsiQuirks, SimNsiProviderOptions } from "./nsi-options.ts";
import { neverPassedOn, outcomeOf } from "./nsi-outcome.ts";
import type { Holding } from "./nsi-ports.ts";
import type { Outcome } from "./nsi-reserve.ts";
import { answerTo } from "./nsi-shown.ts";

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
  /** Those that are provisioned and carry nothing yet. */
  readonly #building = new Set<string>();
  /** The timers of what is held and not committed. */
  readonly #holds = new Map<string, unknown>();
  readonly #elsewhere: Holding[] = [];
  /** When a connection begins, or ends. */
  readonly #alarms: Alarms;
  /** The correlation ids of requests that came. */
  readonly #seen = new Set<string>();
  /** What was asked of a connection and has not been confirmed. */
  readonly #underWay = new Map<string, Operation>();
  readonly #random: Random;
  readonly #history = new NsiHistory();
  #serial = 0;

  constructor(options: SimNsiProviderOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options.clock);
    this.#connections = new CircuitTable(carriedBy, options.onCircuit);
    this.quirks = options.quirks ?? {};
    this.#callbacks = new NsiCallbacks(options, () => this.quirks);
    this.#random = options.random ?? seededRandom(1);
    this.handler = async (request) => {
      const answer = await this.#handle(request);
      return { ...answer, body: accented(answer.body ?? "", this.quirks) };
    };
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
    const isAloud = this.quirks.callbacks !== "never";
    const told = this.#callbacks.notify(connection, notification, isAloud);
    this.#history.addNotification(connection.connectionId, told);
  }

  async #handle(request: IncomingRequest): ReturnType<HttpHandler> {
    const read = readNsi(request.body);
    if (read.isErr()) return answerOf(500, undefined, faultOf("Client", "not a message"));
    const { header, body } = read.value;
    if (header === undefined) return answerOf(500, undefined, faultOf("Client", "no header"));
    if (header.providerNSA !== this.#options.nsa)
      return this.#objected(header, refusal("00300", "not this provider"));
    const { requesters } = this.#options;
    const known = { seen: this.#seen, requesters };
    const objection = objectionToRequest(request, header, this.quirks, known);
    this.#seen.add(header.correlationId);
    if (objection !== undefined) return this.#objected(header, objection);
    this.#callbacks.learn(header);
    switch (body.type) {
      case "querySummary":
      case "querySummarySync":
      case "queryRecursive":
        return this.#query(header, body);
      case "reserve":
      case "reserveCommit":
      case "reserveAbort":
      case "provision":
      case "release":
      case "terminate":
        return this.#operate(header, body as OperationRequest);
      default: {
        const past = this.#history.answerTo(body, this.quirks);
        return past === undefined
          ? this.#objected(header, refusal("00103", `no ${body.type} here`))
          : answerOf(200, header, past);
      }
    }
  }

  async #query(header: NsiHeader, query: Query): ReturnType<HttpHandler> {
    const { queries, hangsOnGlobalIds } = this.quirks;
    const isBad = hangsOnGlobalIds === true && query.globalReservationId.length > 0;
    if (queries === "hangs" || isBad) return new Promise(() => {});
    if (queries === "refused") return this.#objected(header, refusal("00103", "no queries"));
    const connections = [...this.#connections.values()];
    const lastNotification = (id: string) => this.#history.lastNotification(id);
    const all = { nsa: this.#options.nsa, connections, underWay: this.#underWay, lastNotification };
    const answer = answerTo(header, query, all, this.quirks);
    if (query.type === "querySummarySync") return answerOf(200, header, answer);
    if (this.quirks.callbacks === "before") await this.#callbacks.post(header, answer);
    else this.#callbacks.later(() => this.#callbacks.post(header, answer));
    return answerOf(200, header, { type: "acknowledgment" });
  }

  #objected(header: NsiHeader, objection: Objection, connectionId?: string): OutgoingResponse {
    if (objection === "silence") return answerOf(200, header, { type: "acknowledgment" });
    if (objection === "broken") return brokenAnswer;
    const { nsa } = this.#options;
    const serviceException = saidBy(nsa, objection.refusal, this.quirks, connectionId);
    const fault = { ...faultOf("Server", objection.refusal.text), serviceException };
    return faultAnswer(header, fault, this.quirks);
  }

  async #operate(header: NsiHeader, request: OperationRequest): ReturnType<HttpHandler> {
    const { callbacks = "after", refusals = "callback" } = this.quirks;
    const known =
      request.connectionId === undefined ? undefined : this.#connections.get(request.connectionId);
    if (this.quirks.losesChildren === true) return this.#undelivered(header, request, known);
    if (isUnknown(request, known, this.quirks))
      return this.#objected(header, refusal("00203", "no such connection"), request.connectionId);
    const outcome = this.#outcome(header, request, known);
    if (outcome === "broken") return brokenAnswer;
    if (outcome === "silence") return answerOf(200, header, acknowledged(request, this.#newId()));
    if ("refusal" in outcome && refusals === "answer")
      return this.#objected(header, outcome, request.connectionId);
    if (outcome.connection !== undefined && !isForgotten(outcome, known, this.quirks))
      this.#put(outcome.connection);
    const connectionId = outcome.connection?.connectionId ?? this.#newId();
    const result =
      "result" in outcome
        ? outcome.result
        : failureOf(
            saidBy(this.#options.nsa, outcome.refusal, this.quirks, request.connectionId),
            ...([request, outcome.connection, connectionId] as const),
          );
    const isTold = "result" in outcome || isHeardOf(request, this.quirks);
    const post = async () => {
      this.#underWay.delete(connectionId);
      const { correlationId } = header;
      const timeStamp = this.#options.clock.now();
      if (isTold) this.#history.addResult(connectionId, { correlationId, timeStamp, result });
      if (isTold && callbacks !== "never") await this.#callbacks.post(header, result);
    };
    if (callbacks === "before") await post();
    else {
      this.#underWay.set(connectionId, request.type);
      this.#callbacks.later(post);
    }
    if (callbacks === "twice") this.#callbacks.later(post);
    this.#build(connectionId, buildMsOf(request, this.quirks));
    return answerOf(200, header, acknowledged(request, connectionId));
  }

  /** Brings the data plane to what was asked, which takes so many milliseconds more than to be answered. */
  #build(connectionId: string, buildMs: number): void {
    if (buildMs > 0) this.#building.add(connectionId);
    this.#callbacks.later(async () => {
      if (buildMs > 0) this.#building.delete(connectionId);
      this.#updateDataPlane(connectionId);
    }, buildMs);
  }

  #outcome(
    header: NsiHeader,
    request: OperationRequest,
    known: NsiConnection | undefined,
  ): Outcome {
    const { ports, clock } = this.#options;
    // What the connection has itself is not in its own way.
    const others = [...this.#connections.values()].filter((each) => each !== known);
    const outcome = outcomeOf(header, request, known, {
      ...{ ports, quirks: this.quirks, now: clock.now(), random: this.#random },
      newId: () => request.connectionId ?? this.#newId(),
      taken: [...this.#elsewhere, ...others.flatMap(holdingsOf)],
    });
    if (request.type === "reserve" && typeof outcome !== "string" && "result" in outcome)
      this.#expire(outcome.connection);
    return outcome;
  }

  /** Tells, later, that a request has not come to whom it was for. */
  #undelivered(
    header: NsiHeader,
    request: OperationRequest,
    known: NsiConnection | undefined,
  ): OutgoingResponse {
    const connection = neverPassedOn(header, request, known, {
      quirks: this.quirks,
      newId: () => this.#newId(),
    });
    if (connection === undefined) return this.#objected(header, refusal("00203", "no connection"));
    this.#put(connection);
    const { connectionId } = connection;
    const { correlationId } = header;
    this.#notify(connection, { type: "messageDeliveryTimeout", connectionId, correlationId });
    return answerOf(200, header, acknowledged(request, connectionId));
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
    const known = this.#connections.get(connectionId);
    if (known === undefined) return;
    const now = this.#options.clock.now();
    const connection = ended(known, now, this.quirks);
    if (connection !== known) this.#put(connection);
    const isReady = !this.#broken.has(connectionId) && !this.#building.has(connectionId);
    const active = shouldCarry(connection, now) && isReady;
    const version = connection.committed?.criteria.version ?? 0;
    const before = connection.states.dataPlaneStatus;
    const { startTime, endTime } = connection.committed?.criteria.schedule ?? {};
    const next = [startTime, endTime].find((each) => typeof each === "number" && each > now);
    if (typeof next === "number" && connection.states.lifecycleState === "Created")
      this.#alarms.set(connectionId, next, () => this.#updateDataPlane(connectionId));
    if (before.active === active && before.version === version) return;
    if (active && this.quirks.activationFails === true) {
      this.#notify(connection, activationFailed(this.#options.nsa, connectionId));
      return;
    }
    const dataPlaneStatus = { active, version, versionConsistent: true };
    this.#put(withStates(connection, { dataPlaneStatus }));
    if (before.active !== active || active)
      this.#notify(connection, { type: "dataPlaneStateChange", connectionId, dataPlaneStatus });
  }

  #put(connection: NsiConnection): void {
    const { connectionId, held } = connection;
    if (connection.states.lifecycleState !== "Created") this.#alarms.clear(connectionId);
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
}
