import { describe, expect, test } from "vitest";
import { customerTag } from "../../src/model/frame.ts";
import type { Delivery } from "../../src/model/network.ts";
import { reachability } from "../../src/testing/index.ts";
import { Testbed } from "../support/testbed.ts";

const MEMBERS = ["s1a:eth1", "s2a:eth1", "s3b:eth1", "s4a:eth1"] as const;
const VLAN = 101;
const LINKS = ["s1-s2", "s2-s3", "s4-s3", "s1-s4"] as const;
const deliveries: readonly Delivery[] = ["flood", "static", "learn"];

function hostAt(bed: Testbed, hostPort: string) {
  const host = bed.fabric.hosts.get(hostPort);
  if (host === undefined) throw new Error(hostPort);
  return host;
}

async function start(delivery: Delivery): Promise<Testbed> {
  const bed = await Testbed.start({ learns: true });
  const endpoints = Object.fromEntries(MEMBERS.map((at) => [at, { macs: [hostAt(bed, at).mac] }]));
  const options = { protection: "disjoint", delivery, endpoints } as const;
  await bed.setUp("p", MEMBERS, "100Mbps", VLAN, options);
  return bed;
}

/** Every member hears every other's broadcast once, and nobody else hears anything. */
function expectAllTalk(bed: Testbed): void {
  const ends = MEMBERS.map((hostPort) => {
    return hostAt(bed, hostPort).tagging === "tagged" ? { hostPort, vlan: VLAN } : { hostPort };
  });
  const { pairs, strays } = reachability(bed.fabric, ends);
  expect(strays).toEqual([]);
  expect(pairs.filter(({ copies }) => copies !== 1)).toEqual([]);
}

/** Who hears a frame from one member to another, one name for each copy. */
function heard(bed: Testbed, from: string, to: string): readonly string[] {
  for (const host of bed.fabric.hosts.values()) host.clear();
  const sender = hostAt(bed, from);
  const tags = sender.tagging === "tagged" ? [customerTag(VLAN)] : [];
  sender.send({ destination: hostAt(bed, to).mac, tags });
  return [...bed.fabric.hosts.values()]
    .flatMap(({ hostPort, received }) => received.map(() => hostPort))
    .sort();
}

describe.each(deliveries)("a tree with protection 'disjoint' and delivery '%s'", (delivery) => {
  test("has a bypass for each link, which the switches take before the agent has heard of anything", async () => {
    await using bed = await start(delivery);
    const info = bed.info("p");
    expect(info.links).toHaveLength(3);
    expect(info.backup?.inUse).toBe(false);
    expectAllTalk(bed);
    for (const link of LINKS) {
      bed.fabric.setLink(link, false);
      expectAllTalk(bed);
      for (const from of MEMBERS) {
        for (const to of MEMBERS) {
          if (to === from) continue;
          const all = MEMBERS.filter((member) => member !== from);
          expect(heard(bed, from, to)).toEqual(delivery === "flood" ? all : [to]);
        }
      }
      bed.fabric.setLink(link, true);
      expectAllTalk(bed);
    }
    expect(bed.fabric.violations).toEqual([]);
  });

  test("is read back as it should be, survives a crash, and leaves nothing behind", async () => {
    await using bed = await start(delivery);
    const verify = async () =>
      (await bed.run(bed.agent.verifyNetwork("p")))._unsafeUnwrap().consistent;
    expect(await verify()).toBe(true);
    const [info, held] = [bed.info("p"), bed.held()];
    await bed.crash();
    await bed.startAgent();
    await bed.untilAllUp();
    expect(bed.info("p")).toEqual(info);
    expect(bed.held()).toEqual(held);
    expect(bed.events.filter(({ type }) => type === "drift")).toEqual([]);
    expect(await verify()).toBe(true);
    expectAllTalk(bed);
    bed.expectForeignUntouched();
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("leaves a tree that has failed, and is protected again when it can be", async () => {
    await using bed = await start(delivery);
    const [first] = bed.info("p").links;
    const link = `${first?.id}`;
    bed.fabric.setLink(link, false);
    await bed.until(() => bed.info("p").generation === 2 && bed.info("p").state === "degraded");
    expect(bed.info("p").links.map(({ id }) => id)).not.toContain(link);
    expect(bed.info("p").backup).toBeUndefined();
    expect(bed.events.filter(({ type }) => type === "protection-switched")).toHaveLength(1);
    expectAllTalk(bed);
    bed.fabric.setLink(link, true);
    await bed.until(() => bed.info("p").state === "active");
    expect(bed.info("p").generation).toBe(3);
    expect(bed.info("p").backup?.inUse).toBe(false);
    for (const dead of LINKS) {
      bed.fabric.setLink(dead, false);
      expectAllTalk(bed);
      bed.fabric.setLink(dead, true);
      await bed.until(() => bed.info("p").state === "active");
    }
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("changes its rate where it is, and keeps its bypasses when it grows and shrinks", async () => {
    await using bed = await start(delivery);
    const before = bed.info("p").backup?.links.map(({ id, vlan }) => `${id} ${vlan}`);
    const faster = await bed.modify("p", [], [], "200Mbps");
    expect(faster.backup?.links.map(({ id, vlan }) => `${id} ${vlan}`)).toEqual(before);
    expectAllTalk(bed);
    const shrunk = await bed.modify("p", [], ["s2a:eth1"]);
    expect(shrunk.backup).toBeDefined();
    expect((await bed.run(bed.agent.verifyNetwork("p")))._unsafeUnwrap().consistent).toBe(true);
    const two = await bed.modify("p", [], ["s4a:eth1"]);
    expect(two.endpoints).toHaveLength(2);
    expect(two.backup).toBeDefined();
    expect((await bed.run(bed.agent.verifyNetwork("p")))._unsafeUnwrap().consistent).toBe(true);
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });
});

describe("a tree with protection 'disjoint'", () => {
  test("is refused where some link has no bypass with room for it, with that link", async () => {
    await using bed = await Testbed.start();
    const wanted = bed.agent.setupPhysicalNetwork("p", MEMBERS, "2Gbps", VLAN, {
      protection: "disjoint",
    });
    const error = (await bed.run(wanted))._unsafeUnwrapErr();
    expect(error).toMatchObject({ type: "no-path", explanation: { reason: "protection" } });
    expect(bed.held()).toEqual({});
  });
});
