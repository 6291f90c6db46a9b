import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileNode } from "../../../../src/drivers/openflow/compile/compile.ts";
import {
  countItems,
  countUnpoliced,
} from "../../../../src/drivers/openflow/compile/count-items.ts";
import type { DraftFlow } from "../../../../src/drivers/openflow/compile/draft.ts";
import { PORT_IN_PORT } from "../../../../src/drivers/openflow/wire/constants.ts";
import { OPENFLOW_1_0 } from "../../../../src/drivers/openflow/wire/version.ts";
import type { Attachment } from "../../../../src/model/attachment.ts";
import { networkNumber } from "../../../../src/model/ids.ts";
import type { ForwardingRule } from "../../../../src/model/segment.ts";
import { portNumbers, rulesArbitrary } from "../../../support/forwardings.ts";
import { tagOnWire } from "../../../support/labels.ts";
import { compileOptionsOf } from "../../../support/programs.ts";

const options = compileOptionsOf(OPENFLOW_1_0);

function compiled(rules: readonly ForwardingRule[]) {
  return compileNode(rules, networkNumber(7), portNumbers, options)._unsafeUnwrap();
}

const numberOf = (at: Attachment): number => portNumbers.get(at.port) ?? 0;
const placeOf = (port: number, tags: readonly number[]): string => `${port}/${tags.join(".")}`;

/** The frames that an attachment stands for: with a tag of the tenant's within, and without one. */
function framesAt(at: Attachment): readonly (readonly number[])[] {
  const tag = tagOnWire(at);
  if (tag === "untagged") return [[], [0]];
  return [[tag], [tag, 55]];
}

/** What an OpenFlow 1.0 switch does with a frame, as §5.2.4 and §3.3 of 1.0.0 say. */
function send(flow: DraftFlow, port: number, arriving: readonly number[]): readonly string[] {
  let tags = [...arriving];
  const out: string[] = [];
  for (const action of flow.actions) {
    if (action.type === "set-vlan-vid") tags = [action.vid, ...tags.slice(1)];
    else if (action.type === "strip-vlan") tags = tags.slice(1);
    else if (action.type === "output" && action.port === PORT_IN_PORT)
      out.push(placeOf(port, tags));
    else if (action.type === "output" && action.port !== port) out.push(placeOf(action.port, tags));
    else throw new Error(`not in OpenFlow 1.0, or back to where it came from: ${action.type}`);
  }
  return out.sort();
}

/** The flow that takes the frame. */
function flowFor(flows: readonly DraftFlow[], port: number, tags: readonly number[]): DraftFlow {
  const vid = tags[0] === undefined ? 0 : 0x1000 | tags[0];
  const hits = flows.filter(({ match }) =>
    match.every(({ field, value }) => value === (field === "in_port" ? port : vid)),
  );
  const [hit] = hits;
  if (hit === undefined || hits.length !== 1) throw new Error(`${hits.length} flows match`);
  return hit;
}

describe("what is compiled for OpenFlow 1.0", () => {
  test("delivers every frame to exactly its egress, with the tags they expect", () => {
    fc.assert(
      fc.property(rulesArbitrary, (rules) => {
        const { flows } = compiled(rules);
        for (const { ingress, egress } of rules) {
          for (const tags of framesAt(ingress)) {
            const inner = tags.slice(1);
            const port = numberOf(ingress);
            const expected = egress.map((to) => {
              const tag = tagOnWire(to);
              return placeOf(numberOf(to), tag === "untagged" ? inner : [tag, ...inner]);
            });
            expect(send(flowFor(flows, port, tags), port, tags)).toEqual(expected.sort());
          }
        }
      }),
    );
  });

  test("needs no group and no meter, as was foretold", () => {
    fc.assert(
      fc.property(rulesArbitrary, (rules) => {
        const { flows, groups, meters } = compiled(rules);
        expect([groups.size, meters.size]).toEqual([0, 0]);
        const foretold = { flows: flows.length, groups: 0, meters: 0 };
        expect(countItems(rules, options.profile)).toEqual(foretold);
        const policed = rules.filter(({ egress }) => egress.length > 0);
        const limits = new Set(policed.flatMap(({ police }) => police?.key ?? []));
        expect(countUnpoliced(rules, options.profile)).toBe(limits.size);
      }),
    );
  });

  test("is for table 0 only", () => {
    const [rules = []] = fc.sample(
      rulesArbitrary.filter(({ length }) => length > 0),
      1,
    );
    const refused = compileNode(rules, networkNumber(7), portNumbers, { ...options, table: 3 });
    expect(refused._unsafeUnwrapErr().map(({ message }) => message)).toEqual([
      "OpenFlow 1.0 programs table 0 only, not table 3",
    ]);
  });
});
