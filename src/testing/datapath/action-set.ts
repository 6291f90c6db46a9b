import type { Action } from "../../drivers/openflow/wire/action.ts";

/** The actions a packet gathers on its way, at most one of each kind (OpenFlow 1.3.5 §5.10). */
export type ActionSet = readonly Action[];

/** Adds written actions; a later one of a kind replaces the earlier. */
export function writeActions(set: ActionSet, written: readonly Action[]): ActionSet {
  const byKind = new Map(set.map((action) => [kindOf(action), action]));
  for (const action of written) byKind.set(kindOf(action), action);
  return [...byKind.values()];
}

/** The actions in the order that the standard lays down; an output counts only without a group. */
export function inExecutionOrder(set: ActionSet): readonly Action[] {
  const hasGroup = set.some((action) => action.type === "group");
  return set
    .filter((action) => !(hasGroup && action.type === "output"))
    .sort((a, b) => rankOf(a) - rankOf(b));
}

const executionOrder: readonly Action["type"][] = [
  "pop-vlan",
  "push-vlan",
  "set-field",
  "set-queue",
  "group",
  "output",
];

function rankOf(action: Action): number {
  return executionOrder.indexOf(action.type);
}

function kindOf(action: Action): string {
  return action.type === "set-field" ? `set-field:${action.field.field}` : action.type;
}
