import { channel } from "node:diagnostics_channel";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { TLSSocket } from "node:tls";
import { Result, ResultAsync } from "neverthrow";
import type { HttpHandler, IncomingRequest, OutgoingResponse } from "./http.ts";
import { readBody } from "./read-body.ts";

/** The server's identity, and whose certificates clients must show. Everything is PEM. */
export interface ServerTls {
  readonly key: string;
  readonly cert: string;
  /** When given, a client must show a certificate that one of these signed. */
  readonly ca?: string;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls?: ServerTls;
  /** Of a body, as it comes and decompressed; 4 MiB when absent. */
  readonly maxBodyBytes?: number;
  /** Connections at once; 256 when absent. */
  readonly maxConnections?: number;
}

/** A server that listens. */
export interface HttpServer {
  readonly port: number;
  /** Stops listening and ends every connection. Idempotent. */
  close(): Promise<void>;
}

/** Why a server could not be opened. */
export interface HttpListenFault {
  readonly type: "listen-failed";
  readonly message: string;
}

const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024;
const DEFAULT_MAX_CONNECTIONS = 256;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;

/** Listens, and answers every request by `handler`. */
export function openHttpServer(
  options: HttpServerOptions,
  handler: HttpHandler,
): ResultAsync<HttpServer, HttpListenFault> {
  const failed = (cause: unknown): HttpListenFault => ({
    type: "listen-failed",
    message: cause instanceof Error ? cause.message : String(cause),
  });
  const listener = nodeListener(handler, options.maxBodyBytes);
  return Result.fromThrowable(serverOf, failed)(options.tls, listener).asyncAndThen((server) => {
    server.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
    return ResultAsync.fromPromise(bind(server, options), failed);
  });
}

const handlerFailed = channel("dcns:http:handler-failed");

/**
 * The same for a server that the host application has: it mounts this where it likes. Where the handler
 * fails, which is a fault of ours, the client hears 500, and the error goes to the diagnostics channel
 * `dcns:http:handler-failed`.
 */
export function nodeListener(
  handler: HttpHandler,
  maxBodyBytes: number = DEFAULT_MAX_BODY_BYTES,
): RequestListener {
  return (message, response) => {
    void answer(handler, message, maxBodyBytes).then((outgoing) => send(response, outgoing));
  };
}

async function answer(
  handler: HttpHandler,
  message: IncomingMessage,
  maxBodyBytes: number,
): Promise<OutgoingResponse> {
  const body = await readBody(message, maxBodyBytes);
  if (body.isErr()) return { status: body.error.kind === "too-large" ? 413 : 400 };
  try {
    return await handler(requestOf(message, body.value));
  } catch (error) {
    handlerFailed.publish({ error });
    return { status: 500 };
  }
}

function requestOf(message: IncomingMessage, body: string): IncomingRequest {
  const headers = Object.entries(message.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" ? [[name, value]] : [],
  );
  const subject = subjectOf(message);
  return {
    method: message.method ?? "",
    path: message.url ?? "",
    headers: new Map(headers),
    body,
    ...(subject === undefined ? {} : { clientSubject: subject }),
  };
}

function subjectOf({ socket }: IncomingMessage): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  return socket.getPeerX509Certificate()?.subject;
}

function send(
  response: ServerResponse,
  { status, headers = {}, body = "" }: OutgoingResponse,
): void {
  const bytes = Buffer.from(body, "utf8");
  response.writeHead(status, { ...headers, "content-length": String(bytes.length) });
  response.end(bytes);
}

function serverOf(tls: ServerTls | undefined, listener: RequestListener): Server {
  const limits = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  if (tls === undefined) return createServer(limits, listener);
  const mustShow = tls.ca !== undefined;
  const requirements = { requestCert: mustShow, rejectUnauthorized: mustShow };
  return createTlsServer({ ...tls, ...limits, ...requirements, minVersion: "TLSv1.2" }, listener);
}

function bind(
  server: Server,
  { host, port }: Pick<HttpServerOptions, "host" | "port">,
): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      server.on("error", () => {});
      const bound = server.address();
      resolve({
        port: typeof bound === "object" && bound !== null ? bound.port : port,
        close: () => closed(server),
      });
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
