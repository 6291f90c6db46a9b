import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { err, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../../model/clock.ts";
import type { HttpClient, HttpFault, HttpLimits, HttpRequest, HttpResponse } from "./http.ts";
import { readBody } from "./read-body.ts";

/** The client's identity, and whom it believes. Everything is PEM. */
export interface ClientTls {
  readonly key?: string;
  readonly cert?: string;
  /** Who may sign a server's certificate; the machine's own list when absent. */
  readonly ca?: string;
}

export interface HttpClientOptions {
  readonly clock: Clock;
  readonly tls?: ClientTls;
  /** Of a body, as it comes and decompressed; 16 MiB when absent. */
  readonly maxBodyBytes?: number;
  /** Connections to one server at once; more requests wait. 16 when absent. */
  readonly maxConnections?: number;
}

const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;
const DEFAULT_MAX_CONNECTIONS = 16;

/** Sends requests over TCP and TLS, on connections that are used again. */
export function httpClient(options: HttpClientOptions): HttpClient {
  return new SocketHttpClient(options);
}

class SocketHttpClient implements HttpClient {
  readonly #options: HttpClientOptions;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #closing = new AbortController();

  constructor(options: HttpClientOptions) {
    this.#options = options;
    const pool = {
      keepAlive: true,
      maxSockets: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    };
    this.#http = new HttpAgent(pool);
    this.#https = new HttpsAgent({ ...pool, ...options.tls, minVersion: "TLSv1.2" });
  }

  send(request: HttpRequest, limits: HttpLimits): ResultAsync<HttpResponse, HttpFault> {
    return new ResultAsync(this.#exchange(request, limits));
  }

  close(): void {
    this.#closing.abort();
    this.#http.destroy();
    this.#https.destroy();
  }

  async #exchange(
    request: HttpRequest,
    { signal, timeoutMs }: HttpLimits,
  ): Promise<Result<HttpResponse, HttpFault>> {
    const { clock, maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = this.#options;
    const late = new AbortController();
    const timer = clock.setTimeout(() => late.abort(), timeoutMs);
    const ended = AbortSignal.any([signal, late.signal, this.#closing.signal]);
    try {
      const message = await this.#request(request, ended);
      const body = await readBody(message, maxBodyBytes);
      // What is left of a body that is not wanted must not hold the connection.
      if (body.isErr()) message.destroy();
      if (ended.aborted) return err(this.#ended(late.signal.aborted, timeoutMs));
      return body.map((text) => responseOf(message, text));
    } catch (error) {
      if (ended.aborted) return err(this.#ended(late.signal.aborted, timeoutMs));
      const message = error instanceof Error ? error.message : String(error);
      return err({ type: "http-fault", kind: "unreachable", message });
    } finally {
      clock.clearTimeout(timer);
    }
  }

  #ended(isLate: boolean, timeoutMs: number): HttpFault {
    return isLate
      ? { type: "http-fault", kind: "timeout", message: `no answer within ${timeoutMs} ms` }
      : { type: "http-fault", kind: "aborted", message: "ended by the caller" };
  }

  #request(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const url = new URL(request.url);
      const bytes = request.body === undefined ? undefined : Buffer.from(request.body);
      const headers = {
        ...request.headers,
        "accept-encoding": "gzip",
        ...(bytes === undefined ? {} : { "content-length": String(bytes.length) }),
      };
      const options = { method: request.method, headers, signal };
      const sent =
        url.protocol === "https:"
          ? httpsRequest(url, { ...options, agent: this.#https }, resolve)
          : httpRequest(url, { ...options, agent: this.#http }, resolve);
      sent.on("error", reject);
      sent.end(bytes);
    });
  }
}

function responseOf(message: IncomingMessage, body: string): HttpResponse {
  const headers = Object.entries(message.headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(", ") : (value ?? ""),
  ]);
  return { status: message.statusCode ?? 0, headers: new Map(headers), body };
}
