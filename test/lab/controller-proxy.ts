import { connect, createServer, type Server, type Socket } from "node:net";
import { OPENFLOW_1_0 } from "../../src/drivers/openflow/index.ts";

/** An OpenFlow message on its way from the controller to a switch. */
export interface PassingMessage {
  /** What it is, or what it puts into a bundle; absent where no test asks for it. */
  readonly name: MessageName | undefined;
  /** How many messages of this name came before on all connections of the proxy. */
  readonly index: number;
}

/** Some kinds of message; multipart messages are the statistics of OpenFlow 1.0. */
export type MessageName =
  | "error"
  | "flowMod"
  | "groupMod"
  | "multipartRequest"
  | "multipartReply"
  | "barrierRequest"
  | "meterMod"
  | "bundleControl";

/** Message types of OpenFlow 1.0, section 5.1. */
const names10: ReadonlyMap<number, MessageName> = new Map([
  [1, "error"],
  [14, "flowMod"],
  [16, "multipartRequest"],
  [17, "multipartReply"],
  [18, "barrierRequest"],
]);
/** Message types of OpenFlow 1.3 to 1.5, section 7.1.1; those of bundles came with 1.4. */
const names13: ReadonlyMap<number, MessageName> = new Map([
  [1, "error"],
  [14, "flowMod"],
  [15, "groupMod"],
  [18, "multipartRequest"],
  [19, "multipartReply"],
  [20, "barrierRequest"],
  [29, "meterMod"],
  [33, "bundleControl"],
]);
const BUNDLE_ADD = 34;
const EXPERIMENTER = 4;
const ONF = 0x4f4e_4600;
const ONF_BUNDLE_CONTROL = 2300;
const ONF_BUNDLE_ADD = 2301;
const HEADER_SIZE = 8;
const EXPERIMENTER_SIZE = 8;
/** What comes before the message in the body that adds one to a bundle. */
const ADD_SIZE = 8;

/** What a message is or, where it puts another into a bundle, what that is. */
export function messageName(message: Buffer): MessageName | undefined {
  const type = message.readUInt8(1);
  if (message.readUInt8(0) === OPENFLOW_1_0) return names10.get(type);
  if (type === BUNDLE_ADD) return messageName(message.subarray(HEADER_SIZE + ADD_SIZE));
  // With 1.3, bundles are an extension of the ONF with the bodies that they have in 1.4.
  if (type !== EXPERIMENTER || message.readUInt32BE(HEADER_SIZE) !== ONF) return names13.get(type);
  const onfType = message.readUInt32BE(HEADER_SIZE + 4);
  if (onfType === ONF_BUNDLE_CONTROL) return "bundleControl";
  if (onfType !== ONF_BUNDLE_ADD) return undefined;
  return messageName(message.subarray(HEADER_SIZE + EXPERIMENTER_SIZE + ADD_SIZE));
}

/**
 * Stands between one switch and its controller and can cut the wire at a chosen message.
 *
 * A switch that is cut off keeps what it was told, and is refused until {@link ControllerProxy.mend}.
 */
export class ControllerProxy {
  readonly #server: Server;
  readonly #target: Address;
  readonly #sockets = new Set<Socket>();
  readonly #counts = new Map<MessageName | undefined, number>();
  #cutBefore: (message: PassingMessage) => boolean = () => false;
  #isCut = false;
  #spoil: (message: Buffer) => Buffer = (message) => message;

  private constructor(server: Server, target: Address) {
    this.#server = server;
    this.#target = target;
    server.on("connection", (socket) => this.#join(socket));
  }

  /** Listens at an address for the switch, on any port, and dials the controller for it. */
  static async start(host: string, target: Address): Promise<ControllerProxy> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, host, done));
    return new ControllerProxy(server, target);
  }

  /** Where the switch has to dial. */
  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy is closed");
    return address.port;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** Cuts the wire just before the first message for which `condition` holds. */
  cutBefore(condition: (message: PassingMessage) => boolean): void {
    this.#counts.clear();
    this.#cutBefore = condition;
  }

  /** Has the controller hear something else than what the switch says, from its next message on. */
  spoil(spoil: (message: Buffer) => Buffer): void {
    this.#spoil = spoil;
  }

  /** How many messages of a name have come for the switch, or since the proxy was told when to cut. */
  countOf(name: MessageName): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Cuts the wire now. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets the switch through again when it next dials, and its words as they are. */
  mend(): void {
    this.#isCut = false;
    this.#spoil = (message) => message;
    this.#cutBefore = () => false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.#server.close(done));
  }

  #join(toSwitch: Socket): void {
    if (this.#isCut) return void toSwitch.destroy();
    const toController = connect(this.#target);
    for (const [socket, other] of [
      [toSwitch, toController],
      [toController, toSwitch],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => undefined); // "close" follows
      socket.once("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    eachMessage(toSwitch, (message) => toController.write(this.#spoil(message)));
    eachMessage(toController, (message) => {
      if (this.#isCut || this.#isLast(message)) this.cut();
      else toSwitch.write(message);
    });
  }

  /** Says whether the wire is to be cut before this message. */
  #isLast(message: Buffer): boolean {
    const name = messageName(message);
    const index = this.#counts.get(name) ?? 0;
    this.#counts.set(name, index + 1);
    return this.#cutBefore({ name, index });
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Calls `pass` with every message that comes, whole. */
function eachMessage(from: Socket, pass: (message: Buffer) => void): void {
  let waiting = Buffer.alloc(0);
  from.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const message = firstMessage(waiting);
      if (message === undefined || from.destroyed) return;
      pass(message);
      waiting = waiting.subarray(message.length);
    }
  });
}

function firstMessage(bytes: Buffer): Buffer | undefined {
  if (bytes.length < HEADER_SIZE) return undefined;
  const length = bytes.readUInt16BE(2);
  return bytes.length < length ? undefined : bytes.subarray(0, length);
}
