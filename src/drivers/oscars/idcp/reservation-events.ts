import { type Clock, steadyMs } from "../../../model/clock.ts";
import { pause } from "../../driver-call.ts";
import type { HttpHandler } from "../http/http.ts";
import type { BrokerClient, Subscription } from "./broker-client.ts";
import type { IdcpVersion } from "./envelope.ts";
import type { Message05 } from "./message-05.ts";
import type { Message06 } from "./message-06.ts";
import { type EndpointReference, readBrokerMessage } from "./notification.ts";
import { PacedEvents } from "./paced-events.ts";
import { MISSED, type ReservationEvent } from "./reservation-event.ts";

export interface ReservationEventsOptions<Message> {
  readonly version: IdcpVersion<Message>;
  readonly broker: BrokerClient;
  /** Where the broker reaches us. */
  readonly url: string;
  readonly clock: Clock;
  /** Between the first attempts to subscribe, in milliseconds; later ones are rarer. */
  readonly retryMs: number;
}

/** Attempts are no rarer than that. */
const RETRY_AT_MOST_MS = 300_000;
/** How long closing may wait for a broker to hear that we listen no more. */
const GOODBYE_MS = 5_000;

/**
 * Events of reservations, by a subscription at the domain's broker that is renewed before it ends and
 * made anew when it is lost.
 */
export class ReservationEvents<Message extends Message05 | Message06> {
  /** Answers what the broker posts; to be mounted at `url`. */
  readonly handler: HttpHandler;
  readonly #options: ReservationEventsOptions<Message>;
  readonly #events: PacedEvents;
  /** Names of the subscriptions that are kept. */
  readonly #kept = new Set<string>();
  readonly #runs = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(options: ReservationEventsOptions<Message>) {
    this.#options = options;
    this.#events = new PacedEvents(options.clock);
    this.handler = async ({ method, body }) => {
      if (method !== "POST") return { status: 405 };
      return { status: this.#take(body) ? 202 : 400 };
    };
  }

  /** Calls `listener` with what is told, as long as somebody keeps a subscription, until disposed. */
  listen(listener: (event: ReservationEvent) => void): Disposable {
    return this.#events.listen(listener);
  }

  /** Keeps a subscription until disposed. */
  keep(): Disposable {
    const over = new AbortController();
    const run = this.#keep(AbortSignal.any([over.signal, this.#closing.signal]));
    this.#runs.add(run);
    void run.finally(() => this.#runs.delete(run));
    return { [Symbol.dispose]: () => over.abort() };
  }

  /** Listens no more, and says so. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#events.close();
    await Promise.all(this.#runs);
  }

  /** False for what is no notification. */
  #take(body: string): boolean {
    const read = readBrokerMessage(this.#options.version, body);
    if (read.isErr() || read.value.type !== "Notify") return false;
    for (const { subscription, events } of read.value.messages) {
      // Others' subscriptions, and what was left behind by who was here before, are no reason to ask.
      const isOurs = subscription === undefined || this.#kept.has(nameOf(subscription));
      if (!isOurs || this.#kept.size === 0) continue;
      for (const event of events) this.#tell(event);
    }
    return true;
  }

  #tell(message: Message05 | Message06): void {
    if (message.type !== "event") return;
    const { event: name, resDetails } = message;
    const about = resDetails === undefined ? {} : { gri: resDetails.globalReservationId };
    this.#events.tell({ name, ...about });
  }

  async #keep(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const subscription = await this.#subscribed(over);
      if (subscription === undefined) return;
      const { reference } = subscription;
      this.#kept.add(nameOf(reference));
      this.#events.tell(MISSED);
      const isLost = await this.#renewed(subscription, over);
      this.#kept.delete(nameOf(reference));
      if (!isLost) await this.#goodbye(reference);
    }
  }

  /** Asks until a subscription is had; nothing when it is over first. */
  async #subscribed(over: AbortSignal): Promise<Subscription | undefined> {
    const { broker, url, clock, retryMs } = this.#options;
    for (let waitMs = retryMs; !over.aborted; waitMs = Math.min(2 * waitMs, RETRY_AT_MOST_MS)) {
      const subscribed = await broker.subscribe(url, over);
      if (subscribed.isOk()) return subscribed.value;
      await pause(clock, waitMs, over);
    }
    return undefined;
  }

  /** Renews in good time, until the subscription is lost, or it is over: then it is false. */
  async #renewed({ reference, lastsMs }: Subscription, over: AbortSignal): Promise<boolean> {
    const { broker, clock } = this.#options;
    let endsAt = steadyMs(clock) + lastsMs;
    let waitMs = lastsMs / 2;
    for (;;) {
      await pause(clock, waitMs, over);
      if (over.aborted) return false;
      if (steadyMs(clock) >= endsAt) return true;
      const askedAt = steadyMs(clock);
      const renewed = await broker.renew(reference, over);
      if (renewed.isOk()) {
        endsAt = askedAt + renewed.value.lastsMs;
        waitMs = renewed.value.lastsMs / 2;
      } else if (renewed.error.kind === "unreachable") {
        waitMs = Math.min(
          Math.max((endsAt - steadyMs(clock)) / 2, RENEW_AGAIN_MS),
          endsAt - askedAt,
        );
      } else return !over.aborted;
    }
  }

  async #goodbye(reference: EndpointReference): Promise<void> {
    const { broker, clock } = this.#options;
    const late = new AbortController();
    const timer = clock.setTimeout(() => late.abort(), GOODBYE_MS);
    await broker.unsubscribe(reference, late.signal);
    clock.clearTimeout(timer);
  }
}

/** A broker that does not answer is not asked to renew more often. */
const RENEW_AGAIN_MS = 1_000;

/** What tells subscriptions apart: version 0.5 has one address for all of them. */
function nameOf({ address, subscriptionId }: EndpointReference): string {
  return subscriptionId ?? address;
}
