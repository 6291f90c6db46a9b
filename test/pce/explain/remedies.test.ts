import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Remedies, Remedy } from "../../../src/model/refusal.ts";
import { describeRefusal } from "../../../src/model/refusal-text.ts";
import { explainRefusal } from "../../../src/pce/index.ts";
import { settingOf, VLANS, type World, type WorldShape, worlds } from "../worlds.ts";
import {
  asking,
  capped,
  changed,
  isSolved,
  smallerThan,
  without,
  withVlans,
} from "./what-if-worlds.ts";

const SHAPE: WorldShape = { hosts: { min: 2, max: 4 }, maxLinks: 8 };
const ROUTED: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 8, isRouted: true };
const WORLDS = fc.oneof(worlds(SHAPE), worlds(ROUTED));

describe("the remedies of a refusal", { timeout: 60_000 }, () => {
  test("are changes with which the request succeeds, and which nothing smaller of the kind does", () => {
    fc.assert(
      fc.property(WORLDS, (world) => {
        const remedies = remediesOf(world);
        for (const remedy of remedies?.changes ?? []) {
          expect(isSolved(changed(world, remedy))).toBe(true);
          const smaller = smallerThan(world, remedy);
          if (smaller !== undefined) expect(isSolved(smaller)).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("are all there are", () => {
    fc.assert(
      fc.property(WORLDS, (world) => {
        const remedies = remediesOf(world);
        if (remedies === undefined) return;
        expect(remedies.isComplete).toBe(true);
        const named = (type: Remedy["type"]): boolean =>
          remedies.changes.some((change) => change.type === type);
        const { request, hosts } = world;
        const others = VLANS.filter((vlan) => !request.vlans.includes(vlan));
        expect(named("vlans")).toBe(isSolved(withVlans(world, others)));
        expect(named("hops")).toBe(
          request.maxHops !== undefined && isSolved(asking(world, { maxHops: undefined })),
        );
        expect(named("delay")).toBe(
          request.maxDelayMs !== undefined && isSolved(asking(world, { maxDelayMs: undefined })),
        );
        expect(named("bandwidth")).toBe(isSolved(capped(world, 1)));
        const leftOut = hosts.filter((host) => isSolved(changed(world, without(host.id))));
        const wanted = hosts.length < 3 ? [] : leftOut.map((host) => without(host.id));
        expect(remedies.changes.filter((change) => change.type === "endpoint")).toEqual(wanted);
        const parts = [
          "excludedLinks",
          "excludedNodes",
          "excludedSrlgs",
          "includedLinks",
          "includedNodes",
        ] as const;
        const leftOutParts = parts.flatMap((part) => {
          const all = request[part] ?? [];
          return all.filter((id) =>
            isSolved(asking(world, { [part]: all.filter((other) => other !== id) })),
          );
        });
        const passed = remedies.changes.flatMap((change) => {
          if (change.type === "exclusion") return [Object.values(change.allow)[1]];
          return change.type === "inclusion" ? [Object.values(change.skip)[1]] : [];
        });
        expect(passed).toEqual(leftOutParts);
      }),
      { numRuns: 150 },
    );
  });

  test("name no VLAN where it is a port that is full, or a node that may not be used", () => {
    const [drawn] = fc.sample(worlds({ ...SHAPE, isPlain: true }), { numRuns: 1, seed: 1 });
    const [host] = drawn?.hosts ?? [];
    if (drawn === undefined || host === undefined) throw new Error("a sample was asked for");
    const hosts = [1, 2].map((rate) => {
      return { ...host, id: `h${rate}`, tagging: "tagged" as const, rate: 5, capacity: rate };
    });
    const nodes = drawn.nodes.map((node) => ({ ...node, translates: false }));
    const world = { ...withVlans({ ...drawn, nodes }, [2]), hosts };
    const off = nodes.map((node) => ({ ...node, enabled: false }));
    const roomy = hosts.map((one) => ({ ...one, capacity: undefined }));
    for (const refused of [world, { ...world, hosts: roomy, nodes: off }]) {
      const types = remediesOf(refused)?.changes.map(({ type }) => type) ?? ["none were asked for"];
      expect(types).not.toContain("vlans");
    }
  });

  test("are said in a sentence", () => {
    fc.assert(
      fc.property(WORLDS, (world) => {
        const { topology, ledger, linkState, request } = settingOf(world);
        const refusal = explainRefusal(topology, ledger, linkState, request);
        if (refusal.isOk() || !("remedies" in refusal.error)) return;
        const text = describeRefusal(refusal.error);
        const { changes = [], combinations = [] } = refusal.error.remedies ?? {};
        const helps = changes.length + combinations.length > 0;
        expect(text).toContain(helps ? "it would succeed " : "no single change");
        for (const change of changes) {
          if (change.type === "endpoint") expect(text).toContain(`without ${change.hostPort}`);
          if (change.type === "vlans") expect(text).toContain(`with VLAN ${change.vlans}`);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function remediesOf(world: World): Remedies | undefined {
  const { topology, ledger, linkState, request } = settingOf(world);
  const planned = explainRefusal(topology, ledger, linkState, request);
  return planned.isErr() && "remedies" in planned.error ? planned.error.remedies : undefined;
}
