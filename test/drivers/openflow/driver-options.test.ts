import { describe, expect, test } from "vitest";
import { OpenFlowDriver } from "../../../src/drivers/openflow/driver.ts";
import { meterRange, programOptions } from "../../../src/drivers/openflow/driver-options.ts";
import { sessionDefaults } from "../../../src/drivers/openflow/session-options.ts";
import { describeError } from "../../../src/model/errors.ts";
import { domainId } from "../../../src/model/ids.ts";
import { MemoryListener } from "../../../src/testing/index.ts";
import { campus } from "../../support/campus.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { Testbed } from "../../support/testbed.ts";

test("the meters that are ours are the upper half of what a switch has", () => {
  expect(meterRange(undefined, 262_144)).toEqual({ first: 131_073, last: 262_144 });
});

test("a range of one's own ends where the switch's meters end", () => {
  expect(meterRange({ first: 10, last: 99 }, 50)).toEqual({ first: 10, last: 50 });
});

test("a switch without meters leaves an empty range", () => {
  const { first, last } = meterRange(undefined, 0);
  expect(first).toBeGreaterThan(last);
});

test("every option that programs switches has a default", () => {
  const options = programOptions({ listen: { host: "127.0.0.1", port: 0 }, tableId: 3 });
  expect(options).toMatchObject({ table: 3, priority: 20_000, cookiePrefix: 0xdc05, burstMs: 100 });
});

describe("options from code that no compiler has seen", () => {
  const domain = campus().domainView(domainId("campus"));
  const attached = async (options: object): Promise<string> => {
    const clock = fakeClock();
    const listen = new MemoryListener({ clock });
    const driver = new OpenFlowDriver({ listen, ...options });
    const result = await clock.until(driver.attach({ domain, clock, segments: [] }));
    await clock.until(driver.close());
    return result.match(
      () => "attached",
      (error) => describeError(error),
    );
  };

  test.each<[string, object]>([
    ["listen", { listen: { host: "127.0.0.1", port: -1 } }],
    ["listen", { listen: undefined }],
    ["session.versions", { session: { versions: [] } }],
    ["session.versions", { session: { versions: [2] } }],
    ["session.echoIntervalMs", { session: { echoIntervalMs: "5s" } }],
    ["session.maxCommandsPerSecond", { session: { maxCommandsPerSecond: 0 } }],
    ["maxSessions", { maxSessions: 0 }],
    ["maxHandshakes", { maxHandshakes: Number.NaN }],
    ["tls", { tls: { key: "k" } }],
    ["identities", { identities: { s1: { commonName: 5 } } }],
    ["identities", { listen: { host: "127.0.0.1", port: 0 }, identities: { s1: {} } }],
    ["identities", { identities: { nowhere: { commonName: "s1.example" } } }],
    ["tableId", { tableId: 255 }],
    ["priority", { priority: 65_536 }],
    ["cookiePrefix", { cookiePrefix: 0x10000 }],
    ["groupIds", { groupIds: { first: 9, last: 8 } }],
    ["meterIds", { meterIds: { first: 0, last: 8 } }],
    ["egressQueues.atPorts", { egressQueues: { atPorts: { "s1:nowhere": 1 } } }],
    ["egressQueues.atPorts", { egressQueues: { atPorts: { s1: false } } }],
    ["learning", { learning: "nobody" }],
    ["moveDamping", { moveDamping: { maxMoves: 5 } }],
    ["auditIntervalMs", { auditIntervalMs: -1 }],
    ["burstMS", { burstMS: 100 }],
  ])("%s is named where it is wrong: %o", async (name, options) => {
    expect(await attached(options)).toContain(name);
  });

  test("what is undefined has its default", async () => {
    const sessions = Object.fromEntries(
      Object.keys(sessionDefaults).map((name) => [name, undefined]),
    );
    const names = Object.keys(programOptions({ listen: { host: "", port: 0 } }));
    const others = Object.fromEntries(
      names.filter((name) => name !== "table").map((name) => [name, undefined]),
    );
    expect(await attached({ ...others, session: sessions })).toBe("attached");
    await using bed = await Testbed.start({ driver: { ...others, session: sessions } });
    bed.expectWhole(await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], "10Mbps"));
  });
});
