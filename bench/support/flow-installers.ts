import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "dcns";
import { SessionServer, type SwitchSession, socketListener } from "dcns/openflow";
import { Background } from "../../test/lab/exec.ts";
import { LAB_NICENESS } from "../../test/lab/lab-namespace.ts";
import { OvsLab } from "../../test/lab/ovs-lab.ts";
import { Authority } from "../../test/support/authority.ts";
import { l2FlowLine, l2Flows } from "./l2-flows.ts";
import { pythonWithOsKen } from "./os-ken.ts";
import { median, timeMs } from "./statistics.ts";
import { value } from "./value.ts";

/** Who can add flows to an Open vSwitch. */
export type InstallerName = "session" | "sessionTcp" | "ovsOfctl" | "ovsOfctlBundle" | "osKen";

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
const OS_KEN_SCRIPT: string = fileURLToPath(new URL("./os_ken_install.py", import.meta.url));

const document = {
  nodes: [
    {
      id: BRIDGE,
      datapathId: "0000000000000001",
      ports: [
        { id: "1", ofPort: 1 },
        { id: "2", ofPort: 2 },
      ],
    },
  ],
  hosts: [
    { host: "h", nic: "eth1", port: `${BRIDGE}:1` },
    { host: "h", nic: "eth2", port: `${BRIDGE}:2` },
  ],
};

/** An Open vSwitch that has dialled us. */
interface Connected {
  readonly lab: OvsLab;
  readonly server: SessionServer;
  readonly session: SwitchSession;
  /** The switch looks into its folder again and again. */
  readonly authority?: Authority;
}

/**
 * Everybody who adds flows to an Open vSwitch of one bridge: a session over TLS, one over TCP, and the others.
 * They have one each, not a bridge each of the same: after every 50 messages Open vSwitch goes through all
 * bridges and ports that it has.
 */
export class FlowLab {
  readonly #byTls: Connected;
  readonly #byTcp: Connected;
  readonly #alone: OvsLab;
  readonly #folder: string;
  readonly #python = pythonWithOsKen();

  private constructor(
    { byTls, byTcp }: { readonly byTls: Connected; readonly byTcp: Connected },
    alone: OvsLab,
    folder: string,
  ) {
    this.#byTls = byTls;
    this.#byTcp = byTcp;
    this.#alone = alone;
    this.#folder = folder;
  }

  /** Starts the switches and connects them to us. `ovs-ofctl` runs at the lab's priority: so must we. */
  static async start(): Promise<FlowLab> {
    setPriority(LAB_NICENESS);
    const connected = { byTls: await connectByTls(), byTcp: await connectByTcp() };
    const alone = await OvsLab.start(document);
    return new FlowLab(connected, alone, await mkdtemp(join(tmpdir(), "dcns-bench-")));
  }

  /** Whether os-ken is there. */
  get hasOsKen(): boolean {
    return this.#python !== undefined;
  }

  /**
   * Flows per second of some installers: all add the same flows to an empty table, in turn, and end
   * with the switch's word that it has processed everything. Medians over the rounds, after one to warm
   * up; what a command takes to start is measured right before each.
   */
  async rates<Name extends InstallerName>(
    names: readonly Name[],
    { flows, rounds }: InstallExtent,
  ): Promise<Readonly<Record<Name, InstallRate>>> {
    const times = names.map((name) => ({ name, timings: [] as Timing[] }));
    await this.#writeFlows(flows);
    await this.#writeFlows(1);
    for (let round = 0; round <= rounds; round += 1) {
      for (const { name, timings } of times) {
        const timing = await this.#installers[name](flows);
        if (round > 0) timings.push(timing);
        await checkAndEmpty(this.#labOf(name), flows);
      }
    }
    const rates = times.map(({ name, timings }) => [name, rateOf(flows, timings)]);
    return Object.fromEntries(rates) as Record<Name, InstallRate>;
  }

  /** Removes the switches. */
  async close(): Promise<void> {
    for (const { server, lab, authority } of [this.#byTls, this.#byTcp]) {
      await server.close();
      await lab.close();
      authority?.[Symbol.dispose]();
    }
    await this.#alone.close();
    await rm(this.#folder, { recursive: true });
  }

  readonly #installers: Readonly<Record<InstallerName, Installer>> = {
    session: (flows) => addFlows(this.#byTls, flows),
    sessionTcp: (flows) => addFlows(this.#byTcp, flows),
    ovsOfctl: (flows) => this.#ofctl(["add-flows"], flows),
    ovsOfctlBundle: (flows) => this.#ofctl(["--bundle", "add-flows"], flows),
    osKen: async (flows) => {
      const { host, port } = this.#alone.controller;
      const words = [host, port, flows].map(String);
      const app = new Background([this.#python ?? "python3", OS_KEN_SCRIPT, ...words]);
      await app.until("listening");
      await this.#alone.connect();
      await app.until("ms");
      await this.#alone.disconnect();
      const output = await app.stop("SIGKILL");
      return { ms: Number(/([\d.]+) ms/.exec(output)?.[1]) };
    },
  };

  #labOf(name: InstallerName): OvsLab {
    if (name === "session") return this.#byTls.lab;
    return name === "sessionTcp" ? this.#byTcp.lab : this.#alone;
  }

  async #ofctl(command: readonly string[], flows: number): Promise<Timing> {
    const add = (count: number): Promise<number> =>
      timeMs(() => this.#alone.ofctl([...command, BRIDGE, this.#fileOf(count)]));
    // To enter the lab is nothing of the command's.
    const enteringMs = await timeMs(() => this.#alone.inside(["true"]));
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
}

async function checkAndEmpty(lab: OvsLab, expected: number): Promise<void> {
  const found = await lab.ofctl(["dump-aggregate", BRIDGE]);
  if (!found.includes(`flow_count=${expected}\n`)) {
    throw new Error(`not ${expected} flows on ${BRIDGE}, but ${found}`);
  }
  await lab.ofctl(["del-flows", BRIDGE]);
  await new Promise((resolve) => setTimeout(resolve, REST_MS + expected * REST_MS_PER_FLOW));
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

async function connectByTls(): Promise<Connected> {
  const authority = new Authority();
  const { key, cert } = authority.issue("controller");
  const { keyFile, certFile } = authority.issue("switch");
  const lab = await OvsLab.start(document);
  const { host, port } = lab.controller;
  const tls = { key, cert, ca: authority.cert };
  const server = new SessionServer(socketListener({ host, port, tls }), systemClock);
  const session = await firstSession(server, async () => {
    await lab.vsctl([["set-ssl", keyFile, certFile, authority.certFile]]);
    await lab.vsctl([["set-controller", BRIDGE, `ssl:${host}:${port}`]]);
  });
  return { lab, server, session, authority };
}

async function connectByTcp(): Promise<Connected> {
  const lab = await OvsLab.start(document);
  const server = new SessionServer(socketListener(lab.controller), systemClock);
  return { lab, server, session: await firstSession(server, () => lab.connect()) };
}

function firstSession(server: SessionServer, connect: () => Promise<void>): Promise<SwitchSession> {
  return new Promise((resolve, reject) => {
    server.listen(resolve).match(() => connect().catch(reject), reject);
  });
}

/** As the driver sends. */
async function addFlows({ session }: Connected, flows: number): Promise<Timing> {
  const ms = await timeMs(async () => {
    value(await session.batch(l2Flows(flows)));
  });
  return { ms };
}
