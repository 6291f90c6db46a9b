import fc from "fast-check";
import type { Action } from "../../src/drivers/openflow/wire/action.ts";
import {
  PORT_ALL,
  PORT_CONTROLLER,
  PORT_FLOOD,
  PORT_IN_PORT,
  VLAN_PRESENT,
} from "../../src/drivers/openflow/wire/constants.ts";
import type { Instruction } from "../../src/drivers/openflow/wire/instruction.ts";
import type { OxmField } from "../../src/drivers/openflow/wire/match.ts";
import { type Frame, frame } from "../../src/testing/index.ts";

/** The ports of the switches that are compared. */
export const PORTS: readonly number[] = [1, 2, 3, 4];

/** The numbers that groups, meters and tables have here. */
export const GROUPS: readonly number[] = [1, 2, 3];
export const METERS: readonly number[] = [1, 2];
const VLANS = [5, 6];
export const TABLES: readonly number[] = [0, 1, 2];
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

/** Matches for one table; only later ones look at metadata. */
export function matches(table: number): fc.Arbitrary<readonly OxmField[]> {
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

/** A reference to a group with a higher number, or to one that does not exist. */
export function group(above = 0): fc.Arbitrary<Action> {
  const numbers = GROUPS.filter((number) => number > above);
  return fc.constantFrom(...numbers, 9).map((number) => ({ type: "group", group: number }));
}

/** Lists of outputs, rewrites and references. */
export function actionLists(reference: fc.Arbitrary<Action>): fc.Arbitrary<readonly Action[]> {
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
export function instructions(table: number): fc.Arbitrary<readonly Instruction[]> {
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
