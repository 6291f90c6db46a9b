import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { planNetwork } from "../../../src/pce/index.ts";
import { freeOn, labelsOn, solutionsOf } from "../brute-force.ts";
import { settingOf, VLANS, type World, type WorldShape, worlds } from "../worlds.ts";
import { capped, planOf, reasonOf, vlanRefusal, vlansOf, withVlans } from "./what-if-worlds.ts";

const GROUPS: WorldShape = { hosts: { min: 2, max: 4 }, maxLinks: 8 };
const PLAIN: WorldShape = { ...GROUPS, isPlain: true };

describe("a refusal", { timeout: 60_000 }, () => {
  test("for bandwidth names the most that fits, to the bit", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(GROUPS), worlds(PLAIN)), (world) => {
        const reason = reasonOf(world);
        if (reason?.reason !== "bandwidth") return;
        expect(solutionsOf(capped(world, reason.largest))).not.toEqual([]);
        expect(solutionsOf(capped(world, reason.largest + 1))).toEqual([]);
        const rates = world.hosts.map((host) => host.rate);
        const shared = world.request.sharing === "shared" ? world.request.bandwidth : 0;
        expect(reason.required).toBe(Math.max(...rates, shared));
      }),
      { numRuns: 150 },
    );
  });

  test("for bandwidth names links that lack it, with what they have left and who has the rest", () => {
    fc.assert(
      fc.property(worlds(PLAIN), (world) => {
        const reason = reasonOf(world);
        if (reason?.reason !== "bandwidth") return;
        expect(reason.cut.length).toBeGreaterThan(0);
        for (const { link, direction, capacity, residual, holders } of reason.cut) {
          const drawn = world.links.find(({ id }) => id === link);
          if (drawn === undefined) throw new Error(`no link ${link}`);
          const used = drawn.isPast ? 0 : drawn.used[direction];
          expect(capacity).toBe(drawn.capacity);
          expect(residual).toBe(freeOn(drawn)[direction]);
          expect(holders).toEqual(used === 0 ? [] : [{ holder: `on ${link}`, bandwidth: used }]);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("for VLANs names all others that would do, and only those", () => {
    fc.assert(
      fc.property(worlds(GROUPS), (world) => {
        const refusal = vlanRefusal(world);
        if (refusal === undefined) return;
        const asked = world.request.vlans;
        expect(refusal.requested).toBe(VlanSet.of(...asked).toString());
        const others = VLANS.filter((vlan) => !asked.includes(vlan));
        const working = others.filter((vlan) => solutionsOf(withVlans(world, [vlan])).length > 0);
        const named = vlansOf(refusal.wouldWork).filter((vlan) => VLANS.includes(vlan));
        expect(named).toEqual(working);
        for (const vlan of vlansOf(refusal.wouldWork).slice(0, 3)) {
          expect(planOf(world, { vlans: VlanSet.of(vlan) }).isOk()).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("for VLANs names one also where the two ends send at different rates", () => {
    const [drawn] = fc.sample(worlds({ ...PLAIN, hosts: { min: 2, max: 2 } }), {
      numRuns: 1,
      seed: 1,
    });
    const [host] = drawn?.hosts ?? [];
    const [link] = drawn?.links ?? [];
    if (drawn === undefined || host === undefined || link === undefined) throw new Error("empty");
    const roomy = { ...link, a: "n0", b: "n1", capacity: 5, vlans: [3], up: true, isPast: false };
    const refusal = vlanRefusal({
      nodes: ["n0", "n1"].map((id) => ({ id, translates: false, enabled: true })),
      links: [{ ...roomy, used: { forward: 0, backward: 1 }, taken: [] }],
      hosts: [
        { ...host, id: "h0", node: "n0", tagging: "untagged", rate: 5 },
        { ...host, id: "h1", node: "n1", tagging: "tagged", rate: 4 },
      ],
      request: { ...drawn.request, vlans: [2], delivery: "flood", sharing: "hose", maxHops: 2 },
    });
    expect(refusal?.wouldWork).toBe("3");
  });

  test("for VLANs does not name one that clashes with an endpoint's own at a rigid node", () => {
    const [drawn] = fc.sample(worlds(PLAIN), { numRuns: 1, seed: 1 });
    if (drawn === undefined) throw new Error("a sample was asked for");
    const ends = { vlans: VLANS, taken: [], tagging: "tagged" as const, own: undefined, rate: 1 };
    const idle = { capacity: 4, metric: 0, up: true, taken: [], isPast: false };
    const used = { forward: 0, backward: 0 };
    const world: World = {
      nodes: ["n0", "n1"].map((id) => ({ id, translates: false, enabled: true })),
      links: [{ id: "l00", a: "n1", b: "n0", vlans: VLANS, used, ...idle }],
      hosts: [
        { id: "h0", node: "n0", ...ends },
        { id: "h1", node: "n1", ...ends, own: 3 },
      ],
      request: { ...drawn.request, vlans: [2] },
    };
    expect(vlanRefusal(world)?.wouldWork).toBe("3");
  });

  test("for VLANs names places that have none in common, each with what is free there", () => {
    fc.assert(
      fc.property(worlds(GROUPS), (world) => {
        const refusal = vlanRefusal(world);
        for (const { at, free } of refusal?.conflicts ?? []) {
          const link = world.links.find(({ id }) => id === at);
          if (link !== undefined) expect(vlansOf(free)).toEqual(labelsOn(link));
        }
        if (refusal === undefined) return;
        expect(refusal.conflicts).not.toEqual([]);
        const sets = refusal.conflicts.map(({ free }) => vlansOf(free));
        const isShared = (vlan: number): boolean => sets.every((free) => free.includes(vlan));
        expect(world.request.vlans.filter(isShared)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test("for hops names the fewest it takes", () => {
    fc.assert(
      fc.property(worlds({ ...GROUPS, hosts: { min: 2, max: 3 } }), (world) => {
        const reason = reasonOf(world);
        if (reason?.reason !== "hops") return;
        expect(reason.limit).toBe(world.request.maxHops);
        expect(reason.fewest).toBeGreaterThan(reason.limit);
        const shorter = { ...world.request, maxHops: reason.fewest - 1 };
        expect(solutionsOf({ ...world, request: shorter })).toEqual([]);
        const enough = { ...world.request, maxHops: reason.fewest };
        expect(solutionsOf(capped({ ...world, request: enough }, 0))).not.toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test("for want of a connection parts the endpoints as the usable links do", () => {
    fc.assert(
      fc.property(worlds(GROUPS), (world) => {
        const reason = reasonOf(world);
        if (reason?.reason !== "disconnected") return;
        const component = (id: string): number =>
          reason.components.findIndex((hostPorts) => hostPorts.includes(`${id}:eth0`));
        const free = { ...world.request, maxHops: undefined, vlans: VLANS };
        for (const [at, x] of world.hosts.entries()) {
          for (const y of world.hosts.slice(at + 1)) {
            const pair = [x, y].map((host) => ({
              ...host,
              tagging: "untagged" as const,
              own: undefined,
            }));
            const links = world.links.map((link) => ({ ...link, vlans: VLANS, taken: [] }));
            const nodes = world.nodes.map((node) => ({ ...node, translates: true }));
            const alone = capped({ ...world, nodes, links, request: free, hosts: pair }, 0);
            const isJoined = solutionsOf(alone).length > 0;
            expect(component(x.id) === component(y.id)).toBe(isJoined);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test("names the nodes that may not branch, also where endpoints are all that meets there", () => {
    const [drawn] = fc.sample(worlds(PLAIN), { numRuns: 1, seed: 1 });
    const [host] = drawn?.hosts ?? [];
    if (drawn === undefined || host === undefined) throw new Error("a sample was asked for");
    const hosts = ["a", "b", "c"].map((id) => ({ ...host, id, rate: 1 }));
    const nodes = drawn.nodes.map((node) => ({ ...node, branching: false }));
    expect(reasonOf({ ...drawn, hosts, nodes })).toEqual({
      reason: "branching",
      nodes: [host.node],
    });
  });

  test("names the host ports that are no touch points", () => {
    const [world] = fc.sample(worlds(PLAIN), { numRuns: 1, seed: 1 });
    if (world === undefined) throw new Error("a sample was asked for");
    const { topology, ledger, linkState, request } = settingOf(world);
    const endpoints = request.endpoints.map((endpoint) => ({
      ...endpoint,
      touchPoint: { ...endpoint.touchPoint, hostPort: "nowhere:eth0" },
    }));
    const refused = planNetwork(topology, ledger, linkState, { ...request, endpoints });
    expect(refused._unsafeUnwrapErr()).toEqual({
      type: "unknown-host-port",
      hostPorts: endpoints.map(() => "nowhere:eth0"),
    });
  });
});
