import { bindDraft, type IdSource } from "./bind.ts";
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
export function demandOfDraft({ flows, groups, meters }: Draft): Demand {
  return withNumbers(countFlows(flows), groups, meters);
}

/** What it takes to hold a program. */
export function demandOfProgram({
  flows,
  groups,
  meters,
}: Pick<NodeProgram, "flows" | "groups" | "meters">): Demand {
  return withNumbers(countFlows(flows.values()), groups, meters);
}

/** The greatest of these, of each resource. */
export function greatestDemand(demands: readonly Demand[]): Demand {
  return demands.reduce(greaterOf, NO_DEMAND);
}

/** One of the two itself where it is the greater of every resource, as it mostly is. */
function greaterOf(one: Demand, other: Demand): Demand {
  if (covers(one, other)) return one;
  if (covers(other, one)) return other;
  const most = new Map(one);
  for (const [resource, count] of other) {
    most.set(resource, Math.max(count, most.get(resource) ?? 0));
  }
  return most;
}

function covers(one: Demand, other: Demand): boolean {
  if (one === other) return true;
  for (const [resource, count] of other) if (count > (one.get(resource) ?? 0)) return false;
  return true;
}

/**
 * The most that it takes at once to go from what a switch holds to each of these in turn: what is new
 * is there before what is old goes, and what can be is changed in place.
 */
export function demandOfWay(held: NodeProgram, way: readonly Draft[]): Demand {
  const [only, ...later] = way;
  // Mostly there is nothing yet, and one state to come to.
  if (only !== undefined && later.length === 0 && isEmpty(held)) return demandOfDraft(only);
  let most = demandOfProgram(held);
  let last = held;
  const ids = unlimited();
  for (const draft of way) {
    const next = bindDraft(draft, last, ids).unwrapOr(last);
    most = greaterOf(most, demandOfBoth(last, next));
    last = next;
  }
  return most;
}

/** What it takes while one program takes the place of another. */
function demandOfBoth(before: NodeProgram, next: NodeProgram): Demand {
  const demand = countFlows(before.flows.values());
  for (const [key, { table }] of next.flows) if (!before.flows.has(key)) add(demand, table, 1);
  const groups = joined(before.groups, next.groups);
  return withNumbers(demand, groups, joined(before.meters, next.meters));
}

/** What is in either; of two under one key, the later. */
function joined<V>(
  before: ReadonlyMap<number, V>,
  next: ReadonlyMap<number, V>,
): ReadonlyMap<number, V> {
  if (before.size === 0) return next;
  return next.size === 0 ? before : new Map([...before, ...next]);
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

function countFlows(flows: Iterable<{ readonly table: number }>): Map<Resource, number> {
  const demand = new Map<Resource, number>();
  for (const { table } of flows) add(demand, table, 1);
  return demand;
}

/** With what groups and meters take. */
function withNumbers(
  demand: Map<Resource, number>,
  groups: ReadonlyMap<unknown, { readonly groupType: unknown }>,
  meters: ReadonlyMap<unknown, unknown>,
): Demand {
  add(demand, "groups", groups.size);
  add(demand, "meters", meters.size);
  for (const { groupType } of groups.values()) {
    if (groupType === "all" || groupType === "fast-failover") add(demand, groupType, 1);
  }
  return demand;
}

function add(demand: Map<Resource, number>, resource: Resource, count: number): void {
  if (count > 0) demand.set(resource, count + (demand.get(resource) ?? 0));
}
