import { errAsync, ResultAsync } from "neverthrow";
import type {
  HttpClient,
  HttpFault,
  HttpHandler,
  OutgoingResponse,
} from "../../drivers/oscars/http/http.ts";
import type { Clock } from "../../model/clock.ts";
import { drawnOf } from "../chance.ts";
import type { Random } from "../random.ts";

/** What may befall a request to a wide-area domain, or a message from it. */
export type WanFault =
  /** It is lost: neither carried out nor answered. */
  | { readonly type: "drop" }
  /** It is carried out, and the answer is lost. */
  | { readonly type: "drop-answer" }
  /** It is carried out that much later. */
  | { readonly type: "delay"; readonly delayMs: number }
  /** It comes twice; of requests, once. */
  | { readonly type: "twice" }
  /** It is answered by 503, and not carried out. */
  | { readonly type: "refuse" }
  /** The server starts anew: everything is refused for that long. What it has, it keeps. */
  | { readonly type: "restart"; readonly downMs: number }
  /** A circuit ends without anybody asking; the request is carried out. */
  | { readonly type: "force-end" }
  /** A circuit that stays reserved carries nothing for that long; the request is carried out. */
  | { readonly type: "outage"; readonly forMs: number };

/** How likely each fault is for a message, from 0, the default, to 1. */
export interface WanFaultRates {
  readonly drop?: number;
  readonly dropAnswer?: number;
  readonly delay?: number;
  /** Delays are uniform up to this; 5 s when absent. */
  readonly maxDelayMs?: number;
  readonly refuse?: number;
  readonly restart?: number;
  /** Restarts are uniform up to this; 60 s when absent. */
  readonly maxDownMs?: number;
  readonly forceEnd?: number;
  readonly outage?: number;
  /** Outages are uniform up to this; 5 minutes when absent. */
  readonly maxOutageMs?: number;
}

/** What faults need to know of a server. The simulated ones of all dialects are such. */
export interface FaultyServer {
  readonly handler: HttpHandler;
  /** The circuits, or what is held for them, that have not ended. */
  readonly ids: readonly string[];
  forceEnd(id: string): void;
  /** Breaks, or mends, what carries a circuit; to the domain it stays reserved. */
  setDataPlane(id: string, works: boolean): void;
}

const DEFAULT_MAX_DELAY_MS = 5_000;
const DEFAULT_MAX_DOWN_MS = 60_000;
const DEFAULT_MAX_OUTAGE_MS = 300_000;

/** Decides what befalls the messages of one wide-area domain: those that are planned first, then chance. */
export class WanFaults {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #planned: { left: number; readonly fault: WanFault }[] = [];
  #rates: WanFaultRates;
  #downUntil = 0;

  constructor(clock: Clock, random: Random, rates: WanFaultRates = {}) {
    this.#clock = clock;
    this.#random = random;
    this.#rates = rates;
  }

  /** Changes the chances from now on. */
  setRates(rates: WanFaultRates): void {
    this.#rates = rates;
  }

  /** Plans a fault for one message, the `nth` from now; of several, each message meets one. */
  add(fault: WanFault, nth = 1): void {
    this.#planned.push({ left: nth, fault });
  }

  /** How many planned faults have not struck yet. */
  get planned(): number {
    return this.#planned.length;
  }

  /** What answers for the server, with faults. What is lost is never answered: its sender gives up. */
  around(server: FaultyServer): HttpHandler {
    return async (request) => {
      if (this.#isDown) return REFUSED;
      const fault = this.#strike();
      if (fault === undefined) return server.handler(request);
      switch (fault.type) {
        case "drop":
          return never();
        case "drop-answer":
          await server.handler(request);
          return never();
        case "delay":
          await this.#pause(fault.delayMs);
          return this.#isDown ? REFUSED : server.handler(request);
        case "twice":
          return server.handler(request);
        case "refuse":
          return REFUSED;
        case "restart":
          this.#downUntil = this.#clock.now() + fault.downMs;
          return REFUSED;
        case "force-end":
          this.#withOne(server, (id) => server.forceEnd(id));
          return server.handler(request);
        case "outage":
          this.#withOne(server, (id) => this.#breakFor(fault.forMs, server, id));
          return server.handler(request);
      }
    };
  }

  /** What carries the server's own messages, with faults: those that befall messages, and no others. */
  carrying(http: HttpClient): HttpClient {
    return {
      send: (request, limits) => {
        const fault = this.#isDown ? { type: "drop" as const } : this.#strike();
        switch (fault?.type) {
          case "drop":
          case "refuse":
            return errAsync(lost);
          case "drop-answer":
            return http.send(request, limits).andThen(() => errAsync(lost));
          case "twice":
            return http.send(request, limits).andThen(() => http.send(request, limits));
          case "delay":
            return ResultAsync.fromSafePromise(this.#pause(fault.delayMs)).andThen(() =>
              http.send(request, limits),
            );
          default:
            return http.send(request, limits);
        }
      },
      close: () => http.close(),
    };
  }

  get #isDown(): boolean {
    return this.#clock.now() < this.#downUntil;
  }

  #strike(): WanFault | undefined {
    for (const planned of this.#planned) planned.left -= 1;
    const due = this.#planned.findIndex(({ left }) => left <= 0);
    return this.#planned.splice(due, due === -1 ? 0 : 1)[0]?.fault ?? this.#byChance();
  }

  #byChance(): WanFault | undefined {
    const { maxDelayMs = DEFAULT_MAX_DELAY_MS, maxDownMs = DEFAULT_MAX_DOWN_MS } = this.#rates;
    const rates = this.#rates;
    const falls = drawnOf(this.#random);
    if (falls(rates.drop)) return { type: "drop" };
    if (falls(rates.dropAnswer)) return { type: "drop-answer" };
    if (falls(rates.delay)) return { type: "delay", delayMs: this.#random.next() * maxDelayMs };
    if (falls(rates.refuse)) return { type: "refuse" };
    if (falls(rates.restart)) return { type: "restart", downMs: this.#random.next() * maxDownMs };
    if (falls(rates.forceEnd)) return { type: "force-end" };
    const { maxOutageMs = DEFAULT_MAX_OUTAGE_MS } = rates;
    if (!falls(rates.outage)) return undefined;
    return { type: "outage", forMs: this.#random.next() * maxOutageMs };
  }

  #withOne({ ids }: FaultyServer, strike: (id: string) => void): void {
    const id = ids[Math.floor(this.#random.next() * ids.length)];
    if (id !== undefined) strike(id);
  }

  #breakFor(ms: number, server: FaultyServer, id: string): void {
    server.setDataPlane(id, false);
    this.#clock.setTimeout(() => server.setDataPlane(id, true), ms);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.setTimeout(resolve, ms));
  }
}

const REFUSED: OutgoingResponse = { status: 503 };
const lost: HttpFault = { type: "http-fault", kind: "unreachable", message: "lost on the way" };

function never(): Promise<OutgoingResponse> {
  return new Promise(() => {});
}
