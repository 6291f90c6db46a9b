import { errAsync, ResultAsync } from "neverthrow";
import { pause } from "../../src/drivers/driver-call.ts";
import type {
  HttpClient,
  HttpFault,
  HttpLimits,
  HttpRequest,
  HttpResponse,
} from "../../src/drivers/oscars/http/http.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { MemoryHttp } from "../../src/testing/index.ts";
import type { Dice } from "./dice.ts";

/** How the way to servers misbehaves; each rate from 0 to 1. */
export interface HttpRates {
  /** A request that nobody takes. */
  readonly refuse: number;
  /** A request that is lost: its sender waits until it has waited enough. */
  readonly lose: number;
  /** A request that is carried out, and whose answer is lost. */
  readonly loseAnswer: number;
  readonly maxDelayMs: number;
}

/** A process's way to servers: some requests are lost, or their answers are. */
export class SimHttp implements HttpClient {
  readonly #http: MemoryHttp;
  readonly #clock: Clock;
  readonly #dice: Dice;
  readonly #rates: () => HttpRates;
  #state: "running" | "stopped" | "dead" = "running";
  #waiting: (() => void)[] = [];

  constructor(http: MemoryHttp, clock: Clock, dice: Dice, rates: () => HttpRates) {
    this.#http = http;
    this.#clock = clock;
    this.#dice = dice;
    this.#rates = rates;
  }

  send(request: HttpRequest, limits: HttpLimits): ResultAsync<HttpResponse, HttpFault> {
    if (this.#state === "dead") return never();
    const { refuse, lose, loseAnswer, maxDelayMs } = this.#rates();
    if (this.#dice.chance(refuse)) return errAsync(faultOf("unreachable"));
    if (this.#dice.chance(lose)) return this.#lost(limits);
    const isLost = this.#dice.chance(loseAnswer);
    const delayMs = this.#dice.below(maxDelayMs + 1);
    return ResultAsync.fromSafePromise(pause(this.#clock, delayMs, limits.signal))
      .andThen(() => this.#http.send(request, limits))
      .andThen((answer) =>
        isLost
          ? this.#lost(limits)
          : ResultAsync.fromSafePromise(this.untilRunning()).map(() => answer),
      );
  }

  close(): void {}

  stop(): void {
    if (this.#state === "running") this.#state = "stopped";
  }

  resume(): void {
    if (this.#state !== "stopped") return;
    this.#state = "running";
    for (const go of this.#waiting.splice(0)) go();
  }

  kill(): void {
    this.#state = "dead";
    this.#waiting = [];
  }

  /** Resolves when the process runs; never if it is dead. */
  untilRunning(): Promise<void> {
    if (this.#state === "running") return Promise.resolve();
    return new Promise((resolve) => {
      if (this.#state === "stopped") this.#waiting.push(resolve);
    });
  }

  #lost({ signal, timeoutMs }: HttpLimits): ResultAsync<HttpResponse, HttpFault> {
    return ResultAsync.fromSafePromise(pause(this.#clock, timeoutMs, signal)).andThen(() =>
      errAsync(faultOf(signal.aborted ? "aborted" : "timeout")),
    );
  }
}

function faultOf(kind: HttpFault["kind"]): HttpFault {
  return { type: "http-fault", kind, message: "as the dice fell" };
}

function never<T, E>(): ResultAsync<T, E> {
  return new ResultAsync(new Promise(() => {}));
}
