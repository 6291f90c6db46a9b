import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import { match } from "ts-pattern";
import { type Clock, steadyMs } from "../../../model/clock.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import { GrowingRest } from "../growing-rest.ts";
import { answerOfHost } from "../host-answer.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../http/http.ts";
import { type JsonSchema, readJson } from "./json.ts";
import { oauthSettings } from "./operation.ts";

export interface RestClientOptions {
  /** The server, without a path. */
  readonly url: string;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** For an answer, and for a token before that, in milliseconds. */
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives a bearer token; asked for another one, once, where the server does not let that one in. */
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

/**
 * How a server keeps out whoever has a token: it does not take it (401), takes it and lets none in of the
 * groups that it names (403), or breaks on it, as OSCARS does where it names no groups at all (500).
 */
type Barred = "not-taken" | "not-allowed" | "not-read";

interface Attempt {
  readonly response: HttpResponse;
  readonly barred?: Barred;
}

function barredBy(attempt: Result<Attempt, CircuitFault>): Barred | undefined {
  return attempt.isOk() ? attempt.value.barred : undefined;
}

/** Whether who has no token is kept out, or sent to where to log in. */
function wantsToken(open: Result<Attempt, CircuitFault>): boolean {
  if (open.isErr()) return false;
  const { barred, response } = open.value;
  return barred !== undefined || (response.status >= 300 && response.status < 400);
}

/** What looks at no token; a server may be behind something that does. */
const OPEN = "/api/";
/** Does nothing, and looks at the token all the same. */
const PING: RestRequest = { method: "GET", path: "/protected/ping" };
const OAUTH: RestRequest = { method: "GET", path: "/api/frontend/oauth" };

/** Asks an OSCARS 1 server, in the name of whoever has the token. No token ever shows in a fault. */
export class RestClient {
  readonly #options: RestClientOptions;
  /** No other token is asked for: those that were did not help. */
  #rest = new GrowingRest();
  /** What they did not help with. */
  #refusedPath: string | undefined;
  /** Another token that has been asked for: it is for all who wait for one. */
  #renewed: Promise<string> | undefined;

  constructor(options: RestClientOptions) {
    this.#options = options;
  }

  /**
   * The answer to a request, whatever its status but 401, 403 and 503. Where a token does not let us in, another is
   * asked for, once: groups and times are as they were when it was issued. For one that the server takes, and does not
   * let in, that is done ever more rarely, for that seldom changes.
   */
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
    const last = await this.#admitted(request, signal);
    if (last.isErr()) return err(last.error);
    const { response, barred } = last.value;
    if (barred !== undefined)
      return err(
        circuitFault("rejected", `${request.path}: ${await this.#whyBarred(barred, signal)}`),
      );
    // A server that starts or stops does nothing.
    if (response.status === 503)
      return err(circuitFault("unreachable", `${request.path}: the server is not in service`));
    return ok(response);
  }

  /** Without a token where none is needed, with the one that there is, and with another. */
  async #admitted(
    request: RestRequest,
    signal: AbortSignal,
  ): Promise<Result<Attempt, CircuitFault>> {
    const { token, clock } = this.#options;
    if (token === undefined || request.path.startsWith(OPEN)) {
      const open = await this.#attempt(request, undefined, signal);
      if (token === undefined || !wantsToken(open)) return open;
    }
    const first = await this.#withToken(request, signal, false);
    const barred = barredBy(first);
    // Who may do one thing need not be one who may do another.
    const isLetIn = first.isOk() && barred === undefined && request.path === this.#refusedPath;
    if (isLetIn) this.#rest = new GrowingRest();
    const mayAskAgain = barred === "not-taken" || this.#rest.isOver(steadyMs(clock));
    if (barred === undefined || !mayAskAgain) return first;
    const second = await this.#withToken(request, signal, true);
    const still = barredBy(second);
    if (still !== undefined && still !== "not-taken") this.#noHelp(request);
    return second;
  }

  /** Requests that are under way at once have one rest between them. */
  #noHelp({ path }: RestRequest): void {
    const nowMs = steadyMs(this.#options.clock);
    if (!this.#rest.isOver(nowMs)) return;
    this.#rest.begin(nowMs);
    this.#refusedPath = path;
  }

  async #withToken(
    request: RestRequest,
    signal: AbortSignal,
    refresh: boolean,
  ): Promise<Result<Attempt, CircuitFault>> {
    const bearer = await this.#token(refresh, signal);
    return bearer.isErr() ? err(bearer.error) : this.#attempt(request, bearer.value, signal);
  }

  async #attempt(
    request: RestRequest,
    bearer: string | undefined,
    signal: AbortSignal,
  ): Promise<Result<Attempt, CircuitFault>> {
    const sent = await this.#exchange(request, bearer, signal);
    if (sent.isErr()) return err(sent.error);
    const { value: response } = sent;
    if (response.status === 401) return ok({ response, barred: "not-taken" });
    if (response.status === 403) return ok({ response, barred: "not-allowed" });
    if (response.status !== 500 || bearer === undefined) return ok({ response });
    const ping = await this.#exchange(PING, bearer, signal);
    return ok(
      ping.isOk() && ping.value.status === 500 ? { response, barred: "not-read" } : { response },
    );
  }

  async #exchange(
    { method, path, body }: RestRequest,
    bearer: string | undefined,
    signal: AbortSignal,
  ): Promise<Result<HttpResponse, CircuitFault>> {
    const { url, http, headers, timeoutMs } = this.#options;
    const request: HttpRequest = {
      method,
      url: new URL(path, url).href,
      headers: {
        ...headers,
        accept: "application/json",
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
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

  async #whyBarred(barred: Barred, signal: AbortSignal): Promise<string> {
    const hasToken = this.#options.token !== undefined;
    return match(barred)
      .with("not-taken", () => (hasToken ? "the token is not taken" : "the server wants a token"))
      .with(
        "not-read",
        () =>
          `the server fails at whatever is asked with this token, as it does where one has no "groups"`,
      )
      .with(
        "not-allowed",
        async () => `who asks is in none of the groups that may${await this.#groups(signal)}`,
      )
      .exhaustive();
  }

  /** The groups that the server lets in, if it says so: it tells whoever makes a page to log in on. */
  async #groups(signal: AbortSignal): Promise<string> {
    const asked = await this.#exchange(OAUTH, undefined, signal);
    return asked
      .andThen((response) => readAnswer(oauthSettings, OAUTH, response))
      .map(({ allowedGroups }) =>
        allowedGroups.length === 0 ? "" : `: ${allowedGroups.join(", ")}`,
      )
      .unwrapOr("");
  }

  /** What goes wrong with a token is not told: it may have one in its text. */
  #token(refresh: boolean, signal: AbortSignal): ResultAsync<string | undefined, CircuitFault> {
    const { token, clock, timeoutMs } = this.#options;
    if (token === undefined) return okAsync(undefined);
    const ask = () => (refresh ? this.#anotherToken(token) : token({ refresh }));
    return answerOfHost(ask, { clock, signal, timeoutMs }).mapErr((silence) => {
      // The next request is not to wait for what does not come.
      if (silence === "late") this.#renewed = undefined;
      return match(silence)
        .with("failed", () => circuitFault("rejected", "no token is to be had"))
        .with("late", () => circuitFault("unreachable", `no token came within ${timeoutMs} ms`))
        .with("aborted", () => circuitFault("unreachable", "ended by the caller"))
        .exhaustive();
    });
  }

  #anotherToken(token: NonNullable<RestClientOptions["token"]>): Promise<string> {
    this.#renewed ??= Promise.resolve(token({ refresh: true })).finally(() => {
      this.#renewed = undefined;
    });
    return this.#renewed;
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
