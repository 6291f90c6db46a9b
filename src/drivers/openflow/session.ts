import { err, errAsync, ok, type Result, type ResultAsync } from "neverthrow";
import { type Clock, steadyMs } from "../../model/clock.ts";
import type { CallOptions } from "../driver-base.ts";
import { Channel } from "./channel/channel.ts";
import {
  type ChannelEffect,
  type CloseReason,
  describeCloseReason,
  type Notice,
  type SwitchFeatures,
} from "./channel/channel-effect.ts";
import {
  answers,
  type CommandMessage,
  hasTypeOf,
  type ReplyBodyTo,
  type ReplyTo,
  type RequestMessage,
} from "./channel/message-roles.ts";
import type { ChannelState } from "./channel/transitions.ts";
import { concatBytes } from "./concat-bytes.ts";
import { withDefaults } from "./given.ts";
import { isPacketIn, PacketInLimit } from "./packet-in-limit.ts";
import { Alarm } from "./session-alarm.ts";
import { BatchSender } from "./session-batch-sender.ts";
import type { PreparedBundle } from "./session-bundle.ts";
import { Call } from "./session-call.ts";
import type { BatchError, SessionError } from "./session-error.ts";
import type { SessionEvent } from "./session-event.ts";
import { type SessionOptions, sessionDefaults } from "./session-options.ts";
import { SessionOutput } from "./session-output.ts";
import type { Waiter } from "./session-waiter.ts";
import type { PeerCertificate, Transport } from "./transport.ts";
import type { OfMessage } from "./wire/message.ts";
import type { MultipartRequestBody } from "./wire/multipart.ts";

/** How an answer is read out of the messages that make it up. */
type ReadAnswer<T> = (messages: readonly OfMessage[]) => Result<T, SessionError>;

/**
 * A connection to one switch: the shell around a {@link Channel} that owns its transport and its
 * timers, and turns correlated replies into results.
 *
 * Every call ends: with the answer, with the switch's error, at its deadline, by its signal, or with
 * `session-closed`. A closed session holds no timer and no listener on a signal.
 */
export class SwitchSession {
  /** The far end, for people. */
  readonly remote: string;
  /** What the far end has shown, where it was asked to. */
  readonly certificate: PeerCertificate | undefined;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #options: Readonly<Required<SessionOptions>>;
  readonly #channel: Channel<Waiter>;
  readonly #packetIns: PacketInLimit;
  readonly #alarm: Alarm;
  readonly #output: SessionOutput;
  readonly #batches: BatchSender;
  readonly #handshake: Call<SwitchFeatures, SessionError>;
  readonly #listeners = new Set<(event: SessionEvent) => void>();
  #closeReason: CloseReason | undefined;

  /** Takes over a transport; nothing happens before {@link open}. */
  constructor(transport: Transport, clock: Clock, options: SessionOptions = {}) {
    this.remote = transport.remote;
    this.certificate = transport.certificate;
    this.#transport = transport;
    this.#clock = clock;
    this.#options = withDefaults(sessionDefaults, options);
    this.#packetIns = new PacketInLimit(this.#options.maxPacketInsPerSecond, steadyMs(clock));
    this.#channel = new Channel(this.#options);
    this.#handshake = new Call<SwitchFeatures, SessionError>(clock, {}, (why) => why);
    this.#alarm = new Alarm(clock, () => this.#run(this.#channel.tick(steadyMs(clock))));
    const { maxBufferedBytes } = this.#options;
    this.#output = new SessionOutput(transport, maxBufferedBytes, (limitBytes) =>
      this.#run(this.#channel.close({ type: "send-buffer-full", limitBytes })),
    );
    const port = {
      clock,
      channel: this.#channel,
      isCongested: () => this.#output.isCongested,
      write: (bytes: Uint8Array) => this.#output.write(bytes),
      writeWithBarrier: (pieces: readonly Uint8Array[]) =>
        this.#ask({ type: "barrier-request" }, {}, ok, pieces),
    };
    this.#batches = new BatchSender(port, this.#options);
  }

  /** Where the connection stands. */
  get state(): ChannelState {
    return this.#channel.state;
  }

  /**
   * Shakes hands and gives what the switch says of itself; called once.
   * Errors: `session-closed`, with the reason why.
   */
  open(): ResultAsync<SwitchFeatures, SessionError> {
    this.#run(this.#channel.open(steadyMs(this.#clock)));
    this.#transport.open({
      onData: (bytes) => this.#run(this.#channel.receive(bytes, steadyMs(this.#clock))),
      onDrain: () => {
        this.#output.drained();
        this.#batches.pump();
      },
      onClose: (reason) => this.#run(this.#channel.close({ type: "closed-by-peer", reason })),
    });
    return this.#handshake.result;
  }

  /**
   * Sends a request, at once and ahead of batches that wait, and gives its answer.
   * Without `timeoutMs` it waits for {@link SessionOptions.replyTimeoutMs}.
   */
  request<M extends RequestMessage>(
    message: M,
    options: CallOptions = {},
  ): ResultAsync<ReplyTo<M>, SessionError> {
    return this.#ask(message, options, ([reply]) =>
      reply !== undefined && answers(message, reply) ? ok(reply) : err(unusableAnswer(message)),
    );
  }

  /** Asks for state and gives the bodies of all parts of the answer, in order; as {@link request}. */
  multipart<B extends MultipartRequestBody>(
    body: B,
    options: CallOptions = {},
  ): ResultAsync<readonly ReplyBodyTo<B>[], SessionError> {
    const message = { type: "multipart-request", more: false, body } as const;
    return this.#ask(message, options, (parts) => {
      const bodies: ReplyBodyTo<B>[] = [];
      for (const part of parts) {
        const fits = part.type === "multipart-reply" && hasTypeOf(body, part.body);
        if (!fits) return err(unusableAnswer(message));
        bodies.push(part.body);
      }
      return ok(bodies);
    });
  }

  /**
   * Sends commands in this order and waits until the switch has processed them all. Batches are sent
   * one after another, with a barrier between. The result lists every command that was refused; the
   * others are carried out all the same. Processed does not yet mean forwarding: read back what
   * matters.
   *
   * `timeoutMs` limits the whole batch; without it only the wait for each of its barriers is limited,
   * by {@link SessionOptions.replyTimeoutMs}. Commands are taken from `messages` as they can be sent, so
   * that a generator makes them while the switch works on those before, and many take little memory.
   */
  batch(
    messages: Iterable<CommandMessage>,
    options: CallOptions = {},
  ): ResultAsync<void, BatchError> {
    const unready = this.#unready();
    if (unready !== undefined) return errAsync({ ...unready, sent: 0, rejections: [] });
    return this.#batches.send(messages, options);
  }

  /**
   * Hands over commands to be carried out together, in this order, or not at all, when the bundle is
   * committed (OpenFlow 1.4.1 §6.8; ONF extension 230). Limits as in {@link batch}; it is not split.
   */
  prepareBundle(
    messages: readonly CommandMessage[],
    options: CallOptions = {},
  ): ResultAsync<PreparedBundle, BatchError> {
    const unready = this.#unready();
    if (unready !== undefined) return errAsync({ ...unready, sent: 0, rejections: [] });
    return this.#batches.prepareBundle(messages, options);
  }

  /** Ends every batch that waits to be sent, or the rest of it. */
  abandonBatches(): void {
    this.#batches.end({ type: "aborted" });
  }

  /** How many commands should be handed over at once, so that they are spread as they should be. */
  get commandsAtOnce(): number {
    return this.#batches.portion;
  }

  /** Whether commands of batches wait to be sent. */
  get hasUnsent(): boolean {
    return this.#batches.hasUnsent;
  }

  /** Sends one command and forgets it: an error to it comes as the event `stray`. */
  send(message: CommandMessage): Result<void, SessionError> {
    const unready = this.#unready();
    if (unready !== undefined) return err(unready);
    return this.#channel.post(message).map(({ bytes }) => this.#output.write(bytes));
  }

  /** Calls `listener` with every event until disposed; `closed` is the last. */
  subscribe(listener: (event: SessionEvent) => void): Disposable {
    // A listener of its own, so that one function may subscribe twice.
    const own = (event: SessionEvent): void => listener(event);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** Ends the connection; every pending call ends with `session-closed`. Idempotent. */
  close(reason = "no longer needed"): void {
    this.#run(this.#channel.close({ type: "closed-locally", reason }));
  }

  /** Writes a request, with these bytes before it, and gives what `read` makes of its answer. */
  #ask<T>(
    message: RequestMessage,
    options: CallOptions,
    read: ReadAnswer<T>,
    before: readonly Uint8Array[] = [],
  ): ResultAsync<T, SessionError> {
    if (options.signal?.aborted) return errAsync({ type: "aborted" });
    const unready = this.#unready();
    if (unready !== undefined) return errAsync(unready);
    const limits = { timeoutMs: this.#options.replyTimeoutMs, ...options };
    const call = new Call<T, SessionError>(this.#clock, limits, (why) => why);
    this.#channel
      .request(message, {
        onReply: (messages) => call.settle(read(messages)),
        onRejected: (rejection) => call.settle(err({ type: "rejected", ...rejection })),
        onFailed: (error) => call.settle(err(error)),
      })
      .match(
        ({ xid, bytes }) => {
          void call.result.then(() => {
            this.#channel.forget(xid);
            this.#batches.pump();
          });
          this.#output.write(concatBytes([...before, bytes]));
        },
        (error) => call.settle(err(error)),
      );
    return call.result;
  }

  /** Why nothing can be sent now, if that is so. */
  #unready(): SessionError | undefined {
    if (this.#closeReason !== undefined) return closedBy(this.#closeReason);
    const { state } = this.#channel;
    return state === "up" ? undefined : { type: "not-up", state };
  }

  /** Carries out what the channel asks for. */
  #run(effects: readonly ChannelEffect<Waiter>[]): void {
    for (const effect of effects) this.#carryOut(effect);
    this.#alarm.set(this.#channel.nextTickMs());
  }

  #carryOut(effect: ChannelEffect<Waiter>): void {
    switch (effect.type) {
      case "transmit":
        this.#output.write(effect.bytes);
        break;
      case "up":
        this.#handshake.settle(ok(effect.features));
        this.#emit(effect);
        break;
      case "reply":
        effect.tag.onReply(effect.messages);
        break;
      case "rejected":
        effect.tag.onRejected(effect.rejection);
        break;
      case "failed":
        effect.tag.onFailed({ type: "protocol-error", reason: effect.reason });
        break;
      case "notice":
        this.#notify(effect.message);
        break;
      case "closed":
        this.#finish(effect.reason, effect.abandoned);
        break;
      default:
        this.#emit(effect);
    }
  }

  /** Tells what the switch told, but for packets beyond what is allowed of them. */
  #notify(message: Notice): void {
    const nowMs = steadyMs(this.#clock);
    if (!isPacketIn(message) || this.#packetIns.admits(nowMs)) this.#emit(message);
    const count = this.#packetIns.news(nowMs);
    if (count !== undefined) this.#emit({ type: "packet-ins-dropped", count });
  }

  #finish(reason: CloseReason, abandoned: readonly Waiter[]): void {
    this.#closeReason = reason;
    const error = closedBy(reason);
    this.#handshake.settle(err(error));
    for (const waiter of abandoned) waiter.onFailed(error);
    this.#batches.end(error);
    this.#transport.close(describeCloseReason(reason));
    this.#emit({ type: "closed", reason });
  }

  #emit(event: SessionEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function closedBy(reason: CloseReason): SessionError {
  return { type: "session-closed", reason };
}

function unusableAnswer(request: RequestMessage): SessionError {
  return { type: "protocol-error", reason: `the answer to ${request.type} cannot be used` };
}
