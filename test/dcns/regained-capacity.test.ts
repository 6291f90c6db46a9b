import { describe, expect, test } from "vitest";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../src/drivers/openflow/wire/message.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { Testbed, type TestbedOptions } from "../support/testbed.ts";

const AUDIT_MS = 10_000;
const audited = { auditIntervalMs: AUDIT_MS };

/** Every switch has somebody else's flow in its first table. */
const FOREIGN_FLOWS = 1;
const FLOWS_BETWEEN = 2;

const ends = ["s1a:eth1", "s3a:eth1"];
const byS4 = ["s1-s4", "s4-s3"];
const linksOf = (info: NetworkInfo): string[] => info.links.map(({ id }) => String(id)).sort();

/** The table of a switch takes what `size` says at the moment; those of others take all. */
function tableOf(where: string, size: () => number): TestbedOptions {
  return {
    driver: audited,
    maxFlowsPerTable: (node) => (node === where ? size() : 1_000),
  };
}

const regained = (bed: Testbed) => bed.events.filter(({ type }) => type === "capacity-regained");

/** A network whose way by s2 is cut, and for which there is no room at s4. */
async function cutOff(bed: Testbed): Promise<void> {
  await bed.setUp("p", ends, "10Mbps", undefined, { protection: "restore" });
  expect(linksOf(bed.info("p"))).not.toEqual(byS4);
  bed.fabric.setLink("s2-s3", false);
  await bed.until(() => bed.info("p").state === "degraded");
  await bed.clock.advance(2_000);
  expect(bed.info("p").state).toBe("degraded");
}

/** Somebody else's flow at a switch goes. */
function foreignLeaves(bed: Testbed, where: string): void {
  const theirs = bed.fabric.flowsOf(where).find(({ cookie }) => cookie >> 48n !== 0xdc05n);
  if (theirs === undefined) throw new Error("somebody else has a flow");
  const { table, priority, match } = theirs;
  inject(bed, where, flowMod({ command: "delete-strict", table, priority, match }));
}

function inject(bed: Testbed, where: string, message: OfMessage): void {
  bed.fabric.switchOf(where).inject(message)._unsafeUnwrap();
}

describe("room that somebody else gives back is had by a network that waits for it", () => {
  test("where flows of another controller go", async () => {
    await using bed = await Testbed.start(tableOf("s4", () => FOREIGN_FLOWS + FLOWS_BETWEEN - 1));
    await cutOff(bed);
    await bed.clock.advance(2 * AUDIT_MS);
    expect(regained(bed)).toEqual([]);
    foreignLeaves(bed, "s4");
    await bed.clock.advance(AUDIT_MS + 1_000);
    expect(regained(bed)).toEqual([{ type: "capacity-regained", node: "s4" }]);
    expect(bed.info("p").state).toBe("active");
    expect(linksOf(bed.info("p"))).toEqual(byS4);
    bed.expectWhole(bed.info("p"));
    await bed.clock.advance(5 * AUDIT_MS);
    expect(regained(bed)).toHaveLength(1);
  });

  test("where the operator gives a table more room, as much as it takes", async () => {
    let size = FOREIGN_FLOWS;
    await using bed = await Testbed.start(tableOf("s4", () => size));
    await cutOff(bed);
    size += FLOWS_BETWEEN - 1;
    await bed.clock.advance(AUDIT_MS + 1_000);
    expect(regained(bed)).toEqual([]);
    size += 1;
    await bed.clock.advance(AUDIT_MS + 1_000);
    expect(regained(bed)).toHaveLength(1);
    expect(bed.info("p").state).toBe("active");
    expect(linksOf(bed.info("p"))).toEqual(byS4);
  });

  test("where the switch was found to be full by trying", async () => {
    let size = 1_000;
    await using bed = await Testbed.start(tableOf("s4", () => size));
    size = FOREIGN_FLOWS;
    await cutOff(bed);
    await bed.clock.advance(2 * AUDIT_MS);
    expect(regained(bed)).toEqual([]);
    size = 1_000;
    await bed.clock.advance(AUDIT_MS + 1_000);
    expect(regained(bed)).toHaveLength(1);
    expect(bed.info("p").state).toBe("active");
  });

  test("where a number of ours was somebody else's", async () => {
    const meterIds = { first: 200_001, last: 200_001 };
    await using bed = await Testbed.start({ driver: { ...audited, meterIds } });
    const theirs = { table: 0, priority: 7, match: [{ field: "in_port", value: 77 }] } as const;
    const bands = [{ type: "drop", rate: 1_000, burst: 100 }] as const;
    inject(bed, "s3", { type: "meter-mod", command: "add", meter: 200_001, flags: 5, bands });
    const instructions = [{ type: "meter", meter: 200_001 }] as const;
    inject(bed, "s3", flowMod({ command: "add", ...theirs, instructions }));
    await bed.clock.advance(AUDIT_MS);

    const start = new Date(bed.clock.now() + 1_000).toISOString();
    await bed.setUp("p", ends, "10Mbps", undefined, { schedule: { start } });
    // So that it would not be tried again by itself for a while.
    await bed.clock.advance(45_000);
    expect(bed.info("p").state).toBe("scheduled");
    inject(bed, "s3", flowMod({ command: "delete-strict", ...theirs }));
    await bed.clock.advance(AUDIT_MS + 2_000);
    expect(regained(bed)).toEqual([{ type: "capacity-regained", node: "s3" }]);
    expect(bed.info("p").state).toBe("active");
  });
});

test("where others come and go all the time, that is told now and then", async () => {
  let size = FOREIGN_FLOWS;
  const options = { ...tableOf("s4", () => size), driver: { auditIntervalMs: 300_000 } };
  await using bed = await Testbed.start(options);
  // There is room for the one half of the time, and never for the other.
  const ask = (host: string) => bed.agent.planPhysicalNetwork("q", ["s1a:eth1", host], "10Mbps");
  for (let second = 0; second < 60; second += 1) {
    size = FOREIGN_FLOWS + (second % 2) * 5;
    ask("s4a:eth1");
    expect(ask("s4b:eth1").isErr()).toBe(true);
    await bed.clock.advance(1_000);
  }
  expect(regained(bed)).toHaveLength(2);
});

test("room that nobody was refused for is nobody's news", async () => {
  let size = FOREIGN_FLOWS + 2 * FLOWS_BETWEEN;
  await using bed = await Testbed.start(tableOf("s4", () => size));
  await bed.setUp("p", ends, "10Mbps");
  foreignLeaves(bed, "s4");
  size += 100;
  await bed.clock.advance(3 * AUDIT_MS);
  expect(regained(bed)).toEqual([]);
});

describe("room that a network of ours gives back is had by one that was to begin", () => {
  const meters = (count: number) => ({ meterIds: { first: 200_001, last: 200_000 + count } });
  const cases = {
    "when it is gone": {
      ...{ count: 1, first: ["s2a:eth1", "s3b:eth1"] },
      leave: (bed: Testbed) => bed.tearDown("first"),
    },
    "when it shrinks": {
      ...{ count: 2, first: ["s2a:eth1", "s3a:eth1", "s3b:eth1"] },
      leave: (bed: Testbed) => bed.modify("first", [], ["s3b:eth1"]),
    },
  } as const;
  test.each(Object.entries(cases))("%s", async (_, { count, first, leave }) => {
    await using bed = await Testbed.start({ driver: meters(count) });
    await bed.setUp("first", first, "10Mbps", undefined, { delivery: "flood" });
    const start = new Date(bed.clock.now() + 1_000).toISOString();
    await bed.setUp("p", ends, "10Mbps", undefined, { schedule: { start } });
    await bed.clock.advance(45_000);
    expect(bed.info("p").state).toBe("scheduled");
    await leave(bed);
    await bed.clock.advance(1_000);
    expect(bed.info("p").state).toBe("active");
  });
});
