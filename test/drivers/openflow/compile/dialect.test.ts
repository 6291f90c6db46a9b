import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bindDraft } from "../../../../src/drivers/openflow/compile/bind.ts";
import { compileNode } from "../../../../src/drivers/openflow/compile/compile.ts";
import { dialectOf } from "../../../../src/drivers/openflow/compile/dialect.ts";
import { diffPrograms, isEmptyDiff } from "../../../../src/drivers/openflow/compile/diff.ts";
import { flowsByKey } from "../../../../src/drivers/openflow/compile/holdings.ts";
import {
  emptyProgram,
  type FlowEntry,
  type NodeProgram,
  sameFlow,
} from "../../../../src/drivers/openflow/compile/program.ts";
import { stagesOf } from "../../../../src/drivers/openflow/compile/stages.ts";
import type { Action } from "../../../../src/drivers/openflow/wire/action.ts";
import { decodeMessage } from "../../../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../../../../src/drivers/openflow/wire/encode.ts";
import { type FlowStats, flowMod } from "../../../../src/drivers/openflow/wire/flow.ts";
import {
  type OfVersion,
  OPENFLOW_1_0,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
  supportedVersions,
} from "../../../../src/drivers/openflow/wire/version.ts";
import { networkNumber } from "../../../../src/model/ids.ts";
import type { ForwardingRule } from "../../../../src/model/segment.ts";
import { portNumbers, rulesArbitrary } from "../../../support/forwardings.ts";
import { compileOptionsOf } from "../../../support/programs.ts";

const output: Action = { type: "output", port: 2, maxLen: 0 };

function programOf(version: OfVersion, rules: readonly ForwardingRule[]): NodeProgram {
  let next = 1;
  const take = (): number => next++;
  return compileNode(rules, networkNumber(7), portNumbers, compileOptionsOf(version))
    .andThen((draft) => bindDraft(draft, emptyProgram, { takeGroup: take, takeMeter: take }))
    ._unsafeUnwrap();
}

/** What a switch reports of an entry. */
function reported(entry: FlowEntry): FlowStats {
  return {
    ...entry,
    durationS: 1,
    durationNs: 0,
    idleTimeoutS: 0,
    hardTimeoutS: 0,
    flags: 0,
    packetCount: 0n,
    byteCount: 0n,
  };
}

describe("the dialect of each version", () => {
  test.each(supportedVersions)(
    "%i: what is sent can be encoded, and means the program when it is read back",
    (version) => {
      const dialect = dialectOf(version);
      fc.assert(
        fc.property(rulesArbitrary, (rules) => {
          const program = programOf(version, rules);
          const { make } = stagesOf(diffPrograms(emptyProgram, program), dialect);
          const received = make
            .flat()
            .map((message) => decodeMessage(encodeMessage(version, 1, message))._unsafeUnwrap())
            .map(({ message }) => message);
          const flows = received.flatMap((message) =>
            message.type === "flow-mod" ? dialect.understood(reported(message)) : [],
          );
          const held = { ...program, flows: flowsByKey(flows) };
          expect(flows).toHaveLength(program.flows.size);
          expect(isEmptyDiff(diffPrograms(held, program))).toBe(true);
        }),
      );
    },
  );

  test("OpenFlow 1.0 has no mask of cookies, and no priority where there is no tag", () => {
    const dialect = dialectOf(OPENFLOW_1_0);
    const flow = flowMod({ command: "modify-strict", cookie: 7n, cookieMask: 7n });
    expect(dialect.spoken(flow)).toEqual({ ...flow, cookieMask: 0n });
    const match = [
      { field: "in_port", value: 1 },
      { field: "vlan_vid", value: 0 },
    ] as const;
    const entry = reported({ table: 0, priority: 1, cookie: 1n, match, instructions: [] });
    const told = { ...entry, match: [...match, { field: "vlan_pcp", value: 0 } as const] };
    expect(dialect.understood(told)).toEqual(entry);
  });

  test("OpenFlow 1.5 polices by an action before all others", () => {
    const apply = { type: "apply-actions", actions: [output] } as const;
    const flow = flowMod({ instructions: [{ type: "meter", meter: 5 }, apply] });
    expect(dialectOf(OPENFLOW_1_4).spoken(flow)).toEqual(flow);
    expect(dialectOf(OPENFLOW_1_5).spoken(flow)).toEqual({
      ...flow,
      instructions: [{ type: "apply-actions", actions: [{ type: "meter", meter: 5 }, output] }],
    });
  });

  test("a meter that polices only some of the actions is not taken for one that polices all", () => {
    const entry = reported({
      table: 0,
      priority: 1,
      cookie: 1n,
      match: [],
      instructions: [{ type: "apply-actions", actions: [output, { type: "meter", meter: 5 }] }],
    });
    const { understood } = dialectOf(OPENFLOW_1_5);
    expect(sameFlow(understood(entry), entry)).toBe(true);
  });

  test("the buckets of a group have numbers of their own in OpenFlow 1.5 only", () => {
    const group = {
      type: "group-mod",
      command: "add",
      groupType: "all",
      group: 9,
      buckets: [{ actions: [output] }, { actions: [] }],
    } as const;
    expect(dialectOf(OPENFLOW_1_4).spoken(group)).toEqual(group);
    expect(dialectOf(OPENFLOW_1_5).spoken(group)).toMatchObject({
      buckets: [{ id: 0 }, { id: 1 }],
    });
  });
});
