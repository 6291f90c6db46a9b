import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { SharingCommand, SharingReport, SharingTask } from "./sharing-process.ts";

type Answer = Extract<SharingReport, { says: "answer" }>;
type Call = Extract<SharingReport, { says: "call" }>;

/** An agent in a process of its own, which shares a topology with others. */
export class SharingAgent {
  readonly task: SharingTask;
  /** What became of the calls of its load, in order. */
  readonly calls: Call[] = [];
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #waiting: ((answer: Answer) => void)[] = [];
  readonly #isUp: Promise<void>;
  /** Rejected when the process is gone. */
  readonly #gone: Promise<never>;

  constructor(task: SharingTask) {
    this.task = task;
    const script = join(import.meta.dirname, "sharing-process.ts");
    const child = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify(task)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#process = child;
    this.#exit = once(child, "exit");
    this.#gone = this.#exit.then(() => {
      throw new Error(`agent ${task.agentId} is gone`);
    });
    this.#gone.catch(() => undefined);
    // What is written to a process that is gone is lost; who waits for an answer hears of that.
    child.stdin.on("error", () => undefined);
    let up = (): void => {};
    this.#isUp = new Promise((resolve) => {
      up = resolve;
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const report: SharingReport = JSON.parse(line);
      if (report.says === "up") up();
      else if (report.says === "call") this.calls.push(report);
      else this.#waiting.shift()?.(report);
    });
  }

  /** Resolves when the agent has started. */
  started(): Promise<void> {
    return Promise.race([this.#isUp, this.#gone]);
  }

  /** How many calls have succeeded. */
  get successes(): number {
    return this.calls.filter(({ outcome }) => outcome === "ok").length;
  }

  work(): void {
    this.#send({ do: "work" });
  }

  /** Asks something, and waits for the answer; rejected when the process is gone. */
  ask(command: SharingCommand): Promise<Answer> {
    const answer = new Promise<Answer>((resolve) => {
      this.#waiting.push(resolve);
      this.#send(command);
    });
    return Promise.race([answer, this.#gone]);
  }

  pause(): void {
    this.#process.kill("SIGSTOP");
  }

  resume(): void {
    this.#process.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#exit;
  }

  #send(command: SharingCommand): void {
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
  }
}
