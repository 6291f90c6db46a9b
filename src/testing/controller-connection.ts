import type { Transport } from "../drivers/openflow/transport.ts";
import { decodeHeader, decodeMessage } from "../drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../drivers/openflow/wire/encode.ts";
import { type Hello, helloFor, offeredVersions } from "../drivers/openflow/wire/hello.ts";
import type { OfMessage } from "../drivers/openflow/wire/message.ts";
import { MessageSplitter } from "../drivers/openflow/wire/message-splitter.ts";
import type { AsyncSetting } from "../drivers/openflow/wire/switch.ts";
import { OPENFLOW_1_3 } from "../drivers/openflow/wire/version.ts";
import type { Clock } from "../model/clock.ts";
import { defaultAsyncSettings, wantsNotice } from "./async-filter.ts";
import type { Notice } from "./datapath/effect.ts";
import { type Refusal, refusal } from "./datapath/refusal.ts";
import { type Fault, type FaultPlan, mayBeOvertaken } from "./faults.ts";
import { multipartParts } from "./multipart-parts.ts";
import type { RoleHolder } from "./role.ts";

/** A message of a controller, and the bytes it came as. */
export interface Request {
  readonly xid: number;
  readonly message: OfMessage;
  readonly bytes: Uint8Array;
}

/** What happens on a connection, for whoever looks on. */
export type ConnectionEvent =
  | { readonly type: "connected" }
  | { readonly type: "disconnected"; readonly reason: string }
  | {
      readonly type: "message";
      readonly direction: "to-switch" | "to-controller";
      readonly xid: number;
      readonly message: OfMessage;
    }
  | { readonly type: "fault"; readonly fault: Fault; readonly message: OfMessage };

/** What a connection needs of its switch. */
export interface ConnectionOptions {
  readonly clock: Clock;
  readonly faults: FaultPlan;
  /** How long nothing may be heard before an echo request, and after that; 0 is for ever. */
  readonly probeMs: number;
  /** Carries out a request and answers it by `reply` or `refuse`. */
  readonly carryOut: (request: Request, connection: ControllerConnection) => void;
  /** Loses what a request did. */
  readonly forget: (request: Request) => void;
  readonly observe: (event: ConnectionEvent) => void;
}

/**
 * A switch's side of one connection to a controller, OpenFlow 1.3 only: hello, echo, the order of
 * messages, and the faults that befall them.
 */
export class ControllerConnection implements RoleHolder {
  role: RoleHolder["role"] = "equal";
  asyncSettings: readonly AsyncSetting[] = defaultAsyncSettings;
  readonly #transport: Transport;
  readonly #options: ConnectionOptions;
  readonly #splitter = new MessageSplitter();
  /** Requests not yet carried out; the first may be waiting for a delay to end. */
  readonly #inbox: Request[] = [];
  /** The delay that holds the inbox up. */
  #delay: unknown;
  /** Whether nothing is carried out or sent any more. */
  #hangs = false;
  #probe: unknown;
  #probed = false;
  #greeted = false;
  #closed = false;

  constructor(transport: Transport, options: ConnectionOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** Whether the controller has said hello. */
  get greeted(): boolean {
    return this.#greeted;
  }

  /** Says hello. `onClose` is called once, whoever closes. */
  open(onClose: () => void): void {
    this.#transport.open({
      onData: (bytes) => this.#receive(bytes),
      onDrain: () => {},
      onClose: (reason) => {
        this.#ended(reason);
        onClose();
      },
    });
    this.#send(0, helloFor([OPENFLOW_1_3]));
    this.#armProbe();
  }

  close(reason: string): void {
    this.#transport.close(reason);
  }

  /** Answers a request; a long answer goes out in several messages. */
  reply({ xid }: Request, message: OfMessage): void {
    if (message.type !== "multipart-reply") {
      this.#send(xid, message);
      return;
    }
    for (const part of multipartParts(OPENFLOW_1_3, message.body)) this.#send(xid, part);
  }

  /** Answers a request with an error that carries the whole request, cut to what fits. */
  refuse({ xid, bytes }: Pick<Request, "xid" | "bytes">, { kind, code }: Refusal): void {
    this.#send(xid, { type: "error", kind, code, data: bytes.slice(0, MAX_ERROR_DATA_BYTES) });
  }

  /** Tells something unasked, if the controller wants to know. */
  notify(notice: Notice): void {
    if (this.#greeted && wantsNotice(this.asyncSettings, this.role, notice)) this.#send(0, notice);
  }

  /** Tells something unasked, whatever the controller's settings. */
  tell(message: OfMessage): void {
    this.#send(0, message);
  }

  #receive(bytes: Uint8Array): void {
    this.#probed = false;
    this.#armProbe();
    this.#splitter.push(bytes).match(
      (messages) => {
        for (const message of messages) this.#take(message);
      },
      (error) => this.close(error.type),
    );
    this.#workOff();
  }

  #take(bytes: Uint8Array): void {
    decodeMessage(bytes).match(
      ({ version, xid, message }) => {
        this.#options.observe({ type: "message", direction: "to-switch", xid, message });
        if (message.type === "hello") this.#greet(version, message);
        else this.#inbox.push({ xid, message, bytes });
      },
      () => {
        const xid = decodeHeader(bytes).match(
          (header) => header.xid,
          () => 0,
        );
        this.refuse({ xid, bytes }, refusal("bad-request", "bad-len"));
      },
    );
  }

  #greet(highest: number, hello: Hello): void {
    const versions = offeredVersions(hello);
    const speaks13 = versions?.includes(OPENFLOW_1_3) ?? highest >= OPENFLOW_1_3;
    if (!speaks13) {
      const data = new TextEncoder().encode("only OpenFlow 1.3 is spoken here");
      this.#send(0, { type: "error", kind: "hello-failed", code: "incompatible", data });
      this.close("no common version");
      return;
    }
    this.#greeted = true;
    this.#options.observe({ type: "connected" });
  }

  /** Carries out what waits, in order, until a delay holds it up. */
  #workOff(): void {
    while (!this.#closed && !this.#hangs && this.#delay === undefined) {
      const request = this.#inbox.shift();
      if (request === undefined) return;
      this.#meet(request, this.#options.faults.strike(request.message));
    }
  }

  #meet(request: Request, fault: Fault | undefined): void {
    const { carryOut, forget, observe, clock } = this.#options;
    if (fault !== undefined) observe({ type: "fault", fault, message: request.message });
    switch (fault?.type) {
      case undefined:
        carryOut(request, this);
        return;
      case "drop":
        return;
      case "delay":
        this.#delay = clock.setTimeout(() => {
          this.#delay = undefined;
          carryOut(request, this);
          this.#workOff();
        }, fault.delayMs);
        return;
      case "disconnect":
        this.close("a fault broke the connection");
        return;
      case "hang":
        this.#hangs = true;
        clock.clearTimeout(this.#probe);
        return;
      case "reject":
        this.refuse(request, fault);
        return;
      case "forget":
        carryOut(request, this);
        forget(request);
        return;
      case "overtaken":
        this.#carryOutNext();
        carryOut(request, this);
        return;
      case "duplicate":
        carryOut(request, this);
        carryOut(request, this);
        return;
      default:
        fault satisfies never;
    }
  }

  /** Carries out the first that waits, if its place in the order is the switch's affair. */
  #carryOutNext(): void {
    const [next] = this.#inbox;
    if (next === undefined || !mayBeOvertaken(next.message)) return;
    this.#inbox.shift();
    this.#options.carryOut(next, this);
  }

  #send(xid: number, message: OfMessage): void {
    if (this.#closed || this.#hangs) return;
    this.#options.observe({ type: "message", direction: "to-controller", xid, message });
    this.#transport.send(encodeMessage(OPENFLOW_1_3, xid, message));
  }

  #armProbe(): void {
    const { clock, probeMs } = this.#options;
    clock.clearTimeout(this.#probe);
    if (probeMs === 0 || this.#closed || this.#hangs) return;
    this.#probe = clock.setTimeout(() => {
      if (this.#probed) {
        this.close("the controller is silent");
        return;
      }
      this.#probed = true;
      this.#send(0, { type: "echo-request", data: new Uint8Array(0) });
      this.#armProbe();
    }, probeMs);
  }

  #ended(reason: string): void {
    this.#closed = true;
    this.#options.clock.clearTimeout(this.#probe);
    this.#options.clock.clearTimeout(this.#delay);
    this.#options.observe({ type: "disconnected", reason });
  }
}

/** An error message is at most 65535 bytes, twelve of which are its own. */
const MAX_ERROR_DATA_BYTES = 65_535 - 12;
