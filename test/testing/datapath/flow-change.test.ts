import { describe, expect, test } from "vitest";
import { flowFlag, TABLE_ALL } from "../../../src/drivers/openflow/wire/constants.ts";
import { type FlowMod, flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import { BenchSwitch, flow, group, output, pop, push, setVlan } from "./bench-switch.ts";

const port1 = { field: "in_port", value: 1 } as const;
const port2 = { field: "in_port", value: 2 } as const;
const in5 = { field: "vlan_vid", value: 0x1005 } as const;

/** The cookies of the flows that are there, in order. */
function cookies(bench: BenchSwitch): readonly bigint[] {
  const flows = bench.datapath.flows(bench.nowMs);
  return flows.map((entry) => entry.cookie).toSorted((a, b) => Number(a - b));
}

/** Three flows with cookies 1, 2, 3: for port 1, for VLAN 5 on port 1, for port 2. */
function threeFlows(): BenchSwitch {
  const bench = new BenchSwitch();
  bench.tell(
    { ...flow([port1], output(2)), cookie: 1n },
    { ...flow([port1, in5], output(3)), cookie: 2n },
    { ...flow([port2], output(3)), cookie: 3n, priority: 7 },
  );
  return bench;
}

function deletion(fields: Partial<FlowMod> = {}): FlowMod {
  return { ...flowMod({}), command: "delete", ...fields };
}

describe("adding a flow", () => {
  test("replaces the one with the same match and priority, whose counters it takes over", () => {
    const bench = new BenchSwitch();
    bench.tell({ ...flow([port1], output(2)), cookie: 1n });
    bench.send(1);
    bench.nowMs = 5_000;
    bench.tell({ ...flow([port1], output(3)), cookie: 2n });
    expect(bench.datapath.flows(bench.nowMs)).toMatchObject([
      { cookie: 2n, packetCount: 1n, byteCount: 60n, durationS: 0 },
    ]);
    bench.tell({ ...flow([port1], output(3)), flags: flowFlag.resetCounts });
    expect(bench.datapath.flows(bench.nowMs)).toMatchObject([{ packetCount: 0n }]);
  });

  test("is refused on overlap when the flow asks for that", () => {
    const bench = threeFlows();
    const checked = { ...flow([in5], output(2)), flags: flowFlag.checkOverlap };
    expect(bench.tell(checked)).toEqual(["flow-mod-failed/overlap"]);
    expect(bench.tell({ ...checked, priority: 2 })).toEqual([]);
  });

  test("is refused when the table is full, unless it replaces", () => {
    const bench = new BenchSwitch(1);
    expect(bench.tell(flow([port1], output(2)), flow([port2], output(2)))).toEqual([
      "flow-mod-failed/table-full",
    ]);
    expect(bench.tell(flow([port1], output(3)))).toEqual([]);
  });

  test("is refused when it names a group or a meter that is not there", () => {
    const bench = new BenchSwitch();
    expect(bench.tell(flow([], { type: "group", group: 1 }))).toEqual(["bad-action/bad-out-group"]);
    expect(bench.tell(flowMod({ instructions: [{ type: "meter", meter: 1 }] }))).toEqual([
      "meter-mod-failed/invalid-meter",
    ]);
    expect(cookies(bench)).toEqual([]);
  });

  test("is refused when it pops what may not be there, or sets a VLAN without the present bit", () => {
    const bench = new BenchSwitch();
    const bare = { type: "set-field", field: { field: "vlan_vid", value: 5 } } as const;
    expect(
      bench.tell(
        flow([], pop),
        flow([in5], pop, pop),
        flow([in5], pop, setVlan(6)),
        flow([in5], bare),
        flow([], push, push, push),
      ),
    ).toEqual([
      "bad-action/match-inconsistent",
      "bad-action/match-inconsistent",
      "bad-action/match-inconsistent",
      "bad-action/bad-set-argument",
      "bad-action/bad-tag",
    ]);
    expect(bench.tell(flow([in5], pop, push, setVlan(6), output(2)))).toEqual([]);
  });

  test("is refused for tables and jumps that do not exist, and for a packet in a buffer", () => {
    const bench = new BenchSwitch();
    expect(
      bench.tell(
        flowMod({ table: TABLE_ALL }),
        flowMod({ table: 2, instructions: [{ type: "goto-table", table: 2 }] }),
        flowMod({ bufferId: 1 }),
      ),
    ).toEqual([
      "flow-mod-failed/bad-table-id",
      "bad-instruction/bad-table-id",
      "bad-request/buffer-unknown",
    ]);
  });
});

describe("modifying flows", () => {
  test("changes what they do and nothing else", () => {
    const bench = threeFlows();
    bench.send(1);
    bench.nowMs = 3_000;
    bench.tell({ ...flow([port1], output(4)), command: "modify", cookie: 9n, idleTimeoutS: 4 });
    expect(bench.send(1)).toEqual(["4: []"]);
    expect(bench.send(1, { vlans: [5] })).toEqual(["4: [5]"]);
    expect(bench.send(2)).toEqual(["3: []"]);
    expect(bench.datapath.flows(bench.nowMs)[0]).toMatchObject({
      cookie: 1n,
      packetCount: 3n,
      durationS: 3,
      idleTimeoutS: 0,
    });
  });

  test("strictly, changes the one of this match and priority", () => {
    const bench = threeFlows();
    bench.tell({ ...flow([port1], output(4)), command: "modify-strict", priority: 2 });
    expect(bench.send(1)).toEqual(["2: []"]);
    bench.tell({ ...flow([port1, in5], output(4)), command: "modify-strict" });
    expect([bench.send(1), bench.send(1, { vlans: [5] })]).toEqual([["2: []"], ["2: [5]"]]);
    bench.tell({ ...flow([port1], output(4)), command: "modify-strict" });
    expect(bench.send(1)).toEqual(["4: []"]);
  });

  test("that do not exist does nothing, whatever it names", () => {
    const bench = new BenchSwitch();
    const change = { ...flow([port1], { type: "group", group: 9 }), command: "modify" } as const;
    expect(bench.tell(change)).toEqual([]);
    expect(cookies(bench)).toEqual([]);
  });
});

describe("deleting flows", () => {
  test("takes those with the same match or a narrower one, of any priority", () => {
    const bench = threeFlows();
    bench.tell(deletion({ match: [port1] }));
    expect(cookies(bench)).toEqual([3n]);
    bench.tell(deletion());
    expect(cookies(bench)).toEqual([]);
  });

  test("strictly, takes the one of this match and priority", () => {
    const bench = threeFlows();
    bench.tell(deletion({ command: "delete-strict", match: [port2], priority: 1 }));
    bench.tell(deletion({ command: "delete-strict", match: [port1], priority: 1 }));
    expect(cookies(bench)).toEqual([2n, 3n]);
  });

  test("goes by the bits of the cookie that the mask has", () => {
    const bench = threeFlows();
    bench.tell(deletion({ cookie: 1n, cookieMask: 1n }));
    expect(cookies(bench)).toEqual([2n]);
  });

  test("goes by the port or the group that they use", () => {
    const bench = threeFlows();
    bench.tell(group(1, "all", [output(2)]), {
      ...flow([in5], { type: "group", group: 1 }),
      cookie: 4n,
    });
    bench.tell(deletion({ outPort: 2 }));
    expect(cookies(bench)).toEqual([2n, 3n, 4n]);
    bench.tell(deletion({ outGroup: 1 }));
    expect(cookies(bench)).toEqual([2n, 3n]);
  });

  test("reaches all tables when told so", () => {
    const bench = threeFlows();
    bench.tell({ ...flow([], output(2)), table: 4 });
    bench.tell(deletion());
    expect(cookies(bench)).toEqual([0n]);
    bench.tell(deletion({ table: TABLE_ALL }));
    expect(cookies(bench)).toEqual([]);
  });

  test("tells of those that asked for it", () => {
    const bench = new BenchSwitch();
    bench.tell({ ...flow([port1], output(2)), cookie: 1n, flags: flowFlag.sendFlowRemoved });
    bench.tell({ ...flow([port2], output(2)), cookie: 2n });
    bench.send(1);
    bench.nowMs = 2_500;
    expect(bench.tell(deletion())).toEqual([
      {
        type: "flow-removed",
        cookie: 1n,
        priority: 1,
        reason: "delete",
        table: 0,
        durationS: 2,
        durationNs: 500_000_000,
        idleTimeoutS: 0,
        hardTimeoutS: 0,
        packetCount: 1n,
        byteCount: 60n,
        match: [port1],
      },
    ]);
  });
});
