import { sameValue } from "../../../model/same-value.ts";
import type { Action } from "../wire/action.ts";
import { GROUP_ANY } from "../wire/constants.ts";
import type { FlowStats } from "../wire/flow.ts";
import type { GroupDesc } from "../wire/group.ts";
import type { Instruction } from "../wire/instruction.ts";
import type { Match, OxmField } from "../wire/match.ts";
import type { MeterConfig } from "../wire/meter.ts";

/** What makes up a flow entry, without its counters. */
export type FlowEntry = Pick<FlowStats, "table" | "priority" | "cookie" | "match" | "instructions">;

/** What one switch holds, or should hold, for one network. */
export interface NodeProgram {
  /** By {@link flowKey}. */
  readonly flows: ReadonlyMap<string, FlowEntry>;
  readonly groups: ReadonlyMap<number, GroupDesc>;
  readonly meters: ReadonlyMap<number, MeterConfig>;
  /** The cookies under which the switch has learned entries by itself, or may. */
  readonly learned: ReadonlySet<bigint>;
}

/** A switch that holds nothing for a network. */
export const emptyProgram: NodeProgram = {
  flows: new Map(),
  groups: new Map(),
  meters: new Map(),
  learned: new Set(),
};

/** Equal for flow entries that cannot stand beside each other: same table, priority and match. */
export function flowKey(flow: Pick<FlowEntry, "table" | "priority" | "match">): string {
  return `${flow.table}/${flow.priority}/${matchText(flow.match)}`;
}

/** Whether two entries of one network with the same {@link flowKey} do the same. */
export function sameFlow(a: FlowEntry, b: FlowEntry): boolean {
  return sameInOrder(a.instructions, b.instructions, sameInstruction) || sameInAnyOrder(a, b);
}

/** Of each type of instruction there is one at most. */
function sameInAnyOrder(a: FlowEntry, b: FlowEntry): boolean {
  const these = a.instructions.filter(doesSomething);
  const those = b.instructions.filter(doesSomething);
  return (
    these.length === those.length &&
    these.every((one) => those.some((other) => sameInstruction(one, other))) &&
    those.every((one) => these.some((other) => sameInstruction(one, other)))
  );
}

/** Whether two groups do the same, whatever their numbers, and where order does not matter, that. */
export function sameGroup(a: GroupDesc, b: GroupDesc): boolean {
  return (
    (a.groupType === b.groupType && sameValue(a.buckets, b.buckets)) ||
    groupText(a) === groupText(b)
  );
}

/** Whether two meters do the same, whatever their numbers. */
export function sameMeter(a: MeterConfig, b: MeterConfig): boolean {
  return a.flags === b.flags && sameValue(a.bands, b.bands);
}

/** The group that a flow entry delivers through, if any. */
export function groupOf(flow: FlowEntry): number | undefined {
  for (const instruction of flow.instructions) {
    if (instruction.type !== "apply-actions") continue;
    for (const action of instruction.actions) if (action.type === "group") return action.group;
  }
  return undefined;
}

/** The groups that a group sends copies on to. */
export function groupsWithin({ buckets }: Pick<GroupDesc, "buckets">): readonly number[] {
  return buckets.flatMap(({ actions }) =>
    actions.flatMap((action) => (action.type === "group" ? [action.group] : [])),
  );
}

/** The meter that a flow entry is policed by, if any. */
export function meterOf(flow: FlowEntry): number | undefined {
  for (const instruction of flow.instructions) {
    if (instruction.type === "meter") return instruction.meter;
  }
  return undefined;
}

/** A match for people, and for comparing: `in_port=1,vlan_vid=0x1065`. */
export function matchText(match: Match): string {
  const [first, second, ...others] = match;
  if (first === undefined) return "";
  if (second === undefined) return fieldText(first);
  const [one, other] = [fieldText(first), fieldText(second)];
  if (others.length === 0) return one < other ? `${one},${other}` : `${other},${one}`;
  const texts = one < other ? [one, other] : [other, one];
  for (const field of others) insertInOrder(texts, fieldText(field));
  return texts.join();
}

/** By hand: to sort so few takes as long as everything else here, and keys of flows are made all the time. */
function insertInOrder(sorted: string[], text: string): void {
  let at = sorted.length;
  for (; at > 0; at -= 1) {
    const before = sorted[at - 1];
    if (before === undefined || before <= text) break;
    sorted[at] = before;
  }
  sorted[at] = text;
}

function fieldText(field: OxmField): string {
  const name = field.field === "unknown" ? `oxm-${field.class}-${field.code}` : field.field;
  const mask = field.mask === undefined ? "" : `/${numberText(name, field.mask)}`;
  return `${name}=${numberText(name, field.value)}${mask}`;
}

function numberText(field: string, value: number | bigint | string): string {
  return field === "vlan_vid" ? `0x${value.toString(16).padStart(4, "0")}` : `${value}`;
}

/** Switches report a flow that drops with an empty list of actions, or with none at all. */
function doesSomething(instruction: Instruction): boolean {
  return instruction.type !== "apply-actions" || instruction.actions.length > 0;
}

function sameInstruction(a: Instruction, b: Instruction): boolean {
  return a.type === "apply-actions" && b.type === "apply-actions"
    ? sameInOrder(a.actions, b.actions, sameAction)
    : sameValue(a, b);
}

/** `maxLen` means something only towards the controller, and switches report what they like. */
function sameAction(a: Action, b: Action): boolean {
  return a.type === "output" && b.type === "output" ? a.port === b.port : sameValue(a, b);
}

function sameInOrder<T>(
  these: readonly T[],
  those: readonly T[],
  same: (one: T, other: T) => boolean,
): boolean {
  return (
    these.length === those.length &&
    these.every((one, index) => {
      const other = those[index];
      return other !== undefined && same(one, other);
    })
  );
}

function groupText({ groupType, buckets }: GroupDesc): string {
  if (groupType !== "fast-failover") {
    const texts = buckets.map(({ actions }) => actionsText(actions));
    return `${groupType}:${texts.sort().join()}`;
  }
  const ways = buckets.map(({ watchPort, watchGroup, actions }) => {
    return `${watchPort} ${watchGroup ?? GROUP_ANY} ${actionsText(actions)}`;
  });
  return `${groupType}:${ways.join()}`;
}

function actionsText(actions: readonly Action[]): string {
  return actions.map((action) => canonicalText(withoutMaxLen(action))).join();
}

/** See {@link sameAction}. */
function withoutMaxLen(action: Action): unknown {
  return action.type === "output" ? { type: action.type, port: action.port } : action;
}

/** Equal for equal values, whatever the order of their keys. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === "bigint") return `${inner}n`;
    if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
