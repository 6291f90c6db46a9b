import type { HttpClient } from "../../drivers/oscars/http/http.ts";
import { idcp06 } from "../../drivers/oscars/idcp/envelope.ts";
import type { Message06 } from "../../drivers/oscars/idcp/message-06.ts";
import {
  type BrokerMessage,
  type EndpointReference,
  readBrokerMessage,
  writeBrokerMessage,
} from "../../drivers/oscars/idcp/notification.ts";
import type { Clock } from "../../model/clock.ts";
import type { IdcpDoor, IdcpReservation } from "./idcp-operation.ts";

/** With what a simulated broker tells. */
export interface IdcpBrokerContext {
  readonly clock: Clock;
  /** Carries what is told; absent, nobody can subscribe. */
  readonly http?: HttpClient;
  readonly door: IdcpDoor;
  /** Where it is reached; in version 0.5 that is the address of every subscription. */
  readonly url: string;
}

interface Subscriber {
  readonly consumer: string;
  readonly endsAt: number;
}

/** For how long a subscription lasts where nobody says otherwise, and at most. */
const LIFETIME_MS = 3_600_000;

/** Tells those who have subscribed what befalls reservations, as OSCARS's broker does. */
export class IdcpBroker {
  readonly #context: IdcpBrokerContext;
  readonly #subscribers = new Map<string, Subscriber>();
  readonly #never = new AbortController();
  #serial = 0;

  constructor(context: IdcpBrokerContext) {
    this.#context = context;
  }

  /** Names of the subscriptions that have not ended. */
  get subscriptions(): readonly string[] {
    const now = this.#context.clock.now();
    return [...this.#subscribers].flatMap(([name, { endsAt }]) => (endsAt > now ? [name] : []));
  }

  /** Ends all subscriptions, and tells nobody. */
  forget(): void {
    this.#subscribers.clear();
  }

  /** The answer to a request; undefined for what is none, or is refused. */
  answer(text: string): string | undefined {
    const read = readBrokerMessage(idcp06, text);
    if (read.isErr() || this.#context.http === undefined) return undefined;
    const answer = this.#answerTo(read.value);
    return answer === undefined ? undefined : writeBrokerMessage(idcp06, answer);
  }

  /** Tells what has become of a reservation that had another status, if that is an event. */
  tell(status: string | undefined, reservation: IdcpReservation): void {
    const { http, door, clock } = this.#context;
    const event = eventFrom(status, reservation.status);
    if (event === undefined || http === undefined) return;
    this.#serial += 1;
    const id = `event-${this.#serial}`;
    for (const name of this.subscriptions) {
      const url = this.#subscribers.get(name)?.consumer;
      if (url === undefined) continue;
      const told = { id, event, reservation };
      const body = door.tell(this.#referenceTo(name), told, Math.floor(clock.now() / 1000));
      const headers = { "content-type": "application/soap+xml; charset=utf-8" };
      const limits = { signal: this.#never.signal, timeoutMs: 30_000 };
      void http.send({ method: "POST", url, headers, body }, limits);
    }
  }

  #answerTo(message: BrokerMessage<Message06>): BrokerMessage<Message06> | undefined {
    const { clock } = this.#context;
    switch (message.type) {
      case "Subscribe": {
        // OSCARS fails where no topic is said.
        if (message.topics.length === 0) return undefined;
        this.#serial += 1;
        const name = `urn:uuid:00000000-0000-4000-8000-${String(this.#serial).padStart(12, "0")}`;
        const times = this.#lasting(name, message.consumer.address);
        return { type: "SubscribeResponse", subscription: this.#referenceTo(name), ...times };
      }
      case "Renew": {
        const { subscription } = message;
        const found = this.#find(subscription);
        if (found === undefined) return undefined;
        const times = this.#lasting(found.name, found.consumer);
        return { type: "RenewResponse", ...times, currentTime: clock.now(), subscription };
      }
      case "Unsubscribe": {
        const { subscription } = message;
        const found = this.#find(subscription);
        if (found === undefined || subscription === undefined) return undefined;
        this.#subscribers.delete(found.name);
        return { type: "UnsubscribeResponse", subscription };
      }
      default:
        return undefined;
    }
  }

  #lasting(
    name: string,
    consumer: string,
  ): { readonly currentTime: number; readonly terminationTime: number } {
    const currentTime = this.#context.clock.now();
    const terminationTime = currentTime + LIFETIME_MS;
    this.#subscribers.set(name, { consumer, endsAt: terminationTime });
    return { currentTime, terminationTime };
  }

  #find(
    reference: EndpointReference | undefined,
  ): (Subscriber & { readonly name: string }) | undefined {
    const name = reference?.subscriptionId ?? reference?.address ?? "";
    const found = this.#subscribers.get(name);
    return found !== undefined && this.subscriptions.includes(name)
      ? { ...found, name }
      : undefined;
  }

  #referenceTo(name: string): EndpointReference {
    const { door, url } = this.#context;
    return door.namesByParameter ? { address: url, subscriptionId: name } : { address: name };
  }
}

/** What a broker calls it when a reservation comes from one status to another; undefined for most. */
function eventFrom(from: string | undefined, to: string): string | undefined {
  const event = from === undefined || from === to ? undefined : events[to];
  return typeof event === "string" ? event : event?.[from ?? ""];
}

const events: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
  RESERVED: {
    INPATHCALCULATION: "RESERVATION_CREATE_COMPLETED",
    INTEARDOWN: "PATH_TEARDOWN_COMPLETED",
    INMODIFY: "RESERVATION_MODIFY_COMPLETED",
    ACTIVE: "PATH_TEARDOWN_COMPLETED",
  },
  ACTIVE: {
    INSETUP: "PATH_SETUP_COMPLETED",
    INMODIFY: "RESERVATION_MODIFY_COMPLETED",
    RESERVED: "PATH_SETUP_COMPLETED",
  },
  FAILED: "RESERVATION_CREATE_FAILED",
  CANCELLED: "RESERVATION_CANCEL_COMPLETED",
  FINISHED: "RESERVATION_PERIOD_FINISHED",
};
