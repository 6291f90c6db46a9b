import { describe, expect, test } from "vitest";
import { encodeMessage } from "../../../../../src/drivers/openflow/wire/encode.ts";
import type { NiciraLearn } from "../../../../../src/drivers/openflow/wire/nicira/action.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { expectGolden } from "../golden.ts";

const learn: NiciraLearn = {
  type: "nx-learn",
  idleTimeoutS: 300,
  hardTimeoutS: 0,
  priority: 100,
  cookie: 5n,
  flags: 0,
  table: 2,
  finIdleTimeoutS: 0,
  finHardTimeoutS: 0,
  specs: [
    {
      bits: 48,
      source: { type: "field", field: { field: "nxm_of_eth_src", masked: false }, offset: 0 },
      destination: {
        type: "field",
        field: { field: "nxm_of_eth_dst", masked: false },
        offset: 0,
        use: "match",
      },
    },
    {
      bits: 16,
      source: { type: "field", field: { field: "nxm_of_in_port", masked: false }, offset: 0 },
      destination: { type: "output" },
    },
  ],
};

const packetOut = (actions: readonly NiciraLearn[]) =>
  ({
    type: "packet-out",
    bufferId: 0xffffffff,
    inPort: 0xfffffffd,
    actions,
    data: new Uint8Array(),
  }) as const;

const head = "012c 0000 0064 0000000000000005";
const specs = `0030 00000406 0000 00000206 0000       // eth_src of the packet is what eth_dst must be
  1010 00000002 0000`; // output to the port it came in by

describe("the learn action", () => {
  test("has its specifications after its head, filled up with zeros", () => {
    expectGolden(
      OPENFLOW_1_3,
      packetOut([learn]),
      `04 0d 0050 00000007 ffffffff fffffffd 0038 000000000000
       ffff 0038 00002320 0010 ${head} 0000 02 00 0000 0000 ${specs} 0000`,
    );
  });

  test("its second form has a limit and where the result goes", () => {
    const result = { field: "nxm_nx_reg0", masked: false } as const;
    const limit = { flows: 3, resultOffset: 1, result };
    expectGolden(
      OPENFLOW_1_3,
      packetOut([{ ...learn, type: "nx-learn2", flags: 4, limit }]),
      `04 0d 0060 00000007 ffffffff fffffffd 0048 000000000000
       ffff 0048 00002320 002d ${head} 0004 02 00 0000 0000
       00000003 0001 0000 00010004 ${specs} 000000000000`,
    );
  });

  test("a result without its flag cannot be encoded", () => {
    const limit = {
      flows: 0,
      resultOffset: 0,
      result: { field: "nxm_nx_reg0", masked: false },
    } as const;
    const action: NiciraLearn = { ...learn, type: "nx-learn2", limit };
    expect(() => encodeMessage(OPENFLOW_1_3, 1, packetOut([action]))).toThrow("flags");
  });
});
