import { err, ok, okAsync, type Result, type ResultAsync } from "neverthrow";
import type {
  ListenAddress,
  ListenError,
  SwitchListener,
  Transport,
  TransportHandlers,
} from "../drivers/openflow/transport.ts";
import type { Clock } from "../model/clock.ts";
import { invariant } from "../model/invariant.ts";
import type { Random } from "./random.ts";

/** How a connection in memory behaves. */
export interface MemoryLinkOptions {
  readonly clock: Clock;
  /** How long bytes travel, one way; 0, the default, still waits for a turn of the clock. */
  readonly delayMs?: number;
  /** Bytes under way in one direction from which `send` asks to wait; 64 KiB by default. */
  readonly highWaterBytes?: number;
  /**
   * Has what is sent travel in pieces, some of them late by up to 3 ms; when the connection ends what has
   * not arrived is lost, so that a message may arrive in part. Whole and at once when absent.
   */
  readonly pieces?: Random;
}

/** Nobody listens. */
export interface DialRefused {
  readonly type: "dial-refused";
  readonly reason: string;
}

/** Reaches a controller: gives the connection, or says why there is none, exactly once. */
export type Dial = (answer: (transport: Result<Transport, DialRefused>) => void) => void;

/** Two transports that are the ends of one connection. */
export function memoryLink(options: MemoryLinkOptions): readonly [Transport, Transport] {
  const [a, b] = joinedEnds(options);
  return [a, b];
}

/** A listener that simulated switches dial in to without any network. */
export class MemoryListener implements SwitchListener {
  readonly #options: MemoryLinkOptions;
  readonly #accepted = new Set<Transport>();
  #accept: ((transport: Transport) => void) | undefined;

  constructor(options: MemoryLinkOptions) {
    this.#options = options;
  }

  listen(accept: (transport: Transport) => void): ResultAsync<ListenAddress, ListenError> {
    invariant(this.#accept === undefined, "a listener listens once");
    this.#accept = accept;
    return okAsync({ host: "memory", port: 0 });
  }

  /** Connects to the listener, as a switch does. */
  readonly dial: Dial = (answer) => {
    this.#options.clock.setTimeout(() => {
      const accept = this.#accept;
      if (accept === undefined) {
        answer(err({ type: "dial-refused", reason: "nobody listens" }));
        return;
      }
      const [near, far] = joinedEnds(this.#options);
      this.#accepted.add(far);
      far.onEnd = () => this.#accepted.delete(far);
      accept(far);
      answer(ok(near));
    }, this.#options.delayMs ?? 0);
  };

  async close(): Promise<void> {
    this.#accept = undefined;
    for (const transport of this.#accepted) transport.close("the listener was closed");
  }
}

const DEFAULT_HIGH_WATER_BYTES = 65_536;

function joinedEnds(options: MemoryLinkOptions): readonly [MemoryEnd, MemoryEnd] {
  const a = new MemoryEnd("memory:controller", options);
  const b = new MemoryEnd("memory:switch", options);
  a.deliver = (event) => b.take(event);
  b.deliver = (event) => a.take(event);
  return [a, b];
}

type WireEvent =
  | { readonly type: "data"; readonly bytes: Uint8Array }
  | { readonly type: "end"; readonly reason: string };

class MemoryEnd implements Transport {
  readonly remote: string;
  /** Hands an event to the other end. */
  deliver: (event: WireEvent) => void = () => {};
  onEnd: () => void = () => {};
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #highWaterBytes: number;
  readonly #pieces: Random | undefined;
  /** When the last piece under way arrives. */
  #lastMs = 0;
  #handlers: TransportHandlers | undefined;
  /** What arrived before `open`, in order. */
  readonly #waiting: WireEvent[] = [];
  #bytesUnderWay = 0;
  #heldBack = false;
  #closed = false;

  constructor(remote: string, options: MemoryLinkOptions) {
    this.remote = remote;
    this.#clock = options.clock;
    this.#delayMs = options.delayMs ?? 0;
    this.#highWaterBytes = options.highWaterBytes ?? DEFAULT_HIGH_WATER_BYTES;
    this.#pieces = options.pieces;
  }

  open(handlers: TransportHandlers): void {
    invariant(this.#handlers === undefined, "a transport is opened once");
    this.#handlers = handlers;
    for (const event of this.#waiting.splice(0)) this.take(event);
  }

  send(bytes: Uint8Array): boolean {
    if (this.#closed) return true;
    this.#bytesUnderWay += bytes.length;
    this.#heldBack ||= this.#bytesUnderWay >= this.#highWaterBytes;
    for (const piece of this.#pieces === undefined ? [bytes] : cut(bytes, this.#pieces)) {
      this.#clock.setTimeout(() => {
        this.deliver({ type: "data", bytes: piece });
        this.#landed(piece.length);
      }, this.#travelMs());
    }
    return !this.#heldBack;
  }

  close(reason = "closed"): void {
    if (this.#closed) return;
    this.#clock.setTimeout(() => this.deliver({ type: "end", reason }), this.#delayMs);
    this.#end(reason);
  }

  /** Takes what the other end sent. */
  take(event: WireEvent): void {
    if (this.#closed) return;
    if (this.#handlers === undefined) this.#waiting.push(event);
    else if (event.type === "end") this.#end(event.reason);
    else this.#handlers.onData(event.bytes);
  }

  /** How long the next piece travels: none overtakes another. */
  #travelMs(): number {
    if (this.#pieces === undefined) return this.#delayMs;
    const lateMs = this.#pieces.next() < 0.3 ? Math.floor(4 * this.#pieces.next()) : 0;
    const now = this.#clock.now();
    this.#lastMs = Math.max(this.#lastMs, now + this.#delayMs + lateMs);
    return this.#lastMs - now;
  }

  #landed(bytes: number): void {
    this.#bytesUnderWay -= bytes;
    if (!this.#heldBack || this.#bytesUnderWay > 0 || this.#closed) return;
    this.#heldBack = false;
    this.#handlers?.onDrain();
  }

  #end(reason: string): void {
    this.#closed = true;
    this.onEnd();
    this.#handlers?.onClose(reason);
  }
}

/** Some bytes in two pieces, or whole. */
function cut(bytes: Uint8Array, random: Random): readonly Uint8Array[] {
  if (bytes.length < 2 || random.next() < 0.5) return [bytes];
  const at = 1 + Math.floor(random.next() * (bytes.length - 1));
  return [bytes.subarray(0, at), bytes.subarray(at)];
}
