import type { CommandMessage } from "../../src/drivers/openflow/channel/message-roles.ts";
import type { Action } from "../../src/drivers/openflow/wire/action.ts";
import { meterFlag, NO_BUFFER, PORT_TABLE } from "../../src/drivers/openflow/wire/constants.ts";
import { type FlowMod, flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { Bucket, GroupMod } from "../../src/drivers/openflow/wire/group.ts";
import type { Instruction } from "../../src/drivers/openflow/wire/instruction.ts";
import type { Match, OxmField } from "../../src/drivers/openflow/wire/match.ts";
import type { MeterMod } from "../../src/drivers/openflow/wire/meter.ts";
import { encodeFrame, frame } from "../../src/testing/index.ts";

const untagged: OxmField = { field: "vlan_vid", value: 0 };
const tagged: OxmField = { field: "vlan_vid", value: 0x1000, mask: 0x1000 };
const push: Action = { type: "push-vlan", ethertype: 0x8100 };
const pop: Action = { type: "pop-vlan" };
const toPort2: Action = { type: "output", port: 2, maxLen: 0 };

/**
 * Commands that are odd, and mostly wrong; what a switch answers to them is compared.
 *
 * Left out are three in which the simulated switch keeps to the standard and Open vSwitch has ways
 * of its own: a field under a mask of zeros comes back as `packet_type`, two instructions of a kind
 * are an error of the ONF's extensions, and table 254 exists but may not be touched.
 */
export const oddities: Readonly<Record<string, CommandMessage>> = {
  "an output to port 0": actions({ type: "output", port: 0, maxLen: 0 }),
  "an output to no port in particular": actions({ type: "output", port: 0xffffffff, maxLen: 0 }),
  "an output to a number between real and reserved ports": actions({
    type: "output",
    port: 0xffffff01,
    maxLen: 0,
  }),
  "an output to the local port": actions({ type: "output", port: 0xfffffffe, maxLen: 0 }),
  "a group that does not exist": actions({ type: "group", group: 99 }),
  "a group number that is reserved": actions({ type: "group", group: 0xfffffffc }),
  "a queue": actions({ type: "set-queue", queue: 1 }, toPort2),
  "a push of an ethertype that is no tag's": actions({ type: "push-vlan", ethertype: 0x9100 }),
  "a pop that no match secures": actions(pop),
  "a pop from untagged packets": add([untagged], apply(pop)),
  "two pops of which the match secures one": add([tagged], apply(pop, pop)),
  "a pop in the action set that no match secures": add(
    [],
    [{ type: "write-actions", actions: [pop] }],
  ),
  "three pushes": actions(push, push, push),
  "two pushes on tagged packets": add([tagged], apply(push, push)),
  "a VLAN without the present bit": add([tagged], apply(set({ field: "vlan_vid", value: 5 }))),
  "a VLAN with too many bits": add([tagged], apply(set({ field: "vlan_vid", value: 0x3005 }))),
  "a VLAN for packets that may be untagged": actions(set({ field: "vlan_vid", value: 0x1005 })),
  "a VLAN after a push": actions(push, set({ field: "vlan_vid", value: 0x1005 })),
  "a priority for packets that may be untagged": actions(set({ field: "vlan_pcp", value: 1 })),
  "a priority of more than three bits": add([tagged], apply(set({ field: "vlan_pcp", value: 8 }))),
  "a rewrite of the ethertype": actions(set({ field: "eth_type", value: 0x800 })),
  "two fields of a kind": add([
    { field: "in_port", value: 1 },
    { field: "in_port", value: 1 },
  ]),
  "a mask for the port": add([{ field: "in_port", value: 1, mask: 1 }]),
  "a mask for the ethertype": add([{ field: "eth_type", value: 0x800, mask: 0xff00 }]),
  "bits outside the mask": add([{ field: "vlan_vid", value: 0x1005, mask: 0x1000 }]),
  "a VLAN of too many bits to match": add([{ field: "vlan_vid", value: 0x3005 }]),
  "a VLAN without the present bit to match": add([{ field: "vlan_vid", value: 5 }]),
  "a priority to match without a tag": add([{ field: "vlan_pcp", value: 3 }]),
  "a priority to match for untagged packets": add([untagged, { field: "vlan_pcp", value: 3 }]),
  "a priority of too many bits to match": add([tagged, { field: "vlan_pcp", value: 9 }]),
  "a mask of all ones": add([
    { field: "eth_dst", value: "02:00:00:00:00:01", mask: "ff:ff:ff:ff:ff:ff" },
  ]),
  "a port to match that does not exist": add([{ field: "in_port", value: 77 }]),
  "a jump back": add([], [{ type: "goto-table", table: 0 }]),
  "a jump to a table that does not exist": add([], [{ type: "goto-table", table: 254 }]),
  "a jump to the last table": add([], [{ type: "goto-table", table: 253 }]),
  "a meter that does not exist": add([], [{ type: "meter", meter: 99 }]),
  "meter 0": add([], [{ type: "meter", meter: 0 }]),
  "an addition to all tables": flowMod({ table: 255 }),
  "a modification of all tables": flowMod({ table: 255, command: "modify" }),
  "a deletion from all tables": flowMod({ table: 255, command: "delete" }),
  "a strict deletion from all tables": flowMod({ table: 255, command: "delete-strict" }),
  "a packet that is not buffered": flowMod({ bufferId: 5 }),
  "a deletion with a packet that is not buffered": flowMod({ bufferId: 5, command: "delete" }),
  "a command that does not exist": flowMod({ command: 9 }),
  "an indirect group without a bucket": group("indirect", []),
  "an indirect group with two buckets": group("indirect", [{ actions: [] }, { actions: [] }]),
  "a weight in a group for all": group("all", [{ weight: 1, actions: [] }]),
  "a watch port in a group for all": group("all", [{ watchPort: 1, actions: [] }]),
  "a watch group in a select group": group("select", [{ watchGroup: 1, weight: 1, actions: [] }]),
  "a failover bucket that watches nothing": group("fast-failover", [{ actions: [] }]),
  "a group that names itself": group("all", [{ actions: [{ type: "group", group: 1 }] }]),
  "a group of an unknown type": { ...group("all", []), groupType: 9 },
  "a group command that does not exist": { ...group("all", []), command: 9 },
  "a group number that is too high": { ...group("all", []), group: 0xffffff01 },
  "a modification of a group that does not exist": { ...group("all", []), command: "modify" },
  "a deletion of a group that does not exist": { ...group("all", []), command: "delete" },
  "a bucket with an output to port 0": group("all", [
    { actions: [{ type: "output", port: 0, maxLen: 0 }] },
  ]),
  "a bucket with a VLAN without the present bit": group("all", [
    { actions: [set({ field: "vlan_vid", value: 5 })] },
  ]),
  "a bucket that pops and sets": group("all", [
    { actions: [pop, set({ field: "vlan_vid", value: 0x1005 }), toPort2] },
  ]),
  "a bucket with three pushes": group("all", [{ actions: [push, push, push] }]),
  "a meter without bands": meter({ bands: [] }),
  "a meter in both units": meter({ flags: meterFlag.kbps | meterFlag.pktps }),
  "a meter without a unit": meter({ flags: 0 }),
  "a meter numbered 0": meter({ meter: 0 }),
  "a meter with a number that is reserved": meter({ meter: 0xffff0001 }),
  "a meter": meter({}),
  "a modification of a meter that does not exist": meter({ command: "modify" }),
  "a deletion of a meter that does not exist": meter({ command: "delete" }),
  "a meter command that does not exist": meter({ command: 9 }),
  "a band that marks": meter({
    bands: [{ type: "dscp-remark", rate: 1, burst: 0, precLevel: 1 }],
  }),
  "a band without a rate": meter({ bands: [{ type: "drop", rate: 0, burst: 0 }] }),
  "nine bands": meter({
    bands: Array.from({ length: 9 }, () => ({ type: "drop", rate: 1, burst: 0 }) as const),
  }),
  "a packet that is sent with a pop and has no tag": packetOut(pop, toPort2),
  "a packet that is sent through the tables": packetOut({
    type: "output",
    port: PORT_TABLE,
    maxLen: 0,
  }),
  "a packet that is sent to a group that does not exist": packetOut({ type: "group", group: 99 }),
};

function add(match: Match, instructions: readonly Instruction[] = []): FlowMod {
  return flowMod({ match, instructions });
}

function apply(...list: readonly Action[]): readonly Instruction[] {
  return [{ type: "apply-actions", actions: list }];
}

function actions(...list: readonly Action[]): FlowMod {
  return add([], apply(...list));
}

function set(field: OxmField): Action {
  return { type: "set-field", field };
}

function group(groupType: GroupMod["groupType"], buckets: readonly Bucket[]): GroupMod {
  return { type: "group-mod", command: "add", groupType, group: 1, buckets };
}

function meter(fields: Partial<Omit<MeterMod, "type">>): MeterMod {
  return {
    type: "meter-mod",
    command: "add",
    flags: meterFlag.kbps,
    meter: 1,
    bands: [{ type: "drop", rate: 1, burst: 0 }],
    ...fields,
  };
}

function packetOut(...list: readonly Action[]): CommandMessage {
  const data = encodeFrame(frame());
  return { type: "packet-out", bufferId: NO_BUFFER, inPort: 1, actions: list, data };
}
