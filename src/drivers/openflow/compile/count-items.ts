import type { ForwardingRule } from "../../../model/segment.ts";
import { deliveryOf } from "./delivery.ts";
import { ingressClasses } from "./ingress.ts";
import { hasMeters, type SwitchVersion } from "./switch-profile.ts";

/** How much a node holds for a network. */
export interface ItemCount {
  readonly flows: number;
  readonly groups: number;
  readonly meters: number;
}

/** How many flows, groups and meters `compileNode` makes of `rules` for a switch of this version. */
export function countItems(rules: readonly ForwardingRule[], version: SwitchVersion): ItemCount {
  const deliveries = rules.map((rule) => deliveryOf(rule, version));
  const policed = rules.filter((rule) => isPoliced(rule, version));
  return {
    flows: rules.reduce((n, rule) => n + ingressClasses(0, rule.ingress.tag).length, 0),
    groups: new Set(deliveries.flatMap((d) => (d.type === "group" ? d.key : []))).size,
    meters: countPolicers(policed),
  };
}

/** How many limits on what enters a switch of this version cannot police. */
export function countUnpoliced(rules: readonly ForwardingRule[], version: SwitchVersion): number {
  if (hasMeters(version)) return 0;
  return countPolicers(rules.filter(({ egress }) => egress.length > 0));
}

function countPolicers(rules: readonly ForwardingRule[]): number {
  return new Set(rules.flatMap((rule) => rule.police?.key ?? [])).size;
}

/** Whether a meter holds what enters there to its rate; where all is dropped, none is needed. */
export function isPoliced({ police, egress }: ForwardingRule, version: SwitchVersion): boolean {
  return hasMeters(version) && police !== undefined && egress.length > 0;
}
