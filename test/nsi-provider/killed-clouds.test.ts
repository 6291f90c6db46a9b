import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { CloudCall, CloudReport, CloudTask } from "./cloud-process.ts";

type Cloud = CloudTask["cloud"];
type Networks = Extract<CloudReport, { says: "networks" }>["networks"];

/** A cloud in a process of its own. */
class Process {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<unknown>;
  readonly #reports: CloudReport[] = [];
  #heard = (): void => {};

  constructor(task: CloudTask) {
    const script = join(import.meta.dirname, "cloud-process.ts");
    const args = ["--import", "tsx", script, JSON.stringify(task)];
    this.#child = spawn(process.execPath, args, { stdio: "pipe" });
    this.#child.stderr.pipe(process.stderr);
    this.#exit = once(this.#child, "exit");
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.#reports.push(JSON.parse(line));
      this.#heard();
    });
  }

  ask(call: CloudCall): void {
    this.#child.stdin.write(`${call}\n`);
  }

  /** The next report of a kind. */
  async hears<Says extends CloudReport["says"]>(
    says: Says,
  ): Promise<Extract<CloudReport, { says: Says }>> {
    const isIt = (one: CloudReport): one is Extract<CloudReport, { says: Says }> =>
      one.says === says;
    for (;;) {
      const at = this.#reports.findIndex(isIt);
      const found = this.#reports.splice(at, at === -1 ? 0 : 1).find(isIt);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  async networks(): Promise<Networks> {
    this.ask("list");
    return (await this.hears("networks")).networks;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Asks again and again until both say the same of the network, twice; gives what. */
async function agreed(a: Process, b: Process): Promise<Networks> {
  let last: string | undefined;
  for (;;) {
    const [ours, theirs] = [await a.networks(), await b.networks()];
    const [one, other] = [JSON.stringify(ours), JSON.stringify(theirs)];
    const isSettled = ours.every(({ state }) => state === "active") && one === other;
    if (isSettled && one === last) return ours;
    last = isSettled ? one : undefined;
    await sleep(1_000);
  }
}

/** How long after it was asked a cloud is killed, in milliseconds. */
const moments = [10, 80];

test.each(
  (["a", "b"] as const).flatMap((cloud) =>
    (["setup", "change", "teardown"] as const).map((call) => ({ cloud, call })),
  ),
)(
  "when the process of cloud $cloud is killed in a $call, neither half is left",
  { timeout: 240_000 },
  async ({ cloud, call }) => {
    const folder = await mkdtemp(join(tmpdir(), "dcns-clouds-"));
    const ports = { a: await freePort(), b: await freePort() };
    const run = (which: Cloud): Process =>
      new Process({ cloud: which, ports, journal: join(folder, which) });
    const clouds = { a: run("a"), b: run("b") };
    try {
      await Promise.all([clouds.a.hears("up"), clouds.b.hears("up")]);
      for (const afterMs of moments) {
        if (call !== "setup") {
          clouds.a.ask("setup");
          expect((await clouds.a.hears("done")).error).toBeUndefined();
        }
        clouds.a.ask(call);
        await sleep(afterMs);
        await clouds[cloud].kill();
        clouds[cloud] = run(cloud);
        await clouds[cloud].hears("up");
        // What A was asked ends, in one way or another, before anything else is asked of it.
        if (cloud === "b") await clouds.a.hears("done");
        const left = await agreed(clouds.a, clouds.b);
        if (call === "change") expect([100e6, 300e6]).toContain(left[0]?.bandwidth);
        if (left.length > 0) {
          clouds.a.ask("teardown");
          expect((await clouds.a.hears("done")).error).toBeUndefined();
        }
        expect(await agreed(clouds.a, clouds.b)).toEqual([]);
      }
    } finally {
      await clouds.a.kill();
      await clouds.b.kill();
      await rm(folder, { recursive: true });
    }
  },
);
