import { describe, expect, test } from "vitest";
import { flowKey } from "../../../../src/drivers/openflow/compile/program.ts";
import { deliveredTo, metersCount } from "../../../../src/drivers/openflow/statistics/delivered.ts";
import { feedsOf } from "../../../../src/drivers/openflow/statistics/feeds.ts";
import type { FlowStats } from "../../../../src/drivers/openflow/wire/flow.ts";
import type { MeterStats } from "../../../../src/drivers/openflow/wire/meter.ts";

const NOT_KEPT = 0xffff_ffff_ffff_ffffn;
const BYTES = 100n;
const exit = { port: 9, tag: "untagged" } as const;

/** A flow from a port to another, past a meter; frames of 100 bytes. */
function flow(
  inPort: number,
  packets: bigint,
  { to = 9, meter, table = 0 }: { to?: number; meter?: number; table?: number } = {},
): FlowStats {
  const actions = [{ type: "output", port: to, maxLen: 0 }] as const;
  const onward = to === 0 ? ({ type: "goto-table", table: 2 } as const) : undefined;
  return {
    table,
    durationS: 1,
    durationNs: 500_000_000,
    priority: 1,
    idleTimeoutS: 0,
    hardTimeoutS: 0,
    flags: 0,
    cookie: 1n,
    packetCount: packets,
    byteCount: packets === NOT_KEPT ? NOT_KEPT : packets * BYTES,
    match: [
      { field: "in_port", value: inPort },
      { field: "vlan_vid", value: 0 },
    ],
    instructions: [
      ...(meter === undefined ? [] : [{ type: "meter", meter } as const]),
      onward ?? { type: "apply-actions", actions },
    ],
  };
}

function meter(id: number, entered: bigint, dropped: bigint): MeterStats {
  const bands = [{ packetCount: dropped, byteCount: dropped * BYTES }];
  const counted = { packetInCount: entered, byteInCount: entered * BYTES };
  return { meter: id, flowCount: 1, ...counted, durationS: 1, durationNs: 0, bands };
}

function readings(flows: readonly FlowStats[], meters: readonly MeterStats[]) {
  const byKey = new Map(flows.map((each) => [flowKey(each), each]));
  const program = {
    flows: byKey,
    groups: new Map(),
    meters: new Map(),
    learned: new Set<bigint>(),
  };
  const byId = new Map(meters.map((each) => [each.meter, each]));
  return { program, feeds: feedsOf(program), flows: byKey, meters: byId, table: 0 };
}

describe("what flows have handed to an exit", () => {
  test.each<
    [what: string, readonly FlowStats[], readonly MeterStats[], frames: number | undefined]
  >([
    ["is nothing where none does", [], [], 0],
    [
      "is what they count where nothing polices",
      [flow(1, 5n), flow(2, 3n), flow(3, 9n, { to: 8 })],
      [],
      8,
    ],
    [
      "is what their meters let pass",
      [flow(1, 70n, { meter: 1 }), flow(2, 3n)],
      [meter(1, 80n, 30n)],
      53,
    ],
    [
      "is known by a meter that several share which all go there",
      [flow(1, 1n, { meter: 1 }), flow(2, 1n, { meter: 1 })],
      [meter(1, 9n, 2n)],
      7,
    ],
    [
      "is known by flows as long as a meter that polices others as well has dropped none",
      [flow(1, 5n, { meter: 1 }), flow(2, 4n, { meter: 1, to: 8 })],
      [meter(1, 9n, 0n)],
      5,
    ],
    [
      "is not known once it has",
      [flow(1, 5n, { meter: 1 }), flow(2, 4n, { meter: 1, to: 8 })],
      [meter(1, 9n, 1n)],
      undefined,
    ],
    [
      "is not known by flows that count what a table before has dropped, or do not",
      [flow(1, 5n, { meter: 1, to: 0 }), flow(1, 5n, { table: 2 })],
      [meter(1, 5n, 1n)],
      undefined,
    ],
    [
      "is known by meters there all the same",
      [flow(1, 5n, { meter: 1, to: 0 }), flow(1, 5n, { table: 2, meter: 2 })],
      [meter(1, 5n, 1n), meter(2, 4n, 1n)],
      3,
    ],
    ["is not known where a meter is gone", [flow(1, 5n, { meter: 1 })], [], undefined],
    [
      "is not known where a meter does not count",
      [flow(1, 5n, { meter: 1 })],
      [meter(1, NOT_KEPT, 0n)],
      undefined,
    ],
    ["is not known where a flow does not count", [flow(1, NOT_KEPT)], [], undefined],
  ])("%s", (_what, flows, meters, frames) => {
    const count = deliveredTo(exit, readings(flows, meters));
    expect(count?.frames).toBe(frames);
    expect(count?.bytes).toBe(frames === undefined ? undefined : frames * 100);
  });

  test("is not known where the switch holds another flow than is known, or none", () => {
    const all = readings([flow(1, 5n), flow(2, 3n)], []);
    const [key = ""] = all.flows.keys();
    const other = new Map([...all.flows, [key, flow(1, 5n, { to: 8 })] as const]);
    const missing = new Map([...all.flows].filter(([each]) => each !== key));
    expect(deliveredTo(exit, { ...all, flows: other })).toBeUndefined();
    expect(deliveredTo(exit, { ...all, flows: missing })).toBeUndefined();
  });

  test("is doubted where a meter says less than the flows that began with it", () => {
    const flows = [flow(1, 5n, { meter: 1 })];
    expect(metersCount(exit, readings(flows, [meter(1, 5n, 0n)]))).toBe(true);
    expect(metersCount(exit, readings(flows, [meter(1, 0n, 0n)]))).toBe(false);
  });
});
