import { describe, expect, test } from "vitest";
import type { MeterMod } from "../../src/drivers/openflow/wire/meter.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { describeError } from "../../src/model/errors.ts";
import { Topology } from "../../src/topology.ts";
import { campusDocument } from "../support/campus.ts";
import { inDoublingSteps, limited } from "../support/rounded-meters.ts";
import { ourCounts } from "../support/switch-state.ts";
import { Testbed, type TestbedOptions } from "../support/testbed.ts";

const MBIT = 1_000_000;

/** To the nearest step of 64 Mbit/s, with bursts in steps of 32 kbit. */
const coarsely = (mod: MeterMod): MeterMod => {
  const nearest = (step: number) => (value: number) => Math.max(1, Math.round(value / step)) * step;
  return limited(mod, nearest(64_000), nearest(32));
};

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

  test("hold steps that double as their rates grow", async () => {
    const rounds = (mod: MeterMod): MeterMod => inDoublingSteps(mod, Math.ceil);
    await using bed = await start({ rounds, learns: true });
    await bed.setUp("p", ["s4a:eth1", "s3a:eth1", "s3b:eth1"], 333_333_333, 101, {
      delivery: "learn",
    });
    const [link] = bed.info("p").links;
    const [enters = 0, leaves = 0] = rates(bed, "s4").map((kbps) => 1_000 * kbps);
    expect([enters, leaves]).toEqual([333_824_000, 340_480_000]);
    // At most a step of its size for each of what is held there: its own rate, all that comes to it, what two flood.
    expect(link?.reserved.backward).toBeGreaterThanOrEqual(leaves);
    expect(link?.reserved.backward).toBeLessThan(1.01 * leaves);
    expect(link?.reserved.forward).toBeGreaterThanOrEqual(enters);
    expect(link?.reserved.forward).toBeLessThan(1.02 * enters);
    bed.expectWhole(bed.info("p"));
  });

  describe("that are found after they were made", () => {
    /** From now on some switch that is on no way of these networks has such meters. */
    const found = (bed: Testbed): void => {
      bed.driver.rateSteps = () => [{ step: bandwidth(64 * MBIT) }];
    };

    test.each([{ ends: ["s1a:eth1", "s3a:eth1"] }, { ends: ["s1a:eth1", "s2a:eth1", "s3a:eth1"] }])(
      "let a protected network of $ends leave what has failed",
      async (network) => {
        await using bed = await Testbed.start();
        const options = { protection: "disjoint", delivery: "flood" } as const;
        await bed.setUp("p", network.ends, "65Mbps", 101, options);
        found(bed);
        bed.fabric.setLink("s1-s2", false);
        await bed.clock.advance(600_000);
        expect(bed.info("p").links.map(({ id }) => id)).not.toContain("s1-s2");
      },
    );

    test("let what was reserved begin at its start", async () => {
      await using bed = await start({ rounds: (mod) => mod });
      const at = new Date(bed.clock.now() + 60_000).toISOString();
      for (let vlan = 101; vlan <= 110; vlan++) {
        await bed.setUp(`p${vlan}`, ends, "100Mbps", vlan, { schedule: { start: at } });
      }
      found(bed);
      await bed.clock.advance(120_000);
      expect(new Set(bed.agent.listNetworks().map(({ state }) => state))).toEqual(
        new Set(["active"]),
      );
    });

    test("let a network have less where there is no room for what they let in", async () => {
      await using bed = await start({ rounds: (mod) => mod });
      await bed.setUp("q", ends, "800Mbps");
      await bed.setUp("p", ends, "200Mbps");
      found(bed);
      const info = await bed.modify("p", [], [], "199Mbps");
      expect(info.links[0]?.reserved.forward).toBe(199 * MBIT);
      const less = await bed.modify("p", [], [], "100Mbps");
      expect(less.links[0]?.reserved.forward).toBe(100 * MBIT);
      // What the meters of before let in, 128 Mbit/s, has room beside the other network, and so has what they let in now.
      const least = await bed.modify("p", [], [], "60Mbps");
      expect(least.links[0]?.reserved.forward).toBe(64 * MBIT);
    });
  });
});
