import { describe, expect, test } from "vitest";
import { bindDraft } from "../../../../src/drivers/openflow/compile/bind.ts";
import { compileNode } from "../../../../src/drivers/openflow/compile/compile.ts";
import {
  emptyProgram,
  type NodeProgram,
} from "../../../../src/drivers/openflow/compile/program.ts";
import { OPENFLOW_1_3 } from "../../../../src/drivers/openflow/wire/version.ts";
import { type Attachment, attachmentKey } from "../../../../src/model/attachment.ts";
import { bandwidth } from "../../../../src/model/bandwidth.ts";
import { networkNumber } from "../../../../src/model/ids.ts";
import type { ForwardingRule } from "../../../../src/model/segment.ts";
import { attachments, portNumbers } from "../../../support/forwardings.ts";
import { compileOptionsOf } from "../../../support/programs.ts";

const options = compileOptionsOf(OPENFLOW_1_3);

function compiled(rules: readonly ForwardingRule[], installed: NodeProgram, first: number) {
  let next = first;
  const take = (): number | undefined => (next < first + 4 ? next++ : undefined);
  return compileNode(rules, networkNumber(7), portNumbers, options).andThen((draft) =>
    bindDraft(draft, installed, { takeGroup: take, takeMeter: take }),
  );
}

function place(key: string): Attachment {
  const found = attachments.find((attachment) => attachmentKey(attachment) === `s1:${key}`);
  if (found === undefined) throw new Error(key);
  return found;
}

function rule(ingress: string, egress: readonly string[], mbps?: number): ForwardingRule {
  const police =
    mbps === undefined ? {} : { police: { key: ingress, rate: bandwidth(mbps * 1e6) } };
  return { ingress: place(ingress), role: "edge", egress: egress.map(place), ...police };
}

function mesh(...keys: readonly string[]): readonly ForwardingRule[] {
  return keys.map((ingress) =>
    rule(
      ingress,
      keys.filter((key) => key !== ingress),
    ),
  );
}

const groupIds = (program: NodeProgram): number[] => [...program.groups.keys()];

describe("the numbers of groups and meters", () => {
  const three = compiled(mesh("1/100", "2/100", "3/100"), emptyProgram, 1)._unsafeUnwrap();

  test("stay when members come and go", () => {
    const four = compiled(mesh("1/100", "2/100", "3/100", "4/100"), three, 50)._unsafeUnwrap();
    const other = compiled(mesh("1/100", "2/100", "4/100"), three, 50)._unsafeUnwrap();
    expect([groupIds(four), groupIds(other)]).toEqual([groupIds(three), groupIds(three)]);
  });

  test("stay when a rate changes", () => {
    const slow = [rule("1/100", ["2/100"], 10), rule("2/100", ["1/100"], 10)];
    const fast = [rule("1/100", ["2/100"], 20), rule("2/100", ["1/100"], 10)];
    const installed = compiled(slow, emptyProgram, 1)._unsafeUnwrap();
    const wanted = compiled(fast, installed, 50)._unsafeUnwrap();
    expect([...wanted.meters.keys()]).toEqual([...installed.meters.keys()]);
    expect(
      [...wanted.meters.values()].flatMap((m) => m.bands.map((b) => "rate" in b && b.rate)),
    ).toEqual([20_000, 10_000]);
  });

  test("are new where a flow that stays is to leave the group", () => {
    const apart = compiled(mesh("1/100", "1/101", "2/100", "3/100"), three, 50)._unsafeUnwrap();
    expect(groupIds(apart)).toEqual([50, 51, 52, 53]);
  });

  test("are new where a flow that goes would still use the group and be reflected", () => {
    const shared = [rule("1/100", ["2/100", "3/100"]), rule("2/100", ["1/100", "3/100"])];
    const installed = compiled(shared, emptyProgram, 1)._unsafeUnwrap();
    const hairpin = [rule("1/100", ["3/100", "1/101"])];
    const wanted = compiled(hairpin, installed, 50)._unsafeUnwrap();
    expect([groupIds(installed), groupIds(wanted)]).toEqual([[1], [50]]);
  });

  test("may run out, which is a problem of the node", () => {
    const rules = mesh("1/100", "1/101", "2/100", "2/101", "3/100");
    expect(compiled(rules, emptyProgram, 1)._unsafeUnwrapErr()).toEqual([
      { kind: "unsupported", message: "the switch has no group numbers left for us" },
    ]);
  });
});
