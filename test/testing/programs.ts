import fc from "fast-check";
import type { Action } from "../../src/drivers/openflow/wire/action.ts";
import {
  flowFlag,
  GROUP_ALL,
  meterFlag,
  PORT_ALL,
  PORT_CONTROLLER,
  PORT_FLOOD,
  PORT_IN_PORT,
  TABLE_ALL,
  VLAN_PRESENT,
} from "../../src/drivers/openflow/wire/constants.ts";
import { type FlowMod, flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { Bucket, GroupMod } from "../../src/drivers/openflow/wire/group.ts";
import type { Instruction } from "../../src/drivers/openflow/wire/instruction.ts";
import type { OxmField } from "../../src/drivers/openflow/wire/match.ts";
import type { MeterMod } from "../../src/drivers/openflow/wire/meter.ts";
import { type Frame, frame } from "../../src/testing/index.ts";

/** The ports of the switches that are compared. */
export const PORTS: readonly number[] = [1, 2, 3, 4];

const GROUPS = [1, 2, 3];
const METERS = [1, 2];
const VLANS = [5, 6];
const TABLES = [0, 1, 2];
const MACS = ["02:00:00:00:00:01", "02:00:00:00:00:02"];

const vlan = fc.constantFrom(...VLANS);
const mac = fc.constantFrom(...MACS);
const pcp = fc.integer({ min: 0, max: 7 });

/** Frames untagged, tagged once or twice, with either kind of tag, some of them broadcast. */
export const frames: fc.Arbitrary<Frame> = fc
  .record({
    destination: fc.oneof(mac, fc.constant("ff:ff:ff:ff:ff:ff")),
    source: mac,
    tags: fc.array(
      fc.record({
        tpid: fc.constantFrom(0x8100, 0x88a8),
        vid: fc.constantFrom(0, ...VLANS),
        pcp: fc.constantFrom(0, 3),
      }),
      { maxLength: 2 },
    ),
    ethertype: fc.constantFrom(0x88b5, 0x88b6),
    payloadBytes: fc.integer({ min: 46, max: 100 }),
  })
  .map(({ payloadBytes, ...fields }) =>
    frame({ ...fields, payload: new Uint8Array(payloadBytes).fill(0xa5) }),
  );

function matches(table: number): fc.Arbitrary<readonly OxmField[]> {
  const inPort = fc.record({
    field: fc.constant("in_port" as const),
    value: fc.constantFrom(...PORTS),
  });
  const metadata = fc.record({
    field: fc.constant("metadata" as const),
    value: fc.constantFrom(1n, 3n),
    mask: fc.constantFrom(3n, 0xffffffffffffffffn),
  });
  const destination = fc.oneof(
    fc.record({ field: fc.constant("eth_dst" as const), value: mac }),
    fc.constant({
      field: "eth_dst" as const,
      value: "01:00:00:00:00:00",
      mask: "01:00:00:00:00:00",
    }),
  );
  const source = fc.record({ field: fc.constant("eth_src" as const), value: mac });
  const type = fc.record({
    field: fc.constant("eth_type" as const),
    value: fc.constantFrom(0x88b5, 0x8100),
  });
  const tagged = fc.oneof(
    vlan.map((id) => [{ field: "vlan_vid" as const, value: VLAN_PRESENT | id }]),
    fc.constant([{ field: "vlan_vid" as const, value: 0 }]),
    fc.constant([{ field: "vlan_vid" as const, value: VLAN_PRESENT, mask: VLAN_PRESENT }]),
    fc.tuple(vlan, fc.constantFrom(0, 3)).map(([id, priority]) => [
      { field: "vlan_vid" as const, value: VLAN_PRESENT | id },
      { field: "vlan_pcp" as const, value: priority },
    ]),
  );
  const some = <T>(field: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> =>
    fc.oneof(
      fc.constant([]),
      field.map((one) => [one]),
    );
  return fc
    .tuple(
      table === 0 ? fc.constant([]) : some(metadata),
      fc.oneof(
        { weight: 3, arbitrary: inPort.map((one) => [one]) },
        { weight: 1, arbitrary: fc.constant([]) },
      ),
      some(source),
      some(destination),
      some(type),
      fc.oneof(fc.constant([]), tagged, tagged),
    )
    .map((parts) => parts.flat());
}

const output: fc.Arbitrary<Action> = fc
  .constantFrom(...PORTS, ...PORTS, PORT_IN_PORT, PORT_ALL, PORT_FLOOD, PORT_CONTROLLER, 77)
  .map((port) => ({ type: "output", port, maxLen: 0xffff }));

const rewrite: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom(0x8100, 0x88a8).map((ethertype): Action => ({ type: "push-vlan", ethertype })),
  fc.constant<Action>({ type: "pop-vlan" }),
  setField(vlan.map((id) => ({ field: "vlan_vid", value: VLAN_PRESENT | id }))),
  setField(pcp.map((value) => ({ field: "vlan_pcp", value }))),
  setField(mac.map((value) => ({ field: "eth_dst", value }))),
  setField(mac.map((value) => ({ field: "eth_src", value }))),
);

const tagAndSend: fc.Arbitrary<readonly Action[]> = fc
  .tuple(fc.constantFrom(0x8100, 0x88a8), vlan, output)
  .map(([ethertype, id, send]) => [
    { type: "push-vlan", ethertype },
    { type: "set-field", field: { field: "vlan_vid", value: VLAN_PRESENT | id } },
    send,
  ]);

function setField(field: fc.Arbitrary<OxmField>): fc.Arbitrary<Action> {
  return field.map((written) => ({ type: "set-field", field: written }));
}

function group(above = 0): fc.Arbitrary<Action> {
  const numbers = GROUPS.filter((number) => number > above);
  return fc.constantFrom(...numbers, 9).map((number) => ({ type: "group", group: number }));
}

function actionLists(reference: fc.Arbitrary<Action>): fc.Arbitrary<readonly Action[]> {
  const one = fc.oneof(
    { weight: 6, arbitrary: output.map((action) => [action]) },
    { weight: 3, arbitrary: rewrite.map((action) => [action]) },
    { weight: 2, arbitrary: reference.map((action) => [action]) },
    { weight: 3, arbitrary: tagAndSend },
  );
  return fc.array(one, { maxLength: 4 }).map((lists) => lists.flat());
}

/**
 * Instructions that name no group twice: when such a group is deleted, ovs-vswitchd 3.1 aborts
 * (`rule->state == RULE_INSERTED failed in ofproto_rule_remove__`).
 */
function instructions(table: number): fc.Arbitrary<readonly Instruction[]> {
  return anyInstructions(table).filter((list) => {
    const named = list.flatMap((instruction) => groupsOf(instruction));
    return new Set(named).size === named.length;
  });
}

function groupsOf(instruction: Instruction): readonly number[] {
  if (instruction.type !== "apply-actions" && instruction.type !== "write-actions") return [];
  return instruction.actions.flatMap((action) => (action.type === "group" ? action.group : []));
}

function anyInstructions(table: number): fc.Arbitrary<readonly Instruction[]> {
  const next = TABLES.filter((number) => number > table);
  const goto: fc.Arbitrary<readonly Instruction[]> =
    next.length === 0
      ? fc.constant([])
      : fc.constantFrom(...next).map((number) => [{ type: "goto-table", table: number }]);
  const some = (
    weight: number,
    instruction: fc.Arbitrary<Instruction>,
  ): fc.Arbitrary<readonly Instruction[]> =>
    fc.oneof(
      { weight: 10 - weight, arbitrary: fc.constant([]) },
      { weight, arbitrary: instruction.map((one) => [one]) },
    );
  return fc
    .tuple(
      some(
        1,
        fc.constantFrom(...METERS, 9).map((meter) => ({ type: "meter", meter })),
      ),
      some(
        8,
        actionLists(group()).map((actions) => ({ type: "apply-actions", actions })),
      ),
      some(1, fc.constant({ type: "clear-actions" })),
      some(
        3,
        actionLists(group()).map((actions) => ({ type: "write-actions", actions })),
      ),
      some(
        2,
        fc
          .constantFrom(1n, 2n, 3n)
          .map((metadata) => ({ type: "write-metadata", metadata, mask: 3n })),
      ),
      fc.oneof(fc.constant([]), goto),
    )
    .map((parts) => parts.flat());
}

/** What identifies a flow. */
interface Identity {
  readonly table: number;
  readonly priority: number;
  readonly match: readonly OxmField[];
}

/**
 * A few identities, each with a priority of its own: OpenFlow leaves open which of two flows of one
 * priority a packet takes, so that is nothing to compare.
 */
const identities: fc.Arbitrary<readonly Identity[]> = fc
  .array(
    fc.constantFrom(...TABLES).chain((table) => matches(table).map((match) => ({ table, match }))),
    { minLength: 2, maxLength: 7 },
  )
  .map((list) => list.map((identity, priority) => ({ ...identity, priority })));

function flowAdds({ table, priority, match }: Identity): fc.Arbitrary<FlowMod> {
  return fc
    .record({
      cookie: fc.constantFrom(0n, 1n, 2n, 3n),
      flags: fc.constantFrom(0, 0, flowFlag.checkOverlap, flowFlag.resetCounts),
      instructions: instructions(table),
    })
    .map((fields) => flowMod({ ...fields, table, priority, match }));
}

function flowChanges({ table, priority, match }: Identity): fc.Arbitrary<FlowMod> {
  const commands = ["modify", "modify-strict", "delete", "delete-strict"] as const;
  return fc
    .record({
      command: fc.constantFrom(...commands),
      cookie: fc.constantFrom(0n, 1n, 2n, 3n),
      cookieMask: fc.constantFrom(0n, 0n, 1n, 3n),
      outPort: fc.constantFrom(0xffffffff, 0xffffffff, 1, 2),
      outGroup: fc.constantFrom(0xffffffff, 0xffffffff, 1),
      match: fc.constantFrom(match, match, match.slice(0, 1), []),
      table: fc.constantFrom(table, table, TABLE_ALL),
      instructions: instructions(table),
    })
    .map((fields) => flowMod({ ...fields, priority }));
}

function groupMods(
  numbers: fc.Arbitrary<number> = fc.constantFrom(...GROUPS),
  commands: fc.Arbitrary<GroupMod["command"]> = fc.constantFrom("add", "modify", "delete"),
): fc.Arbitrary<GroupMod> {
  return fc
    .tuple(numbers, commands, fc.constantFrom("all", "all", "indirect", "fast-failover"))
    .chain(([number, command, groupType]) =>
      fc
        .array(buckets(number, groupType), {
          minLength: groupType === "indirect" ? 1 : 0,
          maxLength: groupType === "indirect" ? 1 : 3,
        })
        .map((list) => ({
          type: "group-mod",
          command,
          groupType,
          group: number,
          buckets: command === "delete" ? [] : list,
        })),
    );
}

function buckets(number: number, groupType: string): fc.Arbitrary<Bucket> {
  const actions = actionLists(group(number));
  if (groupType !== "fast-failover") return actions.map((list) => ({ actions: list }));
  return fc
    .tuple(fc.constantFrom(...PORTS), actions)
    .map(([watchPort, list]) => ({ watchPort, actions: list }));
}

function meterMods(
  numbers: fc.Arbitrary<number> = fc.constantFrom(...METERS),
  commands: fc.Arbitrary<MeterMod["command"]> = fc.constantFrom("add", "modify", "delete"),
): fc.Arbitrary<MeterMod> {
  return fc
    .record({
      meter: numbers,
      command: commands,
      flags: fc.constantFrom(
        meterFlag.pktps,
        meterFlag.pktps | meterFlag.burst,
        meterFlag.kbps,
        meterFlag.kbps | meterFlag.burst | meterFlag.stats,
      ),
      bands: fc.array(
        fc.record({
          type: fc.constant("drop" as const),
          // Nothing is dropped here: how meters drop is compared by itself, with time that passes.
          rate: fc.integer({ min: 1000, max: 1008 }),
          burst: fc.constantFrom(0, 1000),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    })
    .map((fields) => ({
      type: "meter-mod",
      ...fields,
      bands: fields.command === "delete" ? [] : fields.bands,
    }));
}

type Mod = FlowMod | GroupMod | MeterMod;

/** Flow-mods, group-mods and meter-mods about a few flows, groups and meters, most of them legal. */
export const programs: fc.Arbitrary<readonly Mod[]> = identities.chain((list) => {
  const identity = fc.constantFrom(...list);
  const mod: fc.Arbitrary<Mod> = fc.oneof(
    { weight: 12, arbitrary: identity.chain(flowAdds) },
    { weight: 5, arbitrary: identity.chain(flowChanges) },
    { weight: 4, arbitrary: groupMods() },
    { weight: 2, arbitrary: meterMods() },
  );
  return fc.array(mod, { minLength: 1, maxLength: 14 });
});

/** What a program begins with, so that flows find groups and meters to refer to. */
export const foundations: fc.Arbitrary<readonly (GroupMod | MeterMod)[]> = fc
  .tuple(
    ...GROUPS.map((group) => groupMods(fc.constant(group), fc.constant("add" as const))),
    ...METERS.map((meter) => meterMods(fc.constant(meter), fc.constant("add" as const))),
  )
  .map((list) => list.toReversed());

/** Takes everything away that a program may have left. */
export const wipe: readonly Mod[] = [
  flowMod({ command: "delete", table: TABLE_ALL }),
  { type: "group-mod", command: "delete", groupType: "all", group: GROUP_ALL, buckets: [] },
  { type: "meter-mod", command: "delete", flags: meterFlag.kbps, meter: 0xffffffff, bands: [] },
];
