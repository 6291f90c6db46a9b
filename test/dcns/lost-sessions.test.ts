import { expect, test } from "vitest";
import { Testbed, type TestbedOptions } from "../support/testbed.ts";

const GRACE_MS = 10_000;

async function start(options: TestbedOptions = {}): Promise<Testbed> {
  return Testbed.start({ ...options, agent: { nodeGraceMs: GRACE_MS, ...options.agent } });
}

/** A network that passes through a switch where none of its hosts is, and that switch. */
async function passing(bed: Testbed) {
  bed.fabric.setLink("s1-s2", false);
  await bed.clock.advance(100);
  const info = await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], "10Mbps", 101, {
    protection: "restore",
  });
  bed.fabric.setLink("s1-s2", true);
  await bed.clock.advance(100);
  const nodes = info.links.flatMap(({ id }) => {
    const link = [...bed.topology.links.values()].find((one) => one.id === id);
    return [link?.a, link?.b].map((port) => String(port).split(":")[0] ?? "");
  });
  const transit = nodes.find((node) => node !== "s1" && node !== "s2");
  if (transit === undefined) throw new Error("the network passes nobody");
  return { info, transit, at: bed.fabric.switchOf(transit) };
}

const nodesOf = (bed: Testbed): string => JSON.stringify(bed.info("p").links);

test("a switch that is away for a moment changes nothing", async () => {
  await using bed = await start();
  const { at } = await passing(bed);
  const before = nodesOf(bed);
  at.disconnect();
  await bed.clock.advance(GRACE_MS - 1_000);
  at.connect();
  await bed.clock.advance(60_000);
  expect(nodesOf(bed)).toBe(before);
  expect(bed.info("p").state).toBe("active");
});

test("networks that pass a switch that is away for too long leave it, and no frame is lost", async () => {
  await using bed = await start();
  const { at, transit } = await passing(bed);
  at.disconnect();
  await bed.clock.advance(GRACE_MS + 5_000);
  const { state, links } = bed.info("p");
  expect(state).toBe("active");
  for (const { id } of links) {
    const link = [...bed.topology.links.values()].find((one) => one.id === id);
    expect([link?.a, link?.b].some((port) => String(port).startsWith(`${transit}:`))).toBe(false);
  }
  bed.expectJoined(bed.info("p"));
  // It comes back with what it held, and that goes.
  at.connect();
  await bed.clock.advance(60_000);
  expect(bed.held()[transit]).toBeUndefined();
  bed.expectWhole(bed.info("p"));
  await bed.tearDown("p");
  bed.expectNothingLeft();
});

test("a network with a host at such a switch is degraded until it is back", async () => {
  await using bed = await start();
  const info = await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], "10Mbps", 101);
  const at = bed.fabric.switchOf("s2");
  at.disconnect();
  await bed.clock.advance(GRACE_MS + 1_000);
  expect(bed.info("p").state).toBe("degraded");
  bed.expectJoined(info);
  at.connect();
  await bed.clock.advance(60_000);
  expect(bed.info("p").state).toBe("active");
  bed.expectWhole(bed.info("p"));
});

test("links of a switch that is lost again and again are held down", async () => {
  await using bed = await start({ agent: { nodeGraceMs: 100 } });
  const at = bed.fabric.switchOf("s2");
  for (let i = 0; i < 4; i += 1) {
    at.disconnect();
    await bed.clock.advance(400);
    at.connect();
    await bed.clock.advance(400);
  }
  expect(bed.events.some(({ type }) => type === "link-damped")).toBe(true);
});

test("without a grace time a lost session means nothing for links", async () => {
  await using bed = await start({ agent: { nodeGraceMs: false } });
  const { at } = await passing(bed);
  const before = nodesOf(bed);
  at.disconnect();
  await bed.clock.advance(600_000);
  expect(nodesOf(bed)).toBe(before);
  expect(bed.info("p").state).toBe("active");
});
