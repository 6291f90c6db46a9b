import { randomUUID } from "node:crypto";
import { err, okAsync, ResultAsync } from "neverthrow";
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
import { answerOf, faultOf } from "../drivers/oscars/nsi/answer.ts";
import { readNsi } from "../drivers/oscars/nsi/envelope.ts";
import { describeXmlFault } from "../drivers/oscars/xml/fault.ts";
import type { StoreError } from "../model/errors.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { systemClock } from "../system-clock.ts";
import { ConnectionBook } from "./connection-book.ts";
import { Counsel } from "./counsel.ts";
import { discoveryDocument, topologyDocument } from "./documents.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Networks } from "./networks.ts";
import type { NsiProviderOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { peerOf } from "./peer.ts";
import { Register } from "./register.ts";
import { headerFault, replyToFault } from "./request-faults.ts";
import { Requests } from "./requests.ts";
import { askedEnd, type OfferedStp, offeredStps } from "./stps.ts";

/** Why a provider could not be started. */
export type NsiProviderFault = StoreError | HttpListenFault;

const DEFAULT_HOLD_SECONDS = 120;

/**
 * Makes an agent a provider of connections (NSI CS 2.0 and 2.1, OGF GFD.212 and GFD.237): the ultimate
 * provider agent of its own domain. Each connection is a network of two endpoints, held while it is
 * reserved and begun when it is provisioned.
 */
export class NsiProvider implements AsyncDisposable {
  /** Answers requests; for a host application that has an HTTP server already. */
  readonly handler: HttpHandler;
  readonly #options: NsiProviderOptions;
  readonly #since: number;
  readonly #book: ConnectionBook;
  readonly #outbox: Outbox;
  readonly #lifecycle: Lifecycle;
  readonly #counsel: Counsel;
  readonly #requests: Requests;
  readonly #subscription: Disposable;
  readonly #closing: AbortController;
  readonly #closeHttp: () => void;
  /** One, where a port of its own was asked for. */
  readonly #servers: HttpServer[] = [];

  private constructor(options: NsiProviderOptions, book: ConnectionBook) {
    const { agent, nsa, policy, clock = systemClock, tls } = options;
    const { holdSeconds = DEFAULT_HOLD_SECONDS, projectPrefix = "nsi-" } = options;
    const closing = new AbortController();
    const http = options.http ?? httpClient({ clock, ...(tls === undefined ? {} : { tls }) });
    this.#closeHttp = () => (options.http === undefined ? http.close() : undefined);
    this.#options = options;
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
    this.#counsel = new Counsel(policy, clock, closing.signal);
    this.#requests = new Requests({
      ...{ book, nsa, clock, limits: options, counsel: this.#counsel },
      ...{ outbox: this.#outbox, lifecycle: this.#lifecycle },
      offered: () => this.#offered(),
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
    if (request.method === "GET") return this.#read(request);
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
    const peer = peerOf(header, request);
    const { nsa } = this.#options;
    if (header.providerNSA !== nsa)
      return this.#requests.refuse(header, {
        errorId: "00100",
        text: `${nsa} is not the one addressed`,
      });
    const admitted = await this.#counsel.admits(peer);
    if (admitted.isErr()) return this.#requests.refuse(header, admitted.error);
    const nowhere = replyToFault(header);
    if (nowhere !== undefined) return this.#requests.refuse(header, nowhere);
    return this.#requests.answer(header, peer, body);
  }

  async #read({ path, clientSubject }: IncomingRequest): Promise<OutgoingResponse> {
    const document = (["discovery", "topology"] as const).find((one) => path.endsWith(`/${one}`));
    if (document === undefined) return { status: 404 };
    const reader = { document, ...(clientSubject === undefined ? {} : { clientSubject }) };
    if ((await this.#counsel.reads(reader)).isErr()) return { status: 403 };
    const described = { options: this.#options, offered: this.#offered(), since: this.#since };
    const write = document === "discovery" ? discoveryDocument : topologyDocument;
    const headers = { "content-type": "application/xml; charset=utf-8" };
    return { status: 200, headers, body: write(described) };
  }

  #offered(): ReadonlyMap<string, OfferedStp> {
    return offeredStps(this.#options.agent.topology, this.#options);
  }
}
