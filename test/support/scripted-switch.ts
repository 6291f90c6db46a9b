import type { Transport, TransportHandlers } from "../../src/drivers/openflow/transport.ts";
import { type Decoded, decodeMessage } from "../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../../src/drivers/openflow/wire/encode.ts";
import { helloFor } from "../../src/drivers/openflow/wire/hello.ts";
import type { OfMessage } from "../../src/drivers/openflow/wire/message.ts";
import { MessageSplitter } from "../../src/drivers/openflow/wire/message-splitter.ts";

/** The bytes of a message of OpenFlow 1.3. */
export function of13(xid: number, message: OfMessage): Uint8Array {
  return encodeMessage(4, xid, message);
}

/** These pieces one after another. */
export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** The messages in these bytes; throws when they are not whole messages. */
export function messagesIn(bytes: Uint8Array): readonly Decoded[] {
  const messages = new MessageSplitter().push(bytes)._unsafeUnwrap();
  return messages.map((message) => decodeMessage(message)._unsafeUnwrap());
}

export const hello13: OfMessage = helloFor([4]);

export const featuresReply: Extract<OfMessage, { type: "features-reply" }> = {
  type: "features-reply",
  datapathId: 0x00a1_b2c3_d4e5_f607n,
  buffers: 256,
  tables: 254,
  auxiliaryId: 0,
  capabilities: 0x4f,
};

/** How a scripted switch answers a message: with these, in order, all with the message's xid. */
export type Script = (message: OfMessage, xid: number) => readonly OfMessage[];

/** Shakes hands, confirms barriers and answers echoes. */
export const obedient: Script = (message) => {
  switch (message.type) {
    case "features-request":
      return [featuresReply];
    case "barrier-request":
      return [{ type: "barrier-reply" }];
    case "echo-request":
      return [{ type: "echo-reply", data: message.data }];
    default:
      return [];
  }
};

/** The controller's end of a connection whose far end is a script that answers at once. */
export class ScriptedSwitch implements Transport {
  readonly remote: string;
  /** What was received, in order. */
  readonly received: Decoded[] = [];
  /** The sizes of the pieces it came in. */
  readonly receivedSizes: number[] = [];
  script: Script;
  /** What `send` returns. */
  hasRoom = true;
  closedFor: string | undefined;
  #handlers: TransportHandlers | undefined;

  constructor(script: Script = obedient, remote = "scripted") {
    this.remote = remote;
    this.script = script;
  }

  open(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    this.say(0, hello13);
  }

  send(bytes: Uint8Array): boolean {
    this.receivedSizes.push(bytes.length);
    const messages = messagesIn(bytes);
    this.received.push(...messages);
    queueMicrotask(() => {
      for (const { xid, message } of messages) {
        for (const answer of this.script(message, xid)) this.say(xid, answer);
      }
    });
    return this.hasRoom;
  }

  close(reason = "closed"): void {
    if (this.closedFor !== undefined) return;
    this.closedFor = reason;
    this.#handlers?.onClose(reason);
  }

  /** Sends a message to the controller. */
  say(xid: number, message: OfMessage): void {
    this.sayBytes(of13(xid, message));
  }

  /** Sends bytes to the controller. */
  sayBytes(bytes: Uint8Array): void {
    if (this.closedFor === undefined) this.#handlers?.onData(bytes);
  }

  /** There is room again. */
  drain(): void {
    this.hasRoom = true;
    this.#handlers?.onDrain();
  }

  /** The messages received of one type. */
  receivedOf(type: OfMessage["type"]): readonly Decoded[] {
    return this.received.filter(({ message }) => message.type === type);
  }
}
