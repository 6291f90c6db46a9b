import { randomUUID } from "node:crypto";
import { err, type Result } from "neverthrow";
import type { OutgoingResponse } from "../drivers/oscars/http/http.ts";
import { answerOf, type Refusal, refusalFault } from "../drivers/oscars/nsi/answer.ts";
import { type SoapFault, writeNsi } from "../drivers/oscars/nsi/envelope.ts";
import type { NsiHeader } from "../drivers/oscars/nsi/header.ts";
import type { NsiMessage, Reserve } from "../drivers/oscars/nsi/message.ts";
import { REQUESTER_VERSION } from "../drivers/oscars/nsi/names.ts";
import type { OperationRequest } from "../drivers/oscars/nsi/operation.ts";
import type { Clock } from "../model/clock.ts";
import { type Wanted, wantedAnew, wantedChange } from "./asked.ts";
import { askerOf, type Connection } from "./connection.ts";
import type { ConnectionBook } from "./connection-book.ts";
import type { Counsel } from "./counsel.ts";
import { foundFor } from "./found.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { NsiPeerIdentity, NsiProviderOptions } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import { isOwner, newConnection } from "./peer.ts";
import { answerQuery, isQuery, type QueryMessage } from "./queries.ts";
import { repeatOf } from "./repeats.ts";
import { reserveFault } from "./request-faults.ts";
import { forgetOld, whyFull } from "./room.ts";
import type { OfferedStp } from "./stps.ts";
import { underWay } from "./under-way.ts";

/** What requests are answered with. */
export interface RequestsOptions {
  readonly limits: Pick<NsiProviderOptions, "maxConnections" | "maxConnectionsPerPeer">;
  readonly nsa: string;
  readonly clock: Clock;
  readonly book: ConnectionBook;
  readonly outbox: Outbox;
  readonly lifecycle: Lifecycle;
  readonly counsel: Counsel;
  /** Where connections may end, now. */
  readonly offered: () => ReadonlyMap<string, OfferedStp>;
}

/** Answers the requests of peers that have been admitted. */
export class Requests {
  readonly #options: RequestsOptions;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** The answer to a message of this peer. */
  async answer(
    header: NsiHeader,
    peer: NsiPeerIdentity,
    body: NsiMessage | SoapFault,
  ): Promise<OutgoingResponse> {
    if (isQuery(body)) return this.#query(header, peer, body);
    return isOperation(body)
      ? this.#operate(header, peer, body)
      : this.refuse(header, { errorId: "00103", text: `${body.type} is no request` });
  }

  /** Refuses a message by a fault. */
  refuse(header: NsiHeader, refusal: Refusal): OutgoingResponse {
    return answerOf(500, header, refusalFault(this.#options.nsa, refusal));
  }

  #query(header: NsiHeader, peer: NsiPeerIdentity, query: QueryMessage): OutgoingResponse {
    const answer = answerQuery(query, this.#ownedBy(peer));
    if (query.type.endsWith("Sync")) return answerOf(200, header, answer);
    const { replyTo: _, ...rest } = header;
    const { replyTo: url } = peer;
    if (url === undefined)
      return this.refuse(header, { errorId: "00101", text: "replyTo is missing" });
    const text = writeNsi({
      header: {
        ...{ ...rest, protocolVersion: REQUESTER_VERSION },
        ...{ sessionSecurityAttr: [], extensions: [] },
      },
      body: answer,
    });
    const letter = { connectionId: header.correlationId, url, type: answer.type, text };
    return this.#options.outbox.post(letter)
      ? answerOf(200, header, { type: "acknowledgment" })
      : this.refuse(header, { errorId: "00503", text: "too much waits for your replyTo" });
  }

  async #operate(
    header: NsiHeader,
    peer: NsiPeerIdentity,
    request: OperationRequest,
  ): Promise<OutgoingResponse> {
    const standing = this.#standing(header, peer, request);
    if (standing.isErr()) return standing.error;
    const connection = standing.value;
    if (request.type === "reserve") return this.#reserve(header, peer, request, connection);
    if (connection === undefined)
      return this.refuse(header, { errorId: "00101", text: "connectionId is missing" });
    const { type } = request;
    const { lifecycle } = this.#options;
    const accepted = await lifecycle.accept(connection, type, askerOf(header.correlationId, peer));
    if (accepted.isErr()) return this.#notWritten(header);
    lifecycle.carryOut(connection.connectionId, type);
    return answerOf(200, header, { type: "acknowledgment" });
  }

  /** The connection that a request is about, undefined for a new one; or the answer, where that is all. */
  #standing(
    header: NsiHeader,
    peer: NsiPeerIdentity,
    request: OperationRequest,
  ): Result<Connection | undefined, OutgoingResponse> {
    const repeat = repeatOf(this.#ownedBy(peer), header.correlationId, request);
    if (repeat?.isErr()) return err(this.refuse(header, repeat.error));
    if (repeat?.isOk()) return err(answerOf(200, header, repeat.value));
    return foundFor(this.#options.book, peer, request).mapErr((why) => this.refuse(header, why));
  }

  #ownedBy(peer: NsiPeerIdentity): readonly Connection[] {
    return this.#options.book.all().filter((one) => isOwner(one, peer));
  }

  async #reserve(
    header: NsiHeader,
    peer: NsiPeerIdentity,
    request: Reserve,
    known: Connection | undefined,
  ): Promise<OutgoingResponse> {
    const { book, clock, counsel, lifecycle } = this.#options;
    const wanted = this.#wanted(request, known);
    if (wanted.isErr()) return this.refuse(header, wanted.error);
    const { asked, version } = wanted.value;
    const { connectionId: id = "" } = request;
    const before = book.get(id);
    const allowed = await counsel.allows(peer, asked);
    if (allowed.isErr()) return this.refuse(header, allowed.error);
    // Another request may have been quicker while the policy was asked.
    const standing = this.#standing(header, peer, request);
    if (standing.isErr()) return standing.error;
    if (book.get(id) !== before)
      return this.refuse(header, { errorId: "00201", text: `${id} has changed meanwhile` });
    const full = known === undefined ? this.#whyFull(peer) : undefined;
    if (full !== undefined) return this.refuse(header, full);
    const connection = {
      ...(known ?? newConnection(peer, request, randomUUID(), clock.now())),
      held: version,
    };
    const { connectionId } = connection;
    const accepted = await lifecycle.accept(
      connection,
      "reserve",
      askerOf(header.correlationId, peer),
    );
    if (accepted.isErr()) {
      if (known === undefined) await book.remove(connectionId);
      return this.#notWritten(header);
    }
    lifecycle.reserve(connectionId, asked);
    return answerOf(200, header, { type: "reserveResponse", connectionId });
  }

  #wanted(request: Reserve, known: Connection | undefined): Result<Wanted, Refusal> {
    const { clock, offered } = this.#options;
    const fault = reserveFault(request);
    if (fault !== undefined) return err(fault);
    return known === undefined
      ? wantedAnew(request.criteria, offered(), clock.now())
      : wantedChange(request.criteria, known, offered(), clock.now());
  }

  #whyFull(peer: NsiPeerIdentity): Refusal | undefined {
    const { book, clock, limits } = this.#options;
    forgetOld(book, clock.now(), limits);
    return whyFull(book, peer, limits);
  }

  #notWritten(header: NsiHeader): OutgoingResponse {
    return this.refuse(header, {
      errorId: "00500",
      text: "the request could not be written down",
    });
  }
}

function isOperation(message: { readonly type: string }): message is OperationRequest {
  return Object.hasOwn(underWay, message.type);
}
