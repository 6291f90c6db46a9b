import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import { match } from "ts-pattern";
import type { Clock } from "../../../model/clock.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import { answerOfHost } from "../host-answer.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../http/http.ts";
import { type JsonSchema, readJson } from "./json.ts";

export interface RestClientOptions {
  /** The server, without a path. */
  readonly url: string;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** For an answer, and for a token before that, in milliseconds. */
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives a bearer token; asked for another one, once, where the server does not take it. */
  readonly token?: (request: { readonly refresh: boolean }) => Promise<string>;
}

/** What is asked of an OSCARS 1 server. */
export interface RestRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Some bodies are an id and nothing else, not even quoted. */
  readonly body?: { readonly text: string } | { readonly json: unknown };
}

/** A request with a body. */
export function post(path: string, body: NonNullable<RestRequest["body"]>): RestRequest {
  return { method: "POST", path, body };
}

/** Asks an OSCARS 1 server, in the name of whoever has the token. No token ever shows in a fault. */
export class RestClient {
  readonly #options: RestClientOptions;

  constructor(options: RestClientOptions) {
    this.#options = options;
  }

  /** The answer to a request, whatever its status but 401 and 503. */
  send(request: RestRequest, signal: AbortSignal): ResultAsync<HttpResponse, CircuitFault> {
    return new ResultAsync(this.#send(request, signal));
  }

  /** The same, where only an answer of status 200 that reads as `schema` will do. */
  read<T>(
    schema: JsonSchema<T>,
    request: RestRequest,
    signal: AbortSignal,
  ): ResultAsync<T, CircuitFault> {
    return this.send(request, signal).andThen((response) => readAnswer(schema, request, response));
  }

  async #send(
    request: RestRequest,
    signal: AbortSignal,
  ): Promise<Result<HttpResponse, CircuitFault>> {
    const first = await this.#attempt(request, signal, false);
    const isStale = first.isOk() && first.value.status === 401 && this.#options.token !== undefined;
    const last = isStale ? await this.#attempt(request, signal, true) : first;
    return last.andThen((response) => {
      if (response.status === 401)
        return err(circuitFault("rejected", `${request.path}: the token is not taken`));
      // A server that starts or stops does nothing.
      if (response.status === 503)
        return err(circuitFault("unreachable", `${request.path}: the server is not in service`));
      return ok(response);
    });
  }

  async #attempt(
    { method, path, body }: RestRequest,
    signal: AbortSignal,
    refresh: boolean,
  ): Promise<Result<HttpResponse, CircuitFault>> {
    const { url, http, headers, timeoutMs } = this.#options;
    const bearer = await this.#token(refresh, signal);
    if (bearer.isErr()) return err(bearer.error);
    const request: HttpRequest = {
      method,
      url: new URL(path, url).href,
      headers: {
        ...headers,
        accept: "application/json",
        ...(bearer.value === undefined ? {} : { authorization: `Bearer ${bearer.value}` }),
        ...(body === undefined
          ? {}
          : { "content-type": "text" in body ? "text/plain" : "application/json" }),
      },
      ...(body === undefined
        ? {}
        : { body: "text" in body ? body.text : JSON.stringify(body.json) }),
    };
    const sent = await http.send(request, { signal, timeoutMs });
    return sent.mapErr(({ message }) => circuitFault("unreachable", `${path}: ${message}`));
  }

  /** What goes wrong with a token is not told: it may have one in its text. */
  #token(refresh: boolean, signal: AbortSignal): ResultAsync<string | undefined, CircuitFault> {
    const { token, clock, timeoutMs } = this.#options;
    if (token === undefined) return okAsync(undefined);
    return answerOfHost(() => token({ refresh }), { clock, signal, timeoutMs }).mapErr((silence) =>
      match(silence)
        .with("failed", () => circuitFault("rejected", "no token is to be had"))
        .with("late", () => circuitFault("unreachable", `no token came within ${timeoutMs} ms`))
        .with("aborted", () => circuitFault("unreachable", "ended by the caller"))
        .exhaustive(),
    );
  }
}

/** What an answer says; anything but status 200 is a fault. */
export function readAnswer<T>(
  schema: JsonSchema<T>,
  { path }: RestRequest,
  response: HttpResponse,
): Result<T, CircuitFault> {
  if (response.status !== 200) return err(statusFault(path, response.status));
  return readJson(schema, response.body).mapErr(({ message, path: at }) =>
    circuitFault("rejected", `${path}: the answer makes no sense at ${at.join(".")}: ${message}`),
  );
}

/** What the status of an answer without a reason says. */
export function statusFault(path: string, status: number): CircuitFault {
  return circuitFault("rejected", `${path}: the server says ${status}, and no reason`);
}
