import { err, ok, type Result } from "neverthrow";
import { datapathId } from "../../../model/ids.ts";
import { invariant } from "../../../model/invariant.ts";
import { withDefaults } from "../given.ts";
import { type Decoded, type DecodeError, decodeHeader, decodeInBrief } from "../wire/decode.ts";
import { encodeMessage, writeMessage } from "../wire/encode.ts";
import { type Hello, helloFor } from "../wire/hello.ts";
import type { Writer } from "../wire/kit/writer.ts";
import type { OfMessage } from "../wire/message.ts";
import { MessageSplitter } from "../wire/message-splitter.ts";
import type { FeaturesReply } from "../wire/switch.ts";
import type { OfVersion } from "../wire/version.ts";
import { type ChannelEffect, type CloseReason, describeCloseReason } from "./channel-effect.ts";
import { type ChannelOptions, channelDefaults } from "./channel-options.ts";
import type { CommandMessage, RequestMessage } from "./message-roles.ts";
import { agreeVersion, peerVersions } from "./negotiation.ts";
import { Outstanding } from "./outstanding.ts";
import { type ChannelInput, type ChannelState, inputOf, transitions } from "./transitions.ts";

/** A message ready for the wire, and the transaction id it was given. */
export interface Outgoing {
  readonly xid: number;
  readonly bytes: Uint8Array;
}

/** Why a channel does not take a message. */
export type SendError =
  | { readonly type: "not-up"; readonly state: ChannelState }
  /** That many wait for an answer already. */
  | { readonly type: "too-many-outstanding"; readonly limit: number };

/**
 * The controller's side of one connection to a switch, as a pure state machine: bytes and times go
 * in, bytes and effects come out; it knows no socket, timer or promise.
 *
 * It agrees on a version, asks for the features, answers echo requests, notices silence, and ties
 * every reply and error to the message that caused it. `Tag` is the owner's own mark on a message.
 * All times are milliseconds of one clock.
 */
export class Channel<Tag> {
  readonly #options: Readonly<Required<ChannelOptions>>;
  readonly #splitter = new MessageSplitter();
  readonly #outstanding: Outstanding<Tag>;
  #state: ChannelState = "connecting";
  /** The highest we offer, until a version is agreed. */
  #version: OfVersion;
  #featuresXid = 0;
  #openedAtMs = 0;
  #heardAtMs = 0;
  /** When the echo request was sent that is not answered yet. */
  #probedAtMs: number | undefined;

  constructor(options: ChannelOptions = {}) {
    this.#options = withDefaults(channelDefaults, options);
    this.#outstanding = new Outstanding(this.#options);
    const [highest] = this.#options.versions.toSorted((a, b) => b - a);
    invariant(highest !== undefined, "a channel offers at least one version");
    this.#version = highest;
  }

  /** Where the connection stands. */
  get state(): ChannelState {
    return this.#state;
  }

  /** Whether so many more requests may wait for their reply. */
  roomForRequests(count: number): boolean {
    return this.#outstanding.roomForRequests(count);
  }

  /** Whether so many more commands may wait for a barrier. */
  roomForCommands(count: number): boolean {
    return this.#outstanding.roomForCommands(count);
  }

  /** Says hello; called once, when the connection is there. */
  open(nowMs: number): readonly ChannelEffect<Tag>[] {
    this.#openedAtMs = nowMs;
    this.#advance("open");
    return [this.#transmit(this.#outstanding.nextXid(), helloFor(this.#options.versions))];
  }

  /** Takes bytes of the switch, split anywhere. A closed channel ignores them. */
  receive(bytes: Uint8Array, nowMs: number): readonly ChannelEffect<Tag>[] {
    this.#heardAtMs = nowMs;
    this.#probedAtMs = undefined;
    return this.#splitter.push(bytes).match(
      (messages) => messages.flatMap((message) => this.#take(message)),
      ({ length }) => this.#end("fail", { type: "framing-lost", length }),
    );
  }

  /** Prepares a message that will be answered: by the effect `reply`, `rejected` or `failed`. */
  request(message: RequestMessage, tag: Tag): Result<Outgoing, SendError> {
    if (this.#state !== "up") return err({ type: "not-up", state: this.#state });
    if (!this.#outstanding.roomForRequests()) {
      return err({ type: "too-many-outstanding", limit: this.#options.maxRequests });
    }
    const xid = this.#outstanding.nextXid();
    const bytes = encodeMessage(this.#version, xid, message);
    this.#outstanding.addRequest(xid, message, tag);
    return ok({ xid, bytes });
  }

  /**
   * Writes a message that is answered only when it is refused: by the effect `rejected`, and that
   * before the reply to the next barrier request. What is put into a bundle has its xid, which is given.
   * `into` is kept until the command is confirmed: nothing may overwrite it.
   */
  command(message: CommandMessage, tag: Tag, into: Writer): Result<number, SendError> {
    if (this.#state !== "up") return err({ type: "not-up", state: this.#state });
    if (!this.#outstanding.roomForCommands()) {
      return err({ type: "too-many-outstanding", limit: this.#options.maxCommands });
    }
    const xid = this.#outstanding.nextXid();
    const start = into.offset;
    writeMessage(into, this.#version, { xid, message: withInnerXid(message, xid) });
    const isBundled = message.type === "bundle-add";
    this.#outstanding.addCommand(xid, { into, start, isBundled }, tag);
    return ok(xid);
  }

  /** Prepares a message whose fate nobody follows; an error to it is the effect `stray`. */
  post(message: CommandMessage): Result<Outgoing, SendError> {
    if (this.#state !== "up") return err({ type: "not-up", state: this.#state });
    const xid = this.#outstanding.nextXid();
    return ok({ xid, bytes: encodeMessage(this.#version, xid, message) });
  }

  /** Stops following a message. What the switch still says of it is a stray. */
  forget(xid: number): void {
    this.#outstanding.forget(xid);
  }

  /** When {@link tick} has something to do, unless something is heard before; undefined for never. */
  nextTickMs(): number | undefined {
    const { handshakeTimeoutMs, echoIntervalMs, echoTimeoutMs } = this.#options;
    switch (this.#state) {
      case "hello":
      case "features":
        return this.#openedAtMs + handshakeTimeoutMs;
      case "up":
        return this.#probedAtMs === undefined
          ? this.#heardAtMs + echoIntervalMs
          : this.#probedAtMs + echoTimeoutMs;
      case "connecting":
      case "closed":
        return undefined;
    }
  }

  /** Does what is due: probes a silent switch, gives up a dead one or an endless handshake. */
  tick(nowMs: number): readonly ChannelEffect<Tag>[] {
    const dueMs = this.nextTickMs();
    if (dueMs === undefined || nowMs < dueMs) return [];
    const state = this.#state;
    if (state !== "up") {
      const timeoutMs = this.#options.handshakeTimeoutMs;
      return this.#end("fail", { type: "handshake-timeout", state, timeoutMs });
    }
    if (this.#probedAtMs !== undefined) {
      return this.#end("fail", { type: "silent", silentMs: nowMs - this.#heardAtMs });
    }
    this.#probedAtMs = nowMs;
    const probe = { type: "echo-request", data: new Uint8Array(0) } as const;
    return [this.#transmit(this.#outstanding.nextXid(), probe)];
  }

  /** The connection is over, for this reason. A closed channel stays as it is. */
  close(reason: CloseReason): readonly ChannelEffect<Tag>[] {
    return this.#end("close", reason);
  }

  #take(bytes: Uint8Array): readonly ChannelEffect<Tag>[] {
    if (this.#state === "closed") return [];
    const { maxHelloBytes } = this.#options;
    if (this.#state === "hello" && bytes.length > maxHelloBytes) {
      const reason = {
        type: "hello-too-long",
        length: bytes.length,
        limit: maxHelloBytes,
      } as const;
      return this.#end("fail", reason);
    }
    return decodeInBrief(bytes).match(
      (decoded) => this.#takeMessage(decoded, bytes.length),
      (error) => this.#takeUndecodable(bytes, error),
    );
  }

  #takeMessage(decoded: Decoded, size: number): readonly ChannelEffect<Tag>[] {
    const { version, message } = decoded;
    const state = this.#state;
    const isBound = state === "up" || (state === "features" && message.type !== "error");
    if (isBound && version !== this.#version) {
      return [{ type: "undecodable", error: { type: "wrong-version", version } }];
    }
    const input = inputOf[message.type];
    if (transitions[state][input] === undefined) {
      return this.#end("fail", { type: "illegal-message", message: message.type, input, state });
    }
    return this.#handle(decoded, size);
  }

  #handle({ xid, version, message }: Decoded, size: number): readonly ChannelEffect<Tag>[] {
    switch (message.type) {
      case "hello":
        return this.#agree(xid, version, message);
      case "error":
        if (this.#state === "up") return [this.#outstanding.reject(xid, message)];
        return this.#end("error", { type: "refused", error: message });
      case "echo-request":
        return [this.#transmit(xid, { type: "echo-reply", data: message.data })];
      case "features-reply":
        if (this.#state === "features") return this.#goUp(message);
        break;
      case "echo-reply":
        if (!this.#outstanding.awaits(xid)) return [];
        break;
      case "packet-in":
      case "port-status":
      case "flow-removed":
      case "role-status":
      case "table-status":
      case "requestforward":
      case "controller-status":
      case "nx-packet-in":
      case "nx-packet-in2":
      case "nx-flow-monitor-paused":
      case "nx-flow-monitor-resumed":
      case "experimenter":
      case "unknown":
        if (!this.#outstanding.awaits(xid)) return [{ type: "notice", message }];
    }
    return listOf(this.#outstanding.reply(xid, message, size));
  }

  #agree(xid: number, headerVersion: number, hello: Hello): readonly ChannelEffect<Tag>[] {
    const ours = this.#options.versions;
    const theirs = peerVersions(headerVersion, hello);
    const version = agreeVersion(ours, theirs);
    if (version === undefined) {
      const reason = {
        type: "no-common-version",
        ours,
        theirs: theirs.listed ?? [theirs.highest],
      } as const;
      const text = new TextEncoder().encode(describeCloseReason(reason));
      const error = {
        type: "error",
        kind: "hello-failed",
        code: "incompatible",
        data: text,
      } as const;
      return [this.#transmit(xid, error), ...this.#end("fail", reason)];
    }
    this.#version = version;
    this.#advance("hello");
    this.#featuresXid = this.#outstanding.nextXid();
    return [this.#transmit(this.#featuresXid, { type: "features-request" })];
  }

  #goUp(reply: FeaturesReply): readonly ChannelEffect<Tag>[] {
    this.#advance("features-reply");
    const { type: _, datapathId: id, ...rest } = reply;
    const text = datapathId(id.toString(16).padStart(16, "0"));
    return [{ type: "up", features: { ...rest, version: this.#version, datapathId: text } }];
  }

  /** Goes on after a message that cannot be read, unless the handshake or a request hangs on it. */
  #takeUndecodable(bytes: Uint8Array, error: DecodeError): readonly ChannelEffect<Tag>[] {
    const xid = decodeHeader(bytes).match(
      (header) => header.xid,
      () => 0,
    );
    const state = this.#state;
    if (state === "hello" || (state === "features" && xid === this.#featuresXid)) {
      return this.#end("fail", { type: "bad-handshake", error });
    }
    const failed = this.#outstanding.fail(xid, `the reply cannot be read: ${error.type}`);
    return [{ type: "undecodable", error }, ...listOf(failed)];
  }

  /** Enters the next state; the caller has made sure that there is one. */
  #advance(input: ChannelInput): void {
    const next = transitions[this.#state][input];
    invariant(next !== undefined, `${input} has no place in state ${this.#state}`);
    this.#state = next;
  }

  #end(input: ChannelInput, reason: CloseReason): readonly ChannelEffect<Tag>[] {
    if (this.#state === "closed") return [];
    this.#advance(input);
    return [{ type: "closed", reason, abandoned: this.#outstanding.clear() }];
  }

  #transmit(xid: number, message: OfMessage): ChannelEffect<Tag> {
    return { type: "transmit", bytes: encodeMessage(this.#version, xid, message) };
  }
}

/** What is put into a bundle has the xid of the message that puts it there (1.4.1 §7.3.9.6). */
function withInnerXid(message: CommandMessage, xid: number): CommandMessage {
  if (message.type !== "bundle-add") return message;
  return { ...message, inner: { ...message.inner, xid } };
}

function listOf<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
