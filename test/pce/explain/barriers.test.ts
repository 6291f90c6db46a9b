import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LinkId, linkId, nodeId } from "../../../src/model/ids.ts";
import type { Barrier } from "../../../src/model/refusal.ts";
import { type World, type WorldLink, type WorldShape, worlds } from "../worlds.ts";
import { planOf, reasonOf, subsets } from "./what-if-worlds.ts";

const SHAPE: WorldShape = { hosts: { min: 2, max: 3 }, maxNodes: 5, maxLinks: 6 };
const FAULTY = worlds(SHAPE).chain((world) =>
  fc
    .tuple(
      fc.array(fc.boolean(), { minLength: world.links.length, maxLength: world.links.length }),
      fc.subarray(world.links.map(({ id }) => id)),
      fc.subarray(world.links.slice(0, 2).map(({ id }) => id)),
      fc.subarray(
        world.nodes.map(({ id }) => id),
        { maxLength: 1 },
      ),
    )
    .map(([ups, disabled, excludedLinks, excludedNodes]) => ({
      ...world,
      links: world.links.map((link, at) => ({
        ...link,
        up: ups[at] ?? true,
        enabled: !disabled.includes(link.id),
      })),
      request: { ...world.request, excludedLinks, excludedNodes },
    })),
);

describe("the barriers between endpoints", { timeout: 60_000 }, () => {
  test("out of the way leave the endpoints joined; without barriers nothing would join them", () => {
    fc.assert(
      fc.property(FAULTY, (world) => {
        const reason = reasonOf(world);
        if (reason?.reason !== "disconnected") return;
        const open = without(world, reason.barriers);
        const wouldBe = reason.barriers.length > 0;
        expect(reasonOf(open)?.reason === "disconnected").toBe(!wouldBe);
        if (!wouldBe)
          expect(reasonOf(without(world, allBarriers(world)))?.reason).toBe("disconnected");
      }),
      { numRuns: 150 },
    );
  });

  test("of two endpoints are on as few links and nodes as can be", () => {
    fc.assert(
      fc.property(FAULTY, (world) => {
        const reason = reasonOf(world);
        if (reason?.reason !== "disconnected" || world.hosts.length > 2) return;
        if (reason.barriers.length === 0) return;
        const places = new Map<string, Barrier[]>();
        for (const barrier of allBarriers(world)) {
          const at = placeOf(barrier);
          places.set(at, [...(places.get(at) ?? []), barrier]);
        }
        if (places.size > 6) return;
        const enough = subsets([...places.values()]).filter(
          (some) => reasonOf(without(world, some.flat()))?.reason !== "disconnected",
        );
        const named = new Set(reason.barriers.map(placeOf));
        expect(named.size).toBe(Math.min(...enough.map((some) => some.length)));
      }),
      { numRuns: 150 },
    );
  });

  test("are named for a single endpoint at a node that is disabled", () => {
    const [drawn] = fc.sample(worlds({ ...SHAPE, isPlain: true }), { numRuns: 1, seed: 1 });
    if (drawn === undefined) throw new Error("a sample was asked for");
    const [first] = drawn.hosts;
    const world: World = {
      ...drawn,
      hosts: first === undefined ? [] : [first],
      nodes: drawn.nodes.map((node) => ({ ...node, enabled: node.id !== first?.node })),
    };
    expect(reasonOf(world)).toMatchObject({
      reason: "disconnected",
      barriers: [{ type: "node-disabled", node: first?.node }],
    });
  });

  test("name a risk group that is excluded", () => {
    const [drawn] = fc.sample(worlds({ ...SHAPE, isPlain: true }), { numRuns: 1, seed: 1 });
    const [host] = drawn?.hosts ?? [];
    if (drawn === undefined || host === undefined) throw new Error("a sample was asked for");
    const links = drawn.links.slice(0, 1).map((link): WorldLink => {
      return { ...link, a: "n0", b: "n1", srlg: ["duct"] };
    });
    const hosts = ["n0", "n1"].map((node, at) => ({ ...host, id: `h${at}`, node }));
    const world = { ...drawn, links, hosts };
    const planned = planOf(world, { exclude: { srlgs: new Set(["duct"]) } });
    expect(planned._unsafeUnwrapErr()).toMatchObject({
      explanation: {
        components: [["h0:eth0"], ["h1:eth0"]],
        barriers: [{ type: "srlg-excluded", srlg: "duct" }],
      },
    });
  });

  test("are links that cost infinitely much, and no path uses one that does", () => {
    fc.assert(
      fc.property(worlds({ hosts: { min: 2, max: 3 }, isPlain: true }), (world) => {
        const dear = world.links.filter((_, at) => at % 2 === 0).map(({ id }) => linkId(id));
        const reprice = (link: LinkId): number => (dear.includes(link) ? Infinity : 1);
        const links = new Set(dear);
        const priced = planOf(world, { reprice });
        const without = planOf(world, { exclude: { links } });
        expect(priced.isOk()).toBe(without.isOk());
        if (priced.isOk()) expect(priced.value.links.filter((l) => links.has(l.link))).toEqual([]);
        if (priced.isOk() || priced.error.type !== "no-path") return;
        const { explanation } = priced.error;
        expect(explanation.reason).not.toBe("branching");
        if (explanation.reason !== "disconnected") return;
        for (const barrier of explanation.barriers) {
          expect(barrier).toEqual({ type: "link-unpriced", link: expect.any(String) });
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Everything that keeps any link or node of the world from being used. */
function allBarriers({ links, nodes, request }: World): readonly Barrier[] {
  return [
    ...links
      .filter(({ up }) => !up)
      .map(({ id }) => ({ type: "link-down", link: linkId(id) }) as const),
    ...links
      .filter(({ enabled }) => enabled === false)
      .map(({ id }) => ({ type: "link-disabled", link: linkId(id) }) as const),
    ...request.excludedLinks.map((id) => ({ type: "link-excluded", link: linkId(id) }) as const),
    ...nodes
      .filter(({ enabled }) => !enabled)
      .map(({ id }) => ({ type: "node-disabled", node: nodeId(id) }) as const),
    ...request.excludedNodes.map((id) => ({ type: "node-excluded", node: nodeId(id) }) as const),
  ];
}

function placeOf(barrier: Barrier): string {
  if ("link" in barrier) return barrier.link;
  return "node" in barrier ? barrier.node : barrier.srlg;
}

/** The world without these. */
function without(world: World, barriers: readonly Barrier[]): World {
  const has = (type: Barrier["type"], id: string): boolean =>
    barriers.some((barrier) => barrier.type === type && placeOf(barrier) === id);
  const { request } = world;
  return {
    ...world,
    links: world.links.map((link) => ({
      ...link,
      up: link.up || has("link-down", link.id),
      enabled: link.enabled !== false || has("link-disabled", link.id),
    })),
    nodes: world.nodes.map((node) => ({
      ...node,
      enabled: node.enabled || has("node-disabled", node.id),
    })),
    request: {
      ...request,
      excludedLinks: request.excludedLinks.filter((id) => !has("link-excluded", id)),
      excludedNodes: request.excludedNodes.filter((id) => !has("node-excluded", id)),
    },
  };
}
