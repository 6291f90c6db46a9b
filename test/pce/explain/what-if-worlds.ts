import { match } from "ts-pattern";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import type { NoPathReason, Remedy, VlanUnavailable } from "../../../src/model/refusal.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { type PlanRequest, planNetwork } from "../../../src/pce/index.ts";
import { solutionsOf } from "../brute-force.ts";
import { settingOf, VLANS, type World } from "../worlds.ts";

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

export function isSolved(world: World): boolean {
  return solutionsOf(world).length > 0;
}

export function asking(world: World, change: Partial<World["request"]>): World {
  return { ...world, request: { ...world.request, ...change } };
}

export function without(host: string): Remedy {
  return { type: "endpoint", hostPort: `${host}:eth0` };
}

/** The world with the request changed as the remedy says. */
export function changed(world: World, remedy: Remedy): World {
  const { request, hosts } = world;
  return match(remedy)
    .with({ type: "vlans" }, ({ vlans }) =>
      withVlans(
        world,
        vlansOf(vlans).filter((vlan) => VLANS.includes(vlan)),
      ),
    )
    .with({ type: "exclusion" }, ({ allow }) =>
      asking(world, {
        excludedLinks: request.excludedLinks.filter(
          (id) => allow.type !== "link-excluded" || id !== allow.link,
        ),
        excludedNodes: request.excludedNodes.filter(
          (id) => allow.type !== "node-excluded" || id !== allow.node,
        ),
        excludedSrlgs: (request.excludedSrlgs ?? []).filter(
          (id) => allow.type !== "srlg-excluded" || id !== allow.srlg,
        ),
      }),
    )
    .with({ type: "inclusion" }, ({ skip }) =>
      asking(world, {
        includedLinks: (request.includedLinks ?? []).filter(
          (id) => skip.type !== "link" || id !== skip.link,
        ),
        includedNodes: (request.includedNodes ?? []).filter(
          (id) => skip.type !== "node" || id !== skip.node,
        ),
      }),
    )
    .with({ type: "hops" }, ({ maxHops }) => asking(world, { maxHops }))
    .with({ type: "delay" }, ({ maxDelayMs }) => asking(world, { maxDelayMs }))
    .with({ type: "bandwidth" }, (e) => capped(world, e.bandwidth))
    .with({ type: "endpoint" }, ({ hostPort }) => ({
      ...world,
      hosts: hosts.filter((host) => `${host.id}:eth0` !== hostPort),
    }))
    .with({ type: "start" }, () => {
      throw new Error("these worlds end nothing");
    })
    .exhaustive();
}

/** The world with a little less of the change that the remedy says, where it can be less. */
export function smallerThan(world: World, remedy: Remedy): World | undefined {
  if (remedy.type === "hops") return asking(world, { maxHops: remedy.maxHops - 1 });
  if (remedy.type === "delay") return asking(world, { maxDelayMs: remedy.maxDelayMs - 1 });
  if (remedy.type === "bandwidth") return capped(world, remedy.bandwidth + 1);
  return undefined;
}
