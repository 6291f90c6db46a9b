import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EndpointStatistics } from "../../src/agent/statistics.ts";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { SetupOptions } from "../../src/network/request-options.ts";
import { ourFlows } from "../support/switch-state.ts";
import { Testbed, type TestbedOptions, value } from "../support/testbed.ts";

const BROADCAST = "ff:ff:ff:ff:ff:ff";
const [s1a, s1b, s3a] = ["s1a:eth1", "s1b:eth1", "s3a:eth1"];
const SLOW = 1e6;
/** Longer than flows may count late. */
const A_WHILE_MS = 3_000;

const networks: readonly {
  readonly what: string;
  readonly hosts: readonly string[];
  readonly options?: SetupOptions;
  readonly bed?: TestbedOptions;
}[] = [
  { what: "two at one node", hosts: [s1a, s1b] },
  { what: "two at two nodes", hosts: [s1b, s3a] },
  { what: "two, over a second path", hosts: [s1a, s3a], options: { protection: "disjoint" } },
  { what: "flooded", hosts: [s1a, s1b, s3a], options: { delivery: "flood" } },
  {
    what: "flooded, with bypasses",
    hosts: [s1a, s1b, s3a],
    options: { delivery: "flood", protection: "disjoint" },
  },
  { what: "by addresses that are given", hosts: [s1a, s1b, s3a], options: { delivery: "static" } },
  {
    what: "by addresses that switches learn",
    hosts: [s1a, s1b, s3a],
    options: { delivery: "learn" },
    bed: { learns: true },
  },
  {
    what: "by addresses that the agent learns",
    hosts: [s1a, s1b, s3a],
    options: { delivery: "learn" },
    bed: { driver: { learning: "agent" } },
  },
];

describe("getNetworkStatistics, of what is sent to host ports", () => {
  test.each(networks)(
    "says what arrived: $what",
    async ({ hosts, options = {}, bed: how = {} }) => {
      await using bed = await Testbed.start(how);
      const macs = hosts.map((at) => [at, { macs: [bed.fabric.hostOf(at).mac] }] as const);
      const endpoints = options.delivery === "static" ? Object.fromEntries(macs) : {};
      await bed.setUp("p", hosts, SLOW, 101, { ...options, endpoints });
      expect(await sentTo(bed)).toEqual(hosts.map((at) => [at, 0]));
      await talk(bed, hosts);
      const { dropped } = value(
        await bed.run(bed.agent.getNetworkStatistics("p", { maxAgeMs: 0 })),
      );
      expect(dropped.frames).toBeGreaterThan(0);
      expect(await sentTo(bed)).toEqual(arrived(bed, hosts));
    },
  );

  test("cannot say it where a rate is shared by who meets there, once some of it was dropped", async () => {
    await using bed = await Testbed.start();
    const hosts = [s1a, "s2a:eth1", s3a];
    await bed.setUp("p", hosts, SLOW, 101, { sharing: "shared", delivery: "flood" });
    bed.fabric.hostOf(s1a).send({ vlans: [101] });
    expect(await sentTo(bed)).toEqual(arrived(bed, hosts));
    await talk(bed, hosts);
    const [first, junction, last] = await sentTo(bed);
    expect(junction).toEqual(["s2a:eth1", undefined]);
    const [heardFirst, , heardLast] = arrived(bed, hosts);
    expect([first, last]).toEqual([heardFirst, heardLast]);
    const [, second] = await ends(bed);
    expect(second).not.toHaveProperty("sent");
    expect(second).not.toHaveProperty("sentForMs");
  });

  test("goes on counting where endpoints come elsewhere, and begins anew where a rate changes", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", [s1a, s3a], SLOW, 101, { delivery: "flood" });
    await talk(bed, [s1a, s3a]);
    await bed.modify("p", [s1b], []);
    await talk(bed, [s1a, s1b, s3a]);
    const [first, , third] = await sentTo(bed);
    const [heardFirst, , heardThird] = arrived(bed, [s1a, s1b, s3a]);
    expect([first, third]).toEqual([heardFirst, heardThird]);
    await bed.modify("p", [], [], 2e6);
    expect((await sentTo(bed)).map(([, frames]) => frames)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await bed.clock.advance(A_WHILE_MS);
    const anew = await ends(bed);
    expect(anew.map(({ sent, sentForMs }) => [sent?.frames, sentForMs])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(anew[0]?.received.frames).toBeGreaterThan(0);
  });

  test("says exactly what arrived in the time that it names, whatever changes meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...deliveries),
        fc.array(change, { maxLength: 8 }),
        inTurmoil,
      ),
      { numRuns: 15 },
    );
  }, 120_000);
});

const deliveries = ["flood", "static", "learn"] as const;
const change = fc.constantFrom(
  "grow",
  "shrink",
  "rate",
  "cut",
  "mend",
  "reconnect",
  "restart",
  "power",
  "tamper",
);

/** Changes a network again and again while all its hosts send. */
async function inTurmoil(
  delivery: (typeof deliveries)[number],
  changes: readonly (typeof change extends fc.Arbitrary<infer T> ? T : never)[],
): Promise<void> {
  await using bed = await Testbed.start({ learns: true });
  const everybody = [s1a, s1b, s3a, "s2a:eth1", "s3b:eth1", "s4a:eth1"];
  const macs = everybody.map((at) => [at, { macs: [bed.fabric.hostOf(at).mac] }] as const);
  const endpoints = Object.fromEntries(macs);
  let [hosts, rate] = [everybody.slice(0, 3), SLOW];
  const addresses = (): readonly string[] => hosts.map((at) => bed.fabric.hostOf(at).mac);
  const chatter = (): void => {
    for (const at of hosts) say(bed, at, addresses());
  };
  const only = (some: readonly string[]) =>
    delivery === "static" ? Object.fromEntries(some.map((at) => [at, endpoints[at] ?? {}])) : {};
  await bed.setUp("p", hosts, rate, 101, { delivery, endpoints: only(hosts) });
  for (const each of changes) {
    const [next] = everybody.filter((at) => !hosts.includes(at));
    if (each === "grow" && next !== undefined) {
      await bed.run(
        bed.agent.modifyPhysicalNetwork("p", [next], [], rate, undefined, {
          endpoints: only([next]),
        }),
        chatter,
      );
      hosts = [...hosts, next];
    } else if (each === "shrink" && hosts.length > 2) {
      const gone = hosts[1] ?? "";
      await bed.run(bed.agent.modifyPhysicalNetwork("p", [], [gone]), chatter);
      hosts = hosts.filter((at) => at !== gone);
    } else if (each === "rate") {
      rate += SLOW;
      await bed.run(bed.agent.modifyPhysicalNetwork("p", [], [], rate), chatter);
    } else if (each === "cut" || each === "mend") {
      bed.fabric.setLink("s1-s2", each === "mend");
    } else if (each === "reconnect") {
      bed.fabric.switchOf("s1").breakConnections();
    } else if (each === "restart") {
      bed.crash();
      await bed.restart();
    } else if (each === "power") {
      bed.fabric.powerOff("s1");
      await bed.clock.advance(1_000);
      bed.fabric.powerOn("s1");
    } else if (each === "tamper") {
      const at = bed.fabric.switchOf("s1");
      const [flow] = ourFlows(at).filter(({ instructions }) => instructions.length > 0);
      if (flow !== undefined) at.inject(flowMod({ ...flow, command: "delete-strict" }));
      await bed.run(bed.driver.audit(), chatter);
    }
    for (let i = 0; i < 10; i += 1) {
      chatter();
      await bed.clock.advance(400);
    }
    const known = await ends(bed);
    // What is said from now on arrives later than what was counted.
    const nowMs = bed.clock.now();
    await bed.clock.advance(100);
    for (const { hostPort, sent, sentForMs = 0, ageMs } of known) {
      if (sent === undefined) continue;
      const askedMs = nowMs - ageMs;
      const heard = bed.fabric
        .hostOf(hostPort)
        .received.filter(({ atMs }) => atMs > askedMs - sentForMs - 20 && atMs <= askedMs);
      expect([hostPort, sent.frames]).toEqual([hostPort, heard.length]);
    }
  }
}

/** One of them sends to each of the others, and to all of them. */
function say(bed: Testbed, from: string, addresses: readonly string[]): void {
  const payload = new Uint8Array(1_000);
  const { mac, tagging } = bed.fabric.hostOf(from);
  const vlans = tagging === "tagged" ? [101] : [];
  for (const destination of [...addresses, BROADCAST]) {
    if (destination !== mac) bed.fabric.hostOf(from).send({ vlans, payload, destination });
  }
}

/** Everybody sends more than is let through. */
async function talk(bed: Testbed, hosts: readonly string[]): Promise<void> {
  const addresses = hosts.map((at) => bed.fabric.hostOf(at).mac);
  for (let i = 0; i < 60; i += 1) {
    for (const at of hosts) say(bed, at, addresses);
    await bed.clock.advance(5);
  }
}

function arrived(bed: Testbed, hosts: readonly string[]): readonly (readonly [string, number])[] {
  return hosts.map((at) => [at, bed.fabric.hostOf(at).received.length]);
}

async function ends(bed: Testbed): Promise<readonly EndpointStatistics[]> {
  const all = await bed.run(bed.agent.getNetworkStatistics("p", { maxAgeMs: 0 }));
  return value(all).endpoints;
}

async function sentTo(bed: Testbed): Promise<readonly (readonly [string, number | undefined])[]> {
  return (await ends(bed)).map(({ hostPort, sent }) => [hostPort, sent?.frames]);
}
