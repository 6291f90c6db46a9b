import type { ResultAsync } from "neverthrow";

/** A request to a server. Header names are lower-case. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text is sent as UTF-8. */
  readonly body?: string | Uint8Array;
}

/** What a server answered, whatever its status; the body is decompressed text. */
export interface HttpResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Why there is no answer. Whether the server has acted on the request is not known. */
export interface HttpFault {
  readonly type: "http-fault";
  readonly kind:
    | "unreachable"
    | "timeout"
    | "aborted"
    /** The body, as it came or decompressed, has more than is taken. */
    | "too-large"
    /** Not HTTP, or not the compression that it says. */
    | "malformed";
  readonly message: string;
}

/** Limits on one exchange. */
export interface HttpLimits {
  readonly signal: AbortSignal;
  /** For all of it, in milliseconds. */
  readonly timeoutMs: number;
}

/** Sends requests: over sockets, or to a simulated server in memory. */
export interface HttpClient {
  send(request: HttpRequest, limits: HttpLimits): ResultAsync<HttpResponse, HttpFault>;
  /** Ends every exchange. Idempotent. */
  close(): void;
}

/** A request as a server sees it. */
export interface IncomingRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** The subject of the client's certificate, where it showed one that is trusted. */
  readonly clientSubject?: string;
}

export interface OutgoingResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Answers requests; it never fails, for what it cannot do is an answer too. */
export type HttpHandler = (request: IncomingRequest) => Promise<OutgoingResponse>;
