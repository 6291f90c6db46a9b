import { describe, expect, test } from "vitest";
import type { NetworkInfo } from "../../src/model/network.ts";
import type { Crossing } from "../../src/testing/index.ts";
import { overlay } from "../support/overlay.ts";
import { errorOf, Testbed, type TestbedOptions, value } from "../support/testbed.ts";

const start = (options: TestbedOptions = {}): Promise<Testbed> =>
  Testbed.start({ topology: overlay(), learns: true, ...options });

/** The VNIs under which frames cross each tunnel while the network's hosts speak to each other. */
function vnisSeen(bed: Testbed, info: NetworkInfo): Readonly<Record<string, readonly number[]>> {
  const seen = new Map<string, Set<number>>();
  const note = ({ link, frame: { vni, tags } }: Crossing): void => {
    if (link === undefined || vni === undefined) return;
    expect(tags).toEqual([]);
    seen.set(link, (seen.get(link) ?? new Set()).add(vni));
  };
  using _watch = bed.fabric.capture(note);
  bed.expectWhole(info);
  return Object.fromEntries([...seen].map(([link, vnis]) => [link, [...vnis]]));
}

/** The same as the network's information says it. */
function vnisOf({ links }: NetworkInfo): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    links.flatMap(({ id, vni }) => (vni === undefined ? [] : [[id, [vni]]])),
  );
}

describe("a network over tunnels", () => {
  test("is a VLAN in the hardware and a VNI in each tunnel, as its information says", async () => {
    await using bed = await start();
    const info = await bed.setUp("p", ["h1:eth1", "hv1a:eth1", "hv2b:eth1"], 1e6, 101);
    expect(info.links).toMatchObject([
      { id: "gw-hv1", vni: 10_000 },
      { id: "gw-hv2", vni: 10_000 },
      { id: "hw-gw", vlan: 101 },
    ]);
    expect(info.links.map(({ vlan }) => vlan)).toEqual([undefined, undefined, 101]);
    expect(vnisSeen(bed, info)).toEqual(vnisOf(info));
    await bed.tearDown("p");
    bed.expectGone(info);
    bed.expectNothingLeft();
  });

  test("is apart from others with which it shares tunnels, which have other VNIs there", async () => {
    await using bed = await start();
    const p = await bed.setUp("p", ["h1:eth1", "hv1a:eth1", "hv2a:eth1"], 1e6, 101);
    const q = await bed.setUp("q", ["h1:eth1", "hv1a:eth1", "hv2a:eth1"], 1e6, 102);
    expect(vnisOf(q)).toEqual({ "gw-hv1": [10_001], "gw-hv2": [10_001] });
    expect(vnisSeen(bed, p)).toEqual(vnisOf(p));
    expect(vnisSeen(bed, q)).toEqual(vnisOf(q));
    await bed.tearDown("p");
    bed.expectGone(p);
    bed.expectWhole(q);
    const r = await bed.setUp("r", ["gwb:eth1", "hv1b:eth1"], 1e6);
    expect(vnisOf(r)).toEqual({ "gw-hv1": [10_000] });
    bed.expectWhole(r);
  });

  test("grows, gets another rate and shrinks, and keeps the VNIs of what stays", async () => {
    await using bed = await start();
    await bed.setUp("other", ["gwa:eth1", "hv1a:eth1"], 1e6, 150);
    const before = await bed.setUp("p", ["h1:eth1", "hv1b:eth1"], 1e6, 101);
    await bed.tearDown("other");
    const grown = await bed.modify("p", ["hv2b:eth1", "gwb:eth1"], [], 2e6);
    expect(vnisOf(grown)).toEqual({ ...vnisOf(before), "gw-hv2": [10_000] });
    expect(vnisSeen(bed, grown)).toEqual(vnisOf(grown));
    const shrunk = await bed.modify("p", [], ["h1:eth1", "gwb:eth1"]);
    bed.expectWhole(shrunk);
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("cannot be had where all VNIs of the tunnels are taken, and takes nothing then", async () => {
    await using bed = await start({ topology: overlay("77") });
    const ends = ["gwb:eth1", "hv1b:eth1"] as const;
    expect(vnisOf(await bed.setUp("p", ends, 1e6))).toEqual({ "gw-hv1": [77] });
    // Around the other way there is one VNI more.
    const around = await bed.setUp("q", ["gwa:eth1", "hv1a:eth1"], 1e6, 100);
    expect(vnisOf(around)).toEqual({ "gw-hv2": [77], "hv1-hv2": [77] });
    const held = bed.held();
    const third = bed.agent.setupPhysicalNetwork("r", ["gwa:eth1", "hv1a:eth1"], 1e6, 102);
    const { conflicts } = errorOf(await bed.run(third), "vlan-unavailable");
    expect(conflicts.every(({ free }) => free === "")).toBe(true);
    expect(bed.held()).toEqual(held);
  });

  test("carries frames that have tags of the tenant's own", async () => {
    await using bed = await start();
    const info = await bed.setUp("p", ["h1:eth1", "hv1a:eth1"], 1e6, 101);
    const heard: unknown[] = [];
    using _watch = bed.fabric.capture(({ to, frame }) => {
      if (to === "hv1a:eth1") heard.push(frame.tags.map(({ vid }) => vid));
    });
    bed.fabric.hostOf("h1:eth1").send({ vlans: [101, 7] });
    expect(heard).toEqual([[101, 7]]);
    expect(info.state).toBe("active");
  });

  test("is audited, and put right, flow by flow", async () => {
    await using bed = await start();
    const info = await bed.setUp("p", ["h1:eth1", "hv1a:eth1", "hv2a:eth1"], 1e6, 101);
    const held = bed.held();
    const { segments } = value(await bed.run(bed.agent.verifyNetwork("p")));
    const found = segments.flatMap(({ discrepancies }) => discrepancies.map(({ kind }) => kind));
    // Somebody else's flow takes VLAN 3999 from every port: tags of the tenant's own in tunnels, too.
    expect(new Set(found)).toEqual(new Set(["foreign"]));
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    bed.fabric.switchOf("gw").breakConnections();
    await bed.clock.advance(30_000);
    expect(mods.count).toBe(0);
    bed.fabric.powerOff("hv1");
    await bed.clock.advance(1_000);
    bed.fabric.powerOn("hv1");
    await bed.until(() => bed.info("p").state === "active");
    await bed.clock.advance(30_000);
    expect(Object.keys(bed.held()).sort()).toEqual(Object.keys(held).sort());
    bed.expectWhole(info);
  });

  test("is brought back as it was by another agent", async () => {
    await using bed = await start();
    const info = await bed.setUp("p", ["h1:eth1", "hv1a:eth1", "hv2a:eth1"], 1e6, 101);
    const held = bed.held();
    bed.crash();
    await bed.restart();
    expect(bed.info("p").links).toEqual(info.links);
    expect(bed.held()).toEqual(held);
    bed.expectWhole(info);
    const next = await bed.setUp("q", ["gwb:eth1", "hv1b:eth1"], 1e6);
    expect(vnisOf(next)).toEqual({ "gw-hv1": [10_001] });
  });

  test("goes another way when a tunnel fails, under VNIs that are free there", async () => {
    await using bed = await start();
    const info = await bed.setUp("p", ["h2:eth1", "hv1a:eth1"], 1e6, 101, {
      protection: "restore",
    });
    expect(Object.keys(vnisOf(info))).toEqual(["gw-hv1"]);
    bed.fabric.setLink("gw-hv1", false);
    await bed.until(() => bed.info("p").links.some(({ id }) => id === "gw-hv2"));
    await bed.until(() => bed.info("p").state === "active");
    const moved = bed.info("p");
    expect(vnisSeen(bed, moved)).toEqual(vnisOf(moved));
  });

  test.each([2, 3])("of %i ends fails over by itself from one tunnel to others", async (size) => {
    await using bed = await start();
    const ends = ["gwa:eth1", "hv1a:eth1", "hv2a:eth1"].slice(0, size);
    const info = await bed.setUp("p", ends, 1e6, 101, { protection: "disjoint" });
    expect(info.backup?.links.every(({ vni }) => vni !== undefined)).toBe(true);
    bed.expectWhole(info);
    const broken = info.links[0]?.id ?? "";
    bed.fabric.setLink(broken, false);
    // Before anybody has been told.
    bed.expectJoined(info);
    await bed.clock.advance(10_000);
    bed.expectJoined(bed.info("p"));
    bed.fabric.setLink(broken, true);
    await bed.clock.advance(120_000);
    bed.expectJoined(bed.info("p"));
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test.each(["static", "flood", "learn"] as const)("delivers as asked: %s", async (delivery) => {
    await using bed = await start();
    const ends = ["h1:eth1", "hv1a:eth1", "hv2a:eth1", "gwa:eth1"];
    const endpoints = Object.fromEntries(
      ends.map((end) => [end, { macs: [bed.fabric.hostOf(end).mac] }]),
    );
    const asked = delivery === "static" ? { delivery, endpoints } : { delivery };
    const info = await bed.setUp("p", ends, 1e6, 101, asked);
    bed.expectJoined(info);
    await bed.clock.advance(1_000);
    using _watch = bed.fabric.capture(({ from, to }) => crossed.push(`${from}>${to}`));
    const crossed: string[] = [];
    const destination = bed.fabric.hostOf("hv1a:eth1").mac;
    bed.fabric.hostOf("h1:eth1").send({ vlans: [101], destination });
    const isAtAll = crossed.some((one) => one.startsWith("gw:9"));
    expect(crossed).toContain("gw:8>hv1:8");
    expect(isAtAll).toBe(delivery === "flood");
  });

  test("is learned by the agent for switches that do not learn, network by network", async () => {
    await using bed = await start({ learns: false, driver: { learning: "agent" } });
    const ends = ["h1:eth1", "hv1a:eth1", "hv2a:eth1"];
    const p = await bed.setUp("p", ends, 1e6, 101);
    const q = await bed.setUp("q", ends, 1e6, 102);
    for (const info of [p, q]) bed.expectJoined(info);
    await bed.clock.advance(1_000);
    for (const vlan of [101, 102]) {
      const crossed: string[] = [];
      using _watch = bed.fabric.capture(({ from, to }) => crossed.push(`${from}>${to}`));
      const destination = bed.fabric.hostOf("hv1a:eth1").mac;
      bed.fabric.hostOf("h1:eth1").send({ vlans: [vlan], destination });
      expect(crossed).toEqual(["h1:eth1>hw:1", "hw:10>gw:10", "gw:8>hv1:8", "hv1:1>hv1a:eth1"]);
    }
  });

  test("answers probes from end to end, and a tunnel that loses them is named", async () => {
    await using bed = await start();
    await bed.setUp("p", ["h1:eth1", "hv1a:eth1", "hv2a:eth1"], 1e6, 101);
    const whole = value(await bed.run(bed.agent.verifyNetwork("p", { dataPlane: true })));
    expect(whole.dataPlane?.complete).toBe(true);
    expect(whole.dataPlane?.pairs.length).toBe(6);
    bed.fabric.setSilentLoss("gw-hv2", true);
    const broken = value(await bed.run(bed.agent.verifyNetwork("p", { dataPlane: true })));
    const lost = broken.dataPlane?.pairs.filter(({ status }) => status !== "reached");
    expect(lost?.length).toBe(4);
    for (const one of lost ?? []) {
      expect(one).toMatchObject({ status: "lost", at: { kind: "link", link: "gw-hv2" } });
    }
  });

  test("has its wiring found right", async () => {
    await using bed = await start({ driver: { wiringIntervalMs: 60_000 } });
    await bed.clock.advance(200_000);
    expect(bed.events.filter(({ type }) => type === "miswired")).toEqual([]);
  });

  test("is counted", async () => {
    await using bed = await start();
    const info = await bed.setUp("p", ["h1:eth1", "hv1a:eth1"], 1e6, 101);
    bed.expectWhole(info);
    const counted = value(await bed.run(bed.agent.getNetworkStatistics("p")));
    expect(JSON.stringify(counted)).toContain("hv1a");
  });

  test("goes around switches that know no tunnel ids, and is refused with that reason", async () => {
    await using bed = await start({
      lacks: (message, node) => {
        if (node !== "hv1" || message.type !== "flow-mod") return undefined;
        const isTunnelled = message.match.some(({ field }) => field === "tunnel_id");
        if (!isTunnelled || String(message.command).startsWith("delete")) return undefined;
        return { kind: "bad-match", code: "bad-field" };
      },
    });
    const held = bed.held();
    const refused = bed.agent.setupPhysicalNetwork("p", ["gwa:eth1", "hv1a:eth1"], 1e6, 101);
    const { message } = errorOf(await bed.run(refused), "driver-failed").causes[0] ?? {};
    expect(message).toMatch(/match tunnel ids/);
    expect(bed.held()).toEqual(held);
    bed.expectWhole(await bed.setUp("q", ["gwa:eth1", "hv2a:eth1"], 1e6, 101));
  });
});
