import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import type { Delivery, Sharing } from "../../../src/model/network.ts";
import type { Traffic } from "../../../src/pce/index.ts";
import { edgeLoad, sideOf } from "../../../src/pce/plan/edge-load.ts";

/**
 * The formulas against what they stand for: all traffic that the endpoints of a network may send at
 * a time, in whole units, and of that the most that crosses an edge.
 */
describe("edgeLoad", () => {
  test("is the most that any traffic which is allowed sends across the edge", () => {
    fc.assert(
      fc.property(networks, ({ rates, inside, traffic }) => {
        const isInside = rates.map((_, at) => ((inside >> at) & 1) === 1);
        const [from, to] = [true, false].map((side) =>
          sideOf(rates.filter((_, at) => isInside[at] === side)),
        );
        const load = edgeLoad(traffic, from ?? sideOf([]), to ?? sideOf([]));
        expect(load).toBe(mostAcross(rates, isInside, traffic));
      }),
      { numRuns: 200 },
    );
  });
});

const networks = fc
  .record({
    rates: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 4 }),
    sharing: fc.constantFrom<Sharing[]>("hose", "shared"),
    delivery: fc.constantFrom<Delivery[]>("static", "learn", "flood"),
    whole: fc.integer({ min: 0, max: 9 }),
    floodAllowance: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  })
  .chain(({ rates, whole, floodAllowance, ...rest }) =>
    fc.record({
      rates: fc.constant(rates),
      // Somebody on either side.
      inside: fc.integer({ min: 1, max: 2 ** rates.length - 2 }),
      traffic: fc.constant<Traffic>({
        ...rest,
        bandwidth: bandwidth(whole),
        ...(floodAllowance === undefined ? {} : { floodAllowance: bandwidth(floodAllowance) }),
      }),
    }),
  );

/** What each endpoint sends: to each other by its address, and to all of them. */
interface Sending {
  readonly unicast: readonly number[];
  readonly flooded: number;
}

/** All that is allowed is gone through. */
function mostAcross(
  rates: readonly number[],
  isInside: readonly boolean[],
  traffic: Traffic,
): number {
  let most = 0;
  const received = rates.map(() => 0);
  const tryFrom = (sender: number, across: number, sent: number): void => {
    if (traffic.sharing === "shared" && sent > traffic.bandwidth) return;
    if (sender === rates.length) {
      most = Math.max(most, across);
      return;
    }
    for (const { unicast, flooded } of sendings(rates, sender, traffic)) {
      if (unicast.some((amount, to) => amount + (received[to] ?? 0) > (rates[to] ?? 0))) continue;
      for (const [to, amount] of unicast.entries()) received[to] = (received[to] ?? 0) + amount;
      const crossing = unicast.filter((_, to) => isInside[to] === false);
      const more = isInside[sender] === true ? total(crossing) + flooded : 0;
      tryFrom(sender + 1, across + more, sent + total(unicast) + flooded);
      for (const [to, amount] of unicast.entries()) received[to] = (received[to] ?? 0) - amount;
    }
  };
  tryFrom(0, 0, 0);
  return most;
}

/** What one endpoint may send, as if nobody else sent anything. */
function sendings(rates: readonly number[], sender: number, traffic: Traffic): readonly Sending[] {
  const rate = rates[sender] ?? 0;
  const nothing = rates.map(() => 0);
  if (traffic.delivery === "flood") {
    return upTo(rate).map((flooded) => ({ unicast: nothing, flooded }));
  }
  let unicasts: readonly (readonly number[])[] = [[]];
  for (const to of rates.keys()) {
    unicasts = unicasts.flatMap((some) =>
      upTo(to === sender ? 0 : rate - total(some)).map((amount) => [...some, amount]),
    );
  }
  return unicasts.flatMap((unicast) =>
    upTo(traffic.floodAllowance ?? 0).map((flooded) => ({ unicast, flooded })),
  );
}

function upTo(most: number): readonly number[] {
  return Array.from({ length: most + 1 }, (_, amount) => amount);
}

function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
