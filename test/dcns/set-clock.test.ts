import { describe, expect, test } from "vitest";
import { settable } from "../support/settable-clock.ts";
import { Testbed, value } from "../support/testbed.ts";

const HOUR = 3_600_000;
const hosts = ["s1a:eth1", "s2a:eth1"] as const;

/** A testbed whose agent has a wall clock that can be set. */
async function withWallClock(): Promise<{ bed: Testbed; set: (byMs: number) => void }> {
  const bed = await Testbed.start();
  const { clock, set } = settable(bed.clock);
  bed.crash();
  bed.agentOptions = { clock };
  await bed.restart();
  return { bed, set };
}

describe("a wall clock that is set while switches are connected", () => {
  test.each([HOUR, -HOUR])("by %d ms takes no connection away", async (byMs) => {
    const { bed, set } = await withWallClock();
    await using _ = bed;
    const info = await bed.setUp("p", hosts, "1Gbps", 101);
    await bed.clock.advance(7_000);
    const told: unknown[] = [];
    using _listening = bed.agent.events.subscribe((event) => told.push(event));
    set(byMs);
    await bed.clock.advance(60_000);
    expect(told).toEqual([]);
    expect(bed.info("p")).toEqual(info);
  });

  test.each([HOUR, -HOUR])("by %d ms does not hold commands up", async (byMs) => {
    const { bed, set } = await withWallClock();
    await using _ = bed;
    await bed.setUp("p", hosts, "1Gbps", 101);
    set(byMs);
    const begun = bed.clock.now();
    await bed.setUp("q", hosts, "1Gbps", 102);
    expect(bed.clock.now() - begun).toBeLessThan(2_000);
  });

  test("back does not make what was counted before the newest there is", async () => {
    const { bed, set } = await withWallClock();
    await using _ = bed;
    await bed.setUp("p", hosts, "1Gbps", 101);
    const count = async () =>
      value(await bed.run(bed.agent.getNetworkStatistics("p"))).received.frames;
    expect(await count()).toBe(0);
    set(-HOUR);
    bed.fabric.hostOf("s1a:eth1").send({ vlans: [101] });
    await bed.clock.advance(2_000);
    expect(await count()).toBe(1);
  });

  test("back does not hold a link down that has failed once", async () => {
    const { bed, set } = await withWallClock();
    await using _ = bed;
    const [link = ""] = bed.topology.links.keys();
    const fail = async (): Promise<void> => {
      bed.fabric.setLink(link, false);
      await bed.clock.advance(100);
      bed.fabric.setLink(link, true);
      await bed.clock.advance(100);
    };
    await fail();
    await bed.clock.advance(60_000);
    set(-HOUR);
    await fail();
    expect(bed.events.filter(({ type }) => type === "link-damped")).toEqual([]);
  });
});
