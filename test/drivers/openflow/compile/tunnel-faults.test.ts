import { describe, expect, test } from "vitest";
import { compileNode } from "../../../../src/drivers/openflow/compile/compile.ts";
import { OPENFLOW_1_0, OPENFLOW_1_3 } from "../../../../src/drivers/openflow/wire/version.ts";
import type { Tag } from "../../../../src/model/attachment.ts";
import { networkNumber, nodeId, portRef, vlanId } from "../../../../src/model/ids.ts";
import type { ForwardingRule } from "../../../../src/model/segment.ts";
import { vni } from "../../../../src/model/vni.ts";
import { profileOf } from "../../../support/switch-profiles.ts";

const at = (port: string, tag: Tag) => ({ node: nodeId("s"), port: portRef(`s:${port}`), tag });
const rule = (ingress: Tag, egress: Tag): ForwardingRule => {
  return { ingress: at("8", ingress), role: "trunk", egress: [at("1", egress)] };
};
const ports = new Map([1, 8].map((port) => [portRef(`s:${port}`), port]));
const compiled = (rules: readonly ForwardingRule[], version: 1 | 4) => {
  const options = { table: 0, priority: 1, cookiePrefix: 0xdc05, burstMs: 100, agingS: 300 };
  return compileNode(rules, networkNumber(1), ports, { ...options, profile: profileOf(version) });
};

describe("a switch that is to carry VNIs", () => {
  test("is refused where it speaks OpenFlow 1.0, with that reason", () => {
    const rules = [rule(vni(10_000), vlanId(7))];
    expect(compiled(rules, OPENFLOW_1_3).isOk()).toBe(true);
    expect(compiled(rules, OPENFLOW_1_0)._unsafeUnwrapErr()).toEqual([
      {
        kind: "unsupported",
        message: "OpenFlow 1.0 has no tunnel ids: the switch cannot use VNIs",
      },
    ]);
  });

  test("is refused where a network has two at one port that it could not tell apart inside", () => {
    const both = (other: number) => [rule(vni(100), vlanId(7)), rule(vni(other), vlanId(8))];
    expect(compiled(both(4_193), OPENFLOW_1_3).isOk()).toBe(true);
    const [refused] = compiled(both(4_194), OPENFLOW_1_3)._unsafeUnwrapErr();
    expect(refused?.message).toBe("vni:100 and vni:4194 at s:8 look the same inside the switch");
  });
});
