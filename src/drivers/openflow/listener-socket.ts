import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import { Result, ResultAsync } from "neverthrow";
import { systemClock } from "../../system-clock.ts";
import { givesWay } from "./half-open.ts";
import { addressOf } from "./switch-admission.ts";
import { remoteOf, tellRefused } from "./tls-refusal-socket.ts";
import type {
  ListenAddress,
  ListenError,
  PeerCertificate,
  RefusedPeer,
  SwitchListener,
  Transport,
  TransportHandlers,
} from "./transport.ts";

/** Where to listen for switches. */
export interface SocketListenerOptions {
  /** The address to bind: `0.0.0.0`, `::`, or one of this machine's. */
  readonly host: string;
  /** 6653 is OpenFlow's own (IANA); 0 takes a free one. */
  readonly port: number;
  /** Speaks TLS 1.2 or later when given. */
  readonly tls?: ListenerTls;
  /**
   * How many connections are taken at once; 1,024 when absent. For one more, one goes that is closed and
   * lingers, or whose TLS handshake is not over; where there is none, the newcomer.
   */
  readonly maxConnections?: number;
  /**
   * How long a closed connection may go on delivering what was sent before, in milliseconds;
   * 2,000 when absent.
   */
  readonly lingerMs?: number;
}

/** The listener's identity, and whom it believes. Everything is PEM. */
export interface ListenerTls {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** When given, a switch must show a certificate that one of these signed. */
  readonly ca?: string | Buffer;
  /** How long a TLS handshake may take, in milliseconds; 10,000 when absent. */
  readonly handshakeTimeoutMs?: number;
}

/** Listens for switches on a TCP port, with TLS or without. */
export function socketListener(options: SocketListenerOptions): SwitchListener {
  return new SocketListener(options);
}

/** The transport over a connected socket, TCP or TLS. It takes the socket over. */
export function socketTransport(socket: Socket): Transport {
  return new SocketTransport(socket, DEFAULT_LINGER_MS);
}

const DEFAULT_MAX_CONNECTIONS = 1_024;
const DEFAULT_TLS_HANDSHAKE_TIMEOUT_MS = 10_000;
const DEFAULT_LINGER_MS = 2_000;

class SocketListener implements SwitchListener {
  readonly #options: SocketListenerOptions;
  readonly #lingerMs: number;
  /** Every connection there is, by its far end, also those whose TLS handshake is not over. */
  readonly #sockets = new Map<string, Connection>();
  #server: Server | undefined;

  constructor(options: SocketListenerOptions) {
    this.#options = options;
    this.#lingerMs = options.lingerMs ?? DEFAULT_LINGER_MS;
  }

  listen(
    accept: (transport: Transport) => void,
    refused: (peer: RefusedPeer) => void = () => {},
  ): ResultAsync<ListenAddress, ListenError> {
    const { host, port, tls } = this.#options;
    const address = { host, port };
    const failed = (cause: unknown): ListenError => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return { type: "listen-failed", address, reason };
    };
    const onSocket = (socket: Socket): void => {
      const connection = this.#sockets.get(remoteOf(socket));
      if (connection === undefined) {
        socket.destroy();
        return;
      }
      connection.accepted = socket;
      accept(new SocketTransport(socket, this.#lingerMs));
    };
    const made = Result.fromThrowable(makeServer, failed)(tls, onSocket, refused);
    return made.asyncAndThen((server) => {
      this.#server = server;
      // Before whoever takes the connection into service.
      server.prependListener("connection", (socket) => this.#track(socket));
      return ResultAsync.fromPromise(bind(server, address), failed);
    });
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const { socket } of this.#sockets.values()) finish(socket, this.#lingerMs);
    await closed;
  }

  #track(socket: Socket): void {
    if (!this.#makeRoom()) {
      socket.destroy();
      return;
    }
    const remote = remoteOf(socket);
    const connection: Connection = { remote, socket };
    this.#sockets.set(remote, connection);
    socket.on("close", () => {
      if (this.#sockets.get(remote) === connection) this.#sockets.delete(remote);
    });
  }

  #makeRoom(): boolean {
    const { maxConnections = DEFAULT_MAX_CONNECTIONS } = this.#options;
    if (this.#sockets.size < maxConnections) return true;
    const all = [...this.#sockets.values()];
    const goes =
      all.find(({ accepted }) => accepted?.writableEnded === true) ??
      givesWay(
        all.filter(({ accepted }) => accepted === undefined),
        addressOf,
      );
    if (goes === undefined) return false;
    this.#sockets.delete(goes.remote);
    goes.socket.destroy();
    return true;
  }
}

/** A connection of TCP, and what was handed on of it: that, or TLS over it. */
interface Connection {
  readonly remote: string;
  readonly socket: Socket;
  accepted?: Socket;
}

class SocketTransport implements Transport {
  readonly remote: string;
  readonly certificate: PeerCertificate | undefined;
  readonly #socket: Socket;
  readonly #lingerMs: number;
  #closeReason: string | undefined;
  #isClosing = false;

  constructor(socket: Socket, lingerMs: number) {
    this.#socket = socket;
    this.#lingerMs = lingerMs;
    this.remote = remoteOf(socket);
    this.certificate = certificateOf(socket);
    socket.setNoDelay(true);
    socket.on("error", (error) => {
      this.#closeReason ??= error.message;
    });
  }

  open({ onData, onDrain, onClose }: TransportHandlers): void {
    const end = (): void => onClose(this.#closeReason ?? "end of stream");
    if (this.#socket.closed) {
      end();
      return;
    }
    this.#socket.on("close", end);
    this.#socket.on("drain", onDrain);
    this.#socket.on("data", onData);
  }

  send(bytes: Uint8Array): boolean {
    return !this.#socket.writable || this.#socket.write(bytes);
  }

  close(reason = "closed"): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#closeReason ??= reason;
    finish(this.#socket, this.#lingerMs);
  }
}

/** What the far end has shown and Node has checked. */
function certificateOf(socket: Socket): PeerCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerCertificate();
  if (!("fingerprint256" in certificate)) return undefined;
  const { subject, fingerprint256 } = certificate;
  return { commonName: typeof subject.CN === "string" ? subject.CN : undefined, fingerprint256 };
}

function makeServer(
  tls: ListenerTls | undefined,
  onSocket: (socket: Socket) => void,
  refused: (peer: RefusedPeer) => void,
): Server {
  if (tls === undefined) return createServer(onSocket);
  const mustShowCertificate = tls.ca !== undefined;
  const options = {
    key: tls.key,
    cert: tls.cert,
    ...(tls.ca !== undefined && { ca: tls.ca }),
    requestCert: mustShowCertificate,
    rejectUnauthorized: mustShowCertificate,
    minVersion: "TLSv1.2",
    handshakeTimeout: tls.handshakeTimeoutMs ?? DEFAULT_TLS_HANDSHAKE_TIMEOUT_MS,
  } as const;
  const server = createTlsServer(options, onSocket);
  tellRefused(server, refused);
  return server;
}

function bind(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      // A connection that could not be accepted, for want of file descriptors say, ends by itself.
      server.on("error", () => {});
      const bound = server.address();
      resolve(
        typeof bound === "object" && bound
          ? { host: bound.address, port: bound.port }
          : { host, port },
      );
    });
  });
}

/** Closes a socket once what was written is out, or soon if the far end does not read. */
function finish(socket: Socket, lingerMs: number): void {
  if (socket.closed) return;
  const timer = systemClock.setTimeout(() => socket.destroy(), lingerMs);
  socket.once("close", () => systemClock.clearTimeout(timer));
  socket.destroySoon();
}
