import { describe, expect, test } from "vitest";
import { FrameWatch } from "../support/frame-watch.ts";
import { ladder } from "../support/ladder.ts";
import { endsOf, Testbed } from "../support/testbed.ts";

async function start(): Promise<Testbed> {
  const bed = await Testbed.start({ topology: ladder("1Gbps"), agent: { flapDamping: false } });
  await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], "100Mbps", 101, { protection: "restore" });
  bed.fabric.setFaults({ delay: 1, maxDelayMs: 20 });
  return bed;
}

const linksOf = (bed: Testbed): readonly string[] => bed.info("p").links.map(({ id }) => id);
const hasMoved = (bed: Testbed, to: string): boolean =>
  bed.info("p").state === "active" && linksOf(bed).includes(to);

describe("a link that fails while a network leaves another", () => {
  test.each([0, 5, 20, 40, 60, 90, 130, 200])(
    "is left, too, %i ms after the first, whatever was under way",
    async (afterMs) => {
      await using bed = await start();
      const ends = endsOf(bed.info("p"));
      const watch = new FrameWatch(bed.fabric, { all: ends, staying: [] });
      bed.fabric.setLink("s1-s2", false);
      await bed.run(bed.clock.advance(afterMs), watch.step);
      bed.fabric.setLink("s1-s3", false);
      await bed.until(() => hasMoved(bed, "s1-s4"));
      watch.step();
      expect([...watch.troubles]).toEqual([]);
      expect(linksOf(bed)).toEqual(["s1-s4", "s2-s4"]);
      await bed.clock.advance(10_000);
      bed.expectWhole(bed.info("p"));
      expect(bed.info("p").state).toBe("active");
      await bed.tearDown("p");
      bed.expectNothingLeft();
    },
  );

  test.each([5, 30, 60, 120])(
    "and comes back after %i ms leaves the network whole",
    async (afterMs) => {
      await using bed = await start();
      for (const link of ["s1-s2", "s1-s3", "s1-s4"]) {
        bed.fabric.setLink(link, false);
        await bed.clock.advance(afterMs);
      }
      for (const link of ["s1-s3", "s1-s2"]) {
        bed.fabric.setLink(link, true);
        await bed.clock.advance(afterMs);
      }
      await bed.until(() => bed.info("p").state === "active");
      await bed.clock.advance(10_000);
      bed.expectWhole(bed.info("p"));
      await bed.tearDown("p");
      bed.expectNothingLeft();
    },
  );
});

describe("a network for which there is no way", () => {
  test("is left alone until something changes: nothing is tried again, and no switch hears of it", async () => {
    await using bed = await start();
    for (const link of ["s1-s2", "s1-s3", "s1-s4"]) bed.fabric.setLink(link, false);
    await bed.until(() => bed.info("p").state === "degraded");
    await bed.clock.advance(30_000);
    using sent = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    const [{ commits }, told] = [bed.store, bed.events.length];
    await bed.clock.advance(3_600_000);
    expect([sent.count, bed.store.commits - commits, bed.events.length - told]).toEqual([0, 0, 0]);
    bed.fabric.setLink("s1-s4", true);
    await bed.until(() => hasMoved(bed, "s1-s4"));
    bed.expectWhole(bed.info("p"));
  });
});
