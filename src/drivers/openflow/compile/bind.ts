import { err, ok, type Result } from "neverthrow";
import { invariant } from "../../../model/invariant.ts";
import { PORT_IN_PORT } from "../wire/constants.ts";
import type { Bucket } from "../wire/group.ts";
import { assemble, withMembers, withNested } from "./assemble.ts";
import { bindItems, holdings } from "./bind-items.ts";
import type { Draft, DraftFlow, DraftGroup, KeyedFlows } from "./draft.ts";
import { NO_NUMBERS, type Numbers } from "./numbers.ts";
import {
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
  const nested = bindNested(draft, installed, () => ids.takeGroup());
  const outer = nested && bindGroups(draft, nested, installed, () => ids.takeGroup());
  if (nested === undefined || outer === undefined) return err([exhausted("group")]);
  const groups: Numbers = nested.size === 0 ? outer : new Map([...nested, ...outer]);
  // What matches by the number of a group is known by its key only now.
  const flows = keyed(draft.flows.map((flow) => withMembers(flow, groups)));
  const meters = bindMeters(draft, flows, installed, () => ids.takeMeter());
  if (meters === undefined) return err([exhausted("meter")]);
  return ok(assemble(draft, flows, groups, meters));
}

/** Flows by what they are told apart by, see {@link flowKey}. */
function keyed(flows: readonly DraftFlow[]): KeyedFlows {
  return flows.map((flow) => ({ key: flowKey(flow), flow }));
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

function bindGroups(
  draft: Draft,
  nested: Numbers,
  installed: NodeProgram,
  take: () => number | undefined,
): Numbers | undefined {
  if (draft.groups.size === 0) return NO_NUMBERS;
  const flows = keyed(draft.flows);
  const users = usersByKey(flows, (flow) => flow.group);
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
        heldHairpins: (id) => installed.groups.get(id)?.buckets.some(hairpins) ?? false,
        sameAs: (id) => {
          const held = installed.groups.get(id);
          return held !== undefined && sameGroup(held, { ...group, group: id });
        },
      })),
    holdings(flows, installed.flows, groupOf, groups),
    take,
  );
}

function bindMeters(
  draft: Draft,
  flows: KeyedFlows,
  installed: NodeProgram,
  take: () => number | undefined,
): Numbers | undefined {
  if (draft.meters.size === 0) return NO_NUMBERS;
  const users = usersByKey(flows, (flow) => flow.meter);
  return bindItems(
    [...draft.meters].map(([key, meter]) => ({
      key,
      users: users.get(key) ?? new Set(),
      hairpins: false,
      isKindOf: () => true,
      heldHairpins: () => false,
      sameAs: (id) => {
        const held = installed.meters.get(id);
        return held !== undefined && sameMeter(held, { ...meter, meter: id });
      },
    })),
    holdings(flows, installed.flows, meterOf, installed.meters),
    take,
  );
}

function usersByKey(
  flows: KeyedFlows,
  reference: (flow: DraftFlow) => string | undefined,
): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>();
  for (const { key: user, flow } of flows) {
    const key = reference(flow);
    if (key === undefined) continue;
    const known = users.get(key);
    if (known === undefined) users.set(key, new Set([user]));
    else known.add(user);
  }
  return users;
}

function hairpins(bucket: Bucket): boolean {
  return bucket.actions.some((action) => action.type === "output" && action.port === PORT_IN_PORT);
}

function exhausted(what: string): CompileProblem {
  return { kind: "unsupported", message: `the switch has no ${what} numbers left for us` };
}
