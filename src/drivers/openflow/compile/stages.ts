import { TABLE_ALL } from "../wire/constants.ts";
import { type FlowMod, type FlowModCommand, flowMod } from "../wire/flow.ts";
import type { GroupDesc, GroupMod, GroupModCommand } from "../wire/group.ts";
import type { MeterConfig, MeterMod, MeterModCommand } from "../wire/meter.ts";
import { EXACT_MASK, NETWORK_MASK } from "./cookie.ts";
import type { Dialect } from "./dialect.ts";
import type { ProgramDiff } from "./diff.ts";
import { type FlowEntry, groupsWithin } from "./program.ts";

/** A message that changes what a switch holds. */
export type ModMessage = FlowMod | GroupMod | MeterMod;

/**
 * The messages that turn what a switch holds into what it should hold, in stages: a switch may
 * reorder messages, but not across a barrier, so there is one between any two stages.
 */
export interface Stages {
  /** What is made and changed; when any of this fails, nothing must be removed. */
  readonly make: readonly (readonly ModMessage[])[];
  readonly remove: readonly (readonly ModMessage[])[];
}

/**
 * The stages that carry out a difference, in the words of the switch.
 *
 * What a flow needs is there before it and goes after it, and what is new is there before what is
 * old goes. So every ingress that stays delivers, at every moment, to every egress that stays. Tables
 * that frames come to later are made ready before the one that sends frames to them, and cleared after it. What learns goes
 * before what it has learned, so that nothing is learned after that.
 */
export function stagesOf(diff: ProgramDiff, { spoken }: Dialect): Stages {
  const { flows, groups, meters, unlearned } = diff;
  const added = nestedOf(groups.missing, [...groups.missing, ...groups.differing]);
  const removed = nestedOf(groups.excess, groups.excess);
  const outer = [
    ...added.others.map((group) => groupMod("add", group)),
    ...groups.differing.map((group) => groupMod("modify", group)),
  ];
  const isFlat = added.nested.length === 0;
  const make: readonly ModMessage[][] = [
    [
      ...meters.missing.map((meter) => meterMod("add", meter)),
      ...meters.differing.map((meter) => meterMod("modify", meter)),
      ...added.nested.map((group) => groupMod("add", group)),
      ...(isFlat ? outer : []),
    ],
    isFlat ? [] : outer,
    ...tableByTable(flows),
  ];
  const remove: readonly ModMessage[][] = [
    ...removedByTable(flows.excess),
    unlearned.map((cookie) => forget(cookie)),
    removed.nested.length === 0 ? [] : removed.others.map(removeGroup),
    [
      ...(removed.nested.length === 0 ? removed.others : removed.nested).map(removeGroup),
      ...meters.excess.map((meter) => meterMod("delete", { ...meter, bands: [] })),
    ],
  ];
  const said = (stages: readonly ModMessage[][]): Stages["make"] =>
    stages.filter(isNotEmpty).map((stage) => stage.map(spoken));
  return { make: said(make), remove: said(remove) };
}

/** Which of these groups are to be there before, and go after, others that send copies on to them. */
function nestedOf(
  groups: readonly GroupDesc[],
  users: readonly GroupDesc[],
): { readonly nested: readonly GroupDesc[]; readonly others: readonly GroupDesc[] } {
  const used = new Set(users.flatMap(groupsWithin));
  return {
    nested: groups.filter(({ group }) => used.has(group)),
    others: groups.filter(({ group }) => !used.has(group)),
  };
}

function isNotEmpty(stage: readonly ModMessage[]): boolean {
  return stage.length > 0;
}

/**
 * What is made and changed in tables, the last first. What is added above a flow that changes is there before
 * that: it may be what lets some frames go on as they did.
 */
function tableByTable({ missing, differing }: ProgramDiff["flows"]): readonly ModMessage[][] {
  const tables = new Map<number, { readonly added: FlowEntry[]; readonly changed: FlowEntry[] }>();
  const at = (table: number) => {
    const its = tables.get(table) ?? { added: [], changed: [] };
    tables.set(table, its);
    return its;
  };
  for (const flow of missing) at(flow.table).added.push(flow);
  for (const flow of differing) at(flow.table).changed.push(flow);
  return [...tables]
    .sort(([a], [b]) => b - a)
    .flatMap(([, { added, changed }]) => {
      const adds = added.map((flow) => entryMod("add", flow));
      const changes = changed.map((flow) => entryMod("modify-strict", flow));
      return isAbove(added, changed) ? [adds, changes] : [[...adds, ...changes]];
    });
}

/** What goes from tables, the first first: until then it sends frames to those that come later. */
function removedByTable(flows: readonly FlowEntry[]): readonly ModMessage[][] {
  const tables = [...new Set(flows.map(({ table }) => table))].sort((a, b) => a - b);
  return tables.map((table) =>
    flows.filter((flow) => flow.table === table).map((flow) => entryMod("delete-strict", flow)),
  );
}

/** Whether one of these flows has priority over one of the others. */
function isAbove(flows: readonly FlowEntry[], others: readonly FlowEntry[]): boolean {
  const highest = flows.reduce((most, { priority }) => Math.max(most, priority), 0);
  return others.some(({ priority }) => priority < highest);
}

/** Deletes what a switch has learned under a cookie, in every table; nobody else has that cookie. */
function forget(cookie: bigint): FlowMod {
  return flowMod({ command: "delete", table: TABLE_ALL, cookie, cookieMask: EXACT_MASK });
}

/** Modify keeps the counters; it and delete touch nothing that lacks the network's cookie. */
function entryMod(command: FlowModCommand, flow: FlowEntry): FlowMod {
  const { table, priority, cookie, match } = flow;
  const instructions = command === "delete-strict" ? [] : flow.instructions;
  const cookieMask = command === "add" ? 0n : NETWORK_MASK;
  return flowMod({ command, table, priority, cookie, cookieMask, match, instructions });
}

function removeGroup(group: GroupDesc): GroupMod {
  return groupMod("delete", { ...group, buckets: [] });
}

function groupMod(command: GroupModCommand, { groupType, group, buckets }: GroupDesc): GroupMod {
  return { type: "group-mod", command, groupType, group, buckets };
}

function meterMod(command: MeterModCommand, { flags, meter, bands }: MeterConfig): MeterMod {
  return { type: "meter-mod", command, flags, meter, bands };
}
