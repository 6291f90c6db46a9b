import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { OPENFLOW_1_0, OPENFLOW_1_4 } from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver, type SetupOptions } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, sleep } from "../lab/frame-port.ts";
import { openFlowVersions, speaking, speakingOnly } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, type Scenario, startScenario, value } from "../lab/scenario.ts";

const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1", "es3:eth1": "s2:2" },
  untagged: ["es2:eth1"],
});
const members = ["es1:eth1", "es2:eth1", "es3:eth1"];
const macs: Readonly<Record<string, string>> = {
  "es1:eth1": "02:00:00:00:00:01",
  "es2:eth1": "02:00:00:00:00:02",
  "es3:eth1": "02:00:00:00:00:03",
};
const networks = [
  { what: "two at one switch", hosts: ["es2:eth1", "es3:eth1"], delivery: "flood" },
  { what: "two at two switches", hosts: ["es1:eth1", "es2:eth1"], delivery: "flood" },
  { what: "three, flooded", hosts: members, delivery: "flood" },
  { what: "three, by address", hosts: members, delivery: "static" },
  { what: "three, by address as it is learned", hosts: members, delivery: "learn" },
] as const;
/** Open vSwitch brings its counters up to date about once a second. */
const UP_TO_DATE_MS = 1_500;

describeWithOvs("statistics, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", ({ protocol, version }) => {
    test("count what a host sent, and what its policer dropped", async () => {
      await using scenario = await startScenario(pair, {
        lab: speaking(protocol),
        driver: (listen) => new OpenFlowDriver({ listen, session: { versions: [version] } }),
      });
      const { agent, lab } = scenario;
      value(await agent.setupPhysicalNetwork("projectA", members, "1Mbps", 101));
      await lab.settle();
      const [from, to] = await Promise.all([lab.framePort("es1:eth1"), lab.framePort("es3:eth1")]);
      // Four times what the meter lets through; one by one, for the kernel drops bursts on its own.
      const stream = await from.startStream({
        dst: BROADCAST,
        src: "02:00:00:00:00:01",
        vlan: 101,
        intervalMs: 2,
        payloadSize: 1_000,
      });
      await sleep(800);
      const sent = await stream.stop();
      const heard = (await stream.at(to)).received;
      // Open vSwitch brings its counters up to date about once a second.
      await eventually(async () => {
        const { received } = value(await agent.getNetworkStatistics("projectA", { maxAgeMs: 0 }));
        return received.frames === sent;
      });
      const { endpoints, dropped, gaps } = value(
        await agent.getNetworkStatistics("projectA", { maxAgeMs: 0 }),
      );
      expect(gaps).toEqual([]);
      const es1 = endpoints.find(({ hostPort }) => hostPort === "es1:eth1");
      expect(es1?.received.bytes).toBe(sent * 1_018);
      expect(endpoints.map(({ received }) => received.frames)).toEqual([sent, 0, 0]);
      if (version === OPENFLOW_1_0) {
        expect(heard).toBe(sent);
        expect(es1).not.toHaveProperty("dropped");
      } else {
        expect(heard).toBeLessThan(sent / 2);
        expect(es1?.dropped?.frames).toBe(sent - heard);
      }
      expect(dropped.frames).toBe(sent - heard);
    });
  });

  // In 1.4 Open vSwitch counts as in 1.3.
  const spokenHere = openFlowVersions.filter(({ version }) => version !== OPENFLOW_1_4);
  describe.each(spokenHere)("$protocol", (spoken) => {
    // OpenFlow 1.0 cannot deliver by address.
    const known = networks.filter(
      (each) => spoken.version !== OPENFLOW_1_0 || each.delivery === "flood",
    );
    test.each(known)("count what arrived at every host, $what", async ({ hosts, delivery }) => {
      await using scenario = await startScenario(pair, speakingOnly(spoken));
      await setUp(scenario, hosts, { delivery });
      await expectCounted(scenario, hosts);
    });
  });

  test("count what arrived over one of two paths that are laid", async () => {
    const twice = fabricDocument({
      links: { "s1-s2": ["s1:10", "s2:10"], "s2-s1": ["s2:11", "s1:11"] },
      hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1" },
      untagged: ["es2:eth1"],
    });
    await using scenario = await startScenario(twice);
    await setUp(scenario, ["es1:eth1", "es2:eth1"], { protection: "disjoint" });
    await expectCounted(scenario, ["es1:eth1", "es2:eth1"]);
    const { endpoints } = value(await scenario.agent.getNetworkStatistics("p"));
    // All came from the other switch with a tag, whether it stays on or not.
    for (const { sent } of endpoints) expect(sent?.bytes).toBe((sent?.frames ?? 0) * 1_018);
  });

  test("count anew what arrives once the rate has changed, and nothing from before", async () => {
    await using scenario = await startScenario(pair);
    const { agent } = scenario;
    await setUp(scenario, members, { delivery: "flood" });
    await talk(scenario, members);
    value(await agent.modifyPhysicalNetwork("p", [], [], "2Mbps", undefined));
    const atOnce = value(await agent.getNetworkStatistics("p", { maxAgeMs: 0 }));
    for (const endpoint of atOnce.endpoints) expect(endpoint).not.toHaveProperty("sent");
    await sleep(2 * UP_TO_DATE_MS);
    expect(await sentTo(scenario)).toEqual([0, 0, 0]);
    const arrived = await talk(scenario, members);
    await sleep(UP_TO_DATE_MS);
    expect(await sentTo(scenario)).toEqual(arrived);
  });
});

async function setUp(
  { agent }: Scenario,
  hosts: readonly string[],
  options: SetupOptions,
): Promise<void> {
  const known = hosts.map((at) => [at, { macs: [macs[at] ?? ""] }] as const);
  const endpoints = options.delivery === "static" ? Object.fromEntries(known) : {};
  value(await agent.setupPhysicalNetwork("p", hosts, "1Mbps", 101, { ...options, endpoints }));
}

/** What is said to have been sent to each is what arrives, also when all counters are up to date. */
async function expectCounted(scenario: Scenario, hosts: readonly string[]): Promise<void> {
  const arrived = await talk(scenario, hosts);
  expect(Math.min(...arrived)).toBeGreaterThan(100);
  await eventually(async () => isDeepStrictEqual(await sentTo(scenario), arrived));
  await sleep(UP_TO_DATE_MS);
  expect(await sentTo(scenario)).toEqual(arrived);
}

/**
 * Every host sends four times what its meter lets through, some of it to the next one, some of it to all; gives how
 * many frames arrived at each.
 */
async function talk({ lab }: Scenario, hosts: readonly string[]): Promise<readonly number[]> {
  await lab.settle();
  const ports: readonly FramePort[] = await Promise.all(hosts.map((at) => lab.framePort(at)));
  const streams = await Promise.all(
    ports.flatMap((port, index) => {
      const src = macs[hosts[index] ?? ""] ?? "";
      const next = macs[hosts[(index + 1) % hosts.length] ?? ""] ?? "";
      const vlan = hosts[index] === "es2:eth1" ? "untagged" : 101;
      const common = { src, vlan, intervalMs: 4, payloadSize: 1_000 } as const;
      return [next, BROADCAST].map((dst) => port.startStream({ ...common, dst }));
    }),
  );
  await sleep(800);
  for (const stream of streams) await stream.stop();
  return Promise.all(
    ports.map(async (port) => {
      const counts = await Promise.all(streams.map((stream) => stream.at(port)));
      return counts.reduce((sum, { received }) => sum + received, 0);
    }),
  );
}

/** What the switches say was sent to each host. */
async function sentTo({ agent }: Scenario): Promise<readonly (number | undefined)[]> {
  const { endpoints } = value(await agent.getNetworkStatistics("p", { maxAgeMs: 0 }));
  return endpoints.map(({ sent }) => sent?.frames);
}
