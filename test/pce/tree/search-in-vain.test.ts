import { expect, test } from "vitest";
import { type Budget, planNetwork } from "../../../src/pce/index.ts";
import { seededRandom } from "../../../src/testing/index.ts";
import { settingOf, VLANS, type World } from "../worlds.ts";

const NODES = 400;
const HOSTS = 8;

/**
 * A ring with chords on which every link has room for what one endpoint sends: a tree would need a node of
 * as many links as there are endpoints, and there is none. Nothing tells that before trees are looked for.
 */
function crowded(): World {
  const random = seededRandom(7);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const nodes = Array.from({ length: NODES }, (_, at) => {
    return { id: `n${at}`, translates: false, enabled: true };
  });
  const links = Array.from({ length: (NODES * 3) / 2 }, (_, at) => {
    const from = at % NODES;
    const to = at < NODES ? from + 1 : from + 2 + below(NODES - 3);
    return {
      id: `l${at}`,
      a: `n${from}`,
      b: `n${to % NODES}`,
      capacity: 2,
      vlans: VLANS,
      metric: 1 + below(100),
      up: true,
      used: { forward: 0, backward: 0 },
      taken: [],
      isPast: false,
    };
  });
  const hosts = Array.from({ length: HOSTS }, (_, at) => ({
    id: `h${at}`,
    node: `n${(at * NODES) / HOSTS}`,
    vlans: VLANS,
    taken: [],
    tagging: "untagged" as const,
    own: undefined,
    rate: 2,
  }));
  const request = {
    bandwidth: 1,
    sharing: "hose" as const,
    delivery: "static" as const,
    vlans: VLANS,
    floodAllowance: undefined,
    maxHops: undefined,
    excludedLinks: [],
    excludedNodes: [],
  };
  return { nodes, links, hosts, request };
}

/** How often a plan asks what a link costs, as a measure of work that no clock has a part in. */
function askedOf(budget?: Budget) {
  const { topology, ledger, linkState, request } = settingOf(crowded());
  let asked = 0;
  const reprice = (_link: string, cost: number): number => {
    asked++;
    return cost;
  };
  const given = budget === undefined ? {} : { budget };
  const plan = planNetwork(topology, ledger, linkState, { ...request, reprice, ...given });
  return { refusal: plan._unsafeUnwrapErr(), asked };
}

test("a search for a tree that is not there ends after the same bounded work, whatever time there is", {
  timeout: 120_000,
}, () => {
  const { refusal, asked } = askedOf();
  expect(refusal).toMatchObject({ explanation: { reason: "bandwidth", largest: 1 } });
  expect(asked).toBeLessThan(1_000_000);
  expect(askedOf({ isSpent: () => true }).refusal).toEqual(refusal);
});
