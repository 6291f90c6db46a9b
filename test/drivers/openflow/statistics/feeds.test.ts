import { describe, expect, test } from "vitest";
import { type FlowEntry, flowKey } from "../../../../src/drivers/openflow/compile/program.ts";
import { exitKey, feedsOf, isClear } from "../../../../src/drivers/openflow/statistics/feeds.ts";
import type { Action } from "../../../../src/drivers/openflow/wire/action.ts";
import { PORT_IN_PORT, VLAN_PRESENT } from "../../../../src/drivers/openflow/wire/constants.ts";
import type { GroupDesc } from "../../../../src/drivers/openflow/wire/group.ts";
import type { Match } from "../../../../src/drivers/openflow/wire/match.ts";
import { vlanId } from "../../../../src/model/ids.ts";

const output = (port: number): Action => ({ type: "output", port, maxLen: 0 });
const group = (number: number): Action => ({ type: "group", group: number });
const push: Action = { type: "push-vlan", ethertype: 0x8100 };
const pop: Action = { type: "pop-vlan" };
const strip: Action = { type: "strip-vlan" };
const setVid = (vid: number): Action => ({ type: "set-vlan-vid", vid });
const setVlan = (vid: number): Action => ({
  type: "set-field",
  field: { field: "vlan_vid", value: VLAN_PRESENT | vid },
});
const tagged = (port: number, vid: number): Match => [
  { field: "in_port", value: port },
  { field: "vlan_vid", value: VLAN_PRESENT | vid },
];
const untagged = (port: number): Match => [
  { field: "in_port", value: port },
  { field: "vlan_vid", value: 0 },
];
const anywhere: Match = [{ field: "vlan_vid", value: VLAN_PRESENT, mask: VLAN_PRESENT }];
const underVni: Match = [
  { field: "in_port", value: 9 },
  { field: "tunnel_id", value: 7n },
];
const flood: GroupDesc = {
  groupType: "all",
  group: 1,
  buckets: [
    { actions: [setVlan(101), output(1)] },
    { actions: [pop, output(2)] },
    { actions: [group(2)] },
  ],
};
const failover: GroupDesc = {
  groupType: "fast-failover",
  group: 2,
  buckets: [
    { watchPort: 3, actions: [setVlan(102), output(3)] },
    { watchPort: 4, actions: [setVlan(103), output(4)] },
  ],
};

function feeds(match: Match, actions: readonly Action[]) {
  const instructions = [{ type: "apply-actions", actions }] as const;
  const flow: FlowEntry = { table: 0, priority: 1, cookie: 1n, match, instructions };
  return feedsOf({
    flows: new Map([[flowKey(flow), flow]]),
    groups: new Map([flood, failover].map((one) => [one.group, one])),
    meters: new Map(),
    learned: new Set(),
  });
}

describe("the exits that a flow hands frames to", () => {
  test.each<[what: string, Match, readonly Action[], exits: readonly string[]]>([
    ["one, with its tag", tagged(1, 101), [setVlan(102), output(3)], ["3/102"]],
    ["one, without a tag", tagged(1, 101), [pop, output(2)], ["2/untagged"]],
    ["one, as it came", untagged(1), [output(2)], ["2/untagged"]],
    ["one, with a tag put on", untagged(1), [push, setVlan(102), output(3)], ["3/102"]],
    ["one, from a tunnel", underVni, [output(2)], ["2/untagged"]],
    [
      "several, one after another",
      untagged(1),
      [
        setVid(102),
        output(3),
        setVid(103),
        { type: "enqueue", port: 4, queue: 1 },
        strip,
        output(2),
      ],
      ["3/102", "4/103", "2/untagged"],
    ],
    [
      "those of a group, but not its own, and perhaps some",
      tagged(1, 101),
      [group(1)],
      ["2/untagged", "perhaps 3/102", "perhaps 4/103"],
    ],
    [
      "back to its own port when told so",
      tagged(1, 101),
      [setVlan(102), output(PORT_IN_PORT)],
      ["1/102"],
    ],
    [
      "some port that is not known",
      anywhere,
      [setVlan(102), output(PORT_IN_PORT)],
      ["perhaps ?/102"],
    ],
    ["under some tag that is not known", anywhere, [output(3)], ["perhaps 3/?"]],
    ["none, where frames are dropped", tagged(1, 101), [], []],
  ])("%s", (_what, match, actions, exits) => {
    const { at, sometimes } = feeds(match, actions);
    const perhaps = [...sometimes].map((exit) => `perhaps ${exit}`);
    expect([...at.keys(), ...perhaps]).toEqual(exits);
  });

  test("an exit is clear unless frames leave there, or may, that only some flow's are", () => {
    expect(isClear(feeds(tagged(1, 101), [group(1)]), "3/102")).toBe(false);
    expect(isClear(feeds(tagged(1, 101), [group(1)]), "2/untagged")).toBe(true);
    const back = feeds(anywhere, [setVlan(102), output(PORT_IN_PORT)]);
    expect(isClear(back, exitKey({ port: 8, tag: vlanId(102) }))).toBe(false);
    expect(isClear(back, exitKey({ port: 8, tag: vlanId(103) }))).toBe(true);
  });
});
