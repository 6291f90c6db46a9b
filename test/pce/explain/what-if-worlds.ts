import { bandwidth } from "../../../src/model/bandwidth.ts";
import type { NoPathReason, VlanUnavailable } from "../../../src/model/refusal.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { type PlanRequest, planNetwork } from "../../../src/pce/index.ts";
import { settingOf, type World } from "../worlds.ts";

export function planOf(
  world: World,
  change: Partial<PlanRequest> = {},
): ReturnType<typeof planNetwork> {
  const { topology, ledger, linkState, request } = settingOf(world);
  return planNetwork(topology, ledger, linkState, { ...request, ...change });
}

export function reasonOf(world: World): NoPathReason | undefined {
  const planned = planOf(world);
  if (planned.isOk() || planned.error.type !== "no-path") return undefined;
  return planned.error.explanation;
}

export function vlanRefusal(world: World): VlanUnavailable | undefined {
  const planned = planOf(world);
  return planned.isErr() && planned.error.type === "vlan-unavailable" ? planned.error : undefined;
}

/** The world in which nothing is asked to carry more than `most`. */
export function capped(world: World, most: number): World {
  const cap = (rate: number): number => Math.min(rate, bandwidth(most));
  const { request } = world;
  const floodAllowance =
    request.floodAllowance === undefined ? undefined : cap(request.floodAllowance);
  return {
    ...world,
    hosts: world.hosts.map((host) => ({ ...host, rate: cap(host.rate) })),
    request: { ...request, floodAllowance, bandwidth: cap(request.bandwidth) },
  };
}

export function withVlans(world: World, vlans: readonly number[]): World {
  return { ...world, request: { ...world.request, vlans } };
}

export function vlansOf(text: string): readonly number[] {
  return text === "" ? [] : [...VlanSet.parse(text)._unsafeUnwrap()];
}

export function subsets<T>(elements: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: 1 << elements.length }, (_, bits) =>
    elements.filter((_element, at) => (bits >> at) & 1),
  );
}
