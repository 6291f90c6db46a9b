import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DcnsAgent, FileStore, OpenFlowDriver, systemClock, Topology } from "dcns";
import { MemoryListener, SimulatedFabric } from "dcns/testing";
import { DOMAIN } from "../test/lab/fabric-document.ts";
import { campusDocument, writeNetworks } from "./recovery/campus.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport } from "./support/bench.ts";
import { value } from "./support/value.ts";

/** How long an agent takes that starts on the store of another. */
export const recovery: Bench = {
  about: "an agent starts on the store of another that was killed: 10,000 networks, 1,000 switches",
  run,
};

const full = { rows: 25, columns: 40, count: 10_000 };
const quick = { rows: 4, columns: 5, count: 100 };

async function run({ quick: isQuick, seed, progress }: BenchOptions): Promise<BenchReport> {
  const size = isQuick ? quick : full;
  const topology = value(Topology.parse(campusDocument(size.rows, size.columns)));
  const folder = await mkdtemp(join(tmpdir(), "dcns-bench-recovery-"));
  const path = join(folder, "journal");
  try {
    progress(`${size.count} networks are written`);
    await writeNetworks(path, topology, { ...size, seed });
    const world = new World(topology, path);
    const cases: BenchCase[] = [];
    for (const switches of ["empty", "right"]) {
      progress(`an agent starts; its switches are ${switches}`);
      cases.push({
        switches,
        networks: size.count,
        nodes: topology.nodes.size,
        ...(await world.recover()),
      });
    }
    world[Symbol.dispose]();
    const { size: bytes } = await stat(path);
    const [, { startMs, recoveredMs, cpuMs, mods } = {}] = cases;
    return {
      cases,
      summary: {
        journalBytes: bytes,
        startMs: Number(startMs),
        recoveredMs: Number(recoveredMs),
        recoveredCpuMs: Number(cpuMs),
        flowModsWhenRight: Number(mods),
      },
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Switches that outlive the agents. */
class World implements Disposable {
  readonly #topology: Topology;
  readonly #path: string;
  readonly #fabric: SimulatedFabric;
  #listener = new MemoryListener({ clock: systemClock });
  #mods = 0;

  constructor(topology: Topology, path: string) {
    this.#topology = topology;
    this.#path = path;
    const dial: MemoryListener["dial"] = (answer) => this.#listener.dial(answer);
    this.#fabric = new SimulatedFabric({ topology, clock: systemClock, dial });
    for (const at of this.#fabric.switches.values()) {
      at.observe((event) => {
        if (event.type !== "message" || event.direction !== "to-switch") return;
        if (event.message.type.endsWith("-mod")) this.#mods += 1;
      });
    }
  }

  /** From the opening of the store until every switch is seen to hold what it should. */
  async recover(): Promise<Readonly<Record<string, number>>> {
    this.#mods = 0;
    this.#listener = new MemoryListener({ clock: systemClock });
    const [beganAt, cpu] = [performance.now(), process.cpuUsage()];
    const store = value(await FileStore.open(this.#path));
    const openMs = performance.now() - beganAt;
    const drivers = { [DOMAIN]: new OpenFlowDriver({ listen: this.#listener }) };
    const agent = value(await DcnsAgent.start({ topology: this.#topology, drivers, store }));
    const startMs = performance.now() - beganAt;
    const complete = new Promise<void>((resolve) => {
      const check = (): void => {
        if (agent.nodesUp.length === this.#topology.nodes.size) resolve();
      };
      agent.events.on("node-up", check);
      check();
    });
    this.#fabric.connect();
    await complete;
    const recoveredMs = performance.now() - beganAt;
    const { user, system } = process.cpuUsage(cpu);
    const mods = this.#mods;
    await agent.close();
    await store.close();
    const times = { openMs, startMs, recoveredMs, cpuMs: (user + system) / 1_000 };
    return { ...mapValues(times), mods };
  }

  [Symbol.dispose](): void {
    this.#fabric[Symbol.dispose]();
  }
}

function mapValues(times: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, Math.round(ms)]));
}
