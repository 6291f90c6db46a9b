import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkId } from "../../../src/model/ids.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import {
  type Budget,
  claimOf,
  type HitNetwork,
  type LinkState,
  planNetwork,
  type Restoration,
  restoreNetworks,
} from "../../../src/pce/index.ts";
import { solutionOf } from "../brute-force.ts";
import { settingOf, type World } from "../worlds.ts";
import { claimsOf, crowded, fabricOf, picks, type Standing, standingOn } from "./standing.ts";

const priorities = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 6, maxLength: 6 });

/** A fabric of which a link has failed, and the networks that were on it. */
interface Outage {
  readonly world: World;
  readonly standing: Standing;
  readonly linkState: LinkState;
  readonly hit: readonly HitNetwork[];
}

/** The busiest link fails. */
function outageOf(whole: World, standing: Standing, levels: readonly number[]): Outage {
  const uses = (id: string): number =>
    standing.networks.filter(({ plan }) => plan.links.some((one) => one.link === id)).length;
  const [down] = [...whole.links].sort((x, y) => uses(y.id) - uses(x.id));
  const isHit = ({ plan }: Standing["networks"][number]): boolean =>
    plan.links.some(({ link }) => link === down?.id);
  return {
    world: { ...whole, links: whole.links.filter((link) => link !== down) },
    standing,
    linkState: { isUp: (link) => link !== down?.id && standing.setting.linkState.isUp(link) },
    hit: standing.networks
      .filter(isHit)
      .map((network, at) => ({ ...network, priority: levels[at] ?? 1 })),
  };
}

function restored(
  { standing, linkState }: Outage,
  networks: readonly HitNetwork[],
  budget?: Budget,
): Restoration {
  const within = budget === undefined ? {} : { budget };
  const query = { networks, ...within };
  const others = standing.networks.filter(
    ({ request }) => !networks.some((one) => one.request.holder === request.holder),
  );
  expect(others.length + networks.length).toBe(standing.networks.length);
  return restoreNetworks(standing.setting.topology, standing.ledger, linkState, query);
}

/** How many networks of each priority are restored, the highest first. */
function counts(networks: readonly HitNetwork[], { restored }: Restoration): readonly number[] {
  const levels = [...new Set(networks.map(({ priority }) => priority))].sort((x, y) => y - x);
  return levels.map(
    (level) =>
      restored.filter(({ holder }) =>
        networks.some((one) => one.request.holder === holder && one.priority === level),
      ).length,
  );
}

function compare(x: readonly number[], y: readonly number[]): number {
  const at = x.findIndex((count, index) => count !== y[index]);
  return (x[at] ?? 0) - (y[at] ?? 0);
}

/** Spent after it was asked so many times. */
function budgetOf(times: number): Budget {
  let left = times;
  return { isSpent: () => left-- <= 0 };
}

const outages = fc
  .tuple(crowded, picks, priorities)
  .map(([world, chosen, levels]) => outageOf(world, standingOn(world, chosen), levels));

describe("restoreNetworks", { timeout: 60_000 }, () => {
  test("gives trees that avoid what has failed and that the ledger holds, or refuses", () => {
    fc.assert(
      fc.property(outages, (outage) => {
        const { world, standing, hit } = outage;
        const result = restored(outage, hit);
        const holders = [...result.restored, ...result.refused].map(({ holder }) => holder);
        expect(holders.sort()).toEqual(hit.map(({ request }) => request.holder).sort());
        let ledger = hit.reduce(
          (rest, { request }) => rest.release(request.holder),
          standing.ledger,
        );
        for (const { holder, plan } of result.restored) {
          const network = hit.find(({ request }) => request.holder === holder);
          const hosts = world.hosts.filter((host) =>
            network?.request.endpoints.some((e) => e.touchPoint.hostPort === `${host.id}:eth0`),
          );
          const links = world.links.filter((link) => plan.links.some((l) => l.link === link.id));
          expect(solutionOf({ ...world, hosts }, links)).toBeDefined();
          expect(plan.links).toHaveLength(links.length);
          expect(plan.vlan).toBe(network?.plan.vlan);
          const { interval } = standing.setting.request;
          ledger = ledger.reserve(claimOf(plan, holder, interval))._unsafeUnwrap();
        }
        expect(claimsOf(result.ledger)).toEqual(claimsOf(ledger));
      }),
      { numRuns: 80 },
    );
  });

  test("leaves out no network that would fit as things are in the end", () => {
    fc.assert(
      fc.property(outages, (outage) => {
        const { standing, linkState, hit } = outage;
        const { refused, ledger } = restored(outage, hit);
        for (const { holder, reason } of refused) {
          expect(reason).toBe("no-room");
          const network = hit.find(({ request }) => request.holder === holder);
          if (network === undefined) continue;
          const request = { ...network.request, vlans: VlanSet.of(network.plan.vlan) };
          const plan = planNetwork(standing.setting.topology, ledger, linkState, request);
          expect(plan.isErr()).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("restores a priority exactly as if there were no lower one", () => {
    fc.assert(
      fc.property(outages, fc.integer({ min: 2, max: 3 }), (outage, level) => {
        const { standing, hit } = outage;
        const high = hit.filter(({ priority }) => priority >= level);
        const low = hit.filter(({ priority }) => priority < level);
        const ledger = low.reduce(
          (rest, { request }) => rest.release(request.holder),
          standing.ledger,
        );
        const networks = standing.networks.filter(
          ({ request }) => !low.some((one) => one.request.holder === request.holder),
        );
        const alone = restored({ ...outage, standing: { ...standing, ledger, networks } }, high);
        const isHigh = ({ holder }: { readonly holder: string }): boolean =>
          high.some(({ request }) => request.holder === holder);
        const all = restored(outage, hit);
        expect(all.restored.filter(isHigh)).toEqual(alone.restored);
        expect(all.refused.filter(isHigh)).toEqual(alone.refused);
      }),
      { numRuns: 60 },
    );
  });

  test("does no worse with more time, and the same in whatever order the networks are given", () => {
    fc.assert(
      fc.property(outages, fc.nat(8), fc.nat(8), (outage, less, more) => {
        const { hit } = outage;
        const short = restored(outage, hit, budgetOf(less));
        const long = restored(outage, hit, budgetOf(less + more));
        expect(compare(counts(hit, long), counts(hit, short))).toBeGreaterThanOrEqual(0);
        const backwards = restored(outage, [...hit].reverse(), budgetOf(less));
        expect(backwards.restored).toEqual(short.restored);
        expect(backwards.refused).toEqual(short.refused);
        const none = restored(outage, hit, budgetOf(0));
        expect(none.restored).toEqual([]);
        expect(none.refused.every(({ reason }) => reason === "not-tried")).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("exchanges: a network that has another way makes room for one that has none", () => {
    const { topology, ledger, networks } = twoForOneWay();
    const linkState = { isUp: (link: string) => link !== "l03" };
    const result = restoreNetworks(topology, ledger, linkState, { networks });
    const ways = result.restored.map(({ holder, plan }) => [
      holder,
      plan.links.map(({ link }) => link),
    ]);
    expect(ways).toEqual([
      ["flexible", ["l01", "l02"]],
      ["stubborn", ["l00"]],
    ]);
    const uneven = networks.map((one) => ({
      ...one,
      priority: one.request.holder === "flexible" ? 2 : 1,
    }));
    const ranked = restoreNetworks(topology, ledger, linkState, { networks: uneven });
    expect(ranked.restored.map(({ holder }) => holder)).toEqual(["flexible"]);
    expect(ranked.refused).toEqual([{ holder: "stubborn", reason: "no-room" }]);
  });
});

/**
 * Two networks from a to b, of which the direct link l00 carries one. One of them cannot go by c,
 * and comes second. Before, both had l03.
 */
function twoForOneWay(): {
  readonly topology: Standing["setting"]["topology"];
  readonly ledger: Standing["ledger"];
  readonly networks: readonly HitNetwork[];
} {
  const { topology, ledger, linkState, request } = settingOf(
    fabricOf(
      ["a", "b"],
      [
        ["l00", "a", "b", 4],
        ["l01", "a", "c", 4],
        ["l02", "b", "c", 4],
        ["l03", "a", "b", 20],
      ],
    ),
  );
  let held = ledger;
  const networks = ["flexible", "stubborn"].map((holder, at): HitNetwork => {
    const exclude = { links: new Set(["l00", "l01", "l02"].map(linkId)) };
    const plain = { ...request, holder, cost: "metric" as const };
    const plan = planNetwork(topology, held, linkState, { ...plain, exclude })._unsafeUnwrap();
    held = held.reserve(claimOf(plan, holder, request.interval))._unsafeUnwrap();
    const bound = at === 1 ? { exclude: { links: new Set([linkId("l01")]) } } : { exclude: {} };
    return { request: { ...plain, ...bound }, plan, priority: 1 };
  });
  return { topology, ledger: held, networks };
}
