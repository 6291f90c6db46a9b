import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Channel, linkChannel, linkLabels, portChannel } from "../../src/ledger/channel.ts";
import { type Claim, Ledger, unlimited } from "../../src/ledger.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { linkId, portRef, projectId, vlanId } from "../../src/model/ids.ts";
import { always } from "../../src/model/interval.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { claimBeyond, holderOf, reserveGrowth } from "../../src/network/claims.ts";

const links = ["a", "b"].map(linkId);
const ports = ["s1:1", "s1:2"].map(portRef);
const channels: readonly Channel[] = [
  ...links.map((link) => linkChannel(link, "forward")),
  ...ports.map((port) => portChannel(port, "in")),
];

const claims: fc.Arbitrary<Claim> = fc.record({
  holder: fc.constant("p"),
  interval: fc.constant(always),
  bandwidth: fc.uniqueArray(
    fc.record({
      channel: fc.constantFrom(...channels),
      amount: fc.integer({ min: 1, max: 9 }).map(bandwidth),
    }),
    { selector: ({ channel }) => channel },
  ),
  labels: fc.uniqueArray(
    fc.record({
      space: fc.constantFrom(...links.map(linkLabels)),
      label: fc.integer({ min: 100, max: 103 }).map(vlanId),
    }),
    { selector: ({ space, label }) => `${space} ${label}` },
  ),
});

function amountOn(claim: Claim | undefined, channel: Channel): number {
  const own = claim?.bandwidth.filter((one) => one.channel === channel);
  return (own ?? []).reduce((sum, { amount }) => sum + amount, 0);
}

function labelsOf(claim: Claim | undefined): readonly string[] {
  return (claim?.labels ?? []).map(({ space, label }) => `${space} ${label}`).sort();
}

describe("claimBeyond", () => {
  test("together with the part it is the whole; of nothing, nothing is left", () => {
    fc.assert(
      fc.property(claims, claims, (whole, part) => {
        const beyond = claimBeyond(whole, part, "q");
        for (const channel of channels) {
          const left = Math.max(0, amountOn(whole, channel) - amountOn(part, channel));
          expect(amountOn(beyond, channel)).toBe(left);
        }
        const kept = new Set(labelsOf(part));
        expect(labelsOf(beyond)).toEqual(labelsOf(whole).filter((label) => !kept.has(label)));
        expect(beyond?.holder ?? "q").toBe("q");
        expect(claimBeyond(whole, whole, "q")).toBeUndefined();
      }),
    );
  });
});

test("whatever projects are called, none is taken for what another holds while it grows", () => {
  const resources = { capacity: () => unlimited, labels: () => VlanSet.all };
  const name = fc.constantFrom(
    "p",
    "growth of p",
    "growth of project p",
    "p (growth)",
    "project p",
  );
  fc.assert(
    fc.property(name, name, claims, (one, other, claim) => {
      fc.pre(one !== other);
      const taken = { ...claim, holder: holderOf(projectId(one)), labels: [] };
      const ledger = Ledger.over(resources).reserve(taken)._unsafeUnwrap();
      const growing = { ...claim, holder: holderOf(projectId(other)) };
      expect(reserveGrowth(ledger, growing).isOk()).toBe(true);
    }),
  );
});

test("a claim that grows in size or in time fits exactly where it would beside what it has", () => {
  const instant = fc.integer({ min: 0, max: 6 });
  const intervals = fc
    .tuple(instant, instant)
    .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) + 1 }));
  const timed = fc.tuple(claims, intervals).map(([claim, interval]) => ({ ...claim, interval }));
  const resources = { capacity: () => bandwidth(12), labels: () => VlanSet.all };
  fc.assert(
    fc.property(timed, timed, timed, (foreign, has, wants) => {
      const others = Ledger.over(resources)
        .reserve({ ...foreign, holder: "q" })
        ._unsafeUnwrap();
      const before = others.reserve(has);
      fc.pre(before.isOk());
      const union = wholeOfBoth(has, wants);
      const anew = others.reserve(union);
      expect(reserveGrowth(before._unsafeUnwrap(), union).isOk()).toBe(anew.isOk());
    }),
  );
});

/** At every instant of either at least what each has. */
function wholeOfBoth(a: Claim, b: Claim): Claim {
  const most = channels.map((channel) => ({
    channel,
    amount: bandwidth(Math.max(amountOn(a, channel), amountOn(b, channel))),
  }));
  const labels = new Map(
    [...a.labels, ...b.labels].map((one) => [`${one.space} ${one.label}`, one]),
  );
  return {
    holder: a.holder,
    interval: {
      start: Math.min(a.interval.start, b.interval.start),
      end: Math.max(a.interval.end, b.interval.end),
    },
    bandwidth: most.filter(({ amount }) => amount > 0),
    labels: [...labels.values()],
  };
}
