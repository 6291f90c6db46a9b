import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Channel,
  linkChannel,
  linkLabels,
  portLabels,
  reverseOf,
} from "../src/ledger/channel.ts";
import { type Claim, Ledger, unlimited } from "../src/ledger.ts";
import { bandwidth } from "../src/model/bandwidth.ts";
import { linkId, portOf, vlanId } from "../src/model/ids.ts";
import { always, from, type Interval } from "../src/model/interval.ts";
import { VlanSet } from "../src/model/vlan-set.ts";
import { vlanOf } from "./support/labels.ts";

const l1 = linkChannel(linkId("l1"), "forward");
const l2 = linkChannel(linkId("l1"), "backward");
const open = linkChannel(linkId("l2"), "forward");
const l1Labels = linkLabels(linkId("l1"));
const p1Labels = portLabels(portOf("s1", "1"));
const CAPACITY = 10;
const LABELS = VlanSet.of(1, 2, 3);

/** These have no more than so much together. */
const [p1, p2] = [linkChannel(linkId("l3"), "forward"), linkChannel(linkId("l4"), "backward")];
const POOL = { capacity: bandwidth(12), channels: [p1, p2] };

const resources = {
  capacity: (channel: Channel) => (channel === open ? unlimited : bandwidth(CAPACITY)),
  labels: () => LABELS,
  pools: (channel: Channel) => (POOL.channels.includes(channel) ? [POOL] : []),
};

const inFours = () => bandwidth(4);

/** Few distinct instants and amounts, so that they often are equal, touch or nest. */
const instant = fc.integer({ min: 0, max: 6 });
const interval: fc.Arbitrary<Interval> = fc.oneof(
  fc.tuple(instant, instant).map(([start, length]) => ({ start, end: start + length })),
  instant.map(from),
  instant.map((end) => ({ start: Number.NEGATIVE_INFINITY, end })),
  fc.constant(always),
);
const channel = fc.constantFrom(l1, l2, open, p1, p2);
const label = fc.record({
  space: fc.constantFrom(l1Labels, p1Labels),
  label: fc.constantFrom(vlanId(1), vlanId(2), vlanId(3), vlanId(4)),
});
const untagged = fc.record({
  space: fc.constant(p1Labels),
  label: fc.constant("untagged" as const),
});
const claim: fc.Arbitrary<Claim> = fc.record({
  holder: fc.constantFrom("a", "b", "c", "d", "e", "f"),
  interval,
  bandwidth: fc.array(
    fc.record({ channel, amount: fc.constantFrom(0, 3, 5, 6, 10, 11).map(bandwidth) }),
    { maxLength: 3 },
  ),
  labels: fc.array(fc.oneof(label, untagged), { maxLength: 2 }),
});
const command = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("reserve" as const), claim }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("replace" as const), claim }) },
  {
    weight: 1,
    arbitrary: claim.map(({ holder }) => ({ type: "release" as const, holder })),
  },
);

/** Half-integers between and around all instants that occur: the load is constant between them. */
const INSTANTS = Array.from({ length: 30 }, (_, i) => i / 2 - 1);

describe("Ledger", { timeout: 60_000 }, () => {
  test("accepts exactly what the definition allows, over any sequence of changes", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        let ledger = Ledger.over(resources);
        let claims: readonly Claim[] = [];
        for (const c of commands) {
          const holder = c.type === "release" ? c.holder : c.claim.holder;
          const others = claims.filter((x) => x.holder !== holder);
          if (c.type === "release") {
            ledger = ledger.release(holder);
            claims = others;
            continue;
          }
          const taken = c.type === "reserve" ? ledger.reserve(c.claim) : ledger.replace(c.claim);
          const exists = c.type === "reserve" && others.length < claims.length;
          expect(taken.isOk()).toBe(!exists && isLegal([...others, c.claim]));
          if (taken.isErr()) continue;
          ledger = taken.value;
          claims = [...others, c.claim];
        }
        expect(new Set(ledger.claims())).toEqual(new Set(claims));
      }),
      { numRuns: 500 },
    );
  });

  test("derives what is free, and from whom it is not, from the live claims", () => {
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 12 }), interval, (candidates, asked) => {
        const { ledger, claims } = reserveAll(candidates);
        const instants = INSTANTS.filter((t) => asked.start <= t && t < asked.end);
        for (const key of [l1, l2]) {
          const peak = Math.max(0, ...instants.map((t) => loadAt(claims, key, t)));
          expect(ledger.residual(key, asked)).toBe(CAPACITY - peak);
          const holders = claims.filter((c) =>
            instants.some((t) => (amountAt(c, key, t) ?? 0) > 0),
          );
          expect(new Set(ledger.holders(key, asked).map((h) => h.holder))).toEqual(
            new Set(holders.map((c) => c.holder)),
          );
        }
        const together = instants.map((t) => loadAt(claims, p1, t) + loadAt(claims, p2, t));
        for (const key of POOL.channels) {
          const peak = Math.max(0, ...instants.map((t) => loadAt(claims, key, t)));
          const left = POOL.capacity - Math.max(0, ...together);
          expect(ledger.residual(key, asked)).toBe(Math.min(CAPACITY - peak, left));
        }
        expect(ledger.residual(open, asked)).toBe(unlimited);
        for (const space of [l1Labels, p1Labels]) {
          const free = [...LABELS].filter(
            (id) => !instants.some((t) => holdersAt(claims, `${id} ${space}`, t) > 0),
          );
          expect([...ledger.freeLabels(space, asked)]).toEqual(free);
        }
        expect(ledger.isFree(p1Labels, "untagged", asked)).toBe(
          !instants.some((t) => holdersAt(claims, `untagged ${p1Labels}`, t) > 0),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("what is free follows from the last claim of each holder, however alike the one before was", () => {
    const few = fc.constantFrom({ start: 0, end: 6 }, { start: 3, end: 9 });
    const again = fc
      .tuple(claim, fc.constantFrom("a", "b"), few)
      .map(([one, holder, its]): Claim => ({ ...one, holder, interval: its }));
    fc.assert(
      fc.property(fc.array(again, { maxLength: 12 }), (replacements) => {
        let ledger = Ledger.over(resources);
        const last = new Map<string, Claim>();
        for (const one of replacements) {
          const replaced = ledger.replace(one);
          if (replaced.isErr()) continue;
          ledger = replaced.value;
          last.set(one.holder, one);
        }
        const claims = [...last.values()];
        for (const t of [1, 4, 7, 10]) {
          const now = { start: t, end: t + 0.5 };
          for (const key of [l1, l2]) {
            expect(ledger.residual(key, now)).toBe(CAPACITY - Math.max(0, loadAt(claims, key, t)));
          }
          for (const space of [l1Labels, p1Labels]) {
            const free = [...LABELS].filter((id) => holdersAt(claims, `${id} ${space}`, t) === 0);
            expect([...ledger.freeLabels(space, now)]).toEqual(free);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("in units promises just what a ledger without does of claims that are rounded up, alike both ways", () => {
    const UNIT = 4;
    const unit = (one: Channel) => (inUnits.includes(one) ? bandwidth(UNIT) : undefined);
    const inUnits: readonly Channel[] = [l1, l2, p1, reverseOf(p1)];
    const rounded = (one: Claim): Claim => {
      const sums = new Map<Channel, number>();
      for (const { channel, amount } of one.bandwidth)
        sums.set(channel, (sums.get(channel) ?? 0) + amount);
      const alike = inUnits.map((each) => {
        const most = Math.max(sums.get(each) ?? 0, sums.get(reverseOf(each)) ?? 0);
        return on(each, Math.ceil(most / UNIT) * UNIT);
      });
      const others = [open, p2].map((each) => on(each, sums.get(each) ?? 0));
      return { ...one, bandwidth: [...alike, ...others].filter(({ amount }) => amount > 0) };
    };
    const byChannel = ({ bandwidth: amounts }: Claim) =>
      new Map(amounts.flatMap(({ channel, amount }) => (amount > 0 ? [[channel, amount]] : [])));
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), interval, (commands, asked) => {
        let whole = Ledger.over({ ...resources, unit });
        let plain = Ledger.over(resources);
        for (const c of commands) {
          if (c.type === "release") {
            whole = whole.release(c.holder);
            plain = plain.release(c.holder);
            continue;
          }
          const taken = whole[c.type](c.claim);
          const also = plain[c.type](rounded(c.claim));
          expect(taken.isOk()).toBe(also.isOk());
          whole = taken.unwrapOr(whole);
          plain = also.unwrapOr(plain);
          const kept = whole.claimOf(c.claim.holder);
          if (kept === undefined) continue;
          const granted = whole.granted(kept);
          expect(byChannel(granted)).toEqual(byChannel(rounded(kept)));
          expect(byChannel(whole.granted(granted))).toEqual(byChannel(granted));
        }
        for (const key of [l1, l2, open, p1, p2]) {
          const [left, back] = [plain.residual(key, asked), plain.residual(reverseOf(key), asked)];
          const both = Math.min(left, back);
          const isInUnits = unit(key) !== undefined;
          expect(whole.residual(key, asked)).toBe(isInUnits ? both - (both % UNIT) : left);
        }
        const without = whole.withResources(resources);
        const again = without.withResources({ ...resources, unit });
        const gone = [...whole.claims()].reduce((on, { holder }) => on.release(holder), whole);
        for (const key of inUnits) {
          expect(again.residual(key, asked)).toBe(whole.residual(key, asked));
          expect(without.residual(key, asked)).toBeGreaterThanOrEqual(whole.residual(key, asked));
          expect(gone.holders(key, always)).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("holds in units also what is in use where there is less", () => {
    const one = { ...empty("a"), bandwidth: [on(l1, 9)] };
    const ledger = Ledger.over({ ...resources, unit: inFours });
    const kept = ledger.keep(one)._unsafeUnwrap();
    for (const each of [l1, l2]) {
      expect(kept.holders(each, always)).toEqual([{ holder: "a", bandwidth: 12 }]);
      expect(kept.residual(each, always)).toBe(0);
    }
  });

  test("promises in other units what it has promised, as soon as there are others", () => {
    const has = { ...empty("a"), bandwidth: [on(l1, 5)] };
    const before = Ledger.over(resources).reserve(has)._unsafeUnwrap();
    expect(before.residual(l1, always)).toBe(5);
    expect(before.residual(l2, always)).toBe(10);
    const inUnits = before.withResources({ ...resources, unit: inFours });
    for (const each of [l1, l2]) {
      expect(inUnits.holders(each, always)).toEqual([{ holder: "a", bandwidth: 8 }]);
      expect(inUnits.residual(each, always)).toBe(0);
    }
    const after = inUnits.withResources(resources);
    expect(after.residual(l1, always)).toBe(5);
    expect(after.residual(l2, always)).toBe(10);
  });

  test("counts equal amounts that start at the same instant each for itself", () => {
    const half = (holder: string): Claim => ({ ...empty(holder), bandwidth: [on(l1, 6)] });
    const ledger = Ledger.over(resources).reserve(half("a"))._unsafeUnwrap();
    expect(ledger.reserve(half("b"))._unsafeUnwrapErr()).toEqual({
      type: "over-commit",
      channel: l1,
      amount: 6,
      residual: 4,
    });
  });

  test("adds up what one claim asks of a channel twice", () => {
    const twice = { ...empty("a"), bandwidth: [on(l1, 6), on(l1, 6)] };
    expect(Ledger.over(resources).reserve(twice)._unsafeUnwrapErr()).toMatchObject({ amount: 12 });
  });

  test("refuses sums that no bandwidth can hold", () => {
    const huge = { ...empty("a"), bandwidth: [on(open, unlimited), on(open, unlimited)] };
    expect(Ledger.over(resources).reserve(huge)._unsafeUnwrapErr().type).toBe("over-commit");
  });

  test("says who has a label, and nobody where the label does not exist", () => {
    const tag = (holder: string, id: number): Claim => ({
      ...empty(holder),
      labels: [{ space: l1Labels, label: vlanId(id) }],
    });
    const ledger = Ledger.over(resources).reserve(tag("a", 2))._unsafeUnwrap();
    const taken = { type: "label-taken", space: l1Labels };
    expect(ledger.reserve(tag("b", 2))._unsafeUnwrapErr()).toEqual({
      ...taken,
      label: 2,
      holders: ["a"],
    });
    expect(ledger.reserve(tag("b", 9))._unsafeUnwrapErr()).toEqual({
      ...taken,
      label: 9,
      holders: [],
    });
  });

  test("keeps claims over resources that shrank, and has nothing free there until they go", () => {
    const before = Ledger.over(resources)
      .reserve({ ...empty("a"), bandwidth: [on(l1, 6)] })
      .andThen((ledger) => ledger.reserve({ ...empty("b"), bandwidth: [on(l1, 4)] }))
      ._unsafeUnwrap();
    const shrunk = before.withResources({ ...resources, capacity: () => bandwidth(5) });
    expect(shrunk.residual(l1, always)).toBe(0);
    expect(shrunk.release("a").residual(l1, always)).toBe(1);
    expect(before.residual(l1, always)).toBe(0);
    expect(before.release("a").residual(l1, always)).toBe(6);
  });

  test("is itself when a holder that has nothing is released", () => {
    const ledger = Ledger.over(resources);
    expect(ledger.release("nobody")).toBe(ledger);
  });
});

function on(
  key: Channel,
  amount: number,
): { channel: Channel; amount: ReturnType<typeof bandwidth> } {
  return { channel: key, amount: bandwidth(amount) };
}

function empty(holder: string): Claim {
  return { holder, interval: always, bandwidth: [], labels: [] };
}

function reserveAll(candidates: readonly Claim[]): { ledger: Ledger; claims: readonly Claim[] } {
  let ledger = Ledger.over(resources);
  const claims: Claim[] = [];
  for (const candidate of candidates) {
    const taken = ledger.reserve(candidate);
    if (taken.isErr()) continue;
    ledger = taken.value;
    claims.push(candidate);
  }
  return { ledger, claims };
}

/** The definition, instant by instant. */
const BOUNDED = [l1, l2, p1, p2];

function isLegal(claims: readonly Claim[]): boolean {
  const labels = claims.flatMap((c) => c.labels);
  const keys = new Set(labels.map((x) => `${x.label} ${x.space}`));
  const known = labels.every((x) => x.label === "untagged" || LABELS.has(vlanOf(x.label)));
  const once = claims.every(
    (c) => new Set(c.labels.map((x) => `${x.label} ${x.space}`)).size === c.labels.length,
  );
  return (
    known &&
    once &&
    // A single claim is bounded whether or not its interval is empty.
    claims.every((c) => BOUNDED.every((key) => total(c, key) <= CAPACITY)) &&
    claims.every((c) => total(c, p1) + total(c, p2) <= POOL.capacity) &&
    INSTANTS.every(
      (t) =>
        BOUNDED.every((key) => loadAt(claims, key, t) <= CAPACITY) &&
        loadAt(claims, p1, t) + loadAt(claims, p2, t) <= POOL.capacity &&
        [...keys].every((key) => holdersAt(claims, key, t) <= 1),
    )
  );
}

function total(c: Claim, key: Channel): number {
  return c.bandwidth.filter((b) => b.channel === key).reduce((sum, b) => sum + b.amount, 0);
}

function amountAt(c: Claim, key: Channel, t: number): number | undefined {
  const live = c.interval.start <= t && t < c.interval.end;
  return live && c.bandwidth.some((b) => b.channel === key) ? total(c, key) : undefined;
}

function loadAt(claims: readonly Claim[], key: Channel, t: number): number {
  return claims.reduce((sum, c) => sum + (amountAt(c, key, t) ?? 0), 0);
}

function holdersAt(claims: readonly Claim[], key: string, t: number): number {
  return claims.filter(
    (c) =>
      c.interval.start <= t &&
      t < c.interval.end &&
      c.labels.some((x) => `${x.label} ${x.space}` === key),
  ).length;
}
