import { connect, createServer, type Server, type Socket } from "node:net";

/** An OpenFlow message on its way from the controller to a switch: what its header says. */
export interface PassingMessage {
  /** The message type number, of {@link messageType}. */
  readonly type: number;
  /** How many messages of this type came before on all connections of the proxy. */
  readonly index: number;
}

/** Some message types of OpenFlow 1.3, section 7.1.1. */
export const messageType = {
  error: 1,
  flowMod: 14,
  groupMod: 15,
  multipartRequest: 18,
  multipartReply: 19,
  barrierRequest: 20,
  meterMod: 29,
  /** In 1.3 an experimenter's message; this is its number in 1.4. */
  bundleControl: 33,
} as const;

const EXPERIMENTER = 4;
const ONF = 0x4f4e_4600;
const ONF_BUNDLE_CONTROL = 2300;
const ONF_BUNDLE_ADD = 2301;

/** The type of a message, or of what it puts into a bundle. */
function typeOf(message: Buffer): number {
  const type = message.readUInt8(1);
  if (type !== EXPERIMENTER || message.readUInt32BE(8) !== ONF) return type;
  const onfType = message.readUInt32BE(12);
  if (onfType === ONF_BUNDLE_ADD) return message.readUInt8(25);
  return onfType === ONF_BUNDLE_CONTROL ? messageType.bundleControl : type;
}

const HEADER_SIZE = 8;

/**
 * Stands between one switch and its controller and can cut the wire at a chosen message.
 *
 * A switch that is cut off keeps what it was told, and is refused until {@link ControllerProxy.mend}.
 */
export class ControllerProxy {
  readonly #server: Server;
  readonly #target: Address;
  readonly #sockets = new Set<Socket>();
  readonly #counts = new Map<number, number>();
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

  /** How many messages of a type have come for the switch, or since the proxy was told when to cut. */
  countOf(name: keyof typeof messageType): number {
    return this.#counts.get(messageType[name]) ?? 0;
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
    const type = typeOf(message);
    const index = this.#counts.get(type) ?? 0;
    this.#counts.set(type, index + 1);
    return this.#cutBefore({ type, index });
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
