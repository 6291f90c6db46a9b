import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bindDraft, type IdSource } from "../../../../src/drivers/openflow/compile/bind.ts";
import { compileNode } from "../../../../src/drivers/openflow/compile/compile.ts";
import {
  type Demand,
  demandOfDraft,
  demandOfProgram,
  demandOfWay,
} from "../../../../src/drivers/openflow/compile/demand.ts";
import { dialectOf } from "../../../../src/drivers/openflow/compile/dialect.ts";
import { diffPrograms } from "../../../../src/drivers/openflow/compile/diff.ts";
import type { Draft } from "../../../../src/drivers/openflow/compile/draft.ts";
import {
  emptyProgram,
  flowKey,
  type NodeProgram,
} from "../../../../src/drivers/openflow/compile/program.ts";
import { stagesOf } from "../../../../src/drivers/openflow/compile/stages.ts";
import { OPENFLOW_1_3 } from "../../../../src/drivers/openflow/wire/version.ts";
import { networkNumber } from "../../../../src/model/ids.ts";
import type { ForwardingRule } from "../../../../src/model/segment.ts";
import { portNumbers, rulesArbitrary } from "../../../support/forwardings.ts";
import { compileOptionsOf } from "../../../support/programs.ts";

const options = compileOptionsOf(OPENFLOW_1_3);

function draftOf(rules: readonly ForwardingRule[]): Draft {
  return compileNode(rules, networkNumber(7), portNumbers, options)._unsafeUnwrap();
}

/** So many groups and meters and no more; numbers begin at `first`. */
function limited(groups: number, meters: number, first: number): IdSource {
  let next = first;
  const left = { groups, meters };
  const take = (kind: keyof typeof left) => () => {
    left[kind] -= 1;
    return left[kind] < 0 ? undefined : next++;
  };
  return { takeGroup: take("groups"), takeMeter: take("meters") };
}

/** The most flows that a table has while one program takes the place of another, message by message. */
function mostFlows(from: NodeProgram, to: NodeProgram): number {
  const { make, remove } = stagesOf(diffPrograms(from, to), dialectOf(OPENFLOW_1_3));
  const flows = new Set([...from.flows.values()].map(flowKey));
  let most = flows.size;
  for (const mod of [...make, ...remove].flat()) {
    if (mod.type !== "flow-mod") continue;
    if (mod.command === "add") flows.add(flowKey(mod));
    if (mod.command === "delete-strict") flows.delete(flowKey(mod));
    most = Math.max(most, flows.size);
  }
  return most;
}

const countOf = (demand: Demand, ...resources: readonly ("groups" | "meters" | 0)[]): number[] =>
  resources.map((resource) => demand.get(resource) ?? 0);

describe("what a change takes", () => {
  test("is enough for it, and one less is not", () => {
    fc.assert(
      fc.property(rulesArbitrary, rulesArbitrary, (before, after) => {
        const from = bindDraft(draftOf(before), emptyProgram, limited(99, 99, 1))._unsafeUnwrap();
        const draft = draftOf(after);
        const [groups = 0, meters = 0, flows] = countOf(
          demandOfWay(from, [draft]),
          ...(["groups", "meters", 0] as const),
        );
        const [more, moreMeters] = [groups - from.groups.size, meters - from.meters.size];
        const to = bindDraft(draft, from, limited(more, moreMeters, 1_000));
        expect(to.isOk()).toBe(true);
        expect(mostFlows(from, to._unsafeUnwrap())).toBe(flows);
        const without = (g: number, m: number): boolean =>
          bindDraft(draft, from, limited(g, m, 1_000)).isOk();
        if (more > 0) expect(without(more - 1, 99)).toBe(false);
        if (moreMeters > 0) expect(without(99, moreMeters - 1)).toBe(false);
      }),
    );
  });

  test("is what there is, where nothing changes, and what is new, where there is nothing", () => {
    fc.assert(
      fc.property(rulesArbitrary, (rules) => {
        const draft = draftOf(rules);
        const held = bindDraft(draft, emptyProgram, limited(99, 99, 1))._unsafeUnwrap();
        expect(demandOfWay(held, [draft])).toEqual(demandOfProgram(held));
        expect(demandOfWay(held, [draftOf([]), draft])).toEqual(demandOfProgram(held));
        expect(demandOfWay(emptyProgram, [draft])).toEqual(demandOfDraft(draft));
        expect(demandOfProgram(held)).toEqual(demandOfDraft(draft));
      }),
    );
  });
});
