import { describe, expect, test } from "vitest";
import type { Action } from "../../../src/drivers/openflow/wire/action.ts";
import {
  PORT_ALL,
  PORT_FLOOD,
  PORT_IN_PORT,
  PORT_TABLE,
} from "../../../src/drivers/openflow/wire/constants.ts";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../../src/drivers/openflow/wire/message.ts";
import type { PacketOut } from "../../../src/drivers/openflow/wire/packet.ts";
import { encodeFrame, frame } from "../../../src/model/frame.ts";
import {
  BenchSwitch,
  flow,
  group,
  output,
  pop,
  push,
  setVlan,
  toController,
} from "./bench-switch.ts";

const tagged = { field: "vlan_vid", value: 0x1000, mask: 0x1000 } as const;
const in101 = { field: "vlan_vid", value: 0x1065 } as const;

function programmed(...messages: readonly OfMessage[]): BenchSwitch {
  const bench = new BenchSwitch();
  expect(bench.tell(...messages)).toEqual([]);
  return bench;
}

describe("the tables", () => {
  test("drop what no flow matches", () => {
    const bench = programmed(flow([{ field: "in_port", value: 2 }], output(1)));
    expect(bench.send(1)).toEqual([]);
  });

  test("go by the highest priority", () => {
    const bench = programmed(
      { ...flow([], output(2)), priority: 1 },
      { ...flow([in101], output(3)), priority: 9 },
    );
    expect(bench.send(1)).toEqual(["2: []"]);
    expect(bench.send(1, { vlans: [101] })).toEqual(["3: [101]"]);
  });

  test("hand on to the next table with what actions and metadata have become", () => {
    const bench = programmed(
      flowMod({
        instructions: [
          { type: "apply-actions", actions: [push, setVlan(7)] },
          { type: "write-metadata", metadata: 0xffn, mask: 0x0fn },
          { type: "goto-table", table: 3 },
        ],
      }),
      {
        ...flow(
          [
            { field: "metadata", value: 0x0fn },
            { field: "vlan_vid", value: 0x1007 },
          ],
          output(2),
        ),
        table: 3,
      },
    );
    expect(bench.send(1)).toEqual(["2: [7]"]);
  });

  test("carry the action set out at the end, in the order of the standard", () => {
    const bench = programmed(
      flowMod({
        match: [tagged],
        instructions: [
          { type: "write-actions", actions: [output(2), setVlan(9), push, pop] },
          { type: "goto-table", table: 1 },
        ],
      }),
      flowMod({
        table: 1,
        instructions: [{ type: "write-actions", actions: [output(3)] }],
      }),
    );
    expect(bench.send(1, { vlans: [101] })).toEqual(["3: [9]"]);
  });

  test("forget the action set when told so", () => {
    const bench = programmed(
      flowMod({
        instructions: [
          { type: "write-actions", actions: [output(2)] },
          { type: "goto-table", table: 1 },
        ],
      }),
      flowMod({
        table: 1,
        instructions: [
          { type: "clear-actions" },
          { type: "write-actions", actions: [setVlan(3), output(3)] },
        ],
        match: [tagged],
      }),
    );
    expect(bench.send(1, { vlans: [101] })).toEqual(["3: [3]"]);
    // Table 1 has nothing for this one: what table 0 wrote counts.
    expect(bench.send(1)).toEqual(["2: []"]);
  });

  test("let a group in the action set replace the output", () => {
    const bench = programmed(
      group(1, "all", [output(3)], [output(4)]),
      flowMod({
        instructions: [
          { type: "write-actions", actions: [{ type: "group", group: 1 }, output(2)] },
        ],
      }),
    );
    expect(bench.send(1)).toEqual(["3: []", "4: []"]);
  });
});

describe("an output", () => {
  test("to the port that a packet came by is skipped, to IN_PORT it is not", () => {
    const bench = programmed(flow([], output(1), output(2), output(PORT_IN_PORT)));
    expect(bench.send(1)).toEqual(["2: []", "1: []"]);
  });

  test("to ALL or FLOOD goes to every port but that one", () => {
    expect(programmed(flow([], output(PORT_ALL))).send(2)).toEqual(["1: []", "3: []", "4: []"]);
    expect(programmed(flow([], output(PORT_FLOOD))).send(4)).toEqual(["1: []", "2: []", "3: []"]);
  });

  test("to a port that does not exist or is down goes nowhere", () => {
    const bench = programmed(flow([], output(77), output(2), output(3)));
    bench.datapath.setLink(2, false);
    expect(bench.send(1)).toEqual(["3: []"]);
  });

  test("to the controller tells where the packet came from and which flow sent it", () => {
    const bench = programmed({ ...flow([in101], toController), cookie: 7n });
    expect(bench.send(3, { vlans: [101] })).toMatchObject([
      {
        type: "packet-in",
        reason: "action",
        table: 0,
        cookie: 7n,
        match: [{ field: "in_port", value: 3 }],
        totalLen: 64,
      },
    ]);
  });

  test("to the controller sends as much as was asked for", () => {
    const bench = programmed(flow([in101], { type: "output", port: 0xfffffffd, maxLen: 20 }));
    const [packetIn] = bench.send(3, { vlans: [101] });
    expect(packetIn).toMatchObject({ totalLen: 64, data: expect.objectContaining({ length: 20 }) });
  });

  test("to the controller says no-match when the table-miss flow sends it", () => {
    const bench = programmed({ ...flow([], toController), priority: 0 });
    expect(bench.send(1)).toMatchObject([{ reason: "no-match" }]);
  });
});

describe("tags", () => {
  test("are changed from action to action, and outputs in between see what is so far", () => {
    const bench = programmed(
      flow([in101], setVlan(5), output(2), pop, output(3), push, setVlan(6), output(4)),
    );
    expect(bench.send(1, { vlans: [101] })).toEqual(["2: [5]", "3: []", "4: [6]"]);
  });

  test("are pushed around those that are there, and popped from outside", () => {
    const bench = programmed(
      flow([in101], { type: "push-vlan", ethertype: 0x88a8 }, setVlan(200), output(2)),
      flow([{ field: "vlan_vid", value: 0x10c8 }], pop, output(3)),
    );
    expect(bench.send(1, { vlans: [101] })).toEqual(["2: [88a8:200 101]"]);
    expect(bench.send(1, { vlans: [200, 101] })).toEqual(["3: [101]"]);
  });

  test("keep their priority when the VLAN changes", () => {
    const bench = programmed(flow([in101], setVlan(5), output(2)));
    expect(bench.send(1, { tags: [{ tpid: 0x8100, vid: 101, pcp: 6 }] })).toEqual(["2: [5p6]"]);
  });

  test("beneath the first are not seen until the frame comes in again", () => {
    const bench = programmed(
      flowMod({
        match: [in101],
        instructions: [
          { type: "apply-actions", actions: [pop] },
          { type: "goto-table", table: 1 },
        ],
      }),
      { ...flow([{ field: "vlan_vid", value: 0 }], output(2)), table: 1 },
    );
    expect(bench.send(1, { vlans: [101, 7] })).toEqual(["2: [7]"]);
  });

  test("are at most two that the switch works on: pushing another loses the inner one", () => {
    const bench = programmed(flow([], push, setVlan(5), push, setVlan(6), output(2)));
    expect(bench.send(1, { vlans: [101] })).toEqual(["2: [6 5]"]);
    expect(bench.send(1, { vlans: [101, 7] })).toEqual(["2: [6 5 7]"]);
  });
});

describe("a group", () => {
  test("for all gives every bucket a packet of its own", () => {
    const bench = programmed(
      group(
        1,
        "all",
        [setVlan(5), output(2)],
        [pop, output(3)],
        [output(4)],
        [setVlan(6), output(1)],
      ),
      flow([in101], { type: "group", group: 1 }, output(2)),
    );
    expect(bench.send(1, { vlans: [101] })).toEqual(["2: [5]", "3: []", "4: [101]", "2: [101]"]);
  });

  test("hairpins where a bucket says IN_PORT", () => {
    const bench = programmed(
      group(1, "all", [setVlan(5), output(PORT_IN_PORT)], [setVlan(6), output(1)]),
      flow([in101], { type: "group", group: 1 }),
    );
    expect(bench.send(1, { vlans: [101] })).toEqual(["1: [5]"]);
  });

  test("takes the actions of a bucket as a set: one output, after the rewrites", () => {
    const bench = programmed(
      group(1, "all", [output(2), setVlan(5), output(3), pop]),
      flow([in101], { type: "group", group: 1 }),
    );
    // The pop comes first, and setting a VLAN then makes a tag, as on Open vSwitch.
    expect(bench.send(1, { vlans: [101] })).toEqual(["3: [5]"]);
  });

  test("may lead to another", () => {
    const bench = programmed(
      group(1, "all", [setVlan(5), { type: "group", group: 2 }], [output(4)]),
      group(2, "indirect", [output(2)]),
      flow([in101], { type: "group", group: 1 }),
    );
    expect(bench.send(1, { vlans: [101] })).toEqual(["2: [5]", "4: [101]"]);
  });

  test("that leads in circles loses the packet, everything else that was sent included", () => {
    const twice = [{ type: "group", group: 1 } as const];
    const bench = programmed(
      group(1, "all", twice, twice),
      flow([], output(2), { type: "group", group: 1 }),
    );
    expect(bench.send(1)).toEqual([]);
  });

  test("that fails over takes the first bucket whose port is live", () => {
    const bench = programmed(
      group(
        1,
        "fast-failover",
        { watchPort: 2, actions: [output(2)] },
        { watchPort: 3, actions: [output(3)] },
      ),
      flow([], { type: "group", group: 1 }),
    );
    expect(bench.send(1)).toEqual(["2: []"]);
    bench.datapath.setLink(2, false);
    expect(bench.send(1)).toEqual(["3: []"]);
    bench.datapath.setLink(3, false);
    expect(bench.send(1)).toEqual([]);
    bench.datapath.setLink(2, true);
    expect(bench.send(1)).toEqual(["2: []"]);
  });

  test("that watches a group is live as long as that one is", () => {
    const bench = programmed(
      group(2, "fast-failover", { watchPort: 2, actions: [output(2)] }),
      group(
        1,
        "fast-failover",
        { watchGroup: 2, actions: [{ type: "group", group: 2 }] },
        { watchPort: 3, actions: [output(3)] },
      ),
      flow([], { type: "group", group: 1 }),
    );
    expect(bench.send(1)).toEqual(["2: []"]);
    bench.datapath.setLink(2, false);
    expect(bench.send(1)).toEqual(["3: []"]);
  });

  test("that selects keeps a pair of addresses on one bucket and shares pairs out by weight", () => {
    const bench = programmed(
      group(
        1,
        "select",
        { weight: 3, actions: [output(2)] },
        { weight: 1, actions: [output(3)] },
        { weight: 0, actions: [output(4)] },
      ),
      flow([], { type: "group", group: 1 }),
    );
    const ports = Array.from({ length: 200 }, (_, host) => {
      const source = `02:00:00:00:00:${host.toString(16).padStart(2, "0")}`;
      const [first] = bench.send(1, { source });
      expect(bench.send(1, { source })).toEqual([first]);
      return first;
    });
    const share = ports.filter((port) => port === "2: []").length / ports.length;
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.9);
    expect(ports).not.toContain("4: []");
  });
});

describe("a meter", () => {
  test("drops what exceeds its rate, and the flow counts it all the same", () => {
    const bench = programmed(
      {
        type: "meter-mod",
        command: "add",
        meter: 1,
        flags: 2,
        bands: [{ type: "drop", rate: 10, burst: 0 }],
      },
      flowMod({
        instructions: [
          { type: "meter", meter: 1 },
          { type: "apply-actions", actions: [output(2)] },
        ],
      }),
    );
    const passed = Array.from({ length: 20 }, () => bench.send(1).length);
    expect(passed.filter((count) => count === 1)).toHaveLength(10);
    bench.nowMs += 100;
    expect(bench.send(1)).toEqual(["2: []"]);
    expect(bench.send(1)).toEqual([]);
    expect(bench.datapath.flows(bench.nowMs)).toMatchObject([{ packetCount: 22n }]);
  });
});

describe("a packet-out", () => {
  const bytes = encodeFrame(frame({ vlans: [101] }));
  const sent = (...actions: readonly Action[]): PacketOut => ({
    type: "packet-out",
    bufferId: 0xffffffff,
    inPort: 0xfffffffd,
    actions,
    data: bytes,
  });

  test("sends its packet as its actions say", () => {
    expect(new BenchSwitch().tell(sent(setVlan(5), output(2), output(PORT_ALL)))).toEqual([
      "2: [5]",
      "1: [5]",
      "2: [5]",
      "3: [5]",
      "4: [5]",
    ]);
  });

  test("to the tables takes the way of a packet that arrived", () => {
    const bench = programmed(flow([in101], output(4)));
    expect(bench.tell(sent(output(PORT_TABLE)))).toEqual(["4: [101]"]);
  });

  test("with a buffer, or with bytes that are no frame, is refused", () => {
    const bench = new BenchSwitch();
    const message = sent(output(2));
    expect(bench.tell({ ...message, bufferId: 3 })).toEqual(["bad-request/buffer-unknown"]);
    expect(bench.tell({ ...message, data: bytes.slice(0, 9) })).toEqual(["bad-request/bad-packet"]);
  });
});
