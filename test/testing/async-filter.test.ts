import { describe, expect, test } from "vitest";
import type { AsyncSetting } from "../../src/drivers/openflow/wire/switch.ts";
import { defaultAsyncSettings, wantsNotice } from "../../src/testing/async-filter.ts";
import type { Notice } from "../../src/testing/datapath/effect.ts";

const packetIn: Notice = {
  type: "packet-in",
  bufferId: 0xffffffff,
  totalLen: 0,
  reason: "action",
  table: 0,
  cookie: 0n,
  match: [],
  data: new Uint8Array(0),
};
const portStatus: Notice = {
  type: "port-status",
  reason: "modify",
  port: { port: 1, hwAddr: "02:00:00:00:00:01", name: "p1", config: 0, state: 0, properties: [] },
};

describe("what a controller is told", () => {
  test("is everything by default, but a slave hears of ports only", () => {
    expect(wantsNotice(defaultAsyncSettings, "equal", packetIn)).toBe(true);
    expect(wantsNotice(defaultAsyncSettings, "master", portStatus)).toBe(true);
    expect(wantsNotice(defaultAsyncSettings, "slave", packetIn)).toBe(false);
    expect(wantsNotice(defaultAsyncSettings, "slave", portStatus)).toBe(true);
  });

  test("goes by the bit of the reason", () => {
    const settings = (mask: number): readonly AsyncSetting[] => [
      { type: "packet-in-master", mask },
    ];
    expect(wantsNotice(settings(0b010), "master", packetIn)).toBe(true);
    expect(wantsNotice(settings(0b101), "master", packetIn)).toBe(false);
    expect(wantsNotice(settings(0b101), "master", { ...packetIn, reason: "no-match" })).toBe(true);
    expect(wantsNotice(settings(0b1000), "master", { ...packetIn, reason: 3 })).toBe(true);
  });

  test("is nothing of a kind that is not listed", () => {
    expect(wantsNotice([], "master", packetIn)).toBe(false);
  });
});
