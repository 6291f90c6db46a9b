import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkId, nodeId } from "../../../src/model/ids.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import {
  claimOf,
  type Failure,
  planDrain,
  planNetwork,
  type StuckNetwork,
  topologyResources,
} from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";
import { settingOf, type World } from "../worlds.ts";
import {
  claimsOf,
  crowded,
  fabricOf,
  picks,
  replayed,
  type Standing,
  standingOn,
} from "./standing.ts";

const someTarget = fc.tuple(fc.boolean(), fc.nat(20));

/** A node, or a link that some network uses if there is one. */
function targetOf(
  world: World,
  { networks }: Standing,
  [isNode, index]: readonly [boolean, number],
): Failure {
  if (isNode) return { type: "node", node: nodeId(`n${index % world.nodes.length}`) };
  const used = networks.flatMap(({ plan }) => plan.links.map(({ link }) => link));
  return { type: "link", link: used[index % used.length] ?? linkId("r0") };
}

/** Whether a network has something to do with the target. */
function isOn(world: World, target: Failure, { plan }: Standing["networks"][number]): boolean {
  const links = world.links.filter((link) => plan.links.some((one) => one.link === link.id));
  if (target.type === "link") return links.some(({ id }) => id === target.link);
  if (target.type === "srlg") return links.some(({ srlg }) => srlg?.includes(target.srlg));
  return (
    links.some(({ a, b }) => a === target.node || b === target.node) ||
    plan.endpoints.some(({ attachment }) => attachment.node === target.node)
  );
}

describe("planDrain", { timeout: 60_000 }, () => {
  test("empties the target by moves that have room at their turn, but for networks it names", () => {
    let moves = 0;
    fc.assert(
      fc.property(crowded, picks, someTarget, (world, chosen, aim) => {
        const standing = standingOn(world, chosen);
        const target = targetOf(world, standing, aim);
        const { topology, linkState } = standing.setting;
        const drained = planDrain(topology, standing.ledger, linkState, { target, ...standing });
        const after = replayed(world, standing, drained.moves);
        expect(claimsOf(drained.ledger)).toEqual(claimsOf(after.ledger));
        const left = after.networks.filter((network) => isOn(world, target, network));
        expect(drained.stuck.map(({ holder }) => holder)).toEqual(
          left.map(({ request }) => request.holder).sort(),
        );
        const before = standing.networks.filter((network) => isOn(world, target, network));
        expect(drained.moves.length + drained.stuck.length).toBe(before.length);
        moves += drained.moves.length;
      }),
      { numRuns: 80 },
    );
    expect(moves).toBeGreaterThan(10);
  });

  test("tells truly why a network stays: its endpoints, no tree, or no room beside the present one", () => {
    fc.assert(
      fc.property(crowded, picks, someTarget, (world, chosen, aim) => {
        const standing = standingOn(world, chosen);
        const target = targetOf(world, standing, aim);
        const { topology, linkState } = standing.setting;
        const { stuck, ledger } = planDrain(topology, standing.ledger, linkState, {
          target,
          networks: standing.networks,
        });
        for (const { holder, why } of stuck) {
          const network = standing.networks.find(({ request }) => request.holder === holder);
          if (network === undefined)
            throw new Error("a network that is stuck is one of those given");
          const { request, plan } = network;
          const there = world.hosts
            .filter((host) => target.type === "node" && host.node === target.node)
            .map((host) => `${host.id}:eth0`)
            .filter((id) => request.endpoints.some((end) => end.touchPoint.hostPort === id));
          if (why.reason === "endpoints") expect([...why.hostPorts].sort()).toEqual(there.sort());
          else expect(there).toEqual([]);
          if (why.reason === "endpoints") continue;
          const exclude =
            target.type === "node"
              ? { nodes: new Set([target.node]) }
              : { links: new Set([target.type === "link" ? target.link : linkId("")]) };
          const instead = { ...request, vlans: VlanSet.of(plan.vlan), exclude };
          const isThere = planNetwork(topology, ledger, linkState, instead).isOk();
          expect(isThere).toBe(why.reason === "no-room-beside");
        }
      }),
      { numRuns: 80 },
    );
  });

  test("tells apart what has no other way, what has one but no room beside itself, and what ends there", () => {
    const { topology, ledger, linkState, request } = settingOf(
      fabricOf(
        ["a", "c"],
        [
          ["l00", "a", "b", 4],
          ["l01", "a", "b", 4],
          ["l02", "b", "c", 4],
        ],
      ),
    );
    const plan = planNetwork(topology, ledger, linkState, request)._unsafeUnwrap();
    const held = ledger.reserve(claimOf(plan, "me", request.interval))._unsafeUnwrap();
    const stuckOn = (target: Failure): readonly StuckNetwork[] => {
      const networks = [{ request, plan }];
      const drained = planDrain(topology, held, linkState, { target, networks });
      expect(drained.moves).toEqual([]);
      return drained.stuck;
    };
    expect(stuckOn({ type: "link", link: linkId("l00") })).toMatchObject([
      { holder: "me", why: { reason: "no-room-beside", refusal: { type: "no-path" } } },
    ]);
    expect(stuckOn({ type: "link", link: linkId("l02") })).toMatchObject([
      { holder: "me", why: { reason: "no-tree", refusal: { type: "no-path" } } },
    ]);
    expect(stuckOn({ type: "node", node: nodeId("a") })).toEqual([
      { holder: "me", why: { reason: "endpoints", hostPorts: ["ha:eth0"] } },
    ]);
  });

  test("empties a link that has become too small for what it carries", () => {
    const links = [
      ["l00", "a", "b", 4],
      ["l01", "a", "b", 4],
    ] as const;
    const { topology, ledger, linkState, request } = settingOf(fabricOf(["a", "b"], links));
    const plan = planNetwork(topology, ledger, linkState, request)._unsafeUnwrap();
    const held = ledger.reserve(claimOf(plan, "me", request.interval))._unsafeUnwrap();
    const document = topology.toDocument();
    const small = document.links.map((link) => ({ ...link, capacity: link.id === "l00" ? 2 : 4 }));
    const shrunk = Topology.parse({ ...document, links: small })._unsafeUnwrap();
    const now = held.withResources(topologyResources(shrunk));
    const query = {
      target: { type: "link", link: linkId("l00") },
      networks: [{ request, plan }],
    } as const;
    const { moves, stuck } = planDrain(shrunk, now, linkState, query);
    expect(stuck).toEqual([]);
    expect(moves.map(({ to }) => to.links.map(({ link }) => link))).toEqual([["l01"]]);
  });

  test("moves nothing that is not on the target, and nothing at all from an idle one", () => {
    fc.assert(
      fc.property(crowded, picks, (world, chosen) => {
        const standing = standingOn(world, chosen);
        const { topology, linkState } = standing.setting;
        const idle = world.links.find(
          (link) =>
            !standing.networks.some(({ plan }) => plan.links.some((l) => l.link === link.id)),
        );
        if (idle === undefined) return;
        const target: Failure = { type: "link", link: linkId(idle.id) };
        const drained = planDrain(topology, standing.ledger, linkState, { target, ...standing });
        expect(drained).toEqual({ moves: [], stuck: [], ledger: standing.ledger });
      }),
      { numRuns: 50 },
    );
  });
});
