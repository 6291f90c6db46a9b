import { err, ok, type Result, type ResultAsync } from "neverthrow";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import { idcp06 } from "./envelope.ts";
import type { Message06 } from "./message-06.ts";
import { soapAction } from "./names.ts";
import {
  type BrokerMessage,
  type EndpointReference,
  readBrokerMessage,
  writeBrokerMessage,
} from "./notification.ts";
import type { IdcpProfile } from "./peer-profile.ts";
import { type IdcpDestination, post } from "./post.ts";

/** What a broker has promised to tell, and for how long from when it was asked. */
export interface Subscription {
  readonly reference: EndpointReference;
  readonly lastsMs: number;
}

/** How long is asked for at a time: what a broker gives where nothing is said, too. */
const LIFETIME = { text: "PT1H", ms: 3_600_000 };
/** A broker that says less, or nonsense, is not asked more often for that. */
const SHORTEST_MS = 10_000;

const TOPICS = {
  dialect: "http://docs.oasis-open.org/wsn/t-1/TopicExpression/Full",
  expression: "idc:RESERVATION",
};

/** Asks the broker of a domain for what befalls reservations (WS-BaseNotification, as OSCARS has it). */
export class BrokerClient {
  readonly #to: IdcpDestination;
  readonly #version: IdcpProfile["version"];

  constructor(to: IdcpDestination, version: IdcpProfile["version"]) {
    this.#to = to;
    this.#version = version;
  }

  /** Has it post to a URL what happens to reservations that we may see. */
  subscribe(url: string, signal: AbortSignal): ResultAsync<Subscription, CircuitFault> {
    const consumer = { address: url };
    const message = { type: "Subscribe", consumer, topics: [TOPICS] } as const;
    const initialTerminationTime = LIFETIME.text;
    return this.#ask({ ...message, initialTerminationTime }, signal).andThen((answer) =>
      answer.type === "SubscribeResponse"
        ? ok({ reference: answer.subscription, lastsMs: this.#lastingMs(answer) })
        : err(unexpected(message, answer)),
    );
  }

  /** Has it go on. */
  renew(
    reference: EndpointReference,
    signal: AbortSignal,
  ): ResultAsync<Subscription, CircuitFault> {
    const message = { type: "Renew", subscription: reference } as const;
    return this.#ask({ ...message, terminationTime: LIFETIME.text }, signal).andThen((answer) =>
      answer.type === "RenewResponse"
        ? ok({ reference, lastsMs: this.#lastingMs(answer) })
        : err(unexpected(message, answer)),
    );
  }

  /** Has it end. */
  unsubscribe(
    subscription: EndpointReference,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    return this.#ask({ type: "Unsubscribe", subscription }, signal).map(() => undefined);
  }

  #ask(
    message: BrokerMessage<Message06>,
    signal: AbortSignal,
  ): ResultAsync<BrokerMessage<Message06>, CircuitFault> {
    // But for what is told of events, both versions say the same.
    const text = writeBrokerMessage(idcp06, message);
    const place = this.#version === "0.6" ? "wsnbroker/" : "";
    return post(this.#to, { action: soapAction(`${place}${message.type}`), text }, signal).andThen(
      ({ status, body }): Result<BrokerMessage<Message06>, CircuitFault> =>
        readBrokerMessage(idcp06, body).mapErr(() =>
          circuitFault("rejected", `${message.type}: HTTP ${status}, and no message`),
        ),
    );
  }

  /** By its own clock, where it says what time it is. */
  #lastingMs({
    currentTime = this.#to.clock.now(),
    terminationTime = currentTime + LIFETIME.ms,
  }: {
    readonly currentTime?: number;
    readonly terminationTime?: number;
  }): number {
    return Math.min(Math.max(terminationTime - currentTime, SHORTEST_MS), LIFETIME.ms);
  }
}

function unexpected(
  request: { readonly type: string },
  answer: { readonly type: string },
): CircuitFault {
  return circuitFault("rejected", `${request.type} was answered by ${answer.type}`);
}
