import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "dcns";
import { SessionServer, type SwitchSession, socketListener } from "dcns/openflow";
import { Background } from "../../test/lab/exec.ts";
import { LAB_NICENESS } from "../../test/lab/lab-namespace.ts";
import { OvsLab } from "../../test/lab/ovs-lab.ts";
import { l2FlowLine, l2Flows } from "./l2-flows.ts";
import { pythonWithOsKen } from "./os-ken.ts";
import { median, timeMs } from "./statistics.ts";
import { value } from "./value.ts";

/** Who can add flows to an Open vSwitch. */
export type InstallerName = "session" | "ovsOfctl" | "ovsOfctlBundle" | "osKen";

/** What it took to add flows, in milliseconds. */
interface Timing {
  /** All of it, as a stopwatch says. */
  readonly ms: number;
  /** What of that a command takes to start and to add a single flow; absent for what runs already. */
  readonly startMs?: number;
}

/** Adds so many flows to its bridge. */
type Installer = (flows: number) => Promise<Timing>;

/** Flows per second. */
export interface InstallRate {
  readonly perSecond: number;
  /** The same with the start taken off; absent for what runs already. */
  readonly withoutStart?: number;
}

/** How much is measured. */
export interface InstallExtent {
  readonly flows: number;
  readonly rounds: number;
}

const BRIDGE = "s1";

/** os-ken has a bridge of its own, since each has one controller. */
const OS_KEN_BRIDGE = "s2";
const OS_KEN_PORT = 6654;
const OS_KEN_SCRIPT: string = fileURLToPath(new URL("./os_ken_install.py", import.meta.url));

const document = {
  nodes: [BRIDGE, OS_KEN_BRIDGE].map((id, index) => ({
    id,
    datapathId: String(index + 1).padStart(16, "0"),
    ports: [
      { id: "1", ofPort: 1 },
      { id: "2", ofPort: 2 },
    ],
  })),
  hosts: [BRIDGE, OS_KEN_BRIDGE].flatMap((id) => [
    { host: `h${id}`, nic: "eth1", port: `${id}:1` },
    { host: `h${id}`, nic: "eth2", port: `${id}:2` },
  ]),
};

/** One Open vSwitch, and everybody who adds flows to it. */
export class FlowLab {
  readonly #lab: OvsLab;
  readonly #server: SessionServer;
  readonly #session: SwitchSession;
  readonly #folder: string;
  readonly #python = pythonWithOsKen();

  private constructor(lab: OvsLab, server: SessionServer, session: SwitchSession, folder: string) {
    this.#lab = lab;
    this.#server = server;
    this.#session = session;
    this.#folder = folder;
  }

  /** Starts the switch and connects it to us. `ovs-ofctl` runs at the lab's priority: so must we. */
  static async start(): Promise<FlowLab> {
    setPriority(LAB_NICENESS);
    const lab = await OvsLab.start(document);
    const server = new SessionServer(socketListener(lab.controller), systemClock);
    const session = await firstSession(server, () => lab.connect({ bridges: [BRIDGE] }));
    return new FlowLab(lab, server, session, await mkdtemp(join(tmpdir(), "dcns-bench-")));
  }

  /** Whether os-ken is there. */
  get hasOsKen(): boolean {
    return this.#python !== undefined;
  }

  /**
   * Flows per second of some installers: all add the same flows to an empty table, in turn, and end
   * with the switch's word that it has processed everything. Medians over the rounds; what a command
   * takes to start is measured right before each.
   */
  async rates<Name extends InstallerName>(
    names: readonly Name[],
    { flows, rounds }: InstallExtent,
  ): Promise<Readonly<Record<Name, InstallRate>>> {
    const times = names.map((name) => ({ name, timings: [] as Timing[] }));
    await this.#writeFlows(flows);
    await this.#writeFlows(1);
    for (let round = 0; round < rounds; round += 1) {
      for (const { name, timings } of times) {
        timings.push(await this.#installers[name](flows));
        await this.#checkAndEmpty(name === "osKen" ? OS_KEN_BRIDGE : BRIDGE, flows);
      }
    }
    const rates = times.map(({ name, timings }) => [name, rateOf(flows, timings)]);
    return Object.fromEntries(rates) as Record<Name, InstallRate>;
  }

  /** Removes the switch. */
  async close(): Promise<void> {
    await this.#server.close();
    await this.#lab.close();
    await rm(this.#folder, { recursive: true });
  }

  readonly #installers: Readonly<Record<InstallerName, Installer>> = {
    session: async (flows) => ({
      ms: await timeMs(async () => {
        value(await this.#session.batch(l2Flows(flows)));
      }),
    }),
    ovsOfctl: (flows) => this.#ofctl(["add-flows"], flows),
    ovsOfctlBundle: (flows) => this.#ofctl(["--bundle", "add-flows"], flows),
    osKen: async (flows) => {
      const { host } = this.#lab.controller;
      const words = [host, OS_KEN_PORT, flows].map(String);
      const app = new Background([this.#python ?? "python3", OS_KEN_SCRIPT, ...words]);
      await app.until("listening");
      await this.#lab.connect({ port: OS_KEN_PORT, bridges: [OS_KEN_BRIDGE] });
      await app.until("ms");
      await this.#lab.disconnect([OS_KEN_BRIDGE]);
      const output = await app.stop("SIGKILL");
      return { ms: Number(/([\d.]+) ms/.exec(output)?.[1]) };
    },
  };

  async #ofctl(command: readonly string[], flows: number): Promise<Timing> {
    const add = (count: number): Promise<number> =>
      timeMs(() => this.#lab.ofctl([...command, BRIDGE, this.#fileOf(count)]));
    // To enter the lab is nothing of the command's.
    const enteringMs = await timeMs(() => this.#lab.inside(["true"]));
    const startMs = (await add(1)) - enteringMs;
    return { ms: (await add(flows)) - enteringMs, startMs };
  }

  async #writeFlows(count: number): Promise<void> {
    const lines = Array.from({ length: count }, (_, index) => `${l2FlowLine(index)}\n`);
    await writeFile(this.#fileOf(count), lines.join(""));
  }

  #fileOf(count: number): string {
    return join(this.#folder, `flows-${count}`);
  }

  async #checkAndEmpty(bridge: string, expected: number): Promise<void> {
    const found = await this.#lab.ofctl(["dump-aggregate", bridge]);
    if (!found.includes(`flow_count=${expected}\n`)) {
      throw new Error(`not ${expected} flows on ${bridge}, but ${found}`);
    }
    await this.#lab.ofctl(["del-flows", bridge]);
    await new Promise((resolve) => setTimeout(resolve, REST_MS + expected * REST_MS_PER_FLOW));
  }
}

/** As a stopwatch counts, and once more without the start of what has to be started. */
export function rateByName(
  rates: Readonly<Record<string, InstallRate>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(rates).flatMap(([name, { perSecond, withoutStart }]) => [
      [name, perSecond],
      ...(withoutStart === undefined ? [] : [[`${name}WithoutStart`, withoutStart]]),
    ]),
  );
}

function rateOf(flows: number, timings: readonly Timing[]): InstallRate {
  const perSecond = (times: readonly number[]): number =>
    Math.round((flows / median(times)) * 1000);
  const worked = timings.flatMap(({ ms, startMs }) => (startMs === undefined ? [] : ms - startMs));
  const all = perSecond(timings.map(({ ms }) => ms));
  return worked.length === 0
    ? { perSecond: all }
    : { perSecond: all, withoutStart: perSecond(worked) };
}

/** Open vSwitch frees what was deleted in the background: the next one must not pay for it. */
const REST_MS = 300;
const REST_MS_PER_FLOW = 0.01;

function firstSession(server: SessionServer, connect: () => Promise<void>): Promise<SwitchSession> {
  return new Promise((resolve, reject) => {
    server.listen(resolve).match(() => connect().catch(reject), reject);
  });
}
