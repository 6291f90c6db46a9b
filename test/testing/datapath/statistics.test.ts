import { describe, expect, test } from "vitest";
import {
  GROUP_ALL,
  GROUP_ANY,
  METER_ALL,
  PORT_ANY,
  TABLE_ALL,
} from "../../../src/drivers/openflow/wire/constants.ts";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import { BenchSwitch, flow, group, output } from "./bench-switch.ts";

const everyFlow = {
  table: TABLE_ALL,
  outPort: PORT_ANY,
  outGroup: GROUP_ANY,
  cookie: 0n,
  cookieMask: 0n,
  match: [],
} as const;

/** Port 1 goes through meter 3 into group 1 towards ports 2 and 3; two frames of 60 bytes have. */
function busySwitch(): BenchSwitch {
  const bench = new BenchSwitch();
  bench.tell(
    {
      type: "meter-mod",
      command: "add",
      meter: 3,
      flags: 2,
      bands: [{ type: "drop", rate: 1, burst: 0 }],
    },
    group(1, "all", [output(2)], [output(3)]),
    flowMod({
      cookie: 7n,
      priority: 5,
      match: [{ field: "in_port", value: 1 }],
      instructions: [
        { type: "apply-actions", actions: [{ type: "group", group: 1 }] },
        { type: "meter", meter: 3 },
        { type: "write-actions", actions: [] },
      ],
    }),
    { ...flow([], output(4)), table: 1 },
  );
  bench.send(1);
  bench.send(1);
  bench.nowMs = 1_250;
  return bench;
}

describe("statistics", () => {
  test("list flows, with instructions in the order of execution and empty ones left out", () => {
    const { flows } = busySwitch().ask({ type: "flow", ...everyFlow });
    expect(flows).toEqual([
      {
        table: 0,
        durationS: 1,
        durationNs: 250_000_000,
        priority: 5,
        idleTimeoutS: 0,
        hardTimeoutS: 0,
        flags: 0,
        cookie: 7n,
        packetCount: 2n,
        byteCount: 120n,
        match: [{ field: "in_port", value: 1 }],
        instructions: [
          { type: "meter", meter: 3 },
          { type: "apply-actions", actions: [{ type: "group", group: 1 }] },
        ],
      },
      expect.objectContaining({ table: 1, packetCount: 0n }),
    ]);
  });

  test("list the flows that were asked for", () => {
    const bench = busySwitch();
    const count = (filter: Partial<typeof everyFlow> | object): number =>
      bench.ask({ type: "flow", ...everyFlow, ...filter }).flows.length;
    expect(count({ table: 1 })).toBe(1);
    expect(count({ cookie: 7n, cookieMask: 0xffn })).toBe(1);
    expect(count({ outPort: 4 })).toBe(1);
    expect(count({ outGroup: 2 })).toBe(0);
    expect(count({ match: [{ field: "in_port", value: 1 }] })).toBe(1);
  });

  test("add up flows", () => {
    expect(busySwitch().ask({ type: "aggregate", ...everyFlow })).toEqual({
      type: "aggregate",
      packetCount: 2n,
      byteCount: 120n,
      flowCount: 2,
    });
  });

  test("count what passed groups and their buckets, meters and their bands", () => {
    const bench = busySwitch();
    const once = { packetCount: 1n, byteCount: 60n };
    expect(bench.ask({ type: "group", group: GROUP_ALL }).groups).toEqual([
      {
        group: 1,
        refCount: 1,
        ...once,
        durationS: 1,
        durationNs: 250_000_000,
        buckets: [once, once],
      },
    ]);
    expect(bench.ask({ type: "group", group: 9 }).groups).toEqual([]);
    expect(bench.ask({ type: "meter", meter: METER_ALL }).meters).toEqual([
      {
        meter: 3,
        flowCount: 1,
        packetInCount: 2n,
        byteInCount: 120n,
        durationS: 1,
        durationNs: 250_000_000,
        bands: [once],
      },
    ]);
  });

  test("count what passed ports and tables", () => {
    const bench = busySwitch();
    expect(bench.ask({ type: "port-stats", port: 1 }).ports).toMatchObject([
      { port: 1, rxPackets: 2n, rxBytes: 120n, txPackets: 0n },
    ]);
    expect(bench.ask({ type: "port-stats", port: PORT_ANY }).ports).toMatchObject([
      { rxPackets: 2n },
      { txPackets: 1n, txBytes: 60n },
      { txPackets: 1n },
      { txPackets: 0n },
    ]);
    const { tables } = bench.ask({ type: "table" });
    expect(tables).toHaveLength(254);
    expect(tables[0]).toEqual({ table: 0, activeCount: 1, lookupCount: 2n, matchedCount: 2n });
  });

  test("describe groups and meters as they were asked for", () => {
    const bench = busySwitch();
    expect(bench.ask({ type: "group-desc" }).groups).toEqual([
      { group: 1, groupType: "all", buckets: [{ actions: [output(2)] }, { actions: [output(3)] }] },
    ]);
    expect(bench.ask({ type: "meter-config", meter: 3 }).meters).toMatchObject([
      { meter: 3, flags: 2 },
    ]);
  });

  test("describe what the switch can do", () => {
    const bench = busySwitch();
    expect(bench.ask({ type: "meter-features" })).toMatchObject({ bandTypes: 2, maxBands: 8 });
    expect(bench.ask({ type: "group-features" })).toMatchObject({ types: 15, capabilities: 7 });
    expect(bench.ask({ type: "desc" }).manufacturer).toBe("DCNS");
  });

  test("of what is not there, or not supported, are refused", () => {
    const ask = (body: Parameters<BenchSwitch["ask"]>[0]): unknown =>
      busySwitch().tell({ type: "multipart-request", more: false, body });
    expect(ask({ type: "meter-config", meter: 9 })).toEqual(["meter-mod-failed/unknown-meter"]);
    expect(ask({ type: "port-stats", port: 9 })).toEqual(["bad-request/bad-port"]);
    expect(ask({ type: "table-desc" })).toEqual(["bad-request/bad-multipart"]);
  });
});
