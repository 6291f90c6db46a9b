import { ok } from "neverthrow";
import { afterEach, describe, expect, test } from "vitest";
import { networkCookie } from "../../../src/drivers/openflow/compile/cookie.ts";
import type { OpenFlowDriverOptions } from "../../../src/drivers/openflow/driver-options.ts";
import { type FlowMod, flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { Instruction } from "../../../src/drivers/openflow/wire/instruction.ts";
import type { Match } from "../../../src/drivers/openflow/wire/match.ts";
import { networkNumber } from "../../../src/model/ids.ts";
import { pairSegment } from "../../../src/testing/conformance-segments.ts";
import { SwitchWorld } from "../../support/switch-world.ts";

const pair = pairSegment("pair", 1);
const vlan = { field: "vlan_vid", value: 0x1000 | 101 } as const;
const incoming: Match = [{ field: "in_port", value: 1 }, vlan];
const out: Instruction = {
  type: "apply-actions",
  actions: [{ type: "output", port: 2, maxLen: 0 }],
};
const onward: Instruction = { type: "goto-table", table: 3 };

describe("flows that take a network's frames before its own do", () => {
  let world = new SwitchWorld();
  afterEach(() => world.close());

  /** What verifying finds at n1 where somebody has these flows. */
  async function found(
    flows: readonly Partial<FlowMod>[],
    options: Partial<OpenFlowDriverOptions> = {},
  ): Promise<readonly string[]> {
    world = new SwitchWorld(options);
    await world.attach([pair]);
    for (const flow of flows) {
      expect(world.at("n1").inject(flowMod({ cookie: 0xbadn, ...flow }))).toEqual(ok(undefined));
    }
    const report = await world.clock.until(world.driver.verify(pair.id));
    return report._unsafeUnwrap().discrepancies.map(({ kind, what }) => `${kind} ${what}`);
  }

  test("are named also where they carry our cookie, of a network that is not", async () => {
    const cookie = networkCookie(0xdc05, networkNumber(99));
    const leak = { cookie, priority: 30_000, match: incoming, instructions: [out] };
    expect(await found([leak])).toMatchObject([expect.stringMatching(/^foreign .*0xdc05/)]);
  });

  test("are not those of probes under way", async () => {
    const cookie = networkCookie(0xdc05, networkNumber(0));
    expect(await found([{ cookie, priority: 65_000, match: incoming }])).toEqual([]);
  });

  describe("in a table before ours", () => {
    const way = { priority: 10, match: [{ field: "in_port", value: 1 } as const] };

    test("are no flows that only send them on, nor what these leave over", async () => {
      const flows = [
        { ...way, instructions: [onward] },
        { ...way, match: [{ field: "in_port", value: 3 } as const], instructions: [onward] },
        { priority: 0, instructions: [out] },
        { priority: 20, match: [{ ...vlan, value: 0x1000 | 55 }], instructions: [out] },
      ];
      expect(await found(flows, { tableId: 3 })).toEqual([]);
    });

    test("are named where they copy them", async () => {
      const flows = [
        { ...way, instructions: [onward] },
        { priority: 20, match: [vlan], instructions: [out, onward] },
      ];
      expect(await found(flows, { tableId: 3 })).toMatchObject([
        expect.stringMatching(/^foreign .*table 0, priority 20\): vlan_vid=0x1065/),
      ]);
    });

    test("are named where they drop them", async () => {
      const flows = [
        { ...way, instructions: [onward] },
        { priority: 20, match: incoming },
      ];
      expect(await found(flows, { tableId: 3 })).toHaveLength(1);
    });
  });
});
