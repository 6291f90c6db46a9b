import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** A command that ended with another exit code than 0. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly output: string;

  constructor(command: readonly string[], code: number | null, output: string) {
    super(`${command.join(" ")} ended with ${code}: ${output.trim()}`);
    this.output = output;
  }
}

/** Runs a command to its end, feeds it `input`, and gives what it wrote to its standard output. */
export function run(command: readonly string[], input = ""): Promise<string> {
  const [program = "", ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(stdout());
      else reject(new CommandFailed(command, code, stderr() + stdout()));
    });
    child.stdin.on("error", () => undefined); // it ended without reading; its exit code says why
    child.stdin.end(input);
  });
}

/** A command that runs until it is told to stop. */
export class Background {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<void>;
  readonly #output: () => string;

  constructor(command: readonly string[]) {
    const [program = "", ...args] = command;
    this.#child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const stdout = collect(this.#child.stdout);
    const stderr = collect(this.#child.stderr);
    this.#output = () => stdout() + stderr();
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once("close", () => resolve());
      this.#child.once("error", reject);
    });
  }

  /** What it has written so far. */
  get output(): string {
    return this.#output();
  }

  /** Resolves when it has written `text`. */
  async until(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`it ended early: ${this.output}`);
      await Promise.race([
        new Promise((done) => this.#child.stdout.once("data", done)),
        this.#ended,
      ]);
    }
  }

  /** Sends the signal, waits for the end, and gives all that it wrote. */
  async stop(signal: NodeJS.Signals): Promise<string> {
    this.#child.kill(signal);
    await this.#ended;
    return this.output;
  }
}

function collect(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}
