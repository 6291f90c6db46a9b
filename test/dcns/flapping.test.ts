import { expect, test } from "vitest";
import { Testbed } from "../support/testbed.ts";

async function flap(bed: Testbed, link: string, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    bed.fabric.setLink(link, false);
    await bed.clock.advance(50);
    bed.fabric.setLink(link, true);
    await bed.clock.advance(50);
  }
}

const statesOf = (bed: Testbed, link: string): readonly boolean[] =>
  bed.events.flatMap((event) =>
    event.type === "link-state" && event.link === link ? [event.up] : [],
  );

test("a link that fails once is believed as soon as it is back", async () => {
  await using bed = await Testbed.start();
  await flap(bed, "s1-s2", 1);
  expect(statesOf(bed, "s1-s2")).toEqual([false, true]);
  expect(bed.events.some(({ type }) => type === "link-damped")).toBe(false);
});

test("a link that flaps stays down until it is quiet, and networks avoid it meanwhile", async () => {
  await using bed = await Testbed.start();
  await flap(bed, "s1-s2", 10);
  expect(statesOf(bed, "s1-s2")).toEqual([false, true, false, true, false]);
  const damped = bed.events.filter((event) => event.type === "link-damped");
  expect(damped.at(-1)).toMatchObject({ link: "s1-s2" });
  const info = await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], 1e6, 101);
  expect(info.links.map(({ id }) => id as string)).not.toContain("s1-s2");
  await bed.clock.advance(damped.at(-1)?.forMs ?? 0);
  expect(statesOf(bed, "s1-s2")).toEqual([false, true, false, true, false, true]);
  const next = await bed.setUp("q", ["s1a:eth1", "s2a:eth1"], 1e6, 102);
  expect(next.links.map(({ id }) => id as string)).toEqual(["s1-s2"]);
});

test("a link that is cut when its time is up is not said to be up", async () => {
  await using bed = await Testbed.start();
  await flap(bed, "s1-s2", 4);
  bed.fabric.setLink("s1-s2", false);
  await bed.clock.advance(30_000);
  expect(statesOf(bed, "s1-s2").at(-1)).toBe(false);
  bed.fabric.setLink("s1-s2", true);
  await bed.clock.advance(50);
  expect(statesOf(bed, "s1-s2").at(-1)).toBe(true);
});

test("without damping every change counts", async () => {
  await using bed = await Testbed.start({ agent: { flapDamping: false } });
  await flap(bed, "s1-s2", 10);
  expect(statesOf(bed, "s1-s2")).toHaveLength(20);
});
