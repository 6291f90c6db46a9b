import { meterFlag } from "../../src/drivers/openflow/wire/constants.ts";
import { type FlowStats, flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { GroupDesc } from "../../src/drivers/openflow/wire/group.ts";
import type { Instruction } from "../../src/drivers/openflow/wire/instruction.ts";
import type { OfMessage } from "../../src/drivers/openflow/wire/message.ts";
import type { MeterConfig } from "../../src/drivers/openflow/wire/meter.ts";
import type { SimSwitch, SimulatedFabric } from "../../src/testing/index.ts";

/**
 * Flows, groups and meters as text, one each, without counters and ages. The ids of groups and meters
 * are left out, for they are free to differ: a flow is shown with what they stand for.
 */
export type Entries = readonly string[];

/** What a node holds that DCNS made: its cookie, or an id of its ranges. */
export function ourEntries(at: SimSwitch): Entries {
  return entries(at, {
    flow: ({ cookie }) => cookie >> 48n === 0xdc05n,
    group: ({ group }) => group >>> 16 === 0xdc05,
    meter: ({ meter }) => meter > HIGHEST_FOREIGN_METER,
  });
}

/** What a node holds that DCNS did not make. */
export function foreignEntries(at: SimSwitch): Entries {
  return entries(at, {
    flow: ({ cookie }) => cookie >> 48n !== 0xdc05n,
    group: ({ group }) => group >>> 16 !== 0xdc05,
    meter: ({ meter }) => meter <= HIGHEST_FOREIGN_METER,
  });
}

/** What every node of a fabric holds that DCNS made, by node; nodes that hold nothing are left out. */
export function allOurEntries(fabric: SimulatedFabric): Readonly<Record<string, Entries>> {
  const held = [...fabric.switches].map(([node, at]) => [node, ourEntries(at)] as const);
  return Object.fromEntries(held.filter(([, entries]) => entries.length > 0));
}

/** What every node of a fabric holds that DCNS did not make, by node. */
export function allForeignEntries(fabric: SimulatedFabric): Readonly<Record<string, Entries>> {
  return Object.fromEntries([...fabric.switches].map(([node, at]) => [node, foreignEntries(at)]));
}

/** The flows of ours that a node holds. */
export function ourFlows(at: SimSwitch): readonly FlowStats[] {
  return at.flows().filter(({ cookie }) => cookie >> 48n === 0xdc05n);
}

/** How many flows, groups and meters of ours a node holds. */
export function ourCounts(at: SimSwitch): {
  readonly flows: number;
  readonly groups: number;
  readonly meters: number;
} {
  const count = (kind: string): number =>
    ourEntries(at).filter((text) => text.startsWith(kind)).length;
  return { flows: count("flow"), groups: count("group"), meters: count("meter") };
}

/** Puts a flow, a group and a meter of somebody else on every switch. */
export function addForeignEntries(fabric: {
  readonly switches: ReadonlyMap<string, SimSwitch>;
}): void {
  for (const at of fabric.switches.values()) {
    for (const message of foreignMods) at.inject(message)._unsafeUnwrap();
  }
}

const HIGHEST_FOREIGN_METER = 131_072;

/** Somebody else's: a frame of VLAN 3999 goes out of port 1, metered; a group that nobody uses. */
const foreignMods: readonly OfMessage[] = [
  {
    type: "meter-mod",
    command: "add",
    flags: meterFlag.kbps,
    meter: 7,
    bands: [{ type: "drop", rate: 1_000, burst: 0 }],
  },
  {
    type: "group-mod",
    command: "add",
    groupType: "all",
    group: 7,
    buckets: [{ actions: [{ type: "output", port: 1, maxLen: 0 }] }],
  },
  flowMod({
    cookie: 0x7n,
    priority: 40_000,
    match: [{ field: "vlan_vid", value: 0x1000 | 3999 }],
    instructions: [
      { type: "meter", meter: 7 },
      { type: "apply-actions", actions: [{ type: "group", group: 7 }] },
    ],
  }),
];

interface Wanted {
  readonly flow: (flow: FlowStats) => boolean;
  readonly group: (group: GroupDesc) => boolean;
  readonly meter: (meter: MeterConfig) => boolean;
}

function entries(at: SimSwitch, wanted: Wanted): Entries {
  const groups = new Map(at.groups().map((one) => [one.group, one]));
  const meters = new Map(at.meters().map((one) => [one.meter, one]));
  const instruction = (one: Instruction): unknown => {
    if (one.type === "meter") return meterText(meters.get(one.meter));
    if (one.type !== "apply-actions") return one;
    return one.actions.map((action) =>
      action.type === "group" ? groupText(groups.get(action.group)) : action,
    );
  };
  const flows = at.flows().filter(wanted.flow);
  return [
    ...flows.map(({ table, priority, cookie, match, instructions }) => {
      const carriedOut = instructions.map(instruction);
      return `flow ${textOf([table, priority, cookie, match, carriedOut])}`;
    }),
    ...[...groups.values()].filter(wanted.group).map(groupText),
    ...[...meters.values()].filter(wanted.meter).map(meterText),
  ].sort();
}

/** JSON, with 64-bit numbers in hexadecimal digits. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "bigint" ? each.toString(16) : each,
  );
}

function groupText(group: GroupDesc | undefined): string {
  return `group ${textOf([group?.groupType, group?.buckets])}`;
}

function meterText(meter: MeterConfig | undefined): string {
  return `meter ${JSON.stringify([meter?.flags, meter?.bands])}`;
}
