import { err, ok, type Result } from "neverthrow";
import type * as v from "valibot";
import { type Clock, steadyMs } from "../../model/clock.ts";
import type { StoreError } from "../../model/errors.ts";
import type { ClientTls, HttpClient, HttpReply } from "./http-socket.ts";
import { authenticateReply, errorReply, readReply } from "./messages.ts";

/** How a {@link Gateway} reaches its cluster. */
export interface GatewayOptions {
  /** `http://` or `https://` addresses of members; one is used until it fails, then the next. */
  readonly endpoints: readonly string[];
  readonly tls?: ClientTls;
  readonly auth?: { readonly name: string; readonly password: string };
  /** How long one attempt at one member may take, in milliseconds; 1,500 when absent. */
  readonly attemptTimeoutMs?: number;
  /** How long a call may take with all its attempts, in milliseconds; 10,000 when absent. */
  readonly timeoutMs?: number;
}

/** Why a call has no result. */
export type GatewayError =
  /** etcd says no, whoever is asked; nothing was done. `code` is a gRPC status code. */
  | { readonly type: "refused"; readonly code: number; readonly message: string }
  /** Nobody answered in time; whether anything was done is unknown. */
  | { readonly type: "unanswered"; readonly message: string };

/** What a gateway works with. */
export interface GatewayContext {
  readonly options: GatewayOptions;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Raised when nobody waits for anything any more. */
  readonly closing: AbortSignal;
}

/** gRPC status codes after which another attempt may succeed: the outcome of this one is unknown. */
const TRANSIENT: ReadonlySet<number> = new Set([1, 2, 4, 13, 14]);
const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;
const UNAUTHENTICATED = 16;
/** What etcd says of a token that is from before its last change of users; the code is that of any bad request. */
const OLD_TOKEN = "revision of auth store is old";
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/**
 * etcd's JSON gateway on several members. A call is tried again, at the next member, until one
 * answers or the time is up, so it must be one that may be made more than once.
 */
export class Gateway {
  readonly #context: GatewayContext;
  #member = 0;
  #token: string | undefined;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** How long one attempt may take, in milliseconds. */
  get attemptTimeoutMs(): number {
    return this.#context.options.attemptTimeoutMs ?? 1_500;
  }

  /** The member that is asked at present. */
  get endpoint(): string {
    const { endpoints } = this.#context.options;
    return endpoints[this.#member % endpoints.length] ?? "";
  }

  /** Asks somebody else from now on, unless that has happened since `failed` was used. */
  leave(failed: string): void {
    if (failed === this.endpoint) this.#member += 1;
  }

  /** Makes one call. */
  async call<Output>(
    path: string,
    message: object,
    schema: v.GenericSchema<unknown, Output>,
  ): Promise<Result<Output, GatewayError>> {
    const { clock, options, closing } = this.#context;
    const until = steadyMs(clock) + (options.timeoutMs ?? 10_000);
    for (let attempt = 0; ; attempt += 1) {
      const endpoint = this.endpoint;
      const answer = await this.callAt(endpoint, path, message, schema);
      if (answer.isOk() || answer.error.type === "refused") return answer;
      this.leave(endpoint);
      const pauseMs = this.#pauseMs(attempt);
      if (closing.aborted || steadyMs(clock) + pauseMs >= until) return answer;
      await pause(clock, pauseMs);
    }
  }

  /** Makes one attempt at one member; after a token has run out, one more. */
  async callAt<Output>(
    endpoint: string,
    path: string,
    message: object,
    schema: v.GenericSchema<unknown, Output>,
  ): Promise<Result<Output, GatewayError>> {
    const answer = await this.#attempt(endpoint, path, message, schema);
    if (answer.isOk() || !isTokenError(answer.error)) return answer;
    this.#token = undefined;
    return this.#attempt(endpoint, path, message, schema);
  }

  /** Opens a stream at one member; its lines come until `signal` is raised or it breaks. */
  async open(
    endpoint: string,
    path: string,
    message: object,
    signal: AbortSignal,
  ): Promise<Result<AsyncIterable<string>, GatewayError>> {
    const headers = await this.#headers(endpoint);
    if (headers.isErr()) return err(headers.error);
    const both = AbortSignal.any([signal, this.#context.closing]);
    const timer = this.#limit(both);
    try {
      const request = { endpoint, path, body: JSON.stringify(message), headers: headers.value };
      const reply = await this.#context.http.send({ ...request, signal: timer.signal });
      if (reply.status === 200) return ok(linesOf(reply));
      return err(refusal(reply.status, await wholeOf(reply)));
    } catch (cause) {
      return err(unanswered(endpoint, cause));
    } finally {
      timer.stop();
    }
  }

  async #attempt<Output>(
    endpoint: string,
    path: string,
    message: object,
    schema: v.GenericSchema<unknown, Output>,
  ): Promise<Result<Output, GatewayError>> {
    const headers = path === AUTHENTICATE ? ok({}) : await this.#headers(endpoint);
    if (headers.isErr()) return err(headers.error);
    const timer = this.#limit(this.#context.closing);
    try {
      const request = { endpoint, path, body: JSON.stringify(message), headers: headers.value };
      const reply = await this.#context.http.send({ ...request, signal: timer.signal });
      const content = await wholeOf(reply);
      if (reply.status !== 200) return err(refusal(reply.status, content));
      return readReply(content, schema).mapErr((text) => unanswered(endpoint, text));
    } catch (cause) {
      return err(unanswered(endpoint, cause));
    } finally {
      timer.stop();
    }
  }

  async #headers(endpoint: string): Promise<Result<Record<string, string>, GatewayError>> {
    const { auth } = this.#context.options;
    if (auth === undefined) return ok({});
    if (this.#token !== undefined) return ok({ authorization: this.#token });
    const answer = await this.#attempt(endpoint, AUTHENTICATE, auth, authenticateReply);
    return answer.map(({ token }) => {
      this.#token = token;
      return { authorization: token };
    });
  }

  /** A signal that is raised with `signal`, and when an attempt has taken too long. */
  #limit(signal: AbortSignal): { readonly signal: AbortSignal; readonly stop: () => void } {
    const { clock } = this.#context;
    const late = new AbortController();
    const timer = clock.setTimeout(
      () => late.abort(`no answer within ${this.attemptTimeoutMs} ms`),
      this.attemptTimeoutMs,
    );
    return {
      signal: AbortSignal.any([signal, late.signal]),
      stop: () => clock.clearTimeout(timer),
    };
  }

  /** Twice as long after each attempt, and never the same for two clients. */
  #pauseMs(attempt: number): number {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
    return longest / 2 + (longest / 2) * this.#context.random();
  }
}

/** What a store says of an error of its gateway. */
export function unavailable({ message }: GatewayError): StoreError {
  return { type: "store-unavailable", message };
}

const AUTHENTICATE = "/v3/auth/authenticate";

/** Whether another token may be taken: this one has run out, or is from before users were changed (JWT). */
function isTokenError(error: GatewayError): boolean {
  if (error.type !== "refused") return false;
  return error.code === UNAUTHENTICATED || error.message.includes(OLD_TOKEN);
}

function refusal(status: number, content: string): GatewayError {
  const { code, message } = readReply(content, errorReply).unwrapOr({
    code: status < 500 ? INVALID_ARGUMENT : UNKNOWN,
    message: `HTTP ${status}: ${content.slice(0, 200).trim()}`,
  });
  return TRANSIENT.has(code) ? { type: "unanswered", message } : { type: "refused", code, message };
}

function unanswered(endpoint: string, cause: unknown): GatewayError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return { type: "unanswered", message: `${endpoint}: ${text}` };
}

async function wholeOf({ body }: HttpReply): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function* linesOf({ body }: HttpReply): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, ms);
  });
}
