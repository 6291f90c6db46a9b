import fc from "fast-check";
import { expect, test } from "vitest";
import { segmentsOf } from "../../src/network/forwarding.ts";
import { addressLimit } from "../../src/network/traffic.ts";
import { drawFrom, owner, randomHosts, randomRealisation, randomTopology } from "./random-tree.ts";

test("without a limit for the network, each endpoint has its own", () => {
  expect(addressLimit({}, 3, 5)).toBe(192);
  expect(addressLimit({ maxAddresses: 7 }, 3, 5)).toBe(21);
  expect(addressLimit({ maxAddresses: 7, maxNetworkAddresses: 1_000 }, 3, 5)).toBe(21);
});

test("no node learns more for a network than that may have, and each endpoint has one at least", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 31 }),
      fc.integer({ min: 1, max: 40 }),
      (seed, most) => {
        const draw = drawFrom(seed);
        const topology = randomTopology(draw, 3 + draw(4));
        const hosts = randomHosts(draw, topology, 2);
        const options = { firstLabel: 200, delivery: "learn" } as const;
        const drawn = randomRealisation(draw, topology, hosts, options);
        const one = { ...drawn, spec: { ...drawn.spec, maxNetworkAddresses: most } };
        const nodes = [...segmentsOf(topology, owner, one).values()].flatMap((each) => each.nodes);
        for (const { rules } of nodes) {
          const limits = rules.flatMap(({ unicast }) => unicast?.learn?.maxAddresses ?? []);
          const sum = limits.reduce((all, limit) => all + limit, 0);
          expect(sum).toBeLessThanOrEqual(Math.max(most, one.plan.endpoints.length));
          for (const limit of limits) expect(limit).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 200 },
  );
});
