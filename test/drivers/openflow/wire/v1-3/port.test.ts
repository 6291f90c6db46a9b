import { describe, test } from "vitest";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { expectGolden } from "../golden.ts";

describe("ports of OpenFlow 1.3", () => {
  const port = {
    port: 1,
    hwAddr: "02:11:22:33:44:55",
    name: "s1-eth1",
    config: 1,
    state: 4,
    properties: [
      {
        type: "ethernet",
        curr: 0x840,
        advertised: 1,
        supported: 2,
        peer: 3,
        currSpeedKbps: 10_000_000,
        maxSpeedKbps: 4,
      },
    ],
  } as const;
  const portHex = `
       00000001 00000000 021122334455 0000         // port, pad, address, pad
       73312d65746831 000000000000000000           // "s1-eth1" in 16 bytes
       00000001 00000004                           // config PORT_DOWN, state LIVE
       00000840 00000001 00000002 00000003         // current, advertised, supported, peer
       00989680 00000004                           // speeds in kbit/s`;

  test("a port-status has the layout of §7.4.3 with a port of 64 bytes", () => {
    expectGolden(
      OPENFLOW_1_3,
      { type: "port-status", reason: "modify", port },
      `04 0c 0050 00000007 02 00000000000000 ${portHex}`,
    );
  });

  test("port descriptions are ports one after another", () => {
    expectGolden(
      OPENFLOW_1_3,
      { type: "multipart-reply", more: false, body: { type: "port-desc", ports: [port, port] } },
      `04 13 0090 00000007 000d 0000 00000000 ${portHex} ${portHex}`,
    );
  });

  test("a port-mod has the layout of §7.3.4.3", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "port-mod",
        port: 2,
        hwAddr: "02:00:00:00:00:02",
        config: 0x41,
        mask: 0x65,
        advertise: 0x10,
      },
      `04 10 0028 00000007
       00000002 00000000 020000000002 0000
       00000041 00000065 00000010 00000000`,
    );
  });

  test("port statistics have the layout of §7.3.5.6 in the order of its counters", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "port-stats",
          ports: [
            {
              port: 1,
              rxPackets: 2n,
              txPackets: 3n,
              rxBytes: 4n,
              txBytes: 5n,
              rxDropped: 6n,
              txDropped: 7n,
              rxErrors: 8n,
              txErrors: 9n,
              properties: [
                {
                  type: "ethernet",
                  rxFrameErrors: 10n,
                  rxOverErrors: 11n,
                  rxCrcErrors: 12n,
                  collisions: 0xffffffffffffffffn,
                },
              ],
              durationS: 14,
              durationNs: 15,
            },
          ],
        },
      },
      `04 13 0080 00000007 0004 0000 00000000
       00000001 00000000
       0000000000000002 0000000000000003   // packets in, out
       0000000000000004 0000000000000005   // bytes in, out
       0000000000000006 0000000000000007   // dropped in, out
       0000000000000008 0000000000000009   // errors in, out
       000000000000000a 000000000000000b   // frame and overrun errors
       000000000000000c ffffffffffffffff   // CRC errors, collisions
       0000000e 0000000f                   // duration s and ns`,
    );
  });
});
