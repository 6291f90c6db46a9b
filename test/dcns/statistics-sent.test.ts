import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EndpointStatistics } from "../../src/agent/statistics.ts";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { SetupOptions } from "../../src/network/request-options.ts";
import { ourFlows } from "../support/switch-state.ts";
import { Testbed, type TestbedOptions, value } from "../support/testbed.ts";

const BROADCAST = "ff:ff:ff:ff:ff:ff";
const [s1a, s1b, s3a] = ["s1a:eth1", "s1b:eth1", "s3a:eth1"];
const three = [s1a, s1b, s3a];
const deliveries = ["flood", "static", "learn"] as const;
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
  { what: "flooded", hosts: three, options: { delivery: "flood" } },
  {
    what: "flooded, with bypasses",
    hosts: three,
    options: { delivery: "flood", protection: "disjoint" },
  },
  { what: "by addresses that are given", hosts: three, options: { delivery: "static" } },
  {
    what: "by addresses that switches learn",
    hosts: three,
    options: { delivery: "learn" },
    bed: { learns: true },
  },
  {
    what: "by addresses that the agent learns",
    hosts: three,
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

  test.each(deliveries)("does not count probe frames, which no host sees: %s", async (delivery) => {
    await using bed = await Testbed.start({ learns: true });
    const macs = three.map((at) => [at, { macs: [bed.fabric.hostOf(at).mac] }] as const);
    const endpoints = delivery === "static" ? Object.fromEntries(macs) : {};
    await bed.setUp("p", three, SLOW, 101, { delivery, endpoints });
    const { dataPlane } = value(await bed.run(bed.agent.verifyNetwork("p", { dataPlane: true })));
    expect(dataPlane?.complete).toBe(true);
    expect(await sentTo(bed)).toEqual(three.map((at) => [at, 0]));
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

/** A network whose hosts send all the time, whatever is done to it. */
class Turmoil {
  readonly bed: Testbed;
  hosts: readonly string[] = three;
  readonly #others = ["s2a:eth1", "s3b:eth1", "s4a:eth1"];
  readonly #delivery: (typeof deliveries)[number];
  #rate = SLOW;

  constructor(bed: Testbed, delivery: (typeof deliveries)[number]) {
    this.bed = bed;
    this.#delivery = delivery;
  }

  readonly chatter = (): void => {
    const addresses = this.hosts.map((at) => this.bed.fabric.hostOf(at).mac);
    for (const at of this.hosts) say(this.bed, at, addresses);
  };

  async setUp(): Promise<void> {
    const options = { delivery: this.#delivery, endpoints: this.#macsOf(this.hosts) };
    await this.bed.setUp("p", this.hosts, this.#rate, 101, options);
  }

  async modify(add: readonly string[], remove: readonly string[]): Promise<void> {
    const endpoints = this.#macsOf(add);
    const { agent } = this.bed;
    await this.bed.run(
      agent.modifyPhysicalNetwork("p", add, remove, this.#rate, undefined, { endpoints }),
      this.chatter,
    );
    this.hosts = [...this.hosts, ...add].filter((at) => !remove.includes(at));
  }

  async grow(): Promise<void> {
    await this.modify(this.#others.splice(0, 1), []);
  }

  async shrink(): Promise<void> {
    if (this.hosts.length > 2) await this.modify([], this.hosts.slice(1, 2));
  }

  async hasten(): Promise<void> {
    this.#rate += SLOW;
    await this.modify([], []);
  }

  /** Somebody deletes a flow, and an audit puts it back. */
  async tamper(): Promise<void> {
    const at = this.bed.fabric.switchOf("s1");
    const [flow] = ourFlows(at).filter(({ instructions }) => instructions.length > 0);
    if (flow !== undefined) at.inject(flowMod({ ...flow, command: "delete-strict" }));
    await this.bed.run(this.bed.driver.audit(), this.chatter);
  }

  async cyclePower(): Promise<void> {
    this.bed.fabric.powerOff("s1");
    await this.bed.clock.advance(1_000);
    this.bed.fabric.powerOn("s1");
  }

  async restart(): Promise<void> {
    this.bed.crash();
    await this.bed.restart();
  }

  #macsOf(hosts: readonly string[]) {
    if (this.#delivery !== "static") return {};
    return Object.fromEntries(hosts.map((at) => [at, { macs: [this.bed.fabric.hostOf(at).mac] }]));
  }
}

const changes = {
  grow: (its: Turmoil) => its.grow(),
  shrink: (its: Turmoil) => its.shrink(),
  hasten: (its: Turmoil) => its.hasten(),
  tamper: (its: Turmoil) => its.tamper(),
  cyclePower: (its: Turmoil) => its.cyclePower(),
  restart: (its: Turmoil) => its.restart(),
  reconnect: async ({ bed }: Turmoil) => bed.fabric.switchOf("s1").breakConnections(),
  cut: async ({ bed }: Turmoil) => bed.fabric.setLink("s1-s2", false),
  mend: async ({ bed }: Turmoil) => bed.fabric.setLink("s1-s2", true),
} as const;
const change = fc.constantFrom<(keyof typeof changes)[]>(
  "grow",
  "shrink",
  "hasten",
  "tamper",
  "cyclePower",
  "restart",
  "reconnect",
  "cut",
  "mend",
);

async function inTurmoil(
  delivery: (typeof deliveries)[number],
  happenings: readonly (keyof typeof changes)[],
): Promise<void> {
  await using bed = await Testbed.start({ learns: true });
  const turmoil = new Turmoil(bed, delivery);
  await turmoil.setUp();
  for (const each of happenings) {
    await changes[each](turmoil);
    for (let i = 0; i < 10; i += 1) {
      turmoil.chatter();
      await bed.clock.advance(400);
    }
    const known = await ends(bed);
    const nowMs = bed.clock.now();
    // What is sent from now on arrives later than what was counted.
    await bed.clock.advance(100);
    for (const { hostPort, sent, sentForMs = 0, ageMs } of known) {
      const untilMs = nowMs - ageMs;
      const fromMs = untilMs - sentForMs - 20;
      const { received } = bed.fabric.hostOf(hostPort);
      const heard = received.filter(({ atMs }) => atMs > fromMs && atMs <= untilMs);
      expect([hostPort, sent?.frames ?? heard.length]).toEqual([hostPort, heard.length]);
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
