import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { type FrameSpec, frameBytes, frameHeader, parseFrame, type SeenFrame } from "./frame.ts";

/** What a port received of a stream. */
export interface StreamCount {
  readonly received: number;
  readonly duplicates: number;
  /** The numbers that never came, of those sent. */
  readonly lost: readonly number[];
  /** The outer tags that its frames carried here. */
  readonly vlans: readonly (number | "untagged")[];
}

/** How a stream is sent; its frames are numbered. */
export interface StreamSpec extends FrameSpec {
  readonly intervalMs?: number;
  readonly payloadSize?: number;
}

const HELPER = fileURLToPath(new URL("./frame-port.py", import.meta.url));
const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const QUIET_MS = 100;

type Answer = v.InferOutput<typeof answerSchema>;
const answerSchema = v.object({
  id: v.number(),
  ok: v.optional(v.unknown()),
  error: v.optional(v.string()),
});
const hexFrames = v.array(v.string());
const count = v.object({
  received: v.number(),
  sequences: v.array(v.number()),
  vlans: v.array(v.union([v.number(), v.literal("untagged")])),
});

/** The helper process of a lab that sends and captures frames. */
export class FrameIo {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const reply = v.parse(answerSchema, JSON.parse(line));
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
    child.once("close", (code) => {
      for (const [id, settle] of this.#waiting) settle({ id, error: `it ended with ${code}` });
      this.#waiting.clear();
    });
  }

  /** Starts the helper behind a command that enters its namespace. */
  static async start(enter: readonly string[]): Promise<FrameIo> {
    const [program = "", ...args] = [...enter, PYTHON, HELPER];
    return new FrameIo(spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] }));
  }

  /** Takes hold of an interface; its frames are captured from now on. */
  async open(name: string, device: string): Promise<FramePort> {
    await this.request("open", { port: name, interface: device });
    return new FramePort(this, name);
  }

  /** Asks the helper, and fails with what it says. */
  async request(op: string, fields: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = ++this.#lastId;
    const reply = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.stdin.write(`${JSON.stringify({ id, op, ...fields })}\n`);
    });
    if (reply.error !== undefined) throw new Error(`frame helper, ${op}: ${reply.error}`);
    return reply.ok;
  }

  /** Ends the helper. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.end();
    await closed;
  }
}

/** The host's end of a cable: everything that arrives there is captured, tags included. */
export class FramePort {
  readonly name: string;
  readonly #io: FrameIo;

  constructor(io: FrameIo, name: string) {
    this.#io = io;
    this.name = name;
  }

  /** Puts frames on the cable. */
  async send(...frames: readonly FrameSpec[]): Promise<void> {
    const hex = frames.map((frame) => frameBytes(frame).toString("hex"));
    await this.#io.request("send", { port: this.name, frames: hex });
  }

  /** Everything that has arrived since the last call, streams excepted. */
  async take(): Promise<readonly SeenFrame[]> {
    const frames = v.parse(hexFrames, await this.#io.request("take", { port: this.name }));
    return frames.map((hex) => parseFrame(Buffer.from(hex, "hex")));
  }

  /** Sends numbered frames, one a millisecond unless told otherwise, until the stream is stopped. */
  async startStream(spec: StreamSpec): Promise<FrameStream> {
    const { intervalMs = 1, payloadSize = 100 } = spec;
    const stream = nextStream();
    await this.#io.request("start", {
      port: this.name,
      stream,
      header: frameHeader(spec).toString("hex"),
      interval: intervalMs / 1000,
      payloadSize,
    });
    return new FrameStream(this.#io, stream);
  }
}

/** Numbered frames on their way from one port to the others. */
export class FrameStream {
  readonly #io: FrameIo;
  readonly #number: number;
  #sent: number | undefined;

  constructor(io: FrameIo, number: number) {
    this.#io = io;
    this.#number = number;
  }

  /** Stops sending, lets the last frames arrive, and says how many were sent. */
  async stop(): Promise<number> {
    this.#sent ??= v.parse(v.number(), await this.#io.request("stop", { stream: this.#number }));
    await sleep(QUIET_MS);
    return this.#sent;
  }

  /** What arrived at a port, of a stream that has been stopped. */
  async at(port: FramePort): Promise<StreamCount> {
    const fields = { port: port.name, stream: this.#number };
    const { received, sequences, vlans } = v.parse(count, await this.#io.request("count", fields));
    const seen = new Set(sequences);
    const lost = Array.from({ length: this.#sent ?? 0 }, (_, n) => n).filter((n) => !seen.has(n));
    return { received, duplicates: received - seen.size, lost, vlans };
  }
}

/** What arrived at several ports until nothing more can be on its way, by port. */
export async function takeAll(
  ports: readonly FramePort[],
): Promise<Readonly<Record<string, readonly SeenFrame[]>>> {
  await sleep(QUIET_MS);
  const taken = await Promise.all(
    ports.map(async (port) => [port.name, await port.take()] as const),
  );
  return Object.fromEntries(taken);
}

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

let lastStream = 0;

function nextStream(): number {
  lastStream += 1;
  return lastStream;
}
