import { Serial } from "../agent/serial.ts";
import { pause } from "../drivers/driver-call.ts";
import type { HttpClient } from "../drivers/oscars/http/http.ts";
import { soapAction } from "../drivers/oscars/nsi/names.ts";
import type { Clock } from "../model/clock.ts";

/** Something to be posted to a peer. */
export interface Letter {
  readonly connectionId: string;
  readonly url: string;
  /** The name of its element. */
  readonly type: string;
  readonly text: string;
}

const ANSWER_MS = 10_000;
const RETRIES_MS = [1_000, 5_000, 30_000];
/** Of one address that does not take them, and of all of these together, UTF-16 code units. */
const MAX_WAITING = 16 * 1024 * 1024;
const MAX_WAITING_IN_ALL = 64 * 1024 * 1024;

/**
 * Tells peers what became of their requests, one connection's letters in their order. What cannot be
 * delivered is dropped after some tries: it is kept with the connection, and peers may ask for it.
 */
export class Outbox {
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #letters = new Serial<string>();
  /** How much waits for each address. */
  readonly #waiting = new Map<string, number>();
  #waitingInAll = 0;

  constructor(http: HttpClient, clock: Clock, closing: AbortSignal) {
    this.#http = http;
    this.#clock = clock;
    this.#closing = closing;
  }

  /** False for what is too much beside all that waits already, for its address or for any: it is dropped. */
  post(letter: Letter): boolean {
    const { url, text, connectionId } = letter;
    const waiting = this.#waiting.get(url) ?? 0;
    const isTooMuch =
      (waiting > 0 && waiting + text.length > MAX_WAITING) ||
      (this.#waitingInAll > 0 && this.#waitingInAll + text.length > MAX_WAITING_IN_ALL);
    if (isTooMuch) return false;
    this.#waiting.set(url, waiting + text.length);
    this.#waitingInAll += text.length;
    void this.#letters
      .run(connectionId, () => this.#deliver(letter))
      .finally(() => this.#done(letter));
    return true;
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#letters.idle();
  }

  #done({ url, text }: Letter): void {
    this.#waitingInAll -= text.length;
    const waiting = (this.#waiting.get(url) ?? 0) - text.length;
    if (waiting <= 0) this.#waiting.delete(url);
    else this.#waiting.set(url, waiting);
  }

  async #deliver({ url, type, text }: Letter): Promise<void> {
    const headers = { "content-type": "text/xml; charset=utf-8", soapaction: soapAction(type) };
    for (const waitMs of [0, ...RETRIES_MS]) {
      if (waitMs > 0) await pause(this.#clock, waitMs, this.#closing);
      if (this.#closing.aborted) return;
      const limits = { signal: this.#closing, timeoutMs: ANSWER_MS };
      const sent = await this.#http.send({ method: "POST", url, headers, body: text }, limits);
      if (sent.isOk() && sent.value.status < 500) return;
    }
  }
}
