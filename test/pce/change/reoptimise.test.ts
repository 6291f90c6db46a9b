import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Budget, type NetworkPlan, reoptimise } from "../../../src/pce/index.ts";
import type { World } from "../worlds.ts";
import { claimsOf, crowded, picks, replayed, standingOn } from "./standing.ts";

function reservedBy(world: World, plans: readonly NetworkPlan[]): number {
  const links = plans.flatMap((plan) => plan.links);
  return links.reduce((sum, { link, forward, backward }) => {
    return sum + (world.links.find(({ id }) => id === link)?.metric ?? 0) * (forward + backward);
  }, 0);
}

/** Spent after it was asked so many times. */
function budgetOf(times: number): Budget {
  let left = times;
  return { isSpent: () => left-- <= 0 };
}

describe("reoptimise", { timeout: 60_000 }, () => {
  test("gives moves that each have room at their turn and gain what they say", () => {
    let moves = 0;
    fc.assert(
      fc.property(crowded, picks, (world, chosen) => {
        const standing = standingOn(world, chosen);
        const { topology, linkState } = standing.setting;
        const better = reoptimise(topology, standing.ledger, linkState, standing);
        const after = replayed(world, standing, better.moves);
        expect(claimsOf(better.ledger)).toEqual(claimsOf(after.ledger));
        for (const { from, to, gain } of better.moves) {
          expect(gain).toBeGreaterThan(0);
          expect(gain).toBe(reservedBy(world, [from]) - reservedBy(world, [to]));
        }
        const plansOf = (networks: typeof after.networks): readonly NetworkPlan[] =>
          networks.map(({ plan }) => plan);
        expect(better.gain).toBe(
          reservedBy(world, plansOf(standing.networks)) -
            reservedBy(world, plansOf(after.networks)),
        );
        moves += better.moves.length;
      }),
      { numRuns: 80 },
    );
    expect(moves).toBeGreaterThan(15);
  });

  test("ends where no single move gains any more", () => {
    fc.assert(
      fc.property(crowded, picks, (world, chosen) => {
        const standing = standingOn(world, chosen);
        const { topology, linkState } = standing.setting;
        const better = reoptimise(topology, standing.ledger, linkState, standing);
        const { ledger, networks } = replayed(world, standing, better.moves);
        expect(reoptimise(topology, ledger, linkState, { networks }).moves).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test("with a longer budget makes the same moves and possibly more, with none no move", () => {
    fc.assert(
      fc.property(crowded, picks, fc.nat(12), fc.nat(12), (world, chosen, less, more) => {
        const standing = standingOn(world, chosen);
        const { topology, linkState } = standing.setting;
        const within = (times: number): ReturnType<typeof reoptimise>["moves"] =>
          reoptimise(topology, standing.ledger, linkState, {
            networks: standing.networks,
            budget: budgetOf(times),
          }).moves;
        const short = within(less);
        expect(within(less + more).slice(0, short.length)).toEqual(short);
        expect(within(0)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
