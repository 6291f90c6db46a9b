import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bindDraft } from "../../../../src/drivers/openflow/compile/bind.ts";
import { compileNode } from "../../../../src/drivers/openflow/compile/compile.ts";
import { countItems } from "../../../../src/drivers/openflow/compile/count-items.ts";
import { dialectOf } from "../../../../src/drivers/openflow/compile/dialect.ts";
import { diffPrograms } from "../../../../src/drivers/openflow/compile/diff.ts";
import {
  emptyProgram,
  type NodeProgram,
} from "../../../../src/drivers/openflow/compile/program.ts";
import { stagesOf } from "../../../../src/drivers/openflow/compile/stages.ts";
import { OPENFLOW_1_3 } from "../../../../src/drivers/openflow/wire/version.ts";
import { type Attachment, attachmentKey } from "../../../../src/model/attachment.ts";
import { bandwidth } from "../../../../src/model/bandwidth.ts";
import { networkNumber, nodeId, portOf, vlanId } from "../../../../src/model/ids.ts";
import type { ForwardingRule } from "../../../../src/model/segment.ts";
import { attachments, portNumbers, rulesArbitrary } from "../../../support/forwardings.ts";
import { tagOnWire } from "../../../support/labels.ts";
import { ModelSwitch, type TaggedFrame } from "../../../support/model-switch.ts";
import { compileOptionsOf } from "../../../support/programs.ts";

const options = compileOptionsOf(OPENFLOW_1_3);
const network = networkNumber(7);

function compiled(rules: readonly ForwardingRule[], installed = emptyProgram): NodeProgram {
  let next = 1 + Math.max(0, ...installed.groups.keys(), ...installed.meters.keys());
  const take = (): number => next++;
  return compileNode(rules, network, portNumbers, options)
    .andThen((draft) => bindDraft(draft, installed, { takeGroup: take, takeMeter: take }))
    ._unsafeUnwrap();
}

function at(port: number, tag: number | "untagged"): Attachment {
  return {
    node: nodeId("s1"),
    port: portOf("s1", String(port)),
    tag: tag === "untagged" ? tag : vlanId(tag),
  };
}

/** Rules by which everybody's frames go to everybody else. */
function mesh(...members: readonly Attachment[]): readonly ForwardingRule[] {
  return members.map((ingress) => ({
    ingress,
    role: "edge",
    egress: members.filter((member) => member !== ingress),
  }));
}

/** The frames that an attachment stands for; one within another when it is untagged. */
function framesAt(attachment: Attachment): TaggedFrame[] {
  const port = portNumbers.get(attachment.port) ?? 0;
  const tag = tagOnWire(attachment);
  return tag === "untagged"
    ? [
        { port, tags: [] },
        { port, tags: [0] },
      ]
    : [
        { port, tags: [tag] },
        { port, tags: [tag, 55] },
      ];
}

/** What leaves at an attachment for a frame that entered with these tags within its own. */
function frameOut(attachment: Attachment, inner: readonly number[]): TaggedFrame {
  const port = portNumbers.get(attachment.port) ?? 0;
  const tag = tagOnWire(attachment);
  return { port, tags: tag === "untagged" ? [...inner] : [tag, ...inner] };
}

function load(program: NodeProgram): ModelSwitch {
  const model = new ModelSwitch();
  const messages = stagesOf(
    diffPrograms(emptyProgram, program),
    dialectOf(OPENFLOW_1_3),
  ).make.flat();
  for (const message of messages) model.apply(message);
  return model;
}

const textOf = (frame: TaggedFrame): string => `${frame.port}/${frame.tags.join(".")}`;
const sorted = (frames: readonly TaggedFrame[]): string[] => frames.map(textOf).sort();

describe("a compiled node", () => {
  test("delivers every frame to exactly its egress, with the tags they expect", () => {
    fc.assert(
      fc.property(rulesArbitrary, (rules) => {
        const model = load(compiled(rules));
        for (const { ingress, egress } of rules) {
          for (const frame of framesAt(ingress)) {
            const inner = frame.tags.slice(1);
            const expected = egress.map((to) => frameOut(to, inner));
            expect(sorted(model.send(frame).out)).toEqual(sorted(expected));
          }
        }
      }),
    );
  });

  test("delivers nothing that enters where the network is not", () => {
    fc.assert(
      fc.property(rulesArbitrary, (rules) => {
        const model = load(compiled(rules));
        const inside = new Set(rules.map((rule) => attachmentKey(rule.ingress)));
        for (const outside of attachments.filter((a) => !inside.has(attachmentKey(a)))) {
          for (const frame of framesAt(outside)) expect(model.send(frame).out).toEqual([]);
        }
      }),
    );
  });

  test("polices each frame that it delivers at no less than its policer's rate", () => {
    fc.assert(
      fc.property(rulesArbitrary, (rules) => {
        const model = load(compiled(rules));
        for (const { ingress, egress, police } of rules) {
          for (const frame of framesAt(ingress)) {
            const { meterKbps } = model.send(frame);
            const expected = egress.length === 0 ? undefined : police;
            expect(meterKbps).toBe(expected && Math.ceil(expected.rate / 1000));
          }
        }
      }),
    );
  });

  test("costs what was foretold", () => {
    fc.assert(
      fc.property(rulesArbitrary, (rules) => {
        const { flows, groups, meters } = compiled(rules);
        const cost = { flows: flows.size, groups: groups.size, meters: meters.size };
        expect(countItems(rules, options.profile)).toEqual(cost);
      }),
    );
  });

  test("needs no group for two members, and one for any number on ports of their own", () => {
    const pair = compiled(mesh(at(1, 100), at(2, "untagged")));
    expect(pair.groups.size).toBe(0);
    const four = compiled(mesh(at(1, 100), at(2, "untagged"), at(3, 101), at(4, 4094)));
    expect([four.flows.size, four.groups.size]).toEqual([5, 1]);
  });

  test("has a group for each ingress when two members share a port", () => {
    expect(compiled(mesh(at(1, 100), at(1, 101), at(2, 100))).groups.size).toBe(3);
  });

  test("marks every flow with the owner and the network", () => {
    const { flows } = compiled(mesh(at(1, 100), at(2, 100)));
    const cookies = [...flows.values()].map((flow) => flow.cookie);
    expect(cookies).toEqual([0xdc05_0000_0007_0000n, 0xdc05_0000_0007_0000n]);
  });

  test("reports every port that has no number and every rate that no meter can say", () => {
    const [first, ...others] = mesh(at(8, 100), at(9, 100), at(1, 100));
    const police = { key: "k", rate: bandwidth(2 ** 32 * 1000) };
    const rules = first === undefined ? [] : [{ ...first, police }, ...others];
    const problems = compileNode(rules, network, portNumbers, options)._unsafeUnwrapErr();
    expect(problems.map((problem) => problem.kind)).toEqual([
      "misconfigured",
      "misconfigured",
      "unsupported",
    ]);
    expect(problems.map((problem) => problem.message).join()).toMatch(/s1:8.*s1:9.*4294967296kbps/);
  });
});
