import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bindDraft } from "../../../../src/drivers/openflow/compile/bind.ts";
import { compileNode } from "../../../../src/drivers/openflow/compile/compile.ts";
import { dialectOf } from "../../../../src/drivers/openflow/compile/dialect.ts";
import { diffPrograms, isEmptyDiff } from "../../../../src/drivers/openflow/compile/diff.ts";
import {
  emptyProgram,
  type NodeProgram,
} from "../../../../src/drivers/openflow/compile/program.ts";
import { type ModMessage, stagesOf } from "../../../../src/drivers/openflow/compile/stages.ts";
import {
  type OfVersion,
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_5,
} from "../../../../src/drivers/openflow/wire/version.ts";
import { type Attachment, attachmentKey } from "../../../../src/model/attachment.ts";
import { networkNumber } from "../../../../src/model/ids.ts";
import type { ForwardingRule } from "../../../../src/model/segment.ts";
import { portNumbers, rulesArbitrary } from "../../../support/forwardings.ts";
import { tagOnWire } from "../../../support/labels.ts";
import { ModelSwitch } from "../../../support/model-switch.ts";
import { compileOptionsOf, shuffled } from "../../../support/programs.ts";

function compiled(
  rules: readonly ForwardingRule[],
  installed: NodeProgram,
  version: OfVersion = OPENFLOW_1_3,
): NodeProgram {
  let next = 1 + Math.max(0, ...installed.groups.keys(), ...installed.meters.keys());
  const take = (): number => next++;
  return compileNode(rules, networkNumber(7), portNumbers, compileOptionsOf(version))
    .andThen((draft) => bindDraft(draft, installed, { takeGroup: take, takeMeter: take }))
    ._unsafeUnwrap();
}

function stagesBetween(
  from: NodeProgram,
  to: NodeProgram,
  version: OfVersion = OPENFLOW_1_3,
): readonly (readonly ModMessage[])[] {
  const { make, remove } = stagesOf(diffPrograms(from, to), dialectOf(version));
  return [...make, ...remove];
}

const portOf = (at: Attachment): number => portNumbers.get(at.port) ?? 0;
const frameAt = (at: Attachment) => {
  const tag = tagOnWire(at);
  return { port: portOf(at), tags: tag === "untagged" ? [] : [tag] };
};
const placeOf = ({ port, tags }: { port: number; tags: readonly number[] }): string =>
  `${port}/${tags[0] ?? "untagged"}`;
const placeAt = (at: Attachment): string => placeOf(frameAt(at));

/** What each ingress may, and what it must, reach while one set of rules becomes another. */
function bounds(from: readonly ForwardingRule[], to: readonly ForwardingRule[]) {
  const members = new Set([...from, ...to].map((rule) => placeAt(rule.ingress)));
  const before = new Map(from.map((rule) => [attachmentKey(rule.ingress), rule]));
  const after = new Map(to.map((rule) => [attachmentKey(rule.ingress), rule]));
  const staying = to.filter((rule) => before.has(attachmentKey(rule.ingress)));
  const must = staying.map(({ ingress, egress }) => {
    const earlier = new Set(before.get(attachmentKey(ingress))?.egress.map(attachmentKey));
    return { ingress, egress: egress.filter((at) => earlier.has(attachmentKey(at))).map(placeAt) };
  });
  const ingresses = [...new Map([...before, ...after]).values()].map((rule) => rule.ingress);
  return { members, must, ingresses };
}

describe("the stages from one program to another", () => {
  const randomOrder = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));

  test("lead to the program that is wanted", () => {
    fc.assert(
      fc.property(rulesArbitrary, rulesArbitrary, randomOrder, (from, to, order) => {
        const installed = compiled(from, emptyProgram);
        const wanted = compiled(to, installed);
        const model = new ModelSwitch();
        const draw = (): number => order.next().value;
        const stages = [
          ...stagesBetween(emptyProgram, installed),
          ...stagesBetween(installed, wanted),
        ];
        for (const message of shuffled(stages, draw)) model.apply(message);
        expect(new Set(model.flows)).toEqual(new Set(wanted.flows.values()));
        expect(new Set(model.groups.keys())).toEqual(new Set(wanted.groups.keys()));
        expect(new Set(model.meters.keys())).toEqual(new Set(wanted.meters.keys()));
        for (const [id, group] of wanted.groups)
          expect(model.groups.get(id)).toEqual(group.buckets);
      }),
    );
  });

  test.each([
    ["1.0", OPENFLOW_1_0],
    ["1.3", OPENFLOW_1_3],
    ["1.5", OPENFLOW_1_5],
  ] as const)(
    "keep delivering what stays, and never outside the network, after each message of OpenFlow %s",
    (_, version) => {
      fc.assert(
        fc.property(rulesArbitrary, rulesArbitrary, randomOrder, (from, to, order) => {
          const installed = compiled(from, emptyProgram, version);
          const wanted = compiled(to, installed, version);
          const model = new ModelSwitch();
          for (const message of stagesBetween(emptyProgram, installed, version).flat()) {
            model.apply(message);
          }
          const { members, must, ingresses } = bounds(from, to);
          const messages = shuffled(
            stagesBetween(installed, wanted, version),
            () => order.next().value,
          );
          const violations: string[] = [];
          for (const message of messages) {
            model.apply(message);
            const reached = (at: Attachment): string[] => model.send(frameAt(at)).out.map(placeOf);
            for (const { ingress, egress } of must) {
              const places = new Set(reached(ingress));
              const lost = egress.filter((place) => !places.has(place));
              violations.push(...lost.map((place) => `${placeAt(ingress)} lost ${place}`));
            }
            for (const ingress of ingresses) {
              const places = reached(ingress);
              if (new Set(places).size < places.length) violations.push("a frame was doubled");
              if (places.includes(placeAt(ingress))) violations.push("a frame was reflected");
              if (places.some((place) => !members.has(place))) violations.push("a frame leaked");
            }
          }
          expect(violations).toEqual([]);
        }),
        { numRuns: 150 },
      );
    },
  );

  test("are none when the switch holds what it should, whatever numbers it uses", () => {
    fc.assert(
      fc.property(rulesArbitrary, (rules) => {
        const installed = compiled(rules, emptyProgram);
        const again = compiled(rules, installed);
        expect(isEmptyDiff(diffPrograms(installed, again))).toBe(true);
        expect(stagesBetween(installed, again)).toEqual([]);
      }),
    );
  });
});
