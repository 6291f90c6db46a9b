import { okAsync, type ResultAsync } from "neverthrow";
import type {
  HttpClient,
  HttpFault,
  HttpHandler,
  HttpResponse,
} from "../../src/drivers/oscars/http/http.ts";
import type { Clock } from "../../src/model/clock.ts";

/** What a domain makes of what it is asked for, whatever dialect it speaks. */
export interface Grant {
  /** Mbit/s, of those that were asked for. */
  readonly rate?: (mbps: number) => number;
  /** Seconds since the epoch, of those that were asked for and of when that was. */
  readonly end?: (endS: number, askedS: number) => number;
}

/** What becomes of requests that are to change something. */
export type Fate = "answered" | "refused" | "unanswered" | "lost";

/** Requests that are to change something, in any dialect. */
const CHANGES =
  /:reserve[ >]|\/protected\/hold|\/protected\/modify|conn\/(commit|release|mode)|(create|modify|cancel)Reservation[ >]|:terminate[ >]|:reserveCommit[ >]/;
/** Those that say for which rate, and until when. */
const ASKS = /:reserve[ >]|\/protected\/hold|\/protected\/modify|(create|modify)Reservation[ >]/;

const RATES =
  /((?:capacity|bandwidth)>|"(?:ingressBandwidth|egressBandwidth|azBandwidth|zaBandwidth|bandwidth|mbps)":)(\d+)/g;
const SECONDS = /(endTime>|"(?:ending|end)":)(\d{9,})/g;
const INSTANTS = /(endTime>)(\d{4}-[^<]+)/g;

/**
 * Stands between a driver and a simulated server that gives just what it is asked for, and has it seem to give
 * something else.
 */
export class GrantingWan {
  grant: Grant;
  fate: Fate = "answered";
  /** What was asked for, in order. */
  readonly asked: {
    readonly atMs: number;
    readonly text: string;
    /** Whether it said for which rate, and until when. */
    readonly saysTerms: boolean;
  }[] = [];
  readonly #clock: Clock;
  #askedS: number;

  constructor(clock: Clock, grant: Grant) {
    this.#clock = clock;
    this.#askedS = clock.now() / 1000;
    this.grant = grant;
  }

  /** Every answer of a server, rewritten, and what becomes of its requests. */
  answering(handler: HttpHandler): HttpHandler {
    return async (request) => {
      const text = `${request.method} ${request.path} ${request.body}`;
      if (CHANGES.test(text)) {
        const saysTerms = ASKS.test(text);
        this.asked.push({ atMs: this.#clock.now(), text, saysTerms });
        if (this.fate === "refused") return { status: 403 };
        if (this.fate === "lost") return new Promise(() => {});
        if (saysTerms) this.#askedS = Math.floor(this.#clock.now() / 1000);
      }
      const answer = await handler(request);
      if (CHANGES.test(text) && this.fate === "unanswered") return new Promise(() => {});
      return answer.body === undefined ? answer : { ...answer, body: this.#rewritten(answer.body) };
    };
  }

  /** What carries the server's own messages, rewritten. */
  telling(http: HttpClient): HttpClient {
    return {
      send: (request, limits): ResultAsync<HttpResponse, HttpFault> => {
        const { body } = request;
        if (this.fate === "unanswered")
          return okAsync({ status: 200, headers: new Map(), body: "" });
        const sent =
          typeof body === "string" ? { ...request, body: this.#rewritten(body) } : request;
        return http.send(sent, limits);
      },
      close: () => http.close(),
    };
  }

  #rewritten(text: string): string {
    const { rate = (mbps) => mbps, end = (endS) => endS } = this.grant;
    return text
      .replace(RATES, (_all, before: string, mbps: string) => `${before}${rate(Number(mbps))}`)
      .replace(
        SECONDS,
        (_all, before: string, seconds: string) => `${before}${end(Number(seconds), this.#askedS)}`,
      )
      .replace(INSTANTS, (_all, before: string, instant: string) => {
        const granted = end(Date.parse(instant) / 1000, this.#askedS);
        return `${before}${new Date(granted * 1000).toISOString()}`;
      });
  }
}
