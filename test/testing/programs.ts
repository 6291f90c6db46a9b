import fc from "fast-check";
import {
  flowFlag,
  GROUP_ALL,
  meterFlag,
  TABLE_ALL,
} from "../../src/drivers/openflow/wire/constants.ts";
import { type FlowMod, flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { Bucket, GroupMod } from "../../src/drivers/openflow/wire/group.ts";
import type { OxmField } from "../../src/drivers/openflow/wire/match.ts";
import type { MeterMod } from "../../src/drivers/openflow/wire/meter.ts";
import {
  actionLists,
  GROUPS,
  group,
  instructions,
  METERS,
  matches,
  PORTS,
  TABLES,
} from "./flow-parts.ts";

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

/** Flows of few priorities that want to know whether they overlap others. */
export const overlappingFlows: fc.Arbitrary<readonly FlowMod[]> = fc.array(
  fc
    .tuple(fc.constantFrom(1, 2), matches(0))
    .map(([priority, match]) => flowMod({ priority, match, flags: flowFlag.checkOverlap })),
  { minLength: 2, maxLength: 8 },
);

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

/** Changes of a few flows, groups and meters, most of them legal. */
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
