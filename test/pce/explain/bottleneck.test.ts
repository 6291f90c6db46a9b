import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NoPathReason } from "../../../src/model/refusal.ts";
import { freeOn, labelsOn, load } from "../brute-force.ts";
import { type World, type WorldHost, type WorldLink, type WorldShape, worlds } from "../worlds.ts";
import { capped, reasonOf, subsets } from "./what-if-worlds.ts";

const SHAPE: WorldShape = { hosts: { min: 2, max: 4 }, maxLinks: 9 };

describe("the cut of a refusal for bandwidth", { timeout: 60_000 }, () => {
  test.each([
    ["two endpoints", { ...SHAPE, hosts: { min: 2, max: 2 } }],
    ["endpoints at plain nodes", { ...SHAPE, isPlain: true }],
    ["any endpoints", SHAPE],
  ])("of %s has as few links as any that separates and lacks", (_, shape) => {
    fc.assert(
      fc.property(worlds(shape), (world) => {
        const reason = bandwidthReason(world);
        if (reason === undefined) return;
        const cuts = separatingCuts(capped(world, reason.largest + 1));
        expect(reason.isSeparating).toBe(cuts.length > 0);
        if (!reason.isSeparating) return;
        const links = new Set(reason.cut.map(({ link }) => link.toString()));
        const found = cuts.find(
          (cut) => cut.length === links.size && cut.every((l) => links.has(l)),
        );
        expect(found).toBeDefined();
        expect(links.size).toBe(Math.min(...cuts.map((cut) => cut.length)));
        expect(reason.isProven).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test("of two endpoints that nothing but bandwidth keeps apart is always there", () => {
    const shape = { ...SHAPE, hosts: { min: 2, max: 2 }, isPlain: true };
    fc.assert(
      fc.property(worlds(shape), (world) => {
        const reason = bandwidthReason(world);
        if (reason === undefined) return;
        expect(reason.isSeparating).toBe(true);
        const most = reason.cut.map(({ residual }) => residual);
        if (world.request.floodAllowance === undefined && world.request.delivery !== "flood") {
          expect(Math.max(...most)).toBe(reason.largest);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function bandwidthReason(
  world: World,
): Extract<NoPathReason, { readonly reason: "bandwidth" }> | undefined {
  const reason = reasonOf(world);
  return reason?.reason === "bandwidth" ? reason : undefined;
}

/** For each way to part the nodes and some endpoints with them: the links across, if all lack. */
function separatingCuts(world: World): readonly (readonly string[])[] {
  const { nodes, hosts } = world;
  return subsets(nodes).flatMap((side) => {
    const inside = new Set(side.map(({ id }) => id));
    const own = hosts.filter((host) => inside.has(host.node));
    if (own.length === 0 || own.length === hosts.length) return [];
    const across = usableLinks(world).filter((link) => inside.has(link.a) !== inside.has(link.b));
    return across.every((link) => lacks(world, link, inside)) ? [across.map(({ id }) => id)] : [];
  });
}

function usableLinks({ nodes, links, request }: World): readonly WorldLink[] {
  const isNodeUsable = (id: string): boolean =>
    nodes.some((node) => node.id === id && node.enabled && !request.excludedNodes.includes(id));
  return links.filter(
    (link) =>
      link.up &&
      isNodeUsable(link.a) &&
      isNodeUsable(link.b) &&
      labelsOn(link).length > 0 &&
      !request.excludedLinks.includes(link.id),
  );
}

/** Whether the link has not room for the least that could ever cross it. */
function lacks(world: World, link: WorldLink, inside: ReadonlySet<string>): boolean {
  const free = freeOn(link);
  const [out, back] = inside.has(link.a)
    ? [free.forward, free.backward]
    : [free.backward, free.forward];
  const least = leastAcross(world, inside);
  return out < least.out || back < least.back;
}

/** Between two places what the two send each other, else the least of any parting of the hosts. */
function leastAcross(
  world: World,
  inside: ReadonlySet<string>,
): { readonly out: number; readonly back: number } {
  const { hosts } = world;
  const own = hosts.filter((host) => inside.has(host.node));
  const others = hosts.filter((host) => !inside.has(host.node));
  if (new Set(hosts.map((host) => host.node)).size === 2) {
    return { out: load(world, own, others), back: load(world, others, own) };
  }
  const partings = subsets(hosts).filter((some) => some.length > 0 && some.length < hosts.length);
  const without = (some: readonly WorldHost[]): readonly WorldHost[] =>
    hosts.filter((host) => !some.includes(host));
  const least = Math.min(...partings.map((some) => load(world, some, without(some))));
  return { out: least, back: least };
}
