import { describe, expect, test } from "vitest";
import { NO_NETWORK, networkOfCookie } from "../../src/drivers/openflow/compile/cookie.ts";
import { customerTag } from "../../src/model/frame.ts";
import { nodeId } from "../../src/model/ids.ts";
import { Testbed } from "../support/testbed.ts";

const MEMBERS = ["s1a:eth1", "s1b:eth1", "s2a:eth1", "s3b:eth1"] as const;
const BROADCAST = "ff:ff:ff:ff:ff:ff";
const STRANGER = "02:00:00:00:00:99";
const VLAN = 101;

function hostAt(bed: Testbed, hostPort: string) {
  const host = bed.fabric.hosts.get(hostPort);
  if (host === undefined) throw new Error(hostPort);
  return host;
}

/** Who hears a frame, one name for each copy. */
async function heard(bed: Testbed, from: string, to: string): Promise<readonly string[]> {
  for (const host of bed.fabric.hosts.values()) host.clear();
  const destination = bed.fabric.hosts.get(to)?.mac ?? to;
  const sender = hostAt(bed, from);
  const tags = sender.tagging === "tagged" ? [customerTag(VLAN)] : [];
  sender.send({ destination, tags });
  await bed.clock.advance(1);
  return [...bed.fabric.hosts.values()]
    .flatMap(({ hostPort, received }) => received.map(() => hostPort))
    .sort();
}

const flowsOf = (bed: Testbed, node: string): number => bed.held()[node]?.length ?? 0;

const others = (...not: readonly string[]): readonly string[] =>
  MEMBERS.filter((member) => !not.includes(member));

const macsOf = (bed: Testbed) =>
  Object.fromEntries(MEMBERS.map((at) => [at, { macs: [hostAt(bed, at).mac] }]));

describe("delivery", () => {
  test("is learned unless it is said otherwise, where all switches can, and flooded where one cannot", async () => {
    await using able = await Testbed.start({ learns: true });
    const { delivery, floodAllowance } = await able.setUp("p", MEMBERS, "200Mbps", VLAN);
    expect({ delivery, floodAllowance }).toEqual({ delivery: "learn", floodAllowance: 2_000_000 });
    expect(await able.setUp("p", MEMBERS, "200Mbps", VLAN)).toMatchObject({ generation: 1 });
    await using unable = await Testbed.start();
    expect(await unable.setUp("p", MEMBERS, "200Mbps", VLAN)).toMatchObject({ delivery: "flood" });
    await unable.tearDown("p");
    const asked = unable.agent.setupPhysicalNetwork("q", MEMBERS, 1e6, 102, { delivery: "learn" });
    const refused = (await unable.run(asked))._unsafeUnwrapErr();
    expect(JSON.stringify(refused)).toMatch(/the switch cannot learn addresses/);
    expect(unable.agent.getNetworkInfo("q").isErr()).toBe(true);
  });

  test("that is learned goes everywhere first, then where an address was seen, until that is old", async () => {
    await using bed = await Testbed.start({ learns: true, driver: { agingS: 60 } });
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN);
    const [a, , b] = MEMBERS;
    expect(await heard(bed, a, b)).toEqual(others(a));
    expect(await heard(bed, b, a)).toEqual([a]);
    expect(await heard(bed, a, b)).toEqual([b]);
    await bed.clock.advance(30_000);
    expect(await heard(bed, b, BROADCAST)).toEqual(others(b));
    await bed.clock.advance(40_000);
    expect(await heard(bed, b, a)).toEqual(others(b));
    expect(await heard(bed, a, b)).toEqual([b]);
  });

  test("what switches have learned is neither missing nor in excess, also for the next agent", async () => {
    await using bed = await Testbed.start({ learns: true });
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN);
    for (const from of MEMBERS) await heard(bed, from, BROADCAST);
    const verify = async () =>
      (await bed.run(bed.agent.verifyNetwork("p")))._unsafeUnwrap().consistent;
    expect(await verify()).toBe(true);
    const before = bed.held();
    bed.crash();
    await bed.restart();
    expect(bed.held()).toEqual(before);
    expect(bed.events.filter(({ type }) => type === "drift")).toEqual([]);
    expect(await verify()).toBe(true);
    expect(await heard(bed, MEMBERS[0], MEMBERS[2])).toEqual([MEMBERS[2]]);
  });

  test("what was learned is forgotten where a host leaves, and all of it with the network", async () => {
    await using bed = await Testbed.start({ learns: true });
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN);
    const learnedAt = (node: string): number =>
      bed.fabric.switches
        .get(nodeId(node))
        ?.flows()
        .filter(({ table }) => table === 3).length ?? 0;
    for (const from of MEMBERS) await heard(bed, from, BROADCAST);
    expect(learnedAt("s1")).toBe(MEMBERS.length);
    await bed.modify("p", [], ["s1b:eth1"]);
    const s1 = bed.fabric.switches.get(nodeId("s1"));
    expect(s1?.flows().filter(({ cookie }) => (cookie & 0xffffn) === 2n)).toEqual([]);
    await bed.modify("p", ["s1b:eth1"], []);
    for (const from of MEMBERS) await heard(bed, from, BROADCAST);
    await bed.tearDown("p");
    expect(Object.values(bed.held()).flat()).toEqual([]);
  });

  test("what nobody learns any more, left by an agent that died, is removed by the next", async () => {
    await using bed = await Testbed.start({ learns: true });
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN);
    for (const from of MEMBERS) await heard(bed, from, BROADCAST);
    bed.fabric.switches.get(nodeId("s3"))?.disconnect();
    const torn = bed.run(bed.agent.teardownPhysicalNetwork("p", { force: true }));
    expect((await torn).isOk()).toBe(true);
    bed.fabric.switches.get(nodeId("s3"))?.connect();
    await bed.untilAllUp();
    expect(Object.values(bed.held()).flat()).toEqual([]);
  });

  test("what a switch learns between being read and being cleared goes, too", async () => {
    /** Called when a switch is about to remove the first flow of a network. */
    let cleared = (): void => {};
    await using bed = await Testbed.start({
      learns: true,
      lacks: (message) => {
        if (message.type !== "flow-mod" || message.command !== "delete-strict") return undefined;
        if (networkOfCookie(message.cookie) !== NO_NETWORK) cleared();
        return undefined;
      },
    });
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN);
    const at = bed.fabric.switchOf("s1");
    at.disconnect();
    const torn = bed.run(bed.agent.teardownPhysicalNetwork("p", { force: true }));
    expect((await torn).isOk()).toBe(true);
    let spoken = 0;
    cleared = () => {
      cleared = () => {};
      spoken = flowsOf(bed, "s1");
      hostAt(bed, "s1b:eth1").send({ destination: BROADCAST, tags: [] });
      expect(flowsOf(bed, "s1")).toBe(spoken + 1);
    };
    at.connect();
    await bed.untilAllUp();
    expect(spoken).toBeGreaterThan(0);
    expect(Object.values(bed.held()).flat()).toEqual([]);
  });

  test("by given addresses reaches each where it is, and drops what is forged", async () => {
    await using bed = await Testbed.start();
    const options = { delivery: "static", endpoints: macsOf(bed) } as const;
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN, options);
    for (const from of MEMBERS) {
      for (const to of others(from)) expect(await heard(bed, from, to)).toEqual([to]);
      expect(await heard(bed, from, STRANGER)).toEqual(others(from));
      expect(await heard(bed, from, "01:80:c2:00:00:0e")).toEqual([]);
      for (const host of bed.fabric.hosts.values()) host.clear();
      const tags = hostAt(bed, from).tagging === "tagged" ? [customerTag(VLAN)] : [];
      for (const source of [STRANGER, "03:00:00:00:00:01"]) {
        hostAt(bed, from).send({ source, destination: BROADCAST, tags });
      }
      await bed.clock.advance(1);
      expect([...bed.fabric.hosts.values()].flatMap(({ received }) => received)).toEqual([]);
    }
    await bed.tearDown("p");
    expect(Object.values(bed.held()).flat()).toEqual([]);
  });

  test("frames of link protocols pass where that is asked, but for PAUSE", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN, { linkProtocols: true });
    for (const last of ["00", "02", "0e"]) {
      expect(await heard(bed, MEMBERS[0], `01:80:c2:00:00:${last}`)).toEqual(others(MEMBERS[0]));
    }
    for (const from of MEMBERS) expect(await heard(bed, from, "01:80:c2:00:00:01")).toEqual([]);
  });

  test("holds what is flooded to its allowance, and leaves known unicast alone", async () => {
    await using bed = await Testbed.start();
    const options = {
      delivery: "static",
      endpoints: macsOf(bed),
      floodAllowance: "1Mbps",
    } as const;
    await bed.setUp("p", MEMBERS, "1Gbps", VLAN, options);
    const [from, , to] = MEMBERS;
    const counted = async (destination: string): Promise<number> => {
      for (const host of bed.fabric.hosts.values()) host.clear();
      for (let ms = 0; ms < 4_000; ms += 1) {
        hostAt(bed, from).send({ destination, tags: [customerTag(VLAN)], payload: PAYLOAD });
        await bed.clock.advance(1);
      }
      return hostAt(bed, to).received.length;
    };
    expect(await counted(hostAt(bed, to).mac)).toBe(4_000);
    // 1 Mbit at once, then 1 Mbit/s; what is sent is 8 Mbit/s.
    const flooded = await counted(BROADCAST);
    expect(flooded * FRAME_BITS).toBeGreaterThan(4.8e6);
    expect(flooded * FRAME_BITS).toBeLessThan(5.2e6);
  });
});

const PAYLOAD = new Uint8Array(1000 - 18);
const FRAME_BITS = 8_000;
