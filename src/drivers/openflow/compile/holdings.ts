import type { NetworkNumber } from "../../../model/ids.ts";
import type { FlowStats } from "../wire/flow.ts";
import type { GroupDesc } from "../wire/group.ts";
import type { MeterConfig } from "../wire/meter.ts";
import { isLearned, networkOfCookie } from "./cookie.ts";
import {
  emptyProgram,
  type FlowEntry,
  flowKey,
  groupOf,
  groupsWithin,
  meterOf,
  type NodeProgram,
} from "./program.ts";

/** Everything that a switch holds and that is ours. */
export interface Holdings {
  readonly networks: ReadonlyMap<NetworkNumber, NodeProgram>;
  /** Groups and meters that no flow of ours uses. */
  readonly orphans: Pick<NodeProgram, "groups" | "meters">;
}

/**
 * Sorts what is ours by network: flows by their cookie, groups and meters by the flows that use
 * them. One that flows of two networks use counts as the first's.
 */
export function sortHoldings(
  flows: readonly FlowStats[],
  ours: Pick<NodeProgram, "groups" | "meters">,
): Holdings {
  const groups = new Map(ours.groups);
  const meters = new Map(ours.meters);
  const byNetwork = new Map<NetworkNumber, FlowStats[]>();
  for (const flow of flows) {
    const network = networkOfCookie(flow.cookie);
    append(byNetwork, network, flow);
  }
  const networks = new Map<NetworkNumber, NodeProgram>();
  for (const [network, all] of byNetwork) {
    const learns = all.some(({ cookie }) => isLearned(cookie));
    const its = learns ? all.filter(({ cookie }) => !isLearned(cookie)) : all;
    networks.set(network, {
      flows: flowsByKey(its),
      groups: withNested(takeUsed(groups, its, groupOf), groups),
      meters: takeUsed(meters, its, meterOf),
      learned: learns
        ? new Set(all.map(({ cookie }) => cookie).filter(isLearned))
        : emptyProgram.learned,
    });
  }
  return { networks, orphans: { groups, meters } };
}

/** Flow entries as a {@link NodeProgram} holds them. */
export function flowsByKey(flows: readonly FlowEntry[]): ReadonlyMap<string, FlowEntry> {
  const byKey = new Map<string, FlowEntry>();
  for (const flow of flows) byKey.set(flowKey(flow), flow);
  return byKey;
}

/** Moves what the flows use out of `from`. */
function takeUsed<T extends GroupDesc | MeterConfig>(
  from: Map<number, T>,
  flows: readonly FlowEntry[],
  reference: (flow: FlowEntry) => number | undefined,
): ReadonlyMap<number, T> {
  const used = new Map<number, T>();
  if (from.size === 0) return used;
  for (const id of flows.map(reference)) {
    const item = id === undefined ? undefined : from.get(id);
    if (id === undefined || item === undefined) continue;
    used.set(id, item);
    from.delete(id);
  }
  return used;
}

/** Moves what the groups send copies on to out of `from`, too. */
function withNested(
  used: ReadonlyMap<number, GroupDesc>,
  from: Map<number, GroupDesc>,
): ReadonlyMap<number, GroupDesc> {
  if (used.size === 0) return used;
  const all = new Map(used);
  for (const group of all.values()) {
    for (const id of groupsWithin(group)) {
      const nested = from.get(id);
      if (nested === undefined) continue;
      all.set(id, nested);
      from.delete(id);
    }
  }
  return all;
}

function append<Key, T>(lists: Map<Key, T[]>, key: Key, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
