import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkId, nodeId } from "../../../src/model/ids.ts";
import {
  claimOfProtected,
  disjointPair,
  type Failure,
  type NetworkPlan,
  type ProtectedPlan,
  planNetwork,
  planProtected,
} from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";
import { vlanOf } from "../../support/labels.ts";
import { isContinuous, loadOf, solutionOf, solutionsOf } from "../brute-force.ts";
import { settingOf, type World, type WorldLink, type WorldShape, worlds } from "../worlds.ts";

const MIXED: WorldShape = { hosts: { min: 2, max: 4 }, maxLinks: 8 };
const PLAIN: WorldShape = { ...MIXED, maxNodes: 4, isPlain: true };
const ALL_KINDS = { link: true, node: true, srlg: true };

/** Links whose number leaves the same rest share a risk. */
const groupOf = ({ id }: WorldLink): string => `duct${Number(id.slice(1)) % 3}`;

function protectedPlan(world: World): ReturnType<typeof planProtected> {
  const { topology, ledger, linkState, request } = grouped(world);
  return planProtected(topology, ledger, linkState, {
    request: { ...request, cost: "metric" },
    against: ALL_KINDS,
  });
}

function grouped(world: World): ReturnType<typeof settingOf> {
  const setting = settingOf(world);
  const document = setting.topology.toDocument();
  const group = new Map(world.links.map((link) => [link.id, groupOf(link)]));
  const links = document.links.map((link) => ({ ...link, srlg: [group.get(link.id)] }));
  return { ...setting, topology: Topology.parse({ ...document, links })._unsafeUnwrap() };
}

/** What is left of the world after a failure. */
function leftOf(world: World, failure: Failure): World {
  const isDown = (link: WorldLink): boolean =>
    (failure.type === "link" && link.id === failure.link) ||
    (failure.type === "srlg" && groupOf(link) === failure.srlg) ||
    (failure.type === "node" && (link.a === failure.node || link.b === failure.node));
  return {
    ...world,
    links: world.links.filter((link) => !isDown(link)),
    hosts: world.hosts.filter((host) => failure.type !== "node" || host.node !== failure.node),
  };
}

function failuresOf(world: World): readonly Failure[] {
  return [
    ...world.links.map(({ id }): Failure => ({ type: "link", link: linkId(id) })),
    ...[0, 1, 2].map((rest): Failure => ({ type: "srlg", srlg: `duct${rest}` })),
    ...world.nodes.map((node): Failure => ({ type: "node", node: nodeId(node.id) })),
  ];
}

function linksOf(world: World, plan: NetworkPlan): readonly WorldLink[] {
  return world.links.filter((link) => plan.links.some((one) => one.link === link.id));
}

describe("planProtected", { timeout: 60_000 }, () => {
  test("after each single failure the endpoints that live are joined by a tree that fits", () => {
    let backups = 0;
    const check = (world: World): void => {
      const found = protectedPlan(world);
      if (found.isErr()) return;
      for (const { failure, plan } of found.value.backups) {
        backups++;
        const rest = leftOf(world, failure);
        const links = linksOf(world, plan);
        expect(solutionOf(rest, links)).toBeDefined();
        const labels = plan.links.map(({ label }) => vlanOf(label));
        const tags = plan.endpoints.map(({ attachment: { tag } }) =>
          tag === "untagged" ? undefined : tag,
        );
        expect(isContinuous(rest, links, labels, tags)).toBe(true);
        expect(plan.vlan).toBe(found.value.working.vlan);
        for (const [at, link] of links.entries()) {
          const reserved = found.value.links.find((one) => one.link === link.id);
          const load = loadOf(rest, links, link);
          expect(reserved?.forward).toBeGreaterThanOrEqual(load.forward);
          expect(reserved?.backward).toBeGreaterThanOrEqual(load.backward);
          expect(reserved?.labels).toContain(labels[at]);
        }
      }
    };
    fc.assert(fc.property(worlds(MIXED), check), { numRuns: 30 });
    fc.assert(fc.property(worlds(PLAIN), check), { numRuns: 30 });
    expect(backups).toBeGreaterThan(10);
  });

  test("covers every failure that hits the working tree and leaves an endpoint", () => {
    fc.assert(
      fc.property(worlds(PLAIN), (world) => {
        const found = protectedPlan(world);
        if (found.isErr()) return;
        const before = linksOf(world, found.value.working);
        const hits = failuresOf(world).filter((failure) => {
          const rest = leftOf(world, failure);
          const isHit =
            before.some((link) => !rest.links.includes(link)) ||
            rest.hosts.length < world.hosts.length;
          return isHit && rest.hosts.length > 0;
        });
        const text = (failures: readonly Failure[]): readonly string[] =>
          failures.map((failure) => JSON.stringify(failure)).sort();
        expect(text(found.value.backups.map(({ failure }) => failure))).toEqual(text(hits));
      }),
      { numRuns: 40 },
    );
  });

  test("reserves of each link the most that the tree or any one backup needs, and no more than there is", () => {
    fc.assert(
      fc.property(worlds(PLAIN), (world) => {
        const found = protectedPlan(world);
        if (found.isErr()) return;
        const { working, backups, links, added } = found.value;
        const loads = (id: string, direction: "forward" | "backward"): readonly number[] =>
          [[world, working] as const, ...backups.map(scenario(world))].map(([rest, plan]) => {
            const tree = linksOf(world, plan);
            const link = tree.find((one) => one.id === id);
            return link === undefined ? 0 : loadOf(rest, tree, link)[direction];
          });
        for (const { link, forward, backward } of links) {
          expect(forward).toBe(Math.max(...loads(link, "forward")));
          expect(backward).toBe(Math.max(...loads(link, "backward")));
        }
        const { ledger, request } = grouped(world);
        const claim = claimOfProtected(found.value, "me", request.interval);
        expect(ledger.reserve(claim).isOk()).toBe(true);
        expect(added).toBe(weigh(world, links) - weigh(world, working.links));
      }),
      { numRuns: 40 },
    );
  });

  test("between two endpoints reserves no more than a pair of disjoint paths would", () => {
    const pairs = { ...PLAIN, hosts: { min: 2, max: 2 }, maxLinks: 10 };
    fc.assert(
      fc.property(worlds(pairs), fc.boolean(), (world, srlg) => {
        const { topology, ledger, linkState, request } = grouped(world);
        const [from, to] = request.endpoints;
        if (from === undefined || to === undefined) return;
        const plain = { ...request, cost: "metric" as const, endpoints: [from, to] as const };
        const disjoint = srlg ? "node-and-srlg" : "node";
        const pair = disjointPair(topology, ledger, linkState, { ...plain, disjoint });
        const against = { link: true, node: true, srlg };
        const query = { request: plain, against };
        const found = planProtected(topology, ledger, linkState, query);
        if (pair.isErr()) return;
        const { links, backups } = found._unsafeUnwrap();
        const loads = pair.value.paths.flatMap((path) => path.links);
        expect(weigh(world, links)).toBeLessThanOrEqual(weigh(world, loads));
        for (const { failure, plan } of backups) {
          if (failure.type === "link")
            expect(plan.links.map((l) => l.link)).not.toContain(failure.link);
        }
      }),
      { numRuns: 80 },
    );
  });

  test("refuses where, with any VLAN, some failure cannot be outlived, and names such a failure", () => {
    fc.assert(
      fc.property(worlds(MIXED), (world) => {
        const found = protectedPlan(world);
        const vlansAfter = (failure: Failure): readonly number[] => {
          const rest = leftOf(world, failure);
          return rest.hosts.length === 0
            ? world.request.vlans
            : solutionsOf(rest).flatMap(({ vlans }) => vlans);
        };
        const failures = failuresOf(world);
        const lasting = solutionsOf(world)
          .flatMap(({ vlans }) => vlans)
          .filter((vlan) => failures.every((failure) => vlansAfter(failure).includes(vlan)));
        expect(found.isOk()).toBe(lasting.length > 0);
        if (found.isOk() || found.error.type !== "unprotectable") return;
        expect(found.error.failures.length).toBeGreaterThan(0);
        const { topology, ledger, linkState, request } = grouped(world);
        const metric = { ...request, cost: "metric" as const };
        const { vlan } = planNetwork(topology, ledger, linkState, metric)._unsafeUnwrap();
        for (const { failure } of found.error.failures) {
          expect(vlansAfter(failure)).not.toContain(vlan);
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** Sum over link directions of metric times reservation. */
function weigh(world: World, all: ProtectedPlan["links"] | NetworkPlan["links"]): number {
  const metricOf = (id: string): number => world.links.find((l) => l.id === id)?.metric ?? 0;
  return all.reduce((sum, one) => sum + metricOf(one.link) * (one.forward + one.backward), 0);
}

function scenario(
  world: World,
): (backup: ProtectedPlan["backups"][number]) => [World, NetworkPlan] {
  return ({ failure, plan }) => [leftOf(world, failure), plan];
}
