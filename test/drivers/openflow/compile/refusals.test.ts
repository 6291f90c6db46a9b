import { describe, expect, test } from "vitest";
import { refusalsOf } from "../../../../src/drivers/openflow/compile/refusals.ts";
import type { SwitchProfile } from "../../../../src/drivers/openflow/compile/switch-profile.ts";
import { OPENFLOW_1_0, OPENFLOW_1_3 } from "../../../../src/drivers/openflow/wire/version.ts";
import { bandwidth } from "../../../../src/model/bandwidth.ts";
import type { ForwardingRule } from "../../../../src/model/segment.ts";
import { groupFeatures, meterFeatures } from "../../../../src/testing/datapath/features.ts";
import { attachments } from "../../../support/forwardings.ts";
import { profileOf } from "../../../support/switch-profiles.ts";

const capable = profileOf(OPENFLOW_1_3);
const police = { key: "k", rate: bandwidth(1e6) };
/** Everybody to everybody among places on `count` ports. */
const mesh = (count: number): readonly ForwardingRule[] => {
  const members = attachments.filter(({ tag }) => tag === 100).slice(0, count);
  return members.map((ingress) => ({
    ingress,
    role: "edge",
    egress: members.filter((member) => member !== ingress),
    police,
  }));
};

function reasons(rules: readonly ForwardingRule[], profile: SwitchProfile, table = 0): string[] {
  return refusalsOf(rules, { table, profile }).map(({ message }) => message);
}

describe("what a switch cannot carry", () => {
  test("is nothing for a switch that has all that is needed", () => {
    expect(reasons(mesh(3), capable)).toEqual([]);
    expect(reasons(mesh(3), profileOf(OPENFLOW_1_0))).toEqual([]);
    expect(reasons([], { ...capable, tables: 0 })).toEqual([]);
  });

  test("is a table that it does not have", () => {
    expect(reasons(mesh(2), capable, 254)).toEqual(["the switch has 254 tables: no 254"]);
  });

  test.each([
    [{ types: 0b1110 }, "the switch has no groups of type ALL"],
    [
      { maxGroups: { ...groupFeatures.maxGroups, all: 0 } },
      "the switch has 0 groups of type ALL: 1 are needed",
    ],
  ])("is a tree that branches where groups are %j, but not a path", (lack, reason) => {
    const profile = { ...capable, groups: { ...groupFeatures, ...lack } };
    expect(reasons(mesh(3), profile)).toEqual([reason]);
    expect(reasons(mesh(2), profile)).toEqual([]);
  });

  test("is a second way where there are no groups, or none that fail over", () => {
    const [rule] = mesh(2);
    const [, , failover] = attachments.filter(({ tag }) => tag === 100);
    if (rule === undefined || failover === undefined) throw new Error("there are three places");
    const { police: _, ...unpoliced } = rule;
    const detours = rule.egress.map((to) => ({ to, instead: failover }));
    const rules = [{ ...unpoliced, failover: detours }];
    expect(reasons(rules, capable)).toEqual([]);
    const blind = { ...capable, groups: { ...groupFeatures, types: 0b0111 } };
    expect(reasons(rules, blind)).toEqual(["the switch has no groups of type FAST FAILOVER"]);
    expect(reasons([unpoliced], blind)).toEqual([]);
    const maxGroups = { ...groupFeatures.maxGroups, fastFailover: 0 };
    const full = { ...capable, groups: { ...groupFeatures, maxGroups } };
    expect(reasons(rules, full)).toEqual([
      "the switch has 0 groups of type FAST FAILOVER: 1 are needed",
    ]);
    expect(reasons(rules, profileOf(OPENFLOW_1_0))).toEqual([
      "OpenFlow 1.0 has no groups: the switch cannot fail over",
    ]);
  });

  test("is a tree with second ways where groups cannot be chained", () => {
    const [rule] = mesh(3);
    const instead = attachments.find(({ port }) => rule?.egress.every((to) => to.port !== port));
    if (rule === undefined || instead === undefined) throw new Error("there are four places");
    const failover = rule.egress.slice(0, 1).map((to) => ({ to, instead }));
    const unchained = { ...capable, groups: { ...groupFeatures, capabilities: 0 } };
    expect(reasons([{ ...rule, failover }], capable)).toEqual([]);
    expect(reasons([{ ...rule, failover }], unchained)).toEqual([
      "the switch cannot chain groups: it cannot fail over at a node where a tree branches",
    ]);
    expect(reasons([rule], unchained)).toEqual([]);
  });

  test.each([
    [{ maxMeter: 0 }, "the switch has no meters"],
    [{ bandTypes: 1 << 2 }, "the switch has no meters that drop"],
    [{ capabilities: 1 << 1 }, "no meter counts in kbit/s"],
  ])("is what is policed where meters are %j, and only that", (lack, reason) => {
    const profile = { ...capable, meters: { ...meterFeatures, ...lack } };
    expect(reasons(mesh(2), profile)).toEqual([reason]);
    const unpoliced = mesh(2).map(({ police: _, ...rule }) => rule);
    expect(reasons(unpoliced, profile)).toEqual([]);
  });

  test("is not known of groups when the switch does not say, but of meters it is", () => {
    const { groups: _g, meters: _m, ...silent } = capable;
    expect(reasons(mesh(3), silent)).toEqual(["the switch has no meters"]);
  });
});
