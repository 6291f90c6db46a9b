import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import {
  type CircuitChange,
  MemoryHttp,
  seededRandom,
  type WanFault,
  WanFaults,
} from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type Dialect, dialects, simulatedWan } from "../../support/simulated-wan.ts";
import { value } from "../../support/testbed.ts";

const campuses = ["west", "east"];
const ends = campuses.map(hostAt);
/** What is held without our knowing, such as when the answer was lost, goes by itself (OSCARS 1: after 900 s). */
const LONGEST_HOLD_MS = 1_000_000;

async function start(dialect: Dialect) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const changes: CircuitChange[] = [];
  const faults = new WanFaults(clock, seededRandom(1));
  const wan = simulatedWan(dialect, {
    ...{ clock, http, ports: ["wan:west", "wan:east"], delayMs: 100 },
    onCircuit: (change) => changes.push(change),
    telling: faults.carrying(http),
  });
  http.serve("http://wan.example", faults.around(wan.server));
  const topology = campusTopology({ campuses, wans: ["wan"] });
  const drivers = { wan: wan.driver(), west: new MemoryDriver(), east: new MemoryDriver() };
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  /** What was told since this was asked last. */
  const told = () =>
    changes.splice(0).map(({ type, circuit: { ends: at, mbps } }) => {
      const ports = at.map(({ port }) => wan.portOf(port)).sort();
      return `${type} ${ports.join(" ")} ${mbps}`;
    });
  const setUp = (project = "p") =>
    clock.until(agent.setupPhysicalNetwork(project, ends, "100Mbps"));
  return { clock, wan, faults, agent, told, setUp };
}

describe.each([...dialects, "idcp-0.5"] as const)(
  "a simulated wide-area domain that speaks %s",
  (dialect) => {
    test("tells its data plane what passes, and from when to when", async () => {
      const { clock, wan, agent, told, setUp } = await start(dialect);
      expect(told()).toEqual([]);
      value(await setUp());
      expect(told()).toEqual(["up wan:east wan:west 100"]);
      value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "300Mbps")));
      const changed = told();
      expect(changed.at(-1)).toContain("wan:east wan:west 300");
      for (const id of wan.server.ids) wan.server.forceEnd(id);
      expect(told()).toEqual(["down wan:east wan:west 300"]);
      await clock.advance(180_000);
      expect(told()).toEqual(["up wan:east wan:west 300"]);
      value(await clock.until(agent.teardownPhysicalNetwork("p")));
      await clock.advance(1_000);
      expect(told()).toEqual(["down wan:east wan:west 300"]);
      await clock.until(agent.close());
    });

    test.each<WanFault>([
      { type: "drop" },
      { type: "drop-answer" },
      { type: "delay", delayMs: 2_000 },
      { type: "refuse" },
      { type: "restart", downMs: 20_000 },
    ])("has nothing half in the end when this befalls it: $type", async (fault) => {
      // Each message of a set-up in turn, until there are no more.
      for (let nth = 1, isStruck = true; isStruck; nth += 1) {
        const { clock, wan, faults, agent, told, setUp } = await start(dialect);
        faults.add(fault, nth);
        const done = await setUp();
        isStruck = faults.planned === 0;
        if (done.isOk()) expect(told()).toEqual(["up wan:east wan:west 100"]);
        else await clock.advance(LONGEST_HOLD_MS);
        expect(wan.server.ids).toHaveLength(done.isOk() ? 1 : 0);
        // A teardown that meets the fault may say so; it is finished all the same.
        await clock.until(agent.teardownPhysicalNetwork("p"));
        await clock.advance(180_000);
        expect(wan.server.ids).toEqual([]);
        await clock.until(agent.close());
        expect(nth).toBeLessThan(50);
      }
    });

    test("draws faults by chance from one seed, the same each time", async () => {
      const runOf = async () => {
        const { clock, faults, agent, told, setUp } = await start(dialect);
        faults.setRates({
          drop: 0.1,
          dropAnswer: 0.1,
          delay: 0.1,
          refuse: 0.1,
          forceEnd: 0.05,
          outage: 0.05,
        });
        const outcomes: boolean[] = [];
        for (let at = 0; at < 3; at += 1) {
          outcomes.push((await setUp(`p${at}`)).isOk());
          await clock.until(agent.teardownPhysicalNetwork(`p${at}`));
        }
        faults.setRates({});
        await clock.advance(600_000);
        await clock.until(agent.close());
        return { outcomes, told: told() };
      };
      expect(await runOf()).toEqual(await runOf());
    });
  },
);
