import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import { type Clock, steadyMs } from "../../../model/clock.ts";
import { pause } from "../../driver-call.ts";
import type { HttpClient, HttpHandler } from "../http/http.ts";
import { AwaitedResults, type RequestOutcome } from "./awaited.ts";
import { callbackHandler } from "./callback.ts";
import type { Criteria } from "./criteria.ts";
import { exchange, type NsiPeer } from "./exchange.ts";
import type { NsiMessage, Reserve } from "./message.ts";
import { MissedNotifications } from "./missed-notifications.ts";
import type { Notification, NotificationListener, NotificationSource } from "./notification.ts";
import { type NsiFault, protocolFault, refused } from "./nsi-fault.ts";
import { type Operation, type OperationRequest, type Progress, progressOf } from "./operation.ts";
import type { ChildSummary, Reservation } from "./reservation.ts";
import type { OperationResult } from "./result.ts";

/** How long a requester waits, in milliseconds. The specification sets no times. */
export interface RequesterTimes {
  /** For the immediate answer to a request; 30 s when absent. */
  readonly answerMs?: number;
  /** From that answer until an operation is confirmed; 120 s when absent. */
  readonly confirmationMs?: number;
  /** Between two looks at an operation whose confirmation has not come; 5 s when absent. */
  readonly pollMs?: number;
}

export interface RequesterOptions {
  readonly peer: NsiPeer;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** A new random UUID, lower-case. */
  readonly uuid: () => string;
  readonly times?: RequesterTimes;
  /** Whether the provider can be asked what became of an earlier request; it cannot when absent. */
  readonly queriesResults?: boolean;
  /** Whether it can be asked for what it has told unasked; it cannot when absent. */
  readonly queriesNotifications?: boolean;
}

/** A reservation as its provider holds it. */
export interface HeldReservation {
  readonly connectionId: string;
  /** With the labels that the provider chose; absent where only a query told that it is held. */
  readonly criteria?: Criteria;
  /** Nobody told that it is done, and the states look like it. */
  readonly isSeen?: true;
}

const defaultTimes = { answerMs: 30_000, confirmationMs: 120_000, pollMs: 5_000 };

/**
 * Asks one provider for connections (NSI CS 2.0 and 2.1). An operation ends when it is confirmed,
 * whether the confirmation comes before the acknowledgment of the request, twice or not at all: in
 * the last case the states of the connection tell.
 */
export class NsiRequester {
  /** Answers what the provider posts to `replyTo`; to be mounted there. */
  readonly callbacks: HttpHandler;
  readonly #options: RequesterOptions;
  readonly #times: Required<RequesterTimes>;
  readonly #awaited = new AwaitedResults();
  readonly #listeners = new Set<NotificationListener>();
  readonly #missed: MissedNotifications;

  constructor(options: RequesterOptions) {
    this.#options = options;
    this.#times = { ...defaultTimes, ...options.times };
    this.#missed = new MissedNotifications({
      clock: options.clock,
      isAsked: options.queriesNotifications ?? false,
      send: (message, signal) => this.#send(this.#newCorrelationId(), message, signal),
      hear: (notification) => this.#hear(notification, "asked"),
    });
    this.callbacks = callbackHandler(options.peer, {
      result: (correlationId, result) => void this.#awaited.settle(correlationId, result),
      notification: (notification) => {
        // News or not, it is a reason to ask, and no more: whoever posted it says what number it has, and when it was.
        this.#missed.come(notification);
        this.#hear(notification, "posted");
      },
    });
  }

  /** Asks for a connection or, with a `connectionId`, for another version; held until it is committed. */
  reserve(
    reserve: Omit<Reserve, "type">,
    signal: AbortSignal,
  ): ResultAsync<HeldReservation, NsiFault> {
    return this.#operate({ type: "reserve", ...reserve }, signal);
  }

  /** Makes what is held binding. Where only a query tells, another version may not be: the states are the same then. */
  commit(connectionId: string, signal: AbortSignal): ResultAsync<HeldReservation, NsiFault> {
    return this.#operate({ type: "reserveCommit", connectionId }, signal);
  }

  /** Gives back what is held; a version that was committed before stands. */
  abort(connectionId: string, signal: AbortSignal): ResultAsync<void, NsiFault> {
    return this.#simple("reserveAbort", connectionId, signal);
  }

  /** Lets frames pass from the start time on. That they do pass is told by a notification. */
  provision(connectionId: string, signal: AbortSignal): ResultAsync<void, NsiFault> {
    return this.#simple("provision", connectionId, signal);
  }

  /** Takes the data plane down; what is reserved stays. */
  release(connectionId: string, signal: AbortSignal): ResultAsync<void, NsiFault> {
    return this.#simple("release", connectionId, signal);
  }

  /** Ends a connection. One that does not exist is ended. */
  terminate(connectionId: string, signal: AbortSignal): ResultAsync<void, NsiFault> {
    return this.#simple("terminate", connectionId, signal)
      .orElse((fault) =>
        fault.type === "nsi-refused" && fault.class === "gone" ? okAsync() : errAsync(fault),
      )
      .andTee(() => this.#missed.end(connectionId));
  }

  /**
   * The reservations with these ids that the provider lists; all of this requester's without ids. What they
   * show to have been told and has not come is asked for first, and told to who listens.
   */
  query(
    connectionIds: readonly string[],
    signal: AbortSignal,
  ): ResultAsync<readonly Reservation<ChildSummary>[], NsiFault> {
    const message = {
      type: "querySummarySync",
      connectionId: connectionIds,
      globalReservationId: [],
    } as const;
    // What is reserved while the list is on its way need not be in it.
    const known = connectionIds.length === 0 ? this.#missed.connectionIds : [];
    const queried = this.#send(this.#newCorrelationId(), message, signal)
      .andThen((answer) =>
        answer.type === "querySummarySyncConfirmed"
          ? ok(answer.reservation)
          : err(protocolFault(`a query was answered by ${answer.type}`)),
      )
      .andTee((all) => {
        const listed = new Set(all.map(({ connectionId }) => connectionId));
        for (const id of known) if (!listed.has(id)) this.#missed.end(id);
      });
    // Whoever only looks on hears nothing.
    const isHeard = this.#listeners.size > 0 || this.#awaited.size > 0;
    if (!isHeard) return queried;
    return queried.andThrough((all) =>
      ResultAsync.fromSafePromise(this.#missed.catchUp(all, signal)),
    );
  }

  /** Calls `listener` with what the provider tells unasked, until disposed. */
  subscribe(listener: NotificationListener): Disposable {
    const own: NotificationListener = (notification, source) => listener(notification, source);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  #hear(notification: Notification, source: NotificationSource): void {
    if (notification.type === "messageDeliveryTimeout")
      this.#awaited.settle(notification.correlationId, notification);
    for (const listener of [...this.#listeners]) listener(notification, source);
  }

  #simple(
    type: Exclude<Operation, "reserve">,
    connectionId: string,
    signal: AbortSignal,
  ): ResultAsync<void, NsiFault> {
    return this.#operate({ type, connectionId }, signal).map(() => undefined);
  }

  #operate(message: OperationRequest, signal: AbortSignal): ResultAsync<HeldReservation, NsiFault> {
    const correlationId = this.#newCorrelationId();
    const { result, come, forget } = this.#awaited.expect(correlationId, (each) =>
      isResultOf(message, each),
    );
    const outcome = this.#send(correlationId, message, signal)
      .orElse((fault) => {
        // The answer was lost; where what it announces has come, nothing is missing.
        const told = fault.type === "nsi-unknown" ? come() : undefined;
        return told === undefined ? err(fault) : announced(told, message, fault);
      })
      .andThen((answer) => connectionIdOf(answer, message))
      .andThen((connectionId) => {
        if (message.connectionId === undefined) this.#missed.begin(connectionId);
        const asked = { operation: message.type, connectionId, correlationId };
        return this.#confirmed(asked, { result, signal });
      });
    return new ResultAsync(Promise.resolve(outcome).finally(forget));
  }

  /** Waits for the result to come, and looks for it now and then. */
  #confirmed(
    asked: AskedOperation,
    { result, signal }: { readonly result: Promise<RequestOutcome>; readonly signal: AbortSignal },
  ): ResultAsync<HeldReservation, NsiFault> {
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const came = result.then((each) => heldBy(each, asked.connectionId));
    const seen = this.#watch(asked, ended);
    return new ResultAsync(Promise.race([came, seen]).finally(() => over.abort()));
  }

  async #watch(
    asked: AskedOperation,
    ended: AbortSignal,
  ): Promise<Result<HeldReservation, NsiFault>> {
    const { clock } = this.#options;
    const { operation, connectionId } = asked;
    const deadline = steadyMs(clock) + this.#times.confirmationMs;
    while (steadyMs(clock) < deadline) {
      await pause(clock, Math.min(this.#times.pollMs, deadline - steadyMs(clock)), ended);
      if (ended.aborted)
        return err({ type: "nsi-unknown", kind: "aborted", message: `${operation} was aborted` });
      const queried = await this.query([connectionId], ended);
      // That a query fails says nothing of the operation: the next one may succeed.
      if (queried.isErr()) continue;
      const reservation = queried.value.find((each) => each.connectionId === connectionId);
      const progress = progressOf(operation, reservation);
      if (progress === "pending") continue;
      const told = await this.#resultOf(asked, progress, ended);
      if (told !== undefined) return heldBy(told, connectionId);
      if (progress === "done") return ok({ connectionId, isSeen: true });
      if (progress === "failed")
        return err(protocolFault(`${operation} of ${connectionId} failed, and nobody said why`));
    }
    const message = `${operation} of ${connectionId} was not confirmed`;
    return err({ type: "nsi-unknown", kind: "not-confirmed", message });
  }

  /** What the confirmation that did not come says besides what a query shows, if the provider still knows. */
  async #resultOf(
    { operation, connectionId, correlationId }: AskedOperation,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<OperationResult | undefined> {
    const saysMore = progress === "failed" || operation === "reserve";
    if (this.#options.queriesResults !== true || !saysMore) return undefined;
    const message = { type: "queryResultSync", connectionId } as const;
    const answer = await this.#send(this.#newCorrelationId(), message, signal);
    if (answer.isErr() || answer.value.type !== "queryResultSyncConfirmed") return undefined;
    const past = answer.value.result.find((each) => each.correlationId === correlationId);
    return past?.results[0];
  }

  #send(
    correlationId: string,
    message: NsiMessage,
    signal: AbortSignal,
  ): ResultAsync<NsiMessage, NsiFault> {
    const { http, clock, peer } = this.#options;
    const limits = { signal, timeoutMs: this.#times.answerMs };
    return exchange({ http, clock }, peer, { correlationId, message }, limits);
  }

  #newCorrelationId(): string {
    return `urn:uuid:${this.#options.uuid()}`;
  }
}

/** An operation that was taken, and has not been confirmed. */
interface AskedOperation {
  readonly operation: Operation;
  readonly connectionId: string;
  /** Of its request. */
  readonly correlationId: string;
}

/** Whether a result can be that of a request: of what was asked, and of the connection that it names. */
function isResultOf({ type, connectionId }: OperationRequest, result: RequestOutcome): boolean {
  if (result.type === "error" || result.type === "messageDeliveryTimeout") return true;
  const isOfKind = result.type.replace(/(Confirmed|Failed)$/, "") === type;
  return isOfKind && (connectionId ?? result.connectionId) === result.connectionId;
}

/** The answer that must have been given before a result came. */
function announced(
  result: RequestOutcome,
  { connectionId: known }: OperationRequest,
  fault: NsiFault,
): Result<NsiMessage, NsiFault> {
  const connectionId = "connectionId" in result ? (result.connectionId ?? known) : known;
  return connectionId === undefined ? err(fault) : ok({ type: "reserveResponse", connectionId });
}

function connectionIdOf(answer: NsiMessage, request: OperationRequest): Result<string, NsiFault> {
  if (answer.type === "reserveResponse") return ok(answer.connectionId);
  const known = request.connectionId;
  return answer.type === "acknowledgment" && known !== undefined
    ? ok(known)
    : err(protocolFault(`${request.type} was answered by ${answer.type}`));
}

function heldBy(result: RequestOutcome, connectionId: string): Result<HeldReservation, NsiFault> {
  switch (result.type) {
    case "messageDeliveryTimeout": {
      const message = `${connectionId}: an agent behind the provider is out of reach`;
      return err({ type: "nsi-unknown", kind: "unreachable", message });
    }
    case "reserveConfirmed":
      return ok({ connectionId, criteria: result.criteria });
    case "reserveFailed":
    case "reserveCommitFailed":
    case "error":
      return err(refused(result.serviceException));
    default:
      return ok({ connectionId });
  }
}
