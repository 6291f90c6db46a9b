import { ResultAsync } from "neverthrow";
import { isOurs } from "./compile/cookie.ts";
import type { Holdings } from "./compile/holdings.ts";
import { groupsWithin } from "./compile/program.ts";
import type { SessionError } from "./session-error.ts";
import type { SwitchTools } from "./switch-tools.ts";
import type { FlowStats } from "./wire/flow.ts";
import type { GroupDesc } from "./wire/group.ts";

/** Groups and meters with numbers of ours that no flow of ours uses. */
export type Orphans = Holdings["orphans"];

/** Orphans, by what may become of them. */
export interface SortedOrphans {
  readonly unused: Orphans;
  /** What somebody else uses, for people: to delete a group or a meter deletes the flows that use it. */
  readonly inUse: readonly string[];
}

/** Sorts orphans by whether somebody else uses them: through a flow, or a group that copies to them. */
export function sortOrphans(
  { reader, options }: Pick<SwitchTools, "reader" | "options">,
  orphans: Orphans,
): ResultAsync<SortedOrphans, SessionError> {
  return ResultAsync.combine([reader.flows(0n, 0n), reader.groups()]).map(([flows, groups]) => {
    const theirs = flows.filter(({ cookie }) => !isOurs(cookie, options.cookiePrefix));
    const others = [...groups.values()].filter(({ group }) => !orphans.groups.has(group));
    const usedGroups = reached(
      [...theirs.flatMap(groupsOf), ...others.flatMap(groupsWithin)],
      groups,
    );
    const usedMeters = new Set(theirs.flatMap(metersOf));
    return {
      unused: {
        groups: without(orphans.groups, usedGroups),
        meters: without(orphans.meters, usedMeters),
      },
      inUse: [
        ...named("group", orphans.groups, usedGroups),
        ...named("meter", orphans.meters, usedMeters),
      ],
    };
  });
}

/** These groups, and those that they send copies on to. */
function reached(
  first: readonly number[],
  groups: ReadonlyMap<number, GroupDesc>,
): ReadonlySet<number> {
  const all = new Set(first);
  for (const id of all) {
    const group = groups.get(id);
    for (const next of group === undefined ? [] : groupsWithin(group)) all.add(next);
  }
  return all;
}

function groupsOf({ instructions }: FlowStats): readonly number[] {
  return instructions.flatMap((each) =>
    each.type === "apply-actions" || each.type === "write-actions"
      ? each.actions.flatMap((action) => (action.type === "group" ? action.group : []))
      : [],
  );
}

function metersOf({ instructions }: FlowStats): readonly number[] {
  return instructions.flatMap((each) => {
    if (each.type === "meter") return each.meter;
    if (each.type !== "apply-actions" && each.type !== "write-actions") return [];
    return each.actions.flatMap((action) => (action.type === "meter" ? action.meter : []));
  });
}

function without<T>(
  all: ReadonlyMap<number, T>,
  used: ReadonlySet<number>,
): ReadonlyMap<number, T> {
  return new Map([...all].filter(([id]) => !used.has(id)));
}

function named(
  what: string,
  all: ReadonlyMap<number, unknown>,
  used: ReadonlySet<number>,
): readonly string[] {
  return [...all.keys()]
    .filter((id) => used.has(id))
    .map((id) => `${what} ${id} has a number of ours and is used by somebody else: it stays`);
}
