import { bindDraft, type IdSource } from "./bind.ts";
import { countGroups } from "./count-items.ts";
import type { Draft } from "./draft.ts";
import type { NodeProgram } from "./program.ts";

/**
 * What a switch has only so much of: meters, numbers for groups, groups of either type, and the places
 * of each of its tables, by the table's number.
 */
export type Resource = "meters" | "groups" | "all" | "fast-failover" | number;

/** How much of each it takes; none of what is not there. */
export type Demand = ReadonlyMap<Resource, number>;

/** Takes nothing. */
export const NO_DEMAND: Demand = new Map();

/** What it takes to hold a draft. */
export function demandOfDraft(draft: Draft): Demand {
  return demandOf({ ...draft, groupTypes: countGroups(draft) });
}

/** What it takes to hold a program. */
export function demandOfProgram({ flows, groups, meters }: NodeProgram): Demand {
  const types = [...groups.values()].map(({ groupType }) => groupType);
  const count = (type: string): number => types.filter((each) => each === type).length;
  const groupTypes = { all: count("all"), "fast-failover": count("fast-failover") };
  return demandOf({ flows: [...flows.values()], groups, meters, groupTypes });
}

/** The greatest of these, of each resource. */
export function greatestDemand(demands: readonly Demand[]): Demand {
  const [first = NO_DEMAND, ...others] = demands.filter(({ size }) => size > 0);
  if (others.length === 0) return first;
  const most = new Map(first);
  for (const [resource, count] of others.flatMap((each) => [...each])) {
    most.set(resource, Math.max(count, most.get(resource) ?? 0));
  }
  return most;
}

/**
 * The most that it takes at once to go from what a switch holds to each of these in turn: what is new
 * is there before what is old goes, and what can be is changed in place.
 */
export function demandOfWay(held: NodeProgram, way: readonly Draft[]): Demand {
  const [only, ...later] = way;
  // Mostly there is nothing yet, and one state to come to.
  if (only !== undefined && later.length === 0 && isEmpty(held)) return demandOfDraft(only);
  const demands = [demandOfProgram(held)];
  let last = held;
  const ids = unlimited();
  for (const draft of way) {
    const next = bindDraft(draft, last, ids).unwrapOr(last);
    demands.push(demandOfProgram(bothOf(last, next)));
    last = next;
  }
  return greatestDemand(demands);
}

/** What there is while one program takes the place of another. */
function bothOf(before: NodeProgram, next: NodeProgram): NodeProgram {
  return {
    flows: new Map([...before.flows, ...next.flows]),
    groups: new Map([...before.groups, ...next.groups]),
    meters: new Map([...before.meters, ...next.meters]),
    learned: next.learned,
  };
}

function isEmpty({ flows, groups, meters }: NodeProgram): boolean {
  return flows.size + groups.size + meters.size === 0;
}

/** Numbers that no switch has: what is bound with them is only counted. */
function unlimited(): IdSource {
  let next = 2 ** 32;
  const take = (): number => next++;
  return { takeGroup: take, takeMeter: take };
}

interface Counted {
  readonly flows: readonly { readonly table: number }[];
  readonly groups: { readonly size: number };
  readonly meters: { readonly size: number };
  readonly groupTypes: Readonly<Record<"all" | "fast-failover", number>>;
}

function demandOf({ flows, groups, meters, groupTypes }: Counted): Demand {
  const demand = new Map<Resource, number>();
  const add = (resource: Resource, count: number): void => {
    if (count > 0) demand.set(resource, count + (demand.get(resource) ?? 0));
  };
  for (const { table } of flows) add(table, 1);
  add("groups", groups.size);
  add("meters", meters.size);
  add("all", groupTypes.all);
  add("fast-failover", groupTypes["fast-failover"]);
  return demand;
}
