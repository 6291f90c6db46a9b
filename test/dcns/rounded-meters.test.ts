import { describe, expect, test } from "vitest";
import type { MeterMod } from "../../src/drivers/openflow/wire/meter.ts";
import { describeError } from "../../src/model/errors.ts";
import { Topology } from "../../src/topology.ts";
import { campusDocument } from "../support/campus.ts";
import { inDoublingSteps, limited } from "../support/rounded-meters.ts";
import { ourCounts } from "../support/switch-state.ts";
import { Testbed, type TestbedOptions } from "../support/testbed.ts";

const MBIT = 1_000_000;

/** To the nearest step of 64 Mbit/s. */
const coarsely = (mod: MeterMod): MeterMod =>
  limited(mod, (kbps) => Math.max(1, Math.round(kbps / 64_000)) * 64_000);

/** A line s1, s2, s3, s4 whose last link has 1 Gbit/s. */
function start(options: TestbedOptions = {}): Promise<Testbed> {
  const { links, ...document } = campusDocument();
  const line = { ...document, links: (links ?? []).filter(({ id }) => id !== "s1-s4") };
  const topology = Topology.parse(line)._unsafeUnwrap();
  return Testbed.start({ topology, rounds: coarsely, ...options });
}

/** The rates of our meters at one node, kbit/s, the lowest first. */
function rates(bed: Testbed, node: string): readonly number[] {
  return bed.fabric
    .switchOf(node)
    .meters()
    .filter(({ meter }) => meter >= 1000)
    .flatMap(({ bands }) => bands.flatMap((band) => (band.type === "drop" ? [band.rate] : [])))
    .sort((a, b) => a - b);
}

describe("networks whose meters have rates in steps", () => {
  const ends = ["s4a:eth1", "s3a:eth1"];

  test("are admitted for as long as what the meters let in has room on a link", async () => {
    await using bed = await start();
    for (let vlan = 101; vlan <= 107; vlan++) {
      expect(await bed.setUp(`p${vlan}`, ends, "65Mbps", vlan)).toMatchObject({
        bandwidth: 65 * MBIT,
        endpoints: [{ bandwidth: 65 * MBIT }, { bandwidth: 65 * MBIT }],
        links: [{ id: "s4-s3", reserved: { forward: 128 * MBIT, backward: 128 * MBIT } }],
      });
    }
    expect(rates(bed, "s4")).toEqual(Array.from({ length: 7 }, () => 128_000));
    const eighth = await bed.run(bed.agent.setupPhysicalNetwork("p", ends, "65Mbps"));
    expect(describeError(eighth._unsafeUnwrapErr())).toMatch(/104/);
    expect(ourCounts(bed.fabric.switchOf("s4")).meters).toBe(7);
    // What is told to fit does: a step of 64 beside seven of 128.
    await bed.setUp("p", ends, "64Mbps");
    expect(rates(bed, "s4")).toHaveLength(8);
  });

  test("hold as much after a change, and after the agent has crashed", async () => {
    await using bed = await start();
    const three = [...ends, "s3b:eth1"];
    await bed.setUp("p", three, "65Mbps", 101, { delivery: "flood" });
    const reserved = (): unknown => bed.info("p").links.map((link) => link.reserved);
    expect(reserved()).toEqual([{ forward: 128 * MBIT, backward: 256 * MBIT }]);
    bed.crash();
    await bed.restart();
    expect(reserved()).toEqual([{ forward: 128 * MBIT, backward: 256 * MBIT }]);
    await bed.modify("p", [], [], "130Mbps");
    expect(reserved()).toEqual([{ forward: 192 * MBIT, backward: 384 * MBIT }]);
    expect(rates(bed, "s3")).toEqual([192_000, 192_000]);
    await bed.modify("p", [], ["s3b:eth1"], "64Mbps");
    expect(reserved()).toEqual([{ forward: 64 * MBIT, backward: 64 * MBIT }]);
    expect(bed.events.filter(({ type }) => type === "drift")).toEqual([]);
    bed.expectWhole(bed.info("p"));
  });

  test("may have the whole of their ports, for no more than that comes in", async () => {
    const { nodes, ...document } = campusDocument();
    const ports = [1, 2, 3, 4].map((n) => {
      return { id: `${n}`, ofPort: n, ...(n === 1 && { capacity: "1Gbps" }) };
    });
    const topology = Topology.parse({
      ...document,
      nodes: nodes.map((node) => ({ ...node, ports })),
    })._unsafeUnwrap();
    await using bed = await Testbed.start({ topology, rounds: coarsely });
    const info = await bed.setUp("p", ends, "1Gbps");
    expect(info.links.map((link) => link.reserved.forward)).toEqual([1_000 * MBIT]);
    expect(rates(bed, "s4")).toEqual([1_024_000]);
    bed.expectWhole(info);
  });

  test("hold steps that double as their rates grow", async () => {
    const rounds = (mod: MeterMod): MeterMod => inDoublingSteps(mod, Math.ceil);
    await using bed = await start({ rounds, learns: true });
    await bed.setUp("p", ["s4a:eth1", "s3a:eth1", "s3b:eth1"], 333_333_333, 101, {
      delivery: "learn",
    });
    // In steps of 2,048 kbit/s: a third of a gigabit, and a hundredth of it that each may flood.
    const [rate, flooded] = [333_824, 4_096];
    expect(bed.info("p").links.map((link) => link.reserved)).toEqual([
      { forward: 1_000 * (rate + flooded), backward: 1_000 * (rate + 2 * flooded) },
    ]);
    expect(rates(bed, "s4")).toEqual([rate, rate + 2 * flooded]);
    expect(new Set(rates(bed, "s3"))).toEqual(new Set([flooded, rate]));
    bed.expectWhole(bed.info("p"));
  });
});
