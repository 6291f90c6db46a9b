import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { Match } from "../../../src/drivers/openflow/wire/match.ts";
import { frame } from "../../../src/model/frame.ts";
import { compileMatch, fieldValues } from "../../../src/testing/datapath/flow-match.ts";
import { type FlowEntry, FlowTable, flowEntry } from "../../../src/testing/datapath/flow-table.ts";
import { parsePacket } from "../../../src/testing/datapath/packet.ts";

interface Rule {
  readonly priority: number;
  readonly port: number | null;
  readonly vlan: number | null;
}

/** Rules over so few values that they meet, with a priority of its own for each. */
const rules: fc.Arbitrary<readonly Rule[]> = fc.uniqueArray(
  fc.record({
    priority: fc.integer({ min: 0, max: 40 }),
    port: fc.option(fc.integer({ min: 1, max: 3 })),
    vlan: fc.option(fc.integer({ min: 1, max: 3 })),
  }),
  { selector: (rule) => rule.priority, maxLength: 20 },
);

function entryOf({ priority, port, vlan }: Rule): FlowEntry {
  const match: Match = [
    ...(port === null ? [] : [{ field: "in_port" as const, value: port }]),
    ...(vlan === null ? [] : [{ field: "vlan_vid" as const, value: 0x1000 | vlan }]),
  ];
  return flowEntry(flowMod({ priority }), {
    match: compileMatch(match)._unsafeUnwrap(),
    program: { apply: [], clear: false, write: [] },
    nowMs: 0,
  });
}

describe("a flow table", () => {
  test("finds the rule that trying them all by priority finds, also after deletions", () => {
    fc.assert(
      fc.property(rules, fc.infiniteStream(fc.boolean()), (list, keeps) => {
        const table = new FlowTable();
        for (const rule of list) table.put(entryOf(rule));
        const kept = list.filter((rule) => {
          const keep = keeps.next().value;
          if (!keep) table.delete(entryOf(rule));
          return keep;
        });
        expect(table.size).toBe(kept.length);
        const byPriority = kept.toSorted((a, b) => b.priority - a.priority);
        for (const port of [1, 2, 3]) {
          for (const vlan of [1, 2, 3]) {
            const found = table.lookup(fieldValues(parsePacket(frame({ vlans: [vlan] }), port)));
            const expected = byPriority.find(
              (rule) => (rule.port ?? port) === port && (rule.vlan ?? vlan) === vlan,
            );
            expect(found?.priority).toBe(expected?.priority);
          }
        }
      }),
    );
  });

  test("holds one entry for each match and priority, and lists them all", () => {
    fc.assert(
      fc.property(rules, (list) => {
        const table = new FlowTable();
        for (const rule of [...list, ...list]) table.put(entryOf(rule));
        expect([...table].map((flow) => flow.priority).sort()).toEqual(
          list.map((rule) => rule.priority).sort(),
        );
        for (const rule of list) {
          const { match } = entryOf(rule);
          expect(table.find(match, rule.priority)?.priority).toBe(rule.priority);
          expect(table.find(match, 99)).toBeUndefined();
        }
      }),
    );
  });
});
