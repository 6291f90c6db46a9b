import { decodeMessage } from "../wire/decode.ts";
import type { ErrorMessage } from "../wire/error.ts";
import type { Writer } from "../wire/kit/writer.ts";
import type { OfMessage } from "../wire/message.ts";
import type { MultipartReply } from "../wire/multipart.ts";
import type { ChannelEffect } from "./channel-effect.ts";
import type { ChannelOptions } from "./channel-options.ts";
import { answers, type RequestMessage } from "./message-roles.ts";

/** The limits that {@link Outstanding} keeps. */
export type OutstandingLimits = Pick<
  Required<ChannelOptions>,
  "maxRequests" | "maxCommands" | "maxReplyParts" | "maxReplyBytes"
>;

/** A request that waits for its reply, with the parts of it that have come. */
interface PendingRequest<Tag> {
  readonly request: RequestMessage;
  readonly tag: Tag;
  /** How many messages were tracked before this one. */
  readonly order: number;
  readonly parts: OfMessage[];
  receivedBytes: number;
}

/**
 * A command as it was written. It is read again if it is refused: to keep the messages of ten thousand commands
 * costs more than to make and write them.
 */
export interface WrittenCommand {
  /** What it was written to; nothing changes there until the command is confirmed. */
  readonly into: Writer;
  /** Where in it the command starts. */
  readonly start: number;
  readonly isBundled: boolean;
}

/** A command that no barrier has confirmed yet. */
interface PendingCommand<Tag> {
  readonly written: WrittenCommand;
  readonly tag: Tag;
  readonly order: number;
}

const MAX_XID = 0xffff_ffff;

/**
 * The messages whose fate is open, by transaction id.
 *
 * A request waits for its reply, a command for the reply to a barrier that was sent after it
 * (OpenFlow 1.3.5 §6.2): until then an error may still come, and after it none can. To what was put
 * into a bundle one may come until the bundle is over, so that waits until it is forgotten.
 */
export class Outstanding<Tag> {
  readonly #limits: OutstandingLimits;
  readonly #requests = new Map<number, PendingRequest<Tag>>();
  /** In the order of sending. */
  readonly #commands = new Map<number, PendingCommand<Tag>>();
  #lastXid: number;
  #order = 0;

  constructor(limits: OutstandingLimits, lastXid = 0) {
    this.#limits = limits;
    this.#lastXid = lastXid;
  }

  /** A transaction id that is not 0, which marks unasked messages, and that nothing waits for. */
  nextXid(): number {
    do {
      this.#lastXid = this.#lastXid === MAX_XID ? 1 : this.#lastXid + 1;
    } while (this.#requests.has(this.#lastXid) || this.#commands.has(this.#lastXid));
    return this.#lastXid;
  }

  /** Whether so many more requests may be tracked. */
  roomForRequests(count = 1): boolean {
    return this.#requests.size + count <= this.#limits.maxRequests;
  }

  /** Whether so many more commands may be tracked. */
  roomForCommands(count = 1): boolean {
    return this.#commands.size + count <= this.#limits.maxCommands;
  }

  /** Waits for the reply to a request that is sent under `xid`. */
  addRequest(xid: number, request: RequestMessage, tag: Tag): void {
    const order = this.#order++;
    this.#requests.set(xid, { request, tag, order, parts: [], receivedBytes: 0 });
  }

  /** Watches for errors to a command that is sent under `xid`, until a later barrier's reply. */
  addCommand(xid: number, written: WrittenCommand, tag: Tag): void {
    this.#commands.set(xid, { written, tag, order: this.#order++ });
  }

  /** Stops waiting for one message. What still comes for it is a stray. */
  forget(xid: number): void {
    this.#requests.delete(xid);
    this.#commands.delete(xid);
  }

  /** Stops waiting for everything, and gives what was waited for in the order of sending. */
  clear(): readonly Tag[] {
    const all = [...this.#requests.values(), ...this.#commands.values()];
    this.#requests.clear();
    this.#commands.clear();
    return all.sort((a, b) => a.order - b.order).map((pending) => pending.tag);
  }

  /** Whether a reply with this transaction id is waited for. */
  awaits(xid: number): boolean {
    return this.#requests.has(xid);
  }

  /** Takes a reply of `size` bytes; nothing comes of it while more parts are to follow. */
  reply(xid: number, message: OfMessage, size: number): ChannelEffect<Tag> | undefined {
    const pending = this.#requests.get(xid);
    if (pending === undefined) return { type: "stray", xid, message };
    if (!answers(pending.request, message)) {
      return this.fail(xid, `${pending.request.type} was answered with ${message.type}`);
    }
    if (message.type === "multipart-reply") return this.#gather(xid, pending, { message, size });
    this.#requests.delete(xid);
    if (message.type === "barrier-reply") this.#confirmCommandsBefore(pending.order);
    return { type: "reply", tag: pending.tag, messages: [message] };
  }

  /** Takes an error that the switch tied to a transaction id. */
  reject(xid: number, error: ErrorMessage): ChannelEffect<Tag> {
    const pending = this.#requests.get(xid) ?? this.#commands.get(xid);
    if (pending === undefined) return { type: "stray", xid, message: error };
    this.forget(xid);
    const request = "request" in pending ? pending.request : messageOf(pending.written);
    return { type: "rejected", tag: pending.tag, rejection: { request, error } };
  }

  /** Gives up a request whose reply cannot be used; nothing when none waits under this id. */
  fail(xid: number, reason: string): ChannelEffect<Tag> | undefined {
    const pending = this.#requests.get(xid);
    if (pending === undefined) return undefined;
    this.#requests.delete(xid);
    return { type: "failed", tag: pending.tag, reason };
  }

  #gather(
    xid: number,
    pending: PendingRequest<Tag>,
    part: { readonly message: MultipartReply; readonly size: number },
  ): ChannelEffect<Tag> | undefined {
    pending.parts.push(part.message);
    pending.receivedBytes += part.size;
    const { maxReplyParts, maxReplyBytes } = this.#limits;
    if (pending.parts.length > maxReplyParts) {
      return this.fail(xid, `the reply has more than ${maxReplyParts} parts`);
    }
    if (pending.receivedBytes > maxReplyBytes) {
      return this.fail(xid, `the reply has more than ${maxReplyBytes} bytes`);
    }
    if (part.message.more) return undefined;
    this.#requests.delete(xid);
    return { type: "reply", tag: pending.tag, messages: pending.parts };
  }

  #confirmCommandsBefore(order: number): void {
    for (const [xid, command] of this.#commands) {
      if (command.order > order) return;
      if (!command.written.isBundled) this.#commands.delete(xid);
    }
  }
}

/** What was written, as a switch reads it; opaque where that breaks the rules of the protocol. */
function messageOf({ into: { bytes, view }, start }: WrittenCommand): OfMessage {
  const written = bytes.subarray(start, start + view.getUint16(start + LENGTH_AT));
  return decodeMessage(written).match(
    ({ message }) => message,
    () => ({
      type: "unknown",
      code: written[CODE_AT] ?? 0,
      data: written.slice(HEADER_BYTES),
    }),
  );
}

const CODE_AT = 1;
const LENGTH_AT = 2;
const HEADER_BYTES = 8;
