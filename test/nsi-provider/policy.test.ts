import { err, ok } from "neverthrow";
import { describe, expect, test } from "vitest";
import { VlanSet } from "../../src/model/vlan-set.ts";
import type { NsiPolicy } from "../../src/nsi-provider/index.ts";
import { errorOf, value } from "../support/testbed.ts";
import { members, NETWORK_B, NSA_A, TwoClouds } from "./two-clouds.ts";

/** What each peer may have. */
interface Right {
  readonly stps: readonly string[];
  readonly mbps: number;
  readonly vlans: VlanSet;
}

const everything: Right = {
  stps: [`${NETWORK_B}:uplink`, `${NETWORK_B}:server`],
  mbps: 500,
  vlans: VlanSet.all,
};

function policyOf(rights: Readonly<Record<string, Right>>): NsiPolicy {
  return {
    admits: ({ requesterNSA }) => requesterNSA in rights,
    allows: ({ requesterNSA }, { capacity, ends }) => {
      const right = rights[requesterNSA];
      if (right === undefined) return err("nobody we know");
      const stp = ends.find((end) => !right.stps.includes(end.stp));
      if (stp !== undefined) return err(`not for you: ${stp.stp}`);
      if (capacity > right.mbps) return err(`${right.mbps} Mbit/s at most`);
      const foreign = ends.some(({ vlans }) => vlans !== undefined && !right.vlans.includes(vlans));
      return foreign ? err(`no VLANs but ${right.vlans}`) : ok(undefined);
    },
  };
}

const withRight = (right: Partial<Right>) => ({
  policy: policyOf({ [NSA_A]: { ...everything, ...right } }),
});

describe("a provider's policy", () => {
  test.each([
    ["a place", { stps: [`${NETWORK_B}:uplink`] }, `not for you: ${NETWORK_B}:server`],
    ["a rate", { mbps: 99 }, "99 Mbit/s at most"],
    ["a label", { vlans: VlanSet.range(105, 109) }, "no VLANs but 105-109"],
  ] as const)(
    "keeps %s from a peer, which hears why, and has nothing",
    async (_what, right, reason) => {
      await using its = await TwoClouds.start(withRight(right));
      const asked = its.a.setupPhysicalNetwork("p", members, "100Mbps", 101);
      const { causes } = errorOf(await its.clock.until(asked), "driver-failed");
      expect(causes.map(({ message }) => message).join()).toContain(reason);
      await its.clock.advance(60_000);
      its.expectNothing();
    },
  );

  test.each([
    ["a rate", { mbps: 100 }],
    ["a label", { vlans: VlanSet.range(101, 109) }],
  ] as const)("gives a peer just %s that it may have", async (_what, right) => {
    await using its = await TwoClouds.start(withRight(right));
    const asked = its.a.setupPhysicalNetwork("p", members, "100Mbps", 101);
    const info = value(await its.clock.until(asked));
    expect(its.copies(info)).toEqual([1, 1]);
    // A higher rate is asked about anew; what there is stays.
    if (right === undefined || !("mbps" in right)) return;
    const more = await its.clock.until(its.a.modifyPhysicalNetwork("p", [], [], "101Mbps"));
    expect(more.isErr()).toBe(true);
    expect(its.b.listNetworks()).toMatchObject([{ state: "active", bandwidth: 100_000_000 }]);
    expect(its.copies(info)).toEqual([1, 1]);
  });

  test("is each peer's own", async () => {
    const policy = policyOf({ [NSA_A]: { ...everything, mbps: 10 }, other: everything });
    await using its = await TwoClouds.start({ policy });
    const asked = its.a.setupPhysicalNetwork("p", members, "100Mbps");
    expect((await its.clock.until(asked)).isErr()).toBe(true);
    value(await its.clock.until(its.a.setupPhysicalNetwork("p", members, "10Mbps")));
  });
});
