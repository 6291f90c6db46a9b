import { ok, type Result } from "neverthrow";
import type { Action } from "../../drivers/openflow/wire/action.ts";
import {
  flowFlag,
  GROUP_ANY,
  NO_BUFFER,
  PORT_ANY,
  TABLE_ALL,
} from "../../drivers/openflow/wire/constants.ts";
import type { FlowFilter, FlowMod, FlowRemovedReason } from "../../drivers/openflow/wire/flow.ts";
import { checkActions } from "./action-check.ts";
import { compileMatch, covers, type FlowMatch, matchRequiresTag, overlaps } from "./flow-match.ts";
import { type FlowEntry, FlowTable, flowEntry } from "./flow-table.ts";
import { compileInstructions, type Program, someAction, TABLES } from "./program.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { SwitchState } from "./switch-state.ts";

/** A flow that left its table, and why. */
export interface RemovedFlow {
  readonly flow: FlowEntry;
  readonly reason: FlowRemovedReason;
}

/** Carries out a flow-mod (OpenFlow 1.3.5 §6.4, §7.3.4.1); gives the flows that it deleted. */
export function changeFlows(
  state: SwitchState,
  mod: FlowMod,
  nowMs: number,
): Result<readonly RemovedFlow[], Refusal> {
  const isDelete = mod.command === "delete" || mod.command === "delete-strict";
  if (mod.bufferId !== NO_BUFFER && !isDelete) return refuse("bad-request", "buffer-unknown");
  if (mod.table >= TABLES && !(isDelete && mod.table === TABLE_ALL)) {
    return refuse("flow-mod-failed", "bad-table-id");
  }
  return compileMatch(mod.match).andThen((match) =>
    compileProgram(mod, match).andThen((program) => {
      switch (mod.command) {
        case "add":
          return addFlow(state, mod, { match, program, nowMs });
        case "modify":
        case "modify-strict":
          return modifyFlows(state, mod, { match, program });
        case "delete":
        case "delete-strict":
          return ok(removeFlows(state, modTargets(state, mod, match), "delete"));
        default:
          return refuse("flow-mod-failed", "bad-command");
      }
    }),
  );
}

/** Takes these flows out of their tables. */
export function removeFlows(
  state: SwitchState,
  flows: readonly FlowEntry[],
  reason: FlowRemovedReason,
): readonly RemovedFlow[] {
  return flows.map((flow) => {
    state.tables.get(flow.table)?.delete(flow);
    return { flow, reason };
  });
}

/** The flows of all tables, table by table. */
export function allFlows(state: SwitchState): readonly FlowEntry[] {
  return [...state.tables.keys()]
    .sort((a, b) => a - b)
    .flatMap((n) => [...(state.tables.get(n) ?? [])]);
}

/** The flows that a request selects: same or narrower match, port, group and cookie as asked. */
export function selectFlows(
  state: SwitchState,
  filter: Omit<FlowFilter, "match">,
  match: FlowMatch,
): readonly FlowEntry[] {
  return tablesOf(state, filter.table).flatMap((table) =>
    table
      .withCookie(filter.cookie, filter.cookieMask)
      .filter((flow) => leavesBy(flow, filter) && covers(match, flow.match)),
  );
}

function addFlow(
  state: SwitchState,
  mod: FlowMod,
  parts: { readonly match: FlowMatch; readonly program: Program; readonly nowMs: number },
): Result<readonly RemovedFlow[], Refusal> {
  const { match, program } = parts;
  return checkReferences(state, program).andThen(() => {
    const table = state.tables.get(mod.table) ?? new FlowTable();
    const old = table.find(match, mod.priority);
    if (old === undefined && overlapsOther(table, mod, match)) {
      return refuse("flow-mod-failed", "overlap");
    }
    if (old === undefined && table.size >= state.maxFlowsPerTable()) {
      return refuse("flow-mod-failed", "table-full");
    }
    const flow = flowEntry(mod, parts);
    if (old !== undefined && (mod.flags & flowFlag.resetCounts) === 0) {
      flow.packets = old.packets;
      flow.bytes = old.bytes;
    }
    table.put(flow);
    state.tables.set(mod.table, table);
    return ok([]);
  });
}

function overlapsOther(table: FlowTable, mod: FlowMod, match: FlowMatch): boolean {
  if ((mod.flags & flowFlag.checkOverlap) === 0) return false;
  return [...table].some((flow) => flow.priority === mod.priority && overlaps(flow.match, match));
}

function modifyFlows(
  state: SwitchState,
  mod: FlowMod,
  { match, program }: { readonly match: FlowMatch; readonly program: Program },
): Result<readonly RemovedFlow[], Refusal> {
  const targets = modTargets(state, mod, match);
  if (targets.length === 0) return ok([]);
  return checkReferences(state, program).map(() => {
    for (const flow of targets) {
      flow.program = program;
      if ((mod.flags & flowFlag.resetCounts) !== 0) {
        flow.packets = 0;
        flow.bytes = 0;
      }
    }
    return [];
  });
}

/** The flows that a modify or a delete is about; out port and group count in deletes only. */
function modTargets(state: SwitchState, mod: FlowMod, match: FlowMatch): readonly FlowEntry[] {
  const isDelete = mod.command === "delete" || mod.command === "delete-strict";
  const isStrict = mod.command === "modify-strict" || mod.command === "delete-strict";
  const filter = isDelete ? mod : { ...mod, outPort: PORT_ANY, outGroup: GROUP_ANY };
  if (!isStrict) return selectFlows(state, filter, match);
  return tablesOf(state, mod.table)
    .flatMap((table) => table.find(match, mod.priority) ?? [])
    .filter((flow) => passesFilter(flow, filter));
}

function tablesOf(state: SwitchState, number: number): readonly FlowTable[] {
  if (number === TABLE_ALL) return [...state.tables.values()];
  const table = state.tables.get(number);
  return table === undefined ? [] : [table];
}

function passesFilter(flow: FlowEntry, filter: Omit<FlowFilter, "match">): boolean {
  const { cookieMask } = filter;
  if (cookieMask !== 0n && ((flow.cookie ^ filter.cookie) & cookieMask) !== 0n) return false;
  return leavesBy(flow, filter);
}

/** Whether a flow has an action for the port and the group that are asked for, if any are. */
function leavesBy(flow: FlowEntry, filter: Pick<FlowFilter, "outPort" | "outGroup">): boolean {
  return (
    (filter.outPort === PORT_ANY ||
      someAction(flow.program, (a) => a.type === "output" && a.port === filter.outPort)) &&
    (filter.outGroup === GROUP_ANY ||
      someAction(flow.program, (a) => a.type === "group" && a.group === filter.outGroup))
  );
}

function compileProgram(mod: FlowMod, match: FlowMatch): Result<Program, Refusal> {
  const tags = matchRequiresTag(match) ? 1 : 0;
  return compileInstructions(mod.instructions, mod.table).andThen((program) =>
    checkActions(program.apply, tags).andThen((applied) =>
      checkActions(program.write, applied.tags).andThen(() =>
        applied.popsNothing ? refuse("bad-action", "match-inconsistent") : ok(program),
      ),
    ),
  );
}

/** Refuses a program that names a group or a meter which does not exist. */
function checkReferences(state: SwitchState, program: Program): Result<Program, Refusal> {
  if (program.meter !== undefined && state.meters.get(program.meter) === undefined) {
    return refuse("meter-mod-failed", "invalid-meter");
  }
  const isMissing = (action: Action): boolean =>
    action.type === "group" && state.groups.get(action.group) === undefined;
  return someAction(program, isMissing) ? refuse("bad-action", "bad-out-group") : ok(program);
}
