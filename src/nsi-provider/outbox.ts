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

/**
 * Tells peers what became of their requests, one connection's letters in their order. What cannot be
 * delivered is dropped after some tries: it is kept with the connection, and peers may ask for it.
 */
export class Outbox {
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #letters = new Serial<string>();

  constructor(http: HttpClient, clock: Clock, closing: AbortSignal) {
    this.#http = http;
    this.#clock = clock;
    this.#closing = closing;
  }

  post(letter: Letter): void {
    void this.#letters.run(letter.connectionId, () => this.#deliver(letter));
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#letters.idle();
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
