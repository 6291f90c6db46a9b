import { randomUUID } from "node:crypto";
import { err, okAsync, type Result, ResultAsync } from "neverthrow";
import { httpClient } from "../drivers/oscars/http/client-socket.ts";
import type {
  HttpHandler,
  IncomingRequest,
  OutgoingResponse,
} from "../drivers/oscars/http/http.ts";
import {
  type HttpListenFault,
  type HttpServer,
  openHttpServer,
} from "../drivers/oscars/http/server-socket.ts";
import { answerOf, faultOf, type Refusal, refusalFault } from "../drivers/oscars/nsi/answer.ts";
import { readNsi, writeNsi } from "../drivers/oscars/nsi/envelope.ts";
import type { NsiHeader } from "../drivers/oscars/nsi/header.ts";
import type { Reserve } from "../drivers/oscars/nsi/message.ts";
import { REQUESTER_VERSION } from "../drivers/oscars/nsi/names.ts";
import type { OperationRequest } from "../drivers/oscars/nsi/operation.ts";
import { describeXmlFault } from "../drivers/oscars/xml/fault.ts";
import type { Clock } from "../model/clock.ts";
import type { StoreError } from "../model/errors.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { systemClock } from "../system-clock.ts";
import { type Wanted, wantedAnew, wantedChange } from "./asked.ts";
import type { Connection } from "./connection.ts";
import { ConnectionBook } from "./connection-book.ts";
import { discoveryDocument, topologyDocument } from "./documents.ts";
import { foundFor } from "./found.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Networks } from "./networks.ts";
import type { NsiPeerIdentity, NsiProviderOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { isOwner, newConnection, peerOf } from "./peer.ts";
import { answerQuery, isQuery, type QueryMessage } from "./queries.ts";
import { Register } from "./register.ts";
import { repeatOf } from "./repeats.ts";
import { headerFault, replyToFault, reserveFault } from "./request-faults.ts";
import { forgetOld, whyFull } from "./room.ts";
import { askedEnd, type OfferedStp, offeredStps } from "./stps.ts";

/** Why a provider could not be started. */
export type NsiProviderFault = StoreError | HttpListenFault;

const DEFAULT_HOLD_SECONDS = 120;
const operations = new Set([
  "reserve",
  "reserveCommit",
  "reserveAbort",
  "provision",
  "release",
  "terminate",
]);

/**
 * Makes an agent a provider of connections (NSI CS 2.0 and 2.1, OGF GFD.212 and GFD.237): the ultimate
 * provider agent of its own domain. Each connection is a network of two endpoints, held while it is
 * reserved and begun when it is provisioned.
 */
export class NsiProvider implements AsyncDisposable {
  /** Answers requests; for a host application that has an HTTP server already. */
  readonly handler: HttpHandler;
  readonly #options: NsiProviderOptions;
  readonly #clock: Clock;
  readonly #since: number;
  readonly #book: ConnectionBook;
  readonly #outbox: Outbox;
  readonly #lifecycle: Lifecycle;
  readonly #subscription: Disposable;
  readonly #closing: AbortController;
  readonly #closeHttp: () => void;
  /** One, where a port of its own was asked for. */
  readonly #servers: HttpServer[] = [];

  private constructor(options: NsiProviderOptions, book: ConnectionBook) {
    const { agent, nsa, clock = systemClock, tls } = options;
    const { holdSeconds = DEFAULT_HOLD_SECONDS, projectPrefix = "nsi-" } = options;
    const closing = new AbortController();
    const http = options.http ?? httpClient({ clock, ...(tls === undefined ? {} : { tls }) });
    this.#closeHttp = () => (options.http === undefined ? http.close() : undefined);
    this.#options = options;
    this.#clock = clock;
    this.#since = clock.now();
    this.#book = book;
    this.#closing = closing;
    this.#outbox = new Outbox(http, clock, closing.signal);
    this.#lifecycle = new Lifecycle({
      ...{ book, clock, nsa, holdSeconds, closing: closing.signal },
      register: new Register({ book, outbox: this.#outbox, clock, nsa, uuid: randomUUID }),
      networks: new Networks(agent, projectPrefix),
      askedBy: ({ source, dest, ...asked }) => {
        const offered = this.#offered();
        const [a, b] = [askedEnd(offered, source), askedEnd(offered, dest)];
        if (a.isErr()) return err(a.error);
        return b.map((end) => ({ ...asked, ends: [a.value, end] }));
      },
    });
    this.handler = (request) => this.#handle(request);
    this.#subscription = agent.events.subscribe((event) => this.#lifecycle.heard(event));
  }

  /**
   * Takes requests, and goes on where an earlier provider on the same store stopped. The agent must be
   * running, on what it had when that stopped.
   */
  static start(options: NsiProviderOptions): ResultAsync<NsiProvider, NsiProviderFault> {
    const { store = new MemoryStore(), nsa, listen } = options;
    return ConnectionBook.load(store, nsa).andThen((book) => {
      const provider = new NsiProvider(options, book);
      provider.#lifecycle.resume();
      const opened: ResultAsync<HttpServer | undefined, NsiProviderFault> =
        listen === undefined ? okAsync(undefined) : openHttpServer(listen, provider.handler);
      return opened
        .map((server) => {
          if (server !== undefined) provider.#servers.push(server);
          return provider;
        })
        .orElse((fault) =>
          ResultAsync.fromSafePromise<void, NsiProviderFault>(provider.close()).andThen(() =>
            err(fault),
          ),
        );
    });
  }

  /** The port that is listened on, where one was asked for. */
  get port(): number | undefined {
    return this.#servers[0]?.port;
  }

  /** Takes no more requests; connections stay as they are, and frames pass. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#subscription[Symbol.dispose]();
    await Promise.all(this.#servers.map((server) => server.close()));
    await this.#lifecycle.close();
    await this.#outbox.idle();
    await this.#book.idle();
    this.#closeHttp();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #handle(request: IncomingRequest): Promise<OutgoingResponse> {
    if (this.#closing.signal.aborted) return { status: 503 };
    if (request.method === "GET") return this.#document(request.path);
    if (request.method !== "POST") return { status: 405 };
    const read = readNsi(request.body);
    if (read.isErr())
      return answerOf(500, undefined, faultOf("Client", describeXmlFault(read.error)));
    const { header, body } = read.value;
    if (header === undefined)
      return answerOf(500, undefined, faultOf("Client", "a header expected"));
    const unanswerable = headerFault(header);
    if (unanswerable !== undefined)
      return answerOf(500, undefined, faultOf("Client", unanswerable));
    const { nsa, policy } = this.#options;
    const peer = peerOf(header, request);
    if (header.providerNSA !== nsa)
      return this.#refuse(header, { errorId: "00100", text: `${nsa} is not the one addressed` });
    if (!policy.admits(peer))
      return this.#refuse(header, { errorId: "00302", text: "you are not admitted" });
    const nowhere = replyToFault(header);
    if (nowhere !== undefined) return this.#refuse(header, nowhere);
    if (isQuery(body)) return this.#query(header, peer, body);
    return isOperation(body)
      ? this.#operate(header, peer, body)
      : this.#refuse(header, { errorId: "00103", text: `${body.type} is no request` });
  }

  #document(path: string): OutgoingResponse {
    const described = { options: this.#options, offered: this.#offered(), since: this.#since };
    const headers = { "content-type": "application/xml; charset=utf-8" };
    if (path.endsWith("/discovery"))
      return { status: 200, headers, body: discoveryDocument(described) };
    if (path.endsWith("/topology"))
      return { status: 200, headers, body: topologyDocument(described) };
    return { status: 404 };
  }

  #query(header: NsiHeader, peer: NsiPeerIdentity, query: QueryMessage): OutgoingResponse {
    const answer = answerQuery(query, this.#ownedBy(peer));
    if (query.type.endsWith("Sync")) return answerOf(200, header, answer);
    const { replyTo: _, ...rest } = header;
    const { replyTo: url } = peer;
    if (url === undefined)
      return this.#refuse(header, { errorId: "00101", text: "replyTo is missing" });
    const text = writeNsi({
      header: {
        ...{ ...rest, protocolVersion: REQUESTER_VERSION },
        ...{ sessionSecurityAttr: [], extensions: [] },
      },
      body: answer,
    });
    const letter = { connectionId: header.correlationId, url, type: answer.type, text };
    return this.#outbox.post(letter)
      ? answerOf(200, header, { type: "acknowledgment" })
      : this.#refuse(header, { errorId: "00503", text: "too much waits for your replyTo" });
  }

  async #operate(
    header: NsiHeader,
    peer: NsiPeerIdentity,
    request: OperationRequest,
  ): Promise<OutgoingResponse> {
    const repeat = repeatOf(this.#ownedBy(peer), header.correlationId, request);
    if (repeat?.isErr()) return this.#refuse(header, repeat.error);
    if (repeat?.isOk()) return answerOf(200, header, repeat.value);
    const found = foundFor(this.#book, peer, request);
    if (found.isErr()) return this.#refuse(header, found.error);
    const connection = found.value;
    if (request.type === "reserve") return this.#reserve(header, peer, request, connection);
    if (connection === undefined)
      return this.#refuse(header, { errorId: "00101", text: "connectionId is missing" });
    const { type } = request;
    const accepted = await this.#lifecycle.accept(connection, type, header.correlationId);
    if (accepted.isErr()) return this.#notWritten(header);
    this.#lifecycle.carryOut(connection.connectionId, type);
    return answerOf(200, header, { type: "acknowledgment" });
  }

  #ownedBy(peer: NsiPeerIdentity): readonly Connection[] {
    return this.#book.all().filter((one) => isOwner(one, peer));
  }

  async #reserve(
    header: NsiHeader,
    peer: NsiPeerIdentity,
    request: Reserve,
    known: Connection | undefined,
  ): Promise<OutgoingResponse> {
    const fault = reserveFault(request);
    if (fault !== undefined) return this.#refuse(header, fault);
    const now = this.#clock.now();
    const offered = this.#offered();
    const wanted =
      known === undefined
        ? wantedAnew(request.criteria, offered, now)
        : wantedChange(request.criteria, known, offered, now);
    const allowed = wanted.andThen((it) => this.#permitted(peer, it));
    if (allowed.isErr()) return this.#refuse(header, allowed.error);
    const { asked, version } = allowed.value;
    forgetOld(this.#book, now, this.#options);
    const full = known === undefined ? whyFull(this.#book, peer, this.#options) : undefined;
    if (full !== undefined) return this.#refuse(header, full);
    const connection = {
      ...(known ?? newConnection(peer, request, randomUUID(), now)),
      held: version,
    };
    const { connectionId } = connection;
    const accepted = await this.#lifecycle.accept(connection, "reserve", header.correlationId);
    if (accepted.isErr()) {
      if (known === undefined) await this.#book.remove(connectionId);
      return this.#notWritten(header);
    }
    this.#lifecycle.reserve(connectionId, asked);
    return answerOf(200, header, { type: "reserveResponse", connectionId });
  }

  #permitted(peer: NsiPeerIdentity, wanted: Wanted): Result<Wanted, Refusal> {
    return this.#options.policy
      .allows(peer, wanted.asked)
      .map(() => wanted)
      .mapErr((text) => ({ errorId: "00302", text }));
  }

  #offered(): ReadonlyMap<string, OfferedStp> {
    return offeredStps(this.#options.agent.topology, this.#options);
  }

  #notWritten(header: NsiHeader): OutgoingResponse {
    return this.#refuse(header, {
      errorId: "00500",
      text: "the request could not be written down",
    });
  }

  #refuse(header: NsiHeader, refusal: Refusal): OutgoingResponse {
    return answerOf(500, header, refusalFault(this.#options.nsa, refusal));
  }
}

function isOperation(message: { readonly type: string }): message is OperationRequest {
  return operations.has(message.type);
}
