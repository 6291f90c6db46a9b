import { errAsync, ResultAsync } from "neverthrow";
import { unlessAborted } from "../../drivers/driver-call.ts";
import type {
  HttpClient,
  HttpFault,
  HttpHandler,
  HttpLimits,
  HttpRequest,
  HttpResponse,
} from "../../drivers/oscars/http/http.ts";
import { decoded } from "../../drivers/oscars/http/read-body.ts";
import type { Clock } from "../../model/clock.ts";

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Servers by the origin of their URLs, in one process and on one clock. */
export class MemoryHttp implements HttpClient {
  readonly #clock: Clock;
  readonly #servers = new Map<string, HttpHandler>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes `handler` answer for `origin`, such as `http://a.example`; nobody does with `undefined`. */
  serve(origin: string, handler: HttpHandler | undefined): void {
    if (handler === undefined) this.#servers.delete(origin);
    else this.#servers.set(origin, handler);
  }

  send(request: HttpRequest, limits: HttpLimits): ResultAsync<HttpResponse, HttpFault> {
    const url = new URL(request.url);
    const handler = this.#servers.get(url.origin);
    if (handler === undefined) return errAsync(fault("unreachable", `nobody at ${url.origin}`));
    const answered = ResultAsync.fromPromise(answer(handler, request, url), (error) =>
      fault("malformed", String(error)),
    );
    const late = new AbortController();
    const timer = this.#clock.setTimeout(() => late.abort(), limits.timeoutMs);
    const inTime = unlessAborted(
      unlessAborted(answered, limits.signal, fault("aborted", "ended by the caller")),
      late.signal,
      fault("timeout", `no answer within ${limits.timeoutMs} ms`),
    );
    return new ResultAsync(Promise.resolve(inTime).finally(() => this.#clock.clearTimeout(timer)));
  }

  close(): void {
    this.#servers.clear();
  }
}

async function answer(
  handler: HttpHandler,
  { method, headers, body = "" }: HttpRequest,
  { pathname, search }: URL,
): Promise<HttpResponse> {
  const incoming = {
    method,
    path: `${pathname}${search}`,
    headers: new Map(Object.entries(headers)),
  };
  const outgoing = await handler({ ...incoming, body: await textOf(body, headers) });
  return {
    status: outgoing.status,
    headers: new Map(Object.entries(outgoing.headers ?? {})),
    body: outgoing.body ?? "",
  };
}

async function textOf(body: string | Uint8Array, headers: HttpRequest["headers"]): Promise<string> {
  if (typeof body === "string") return body;
  const read = await decoded(Buffer.from(body), headers["content-encoding"], MAX_BODY_BYTES);
  return read.match(
    (text) => text,
    ({ message }) => Promise.reject(new Error(message)),
  );
}

function fault(kind: HttpFault["kind"], message: string): HttpFault {
  return { type: "http-fault", kind, message };
}
