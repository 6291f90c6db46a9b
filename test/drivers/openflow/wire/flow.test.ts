import { describe, expect, test } from "vitest";
import { GROUP_ANY, NO_BUFFER, PORT_ANY } from "../../../../src/drivers/openflow/wire/constants.ts";
import { flowMod } from "../../../../src/drivers/openflow/wire/flow.ts";

describe("flow-mods", () => {
  test("what is not given filters nothing and keeps no packet", () => {
    expect(flowMod({ priority: 5 })).toMatchObject({
      type: "flow-mod",
      command: "add",
      priority: 5,
      bufferId: NO_BUFFER,
      outPort: PORT_ANY,
      outGroup: GROUP_ANY,
      cookieMask: 0n,
      match: [],
    });
  });
});
