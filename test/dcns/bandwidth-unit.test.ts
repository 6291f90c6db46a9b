import { describe, expect, test } from "vitest";
import { optionFaults } from "../../src/agent/option-faults.ts";
import { DcnsAgent } from "../../src/dcns.ts";
import { MemoryDriver } from "../../src/drivers/memory.ts";
import { type Bandwidth, bandwidth } from "../../src/model/bandwidth.ts";
import { Topology } from "../../src/topology.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { errorOf, value } from "../support/testbed.ts";

/** Drives a domain that promises so many bit/s at a time. */
class InUnits extends MemoryDriver {
  readonly bandwidthUnit: Bandwidth;

  constructor(unit: Bandwidth) {
    super();
    this.bandwidthUnit = unit;
  }
}

const hosts = ["c0:eth0", "c1:eth0", "c2:eth0"];

/** Three campuses: the first has one port of that capacity towards both nodes of a wide-area domain, each other a node. */
function topologyOf(capacity: number): Topology {
  const link = (campus: number, wan: number, vlans: string) => ({
    ...{ id: `c${campus}-w${wan}`, a: `c${campus}:wan`, b: `w${wan}:c${campus}` },
    ...{ capacity: "1Gbps", vlans },
  });
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [
        { id: "campus", driver: "memory" },
        { id: "wan", driver: "memory" },
      ],
      nodes: [
        ...[0, 1, 2].map((at) => ({
          ...{ id: `c${at}`, domain: "campus" },
          ports: [{ id: "host" }, { id: "wan", ...(at === 0 && { capacity }) }],
        })),
        ...[0, 1].map((at) => ({
          ...{ id: `w${at}`, domain: "wan", branching: false },
          ports: [{ id: "c0" }, { id: "c1" }, { id: "c2" }],
        })),
      ],
      links: [
        ...[0, 1].map((campus) => link(campus, 0, "100-109")),
        ...[0, 2].map((campus) => link(campus, 1, "110-119")),
      ],
      hosts: [0, 1, 2].map((at) => ({ host: `c${at}`, nic: "eth0", port: `c${at}:host` })),
    }),
  );
}

async function start(capacity: number, wan: MemoryDriver) {
  const clock = fakeClock();
  const drivers = { campus: new MemoryDriver(), wan };
  const agent = value(
    await clock.until(DcnsAgent.start({ topology: topologyOf(capacity), drivers, clock })),
  );
  // Each link to a node holds two and a half megabits: what the two others, or the first two, may flood.
  const setUp = () =>
    clock.until(
      agent.setupPhysicalNetwork("p", hosts, "1.25Mbps", undefined, { delivery: "flood" }),
    );
  return { clock, agent, setUp };
}

describe("links that share a port, to a domain that promises in megabits", () => {
  test("have together no more than the port, in whole megabits", async () => {
    const plain = await start(5_500_000, new MemoryDriver());
    value(await plain.setUp());
    const inUnits = await start(5_500_000, new InUnits(bandwidth(1_000_000)));
    errorOf(await inUnits.setUp(), "no-path");
    const wider = await start(6_000_000, new InUnits(bandwidth(1_000_000)));
    value(await wider.setUp());
    for (const { clock, agent } of [plain, inUnits, wider]) await clock.until(agent.close());
  });
});

test.each([0, 0.5, -1, Number.NaN, "1Mbps"])(
  "a driver that promises in units of %s is refused",
  (unit) => {
    const wan = Object.assign(new MemoryDriver(), { bandwidthUnit: unit });
    const drivers = { campus: new MemoryDriver(), wan };
    expect(optionFaults({ topology: topologyOf(1_000_000), drivers })).toMatchObject([
      { path: ["drivers", "wan"], message: "must have a bandwidthUnit of whole bit/s, or none" },
    ]);
  },
);
