import { err, ok, type Result } from "neverthrow";
import { invariant } from "../../../model/invariant.ts";
import type { Action } from "../wire/action.ts";
import { PORT_IN_PORT } from "../wire/constants.ts";
import type { Bucket, GroupDesc } from "../wire/group.ts";
import type { Instruction } from "../wire/instruction.ts";
import type { OxmField } from "../wire/match.ts";
import { networkOfCookie } from "./cookie.ts";
import type { Draft, DraftFlow, DraftGroup } from "./draft.ts";
import { membersField, membersMetadata } from "./pipeline.ts";
import {
  type FlowEntry,
  flowKey,
  groupOf,
  groupsWithin,
  meterOf,
  type NodeProgram,
  sameGroup,
  sameMeter,
} from "./program.ts";
import type { CompileProblem } from "./refusals.ts";

/** Gives numbers to new groups and meters; undefined when there are none left. */
export interface IdSource {
  takeGroup(): number | undefined;
  takeMeter(): number | undefined;
}

/**
 * Gives numbers to the groups and meters of a draft.
 *
 * A group or meter keeps the number under which the switch holds it already, so that a changed one
 * is changed in place, with no frame lost. How the two belong together is told by the flows that use
 * them, so it survives a restart. In place it may change only if that harms none of the flows that
 * still use it at that moment; otherwise it gets a new number.
 */
export function bindDraft(
  draft: Draft,
  installed: NodeProgram,
  ids: IdSource,
): Result<NodeProgram, readonly CompileProblem[]> {
  const take = (): number | undefined => ids.takeGroup();
  const nested = bindNested(draft, installed, take);
  const outer = nested && bindGroups(draft, nested, installed, take);
  if (nested === undefined || outer === undefined) return err([exhausted("group")]);
  const groups: Numbers = new Map([...nested, ...outer]);
  // What matches by the number of a group is known by its key only now.
  const flows = draft.flows.map((flow) => withMembers(flow, groups));
  const meters = bindMeters({ ...draft, flows }, installed, () => ids.takeMeter());
  if (meters === undefined) return err([exhausted("meter")]);
  return ok(assemble({ ...draft, flows }, groups, meters));
}

/**
 * Numbers for groups that others send copies on to. Such a group is never changed in place: the same is
 * kept, and another gets another number, to which those who use it are turned by then.
 */
function bindNested(
  draft: Draft,
  installed: NodeProgram,
  take: () => number | undefined,
): Numbers | undefined {
  if (draft.groups.size === 0) return NO_NUMBERS;
  const held = [...installed.groups.values()].flatMap(groupsWithin);
  const free = new Set(held.filter((id) => installed.groups.has(id)));
  const bound = new Map<string, number>();
  for (const key of nestedKeys(draft)) {
    const group = groupAt(draft, key);
    const same = [...free].find((id) => {
      const found = installed.groups.get(id);
      return found !== undefined && sameGroup(found, { ...group, group: id });
    });
    const number = same ?? take();
    if (number === undefined) return undefined;
    free.delete(number);
    bound.set(key, number);
  }
  return bound;
}

function nestedKeys({ groups }: Draft): ReadonlySet<string> {
  const buckets = [...groups.values()].flatMap((group) => group.buckets);
  return new Set(buckets.flatMap(({ group }) => group ?? []));
}

function groupAt({ groups }: Draft, key: string): DraftGroup {
  const group = groups.get(key);
  invariant(group !== undefined, `the group ${key} is in the draft`);
  return group;
}

/** What a group does, once the groups that it sends copies on to have numbers. */
function withNested({ groupType, buckets }: DraftGroup, nested: Numbers): Omit<GroupDesc, "group"> {
  return {
    groupType,
    buckets: buckets.map(({ group, ...bucket }) => {
      if (group === undefined) return bucket;
      const onward: Action = { type: "group", group: numberOf(nested, group) };
      return { ...bucket, actions: [...bucket.actions, onward] };
    }),
  };
}

function bindGroups(
  draft: Draft,
  nested: Numbers,
  installed: NodeProgram,
  take: () => number | undefined,
): Numbers | undefined {
  if (draft.groups.size === 0) return NO_NUMBERS;
  const users = usersByKey(draft, (flow) => flow.group);
  const outer = [...draft.groups].filter(([key]) => !nested.has(key));
  const known = new Set(nested.values());
  const groups = new Map([...installed.groups].filter(([id]) => !known.has(id)));
  return bindItems(
    outer
      .map(([key, group]) => [key, withNested(group, nested)] as const)
      .map(([key, group]) => ({
        key,
        users: users.get(key) ?? new Set(),
        hairpins: group.buckets.some(hairpins),
        isKindOf: (id) => installed.groups.get(id)?.groupType === group.groupType,
        sameAs: (id) => {
          const held = installed.groups.get(id);
          return held !== undefined && sameGroup(held, { ...group, group: id });
        },
      })),
    holdings(draft, installed.flows, groupOf, groups),
    take,
  );
}

function bindMeters(
  draft: Draft,
  installed: NodeProgram,
  take: () => number | undefined,
): Numbers | undefined {
  if (draft.meters.size === 0) return NO_NUMBERS;
  const users = usersByKey(draft, (flow) => flow.meter);
  return bindItems(
    [...draft.meters].map(([key, meter]) => ({
      key,
      users: users.get(key) ?? new Set(),
      hairpins: false,
      isKindOf: () => true,
      sameAs: (id) => {
        const held = installed.meters.get(id);
        return held !== undefined && sameMeter(held, { ...meter, meter: id });
      },
    })),
    holdings(draft, installed.flows, meterOf, installed.meters),
    take,
  );
}

/** The flow, with the number of the group in its match where it matches by it. */
function withMembers(flow: DraftFlow, groups: Numbers): DraftFlow {
  if (flow.among === undefined) return flow;
  const group = numberOf(groups, flow.among);
  const members: OxmField =
    flow.seen === undefined
      ? membersField(networkOfCookie(flow.cookie), group)
      : { field: "metadata", value: flow.seen | BigInt(group) };
  return { ...flow, match: [members, ...flow.match] };
}

/** The numbers of groups or meters, by their keys in the draft. */
type Numbers = ReadonlyMap<string, number>;

const NO_NUMBERS: Numbers = new Map();

function numberOf(numbers: Numbers, key: string): number {
  const number = numbers.get(key);
  invariant(number !== undefined, `${key} has a number`);
  return number;
}

/** A group or a meter of a draft, and the flows that are to use it. */
interface Item {
  readonly key: string;
  readonly users: ReadonlySet<string>;
  /** Whether it sends frames back out of the port they came in by. */
  readonly hairpins: boolean;
  /** Whether what the switch holds under `id` can become this in place. */
  isKindOf(id: number): boolean;
  /** Whether the switch holds exactly this under `id`. */
  sameAs(id: number): boolean;
}

/** The flows that use a number now: those that stay, and whether there are some that go. */
interface Holding {
  readonly staying: Set<string>;
  someGo: boolean;
}

type Holdings = ReadonlyMap<number, Holding>;

function usersByKey(
  draft: Draft,
  reference: (flow: DraftFlow) => string | undefined,
): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>();
  for (const flow of draft.flows) {
    const key = reference(flow);
    if (key === undefined) continue;
    const known = users.get(key);
    if (known === undefined) users.set(key, new Set([flowKey(flow)]));
    else known.add(flowKey(flow));
  }
  return users;
}

function hairpins(bucket: Bucket): boolean {
  return bucket.actions.some((action) => action.type === "output" && action.port === PORT_IN_PORT);
}

function holdings(
  draft: Draft,
  flows: NodeProgram["flows"],
  reference: (flow: FlowEntry) => number | undefined,
  held: ReadonlyMap<number, unknown>,
): Holdings {
  const byId = new Map<number, Holding>();
  if (held.size === 0) return byId;
  const wanted = new Set(draft.flows.map(flowKey));
  for (const [key, flow] of flows) {
    const id = reference(flow);
    if (id === undefined || !held.has(id)) continue;
    const holding = byId.get(id) ?? { staying: new Set(), someGo: false };
    if (wanted.has(key)) holding.staying.add(key);
    else holding.someGo = true;
    byId.set(id, holding);
  }
  return byId;
}

/** Numbers for all items, those that need no change first; undefined when there are not enough. */
function bindItems(
  items: readonly Item[],
  held: Holdings,
  take: () => number | undefined,
): Numbers | undefined {
  const bound = new Map<string, number>();
  const free = new Map(held);
  const bindTo = (item: Item, id: number | undefined): void => {
    if (id === undefined) return;
    bound.set(item.key, id);
    free.delete(id);
  };
  for (const item of items)
    bindTo(
      item,
      find(free, item, (id) => item.sameAs(id)),
    );
  for (const item of items) {
    if (bound.has(item.key)) continue;
    const inPlace = find(
      free,
      item,
      (id, holding) => item.isKindOf(id) && mayChange(item, holding),
    );
    bindTo(item, inPlace ?? take());
  }
  return bound.size === items.length ? bound : undefined;
}

/** A number that one of the item's flows uses now, and that `fits`. */
function find(
  free: Holdings,
  item: Item,
  fits: (id: number, holding: Holding) => boolean,
): number | undefined {
  for (const [id, holding] of free) {
    const known = [...holding.staying].some((user) => item.users.has(user));
    if (known && fits(id, holding)) return id;
  }
  return undefined;
}

/**
 * Until they are changed or removed themselves, all flows that use a number follow its new content.
 * One that stays but is to leave the number would lose frames or reflect them; one that goes would
 * reflect them if the new content hairpins.
 */
function mayChange(item: Item, { staying, someGo }: Holding): boolean {
  return [...staying].every((user) => item.users.has(user)) && !(someGo && item.hairpins);
}

function exhausted(what: string): CompileProblem {
  return { kind: "unsupported", message: `the switch has no ${what} numbers left for us` };
}

function assemble(draft: Draft, groupIds: Numbers, meterIds: Numbers): NodeProgram {
  return {
    flows: new Map(
      draft.flows.map((flow) => {
        const { table, priority, cookie, match } = flow;
        const instructions = instructionsOf(flow, groupIds, meterIds);
        return [flowKey(flow), { table, priority, cookie, match, instructions }];
      }),
    ),
    groups: new Map(
      [...draft.groups].map(([key, what]) => {
        const group = numberOf(groupIds, key);
        return [group, { ...withNested(what, groupIds), group }];
      }),
    ),
    meters: new Map(
      [...draft.meters].map(([key, config]) => {
        const meter = numberOf(meterIds, key);
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
    group === undefined
      ? actions
      : [...actions, { type: "group", group: numberOf(groupIds, group) }];
  const noted = noteAmong === undefined ? undefined : numberOf(groupIds, noteAmong);
  const instructions: readonly (Instruction | undefined)[] = [
    meter === undefined ? undefined : { type: "meter", meter: numberOf(meterIds, meter) },
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
