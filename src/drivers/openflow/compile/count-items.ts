import { type NetworkNumber, networkNumber, type PortRef } from "../../../model/ids.ts";
import type { ForwardingRule, Policer } from "../../../model/segment.ts";
import type { Draft, DraftGroup } from "./draft.ts";
import { draftOf } from "./draft-rules.ts";
import { hasMeters, type SwitchVersion } from "./switch-profile.ts";

/** How much a node holds for a network. */
export interface ItemCount {
  readonly flows: number;
  readonly groups: number;
  readonly meters: number;
}

/** How many groups of each type a draft has. */
export function countGroups({
  groups,
}: Pick<Draft, "groups">): Readonly<Record<GroupKind, number>> {
  const types = [...groups.values()].map(({ groupType }) => groupType);
  const failover = types.filter((type) => type === "fast-failover").length;
  return { all: types.length - failover, "fast-failover": failover };
}

type GroupKind = DraftGroup["groupType"];

/** How many flows, groups and meters `compileNode` makes of `rules` for a switch of this version. */
export function countItems(rules: readonly ForwardingRule[], version: SwitchVersion): ItemCount {
  const { flows, groups, meters } = draftForCounting(rules, version);
  return { flows: flows.length, groups: groups.size, meters: meters.size };
}

/** What a node would hold, up to its numbers. */
export function draftForCounting(rules: readonly ForwardingRule[], version: SwitchVersion): Draft {
  const ports = [...new Set(rules.flatMap(portsOf))];
  const numbers = new Map(ports.map((port, index) => [port, index + 1]));
  return draftOf(rules, ANY_NETWORK, numbers, { ...anyMarks, profile: version });
}

/** How many limits on what enters a switch of this version cannot police. */
export function countUnpoliced(rules: readonly ForwardingRule[], version: SwitchVersion): number {
  if (hasMeters(version)) return 0;
  const policers = rules.filter(({ egress }) => egress.length > 0).flatMap(policersOf);
  return new Set(policers.map(({ key }) => key)).size;
}

/** Every limit that a rule sets. */
export function policersOf({ police, thenPolice, unicast }: ForwardingRule): readonly Policer[] {
  const ways = unicast?.ways.map((way) => way.police) ?? [];
  return [police, thenPolice, unicast?.flood, ...ways].filter((each) => each !== undefined);
}

/** Every port that a rule names. */
export function portsOf({
  ingress,
  egress,
  failover = [],
  unicast,
}: ForwardingRule): readonly PortRef[] {
  if (failover.length === 0 && unicast === undefined) {
    return [ingress.port, ...egress.map(({ port }) => port)];
  }
  const instead = failover.map((detour) => detour.instead);
  const also = unicast?.ways.flatMap((way) => way.also ?? []) ?? [];
  return [ingress, ...egress, ...instead, ...also].map(({ port }) => port);
}

/** Stand for numbers on which nothing depends that is counted. */
const ANY_NETWORK: NetworkNumber = networkNumber(1);
const anyMarks = { table: 0, priority: 0, cookiePrefix: 0, burstMs: 0, agingS: 0 } as const;
