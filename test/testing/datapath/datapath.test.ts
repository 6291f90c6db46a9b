import { describe, expect, test } from "vitest";
import { flowFlag, GROUP_ALL, portConfig } from "../../../src/drivers/openflow/wire/constants.ts";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { GroupMod } from "../../../src/drivers/openflow/wire/group.ts";
import type { MeterMod } from "../../../src/drivers/openflow/wire/meter.ts";
import { BenchSwitch, flow, group, output } from "./bench-switch.ts";

const port1 = { field: "in_port", value: 1 } as const;
const meter: MeterMod = {
  type: "meter-mod",
  command: "add",
  meter: 3,
  flags: 1,
  bands: [{ type: "drop", rate: 1_000, burst: 0 }],
};
const deleteGroup: GroupMod = { ...group(1, "all"), command: "delete" };
const removed = { flags: flowFlag.sendFlowRemoved };

describe("groups", () => {
  test("cannot be added twice or modified before they are there", () => {
    const bench = new BenchSwitch();
    expect(bench.tell({ ...group(1, "all"), command: "modify" })).toEqual([
      "group-mod-failed/unknown-group",
    ]);
    expect(bench.tell(group(1, "all"), group(1, "all"))).toEqual(["group-mod-failed/group-exists"]);
  });

  test("take their flows with them when they go", () => {
    const bench = new BenchSwitch();
    bench.tell(group(1, "all", [output(2)]), {
      ...flow([port1], { type: "group", group: 1 }),
      ...removed,
    });
    bench.tell(flow([], output(3)));
    expect(bench.tell(deleteGroup)).toMatchObject([
      { type: "flow-removed", reason: "group-delete" },
    ]);
    expect(bench.send(1)).toEqual(["3: []"]);
  });

  test("that others lead to can go, and all can go at once", () => {
    const bench = new BenchSwitch();
    bench.tell(group(1, "all"), group(2, "all", [{ type: "group", group: 1 }]));
    expect(bench.tell(deleteGroup, deleteGroup)).toEqual([]);
    expect(bench.datapath.groups().map((entry) => entry.group)).toEqual([2]);
    bench.tell({ ...deleteGroup, group: GROUP_ALL });
    expect(bench.datapath.groups()).toEqual([]);
  });

  test("must be of one piece", () => {
    const watching = { watchPort: 2, actions: [] };
    expect(
      new BenchSwitch().tell(
        group(1, "indirect"),
        group(1, "indirect", [], []),
        group(1, "fast-failover", []),
        group(1, "all", watching),
        group(1, "all", { weight: 2, actions: [] }),
        { ...group(1, "all"), groupType: 7 },
        { ...group(1, "all"), command: 7 },
      ),
    ).toEqual([
      "group-mod-failed/invalid-group",
      "group-mod-failed/invalid-group",
      "group-mod-failed/invalid-group",
      "group-mod-failed/watch-unsupported",
      "group-mod-failed/invalid-group",
      "group-mod-failed/bad-type",
      "group-mod-failed/bad-command",
    ]);
  });
});

describe("meters", () => {
  test("cannot be added twice or modified before they are there", () => {
    const bench = new BenchSwitch();
    expect(bench.tell({ ...meter, command: "modify" })).toEqual(["meter-mod-failed/unknown-meter"]);
    expect(bench.tell(meter, meter)).toEqual(["meter-mod-failed/meter-exists"]);
  });

  test("take their flows with them when they go", () => {
    const bench = new BenchSwitch();
    bench.tell(meter, flowMod({ instructions: [{ type: "meter", meter: 3 }], ...removed }));
    expect(bench.tell({ ...meter, command: "delete" })).toMatchObject([{ type: "flow-removed" }]);
    expect(bench.datapath.flows(0)).toEqual([]);
    expect(bench.tell({ ...meter, command: "delete" })).toEqual([]);
  });

  test("report a burst that was not given as one second's worth, as Open vSwitch does", () => {
    const bench = new BenchSwitch();
    bench.tell(meter);
    expect(bench.datapath.meters()).toEqual([
      { meter: 3, flags: 1, bands: [{ type: "drop", rate: 1_000, burst: 1_000 }] },
    ]);
  });

  test("only drop", () => {
    const bands = [{ type: "dscp-remark", rate: 1, burst: 0, precLevel: 1 }] as const;
    expect(new BenchSwitch().tell({ ...meter, bands })).toEqual(["meter-mod-failed/bad-band"]);
  });
});

describe("timeouts", () => {
  test("remove a flow after its life, or when nothing has passed for a while", () => {
    const bench = new BenchSwitch();
    bench.tell({ ...flow([port1], output(2)), ...removed, cookie: 1n, hardTimeoutS: 10 });
    bench.tell({ ...flow([], output(2)), ...removed, cookie: 2n, idleTimeoutS: 4 });
    expect(bench.datapath.nextExpiryMs()).toBe(4_000);
    bench.nowMs = 3_000;
    bench.send(2);
    expect(bench.datapath.nextExpiryMs()).toBe(7_000);
    expect(bench.datapath.expire(6_999)).toEqual([]);
    expect(bench.datapath.expire(7_000)).toMatchObject([
      { message: { cookie: 2n, reason: "idle-timeout", packetCount: 1n } },
    ]);
    expect(bench.datapath.expire(10_000)).toMatchObject([
      { message: { cookie: 1n, reason: "hard-timeout", durationS: 10 } },
    ]);
    expect(bench.datapath.nextExpiryMs()).toBeUndefined();
  });
});

describe("ports", () => {
  test("tell when their signal goes and comes, once each", () => {
    const bench = new BenchSwitch();
    expect(bench.datapath.setLink(2, false)).toMatchObject([
      {
        type: "notify",
        message: { type: "port-status", reason: "modify", port: { port: 2, state: 1 } },
      },
    ]);
    expect(bench.datapath.setLink(2, false)).toEqual([]);
    expect(bench.datapath.setLink(2, true)).toMatchObject([{ message: { port: { state: 4 } } }]);
  });

  test("take nothing in while they are down", () => {
    const bench = new BenchSwitch();
    bench.tell(flow([], output(2)));
    bench.datapath.setLink(1, false);
    expect(bench.send(1)).toEqual([]);
    expect(bench.send(9)).toEqual([]);
  });

  test("can be shut by the controller, one way or both", () => {
    const bench = new BenchSwitch();
    bench.tell(flow([], output(2), output(3)));
    const [, second] = bench.ask({ type: "port-desc" }).ports;
    if (second === undefined) throw new Error("port 2 is missing");
    const change = { type: "port-mod", port: 2, hwAddr: second.hwAddr, advertise: 0 } as const;
    const shut = (bits: number) => bench.tell({ ...change, config: bits, mask: 0xffffffff }).length;
    expect(shut(portConfig.noForward)).toBe(1);
    expect([bench.send(1), bench.send(2)]).toEqual([["3: []"], ["3: []"]]);
    expect(shut(portConfig.noReceive)).toBe(1);
    expect([bench.send(1), bench.send(2)]).toEqual([["2: []", "3: []"], []]);
    expect(shut(portConfig.down)).toBe(1);
    expect([bench.send(1), bench.send(2)]).toEqual([["3: []"], []]);
    expect(shut(portConfig.down)).toBe(0);
    expect(bench.tell({ ...change, port: 9, config: 0, mask: 0 })).toEqual([
      "port-mod-failed/bad-port",
    ]);
    expect(bench.tell({ ...change, hwAddr: "02:00:00:00:00:09", config: 0, mask: 0 })).toEqual([
      "port-mod-failed/bad-hw-addr",
    ]);
  });
});

describe("a datapath", () => {
  test("answers what every switch answers", () => {
    const data = Uint8Array.of(1, 2);
    expect(
      new BenchSwitch().tell(
        { type: "features-request" },
        { type: "echo-request", data },
        { type: "get-config-request" },
        { type: "barrier-request" },
      ),
    ).toEqual([
      {
        type: "features-reply",
        datapathId: 1n,
        buffers: 0,
        tables: 254,
        auxiliaryId: 0,
        capabilities: 0xf,
      },
      { type: "echo-reply", data },
      { type: "get-config-reply", flags: 0, missSendLen: 0 },
      { type: "barrier-reply" },
    ]);
  });

  test("refuses messages that it does not know", () => {
    const message = { type: "unknown", code: 200, data: new Uint8Array(0) } as const;
    expect(new BenchSwitch().tell(message)).toEqual(["bad-request/bad-type"]);
  });

  test("forgets everything but its ports when it is reset", () => {
    const bench = new BenchSwitch();
    bench.tell(meter, group(1, "all"), flow([], output(2)));
    bench.datapath.reset();
    expect([bench.datapath.flows(0), bench.datapath.groups(), bench.datapath.meters()]).toEqual([
      [],
      [],
      [],
    ]);
    expect(bench.ask({ type: "port-desc" }).ports).toHaveLength(4);
  });

  test("can lose a flow and tell nobody", () => {
    const bench = new BenchSwitch();
    const lost = { ...flow([port1], output(2)), ...removed };
    bench.tell(lost, flow([], output(3)));
    bench.datapath.forget(lost);
    expect(bench.send(1)).toEqual(["3: []"]);
  });
});
