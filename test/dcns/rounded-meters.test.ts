import { describe, expect, test } from "vitest";
import type { MeterMod } from "../../src/drivers/openflow/wire/meter.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { describeError } from "../../src/model/errors.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
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

  test("are undone and made again only where more is let in than was reserved, and nothing else is wrong", async () => {
    await using bed = await start({ rounds: (mod) => mod });
    using mods = bed.countMessages("flow-mod");
    const known = (): boolean => mods.count > 0;
    bed.driver.rateSteps = () => (known() ? [{ step: bandwidth(64 * MBIT) }] : []);
    await bed.setUp("whole", ends, "64Mbps", 101);
    const once = mods.count;
    let isKnown = false;
    bed.driver.rateSteps = () => (isKnown ? [{ step: bandwidth(64 * MBIT) }] : []);
    bed.fabric.switchOf("s3").powerOff();
    const call = bed.run(bed.agent.setupPhysicalNetwork("p", ends, "65Mbps", 102));
    bed.clock.setTimeout(() => {
      isKnown = true;
    }, 1_000);
    expect(describeError((await call)._unsafeUnwrapErr())).toMatch(
      /s3: the switch is not connected/,
    );
    expect(once).toBe(8);
  });

  describe("that are found after they were made", () => {
    /** From now on some switches that are on no way of these networks have such meters. */
    const found = (bed: Testbed, ...mbits: readonly number[]): void => {
      bed.driver.rateSteps = () => mbits.map((mbit) => ({ step: bandwidth(mbit * MBIT) }));
    };
    const forward = (info: NetworkInfo): readonly number[] =>
      info.links.map(({ reserved }) => reserved.forward / MBIT);

    test.each([{ ends: ["s1a:eth1", "s3a:eth1"] }, { ends: ["s1a:eth1", "s2a:eth1", "s3a:eth1"] }])(
      "let a protected network of $ends leave what has failed",
      async (network) => {
        await using bed = await Testbed.start();
        const options = { protection: "disjoint", delivery: "flood" } as const;
        await bed.setUp("p", network.ends, "65Mbps", 101, options);
        found(bed, 64);
        bed.fabric.setLink("s1-s2", false);
        await bed.clock.advance(600_000);
        expect(bed.info("p").links.map(({ id }) => id)).not.toContain("s1-s2");
      },
    );

    test("let what was reserved be changed, and begin at its start", async () => {
      await using bed = await start({ rounds: (mod) => mod });
      const at = new Date(bed.clock.now() + 60_000).toISOString();
      for (let vlan = 101; vlan <= 110; vlan++) {
        await bed.setUp(`p${vlan}`, ends, "100Mbps", vlan, { schedule: { start: at } });
      }
      found(bed, 64);
      expect(forward(await bed.modify("p101", [], [], "99Mbps"))).toEqual([99]);
      await bed.clock.advance(120_000);
      expect(new Set(bed.agent.listNetworks().map(({ state }) => state))).toEqual(
        new Set(["active"]),
      );
    });

    test("let what was reserved begin elsewhere", async () => {
      await using bed = await Testbed.start();
      const at = new Date(bed.clock.now() + 60_000).toISOString();
      for (let vlan = 101; vlan <= 110; vlan++) {
        await bed.setUp(`p${vlan}`, ["s1a:eth1", "s3a:eth1"], "100Mbps", vlan, {
          schedule: { start: at },
        });
      }
      found(bed, 64);
      bed.fabric.setLink("s1-s2", false);
      await bed.clock.advance(120_000);
      const ways = bed.agent.listNetworks().map(({ links }) => links.map(({ id }) => id).join());
      expect(new Set(ways)).toEqual(new Set(["s1-s4,s4-s3"]));
    });

    test("let a network stay, and have less, where there is no room for what they let in", async () => {
      await using bed = await Testbed.start();
      await bed.setUp("p", ends, "200Mbps");
      await bed.setUp("q", ends, "800Mbps");
      found(bed, 64);
      expect(forward(await bed.modify("p", [], [], "199Mbps"))).toEqual([199]);
      expect(forward(await bed.modify("p", [], [], "100Mbps"))).toEqual([100]);
      // What the meters of before let in, 128 Mbit/s, has room beside the other network, and so has what they let in now.
      expect(forward(await bed.modify("p", [], [], "60Mbps"))).toEqual([64]);
    });

    test("count again where it is not known just now who has them", async () => {
      await using bed = await start({ rounds: (mod) => mod });
      found(bed, 64, 1);
      await bed.setUp("p", ends, "65Mbps");
      found(bed, 1);
      expect(forward(await bed.modify("p", [], [], "66Mbps"))).toEqual([128]);
    });
  });
});
