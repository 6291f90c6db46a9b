import { type HttpClient, httpClient } from "../../../src/store/etcd/http-socket.ts";

/** What becomes of one request. */
export type Loss = "none" | "request" | "reply" | "late";

/**
 * A client whose requests, or their replies, get lost as `lose` says; one that is late is sent
 * when `release` is called, long after its sender has given up.
 */
export class LossyClient implements HttpClient {
  readonly #inner = httpClient();
  readonly #late: (() => Promise<unknown>)[] = [];
  readonly #lose: (path: string, body: string) => Loss;

  constructor(lose: (path: string, body: string) => Loss) {
    this.#lose = lose;
  }

  async send(request: Parameters<HttpClient["send"]>[0]): ReturnType<HttpClient["send"]> {
    const signal = new AbortController().signal;
    switch (this.#lose(request.path, request.body)) {
      case "none":
        return this.#inner.send(request);
      case "reply":
        for await (const _ of (await this.#inner.send({ ...request, signal })).body);
        throw new Error("the reply was lost");
      case "late":
        this.#late.push(() => this.#inner.send({ ...request, signal }));
        throw new Error("the request is late");
      case "request":
        throw new Error("the request was lost");
    }
  }

  /** Sends what is late. */
  async release(): Promise<void> {
    for (const send of this.#late.splice(0)) {
      for await (const _ of Object(await send()).body);
    }
  }

  close(): void {
    this.#inner.close();
  }
}
