import { describe, test } from "vitest";
import type { Action } from "../../../../../src/drivers/openflow/wire/action.ts";
import { OPENFLOW_1_0 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { expectGolden } from "../golden.ts";

const register = { field: "nxm_nx_reg1", masked: false } as const;
const vlan = { field: "nxm_of_vlan_tci", masked: false } as const;

/** Actions as `ovs-ofctl` writes them, and what it prints for these bytes. */
const golden: readonly (readonly [string, Action, string])[] = [
  [
    "resubmit(,5)",
    { type: "nx-resubmit-table", inPort: 0xfffffff8, table: 5 },
    "000e fff8 05 000000",
  ],
  ["set_tunnel:0x4d", { type: "nx-set-tunnel", tunnelId: 77 }, "0002 0000 0000004d"],
  [
    "move:NXM_NX_REG1[0..11]->NXM_OF_VLAN_TCI[4..15]",
    {
      type: "nx-reg-move",
      bits: 12,
      sourceOffset: 0,
      destinationOffset: 4,
      source: register,
      destination: vlan,
    },
    "0006 000c 0000 0004 00010204 00000802",
  ],
  [
    "load:0xb->NXM_NX_REG1[3..10]",
    { type: "nx-reg-load", range: { offset: 3, bits: 8 }, destination: register, value: 11n },
    "0007 00c7 00010204 000000000000000b",
  ],
  [
    "set_field:0x4/0x6->reg0",
    { type: "nx-reg-load2", field: { field: "nxm_nx_reg0", value: 4, mask: 6 } },
    "0021 00010108 00000004 00000006 0000",
  ],
  [
    "set_field:2001:db8::1->ipv6_dst",
    {
      type: "nx-reg-load2",
      field: { field: "ipv6_dst", value: "20010db8000000000000000000000001" },
    },
    "0021 80003610 20010db8 00000000 00000000 00000001 0000",
  ],
  [
    "output:NXM_NX_REG1[16..31]",
    { type: "nx-output-reg2", range: { offset: 16, bits: 16 }, source: register, maxLen: 0 },
    "0020 040f 0000 00010204 000000000000",
  ],
  [
    "push:NXM_NX_REG1[1..31]",
    { type: "nx-stack-push", offset: 1, field: register, bits: 31 },
    "001b 0001 00010204 001f 000000000000",
  ],
  [
    "conjunction(100,2/2)",
    { type: "nx-conjunction", clause: 1, clauses: 2, id: 100 },
    "0022 01 02 00000064",
  ],
  [
    "output(port=2,max_len=100)",
    { type: "nx-output-trunc", port: 2, maxLen: 100 },
    "0027 0002 00000064",
  ],
  [
    "write_metadata:0x1/0xff",
    { type: "nx-write-metadata", metadata: 1n, mask: 255n },
    "0016 000000000000 0000000000000001 00000000000000ff",
  ],
];

describe("Nicira's actions", () => {
  test.each(golden)("%s stands on the wire as Open vSwitch has it", (_text, action, body) => {
    const bytes = 8 + body.replaceAll(" ", "").length / 2;
    const hex = (value: number) => value.toString(16).padStart(4, "0");
    expectGolden(
      OPENFLOW_1_0,
      {
        type: "packet-out",
        bufferId: 0xffffffff,
        inPort: 0xfffffffd,
        actions: [action],
        data: new Uint8Array(),
      },
      `01 0d ${hex(16 + bytes)} 00000007 ffffffff fffd ${hex(bytes)} ffff ${hex(bytes)} 00002320 ${body}`,
    );
  });
});
