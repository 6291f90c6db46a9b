import type { Action } from "../wire/action.ts";
import type { GroupDesc } from "../wire/group.ts";
import type { Instruction } from "../wire/instruction.ts";
import type { OxmField } from "../wire/match.ts";
import { networkOfCookie } from "./cookie.ts";
import type { Draft, DraftFlow, DraftGroup, KeyedFlows } from "./draft.ts";
import { idOf, type Numbers } from "./numbers.ts";
import { membersField, membersMetadata } from "./pipeline.ts";
import type { NodeProgram } from "./program.ts";

/** A draft, `flows` of which are all, with numbers in the place of keys. */
export function assemble(
  draft: Draft,
  flows: KeyedFlows,
  groupIds: Numbers,
  meterIds: Numbers,
): NodeProgram {
  return {
    flows: new Map(
      flows.map(({ key, flow }) => {
        const { table, priority, cookie, match } = flow;
        const instructions = instructionsOf(flow, groupIds, meterIds);
        return [key, { table, priority, cookie, match, instructions }];
      }),
    ),
    groups: new Map(
      [...draft.groups].map(([key, what]) => {
        const group = idOf(groupIds, key);
        return [group, { ...withNested(what, groupIds), group }];
      }),
    ),
    meters: new Map(
      [...draft.meters].map(([key, config]) => {
        const meter = idOf(meterIds, key);
        return [meter, { ...config, meter }];
      }),
    ),
    learned: draft.learned,
  };
}

function instructionsOf(
  flow: DraftFlow,
  groupIds: Numbers,
  meterIds: Numbers,
): readonly Instruction[] {
  const { actions, group, meter, noteAmong, goto } = flow;
  const applied: readonly Action[] =
    group === undefined ? actions : [...actions, { type: "group", group: idOf(groupIds, group) }];
  const noted = noteAmong === undefined ? undefined : idOf(groupIds, noteAmong);
  const instructions: readonly (Instruction | undefined)[] = [
    meter === undefined ? undefined : { type: "meter", meter: idOf(meterIds, meter) },
    applied.length === 0 ? undefined : { type: "apply-actions", actions: applied },
    noted === undefined
      ? undefined
      : {
          type: "write-metadata",
          metadata: membersMetadata(networkOfCookie(flow.cookie), noted),
          mask: ALL_BITS,
        },
    goto === undefined ? undefined : { type: "goto-table", table: goto },
  ];
  return instructions.filter((each) => each !== undefined);
}

const ALL_BITS = 0xffff_ffff_ffff_ffffn;

/** What a group does, once the groups that it sends copies on to have numbers. */
export function withNested(
  { groupType, buckets }: DraftGroup,
  nested: Numbers,
): Omit<GroupDesc, "group"> {
  return {
    groupType,
    buckets: buckets.map(({ group, ...bucket }) => {
      if (group === undefined) return bucket;
      const onward: Action = { type: "group", group: idOf(nested, group) };
      return { ...bucket, actions: [...bucket.actions, onward] };
    }),
  };
}

/** The flow, with the number of the group in its match where it matches by it. */
export function withMembers(flow: DraftFlow, groups: Numbers): DraftFlow {
  if (flow.among === undefined) return flow;
  const group = idOf(groups, flow.among);
  const members: OxmField =
    flow.seen === undefined
      ? membersField(networkOfCookie(flow.cookie), group)
      : { field: "metadata", value: flow.seen | BigInt(group) };
  return { ...flow, match: [members, ...flow.match] };
}
