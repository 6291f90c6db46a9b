import { describe, expect, test } from "vitest";
import { ourCounts } from "../support/switch-state.ts";
import { errorOf, Testbed } from "../support/testbed.ts";

describe("setupPhysicalNetwork", () => {
  test("joins two hosts on one switch, and nobody else", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ["s1a:eth1", "s1b:eth1"], "100Mbps", 101);
    bed.expectWhole(info);
    expect(info.links).toEqual([]);
    expect(Object.keys(bed.held())).toEqual(["s1"]);
    bed.expectForeignUntouched();
  });

  test("joins two hosts across three switches", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "2Gbps", 101);
    bed.expectWhole(info);
    expect(info.links.map(({ id }) => id)).toEqual(["s1-s2", "s2-s3"]);
    expect(Object.keys(bed.held())).toEqual(["s1", "s2", "s3"]);
  });

  test.each(["hose", "shared"] as const)(
    "joins hosts of every switch, tagged and untagged, when bandwidth is %s",
    async (sharing) => {
      await using bed = await Testbed.start();
      const hosts = ["s1a:eth1", "s2b:eth1", "s3a:eth1", "s3b:eth1", "s4b:eth1"];
      const info = await bed.setUp("p", hosts, "50Mbps", undefined, { sharing });
      bed.expectWhole(info);
      expect(info.endpoints.map(({ vlan }) => vlan === null)).toEqual([
        false,
        true,
        false,
        true,
        true,
      ]);
      bed.expectForeignUntouched();
    },
  );

  test("gives an endpoint its own VLAN, tagging and bandwidth", async () => {
    await using bed = await Testbed.start();
    const endpoints = {
      "s1a:eth1": { vlan: 3000, bw: "20Mbps" },
      "s2b:eth1": { tagging: "tagged", vlan: 44 },
      "s3a:eth1": { tagging: "untagged" },
    } as const;
    const hosts = [...Object.keys(endpoints), "s4a:eth1"];
    const info = await bed.setUp("p", hosts, "10Mbps", 101, { endpoints });
    bed.expectWhole(info);
    expect(info.endpoints).toEqual([
      end("s1a", "s1:1", { vlan: 3000, bandwidth: 20_000_000 }),
      end("s2b", "s2:2", { vlan: 44 }),
      end("s3a", "s3:1", { vlan: null, tagging: "untagged" }),
      end("s4a", "s4:1", {}),
    ]);
  });

  test("networks with the same VLAN on other ports, and with other VLANs on the same ports, are apart", async () => {
    await using bed = await Testbed.start();
    const hosts = ["s1a:eth1", "s3a:eth1"];
    const one = await bed.setUp("one", hosts, "1Mbps", 101);
    const two = await bed.setUp("two", hosts, "1Mbps", 102);
    const three = await bed.setUp("three", ["s2a:eth1", "s4a:eth1"], "1Mbps", 101);
    for (const info of [one, two, three]) bed.expectWhole(info);
  });

  test("a network of one endpoint is partial, holds its VLAN, and carries no frame until another joins", async () => {
    await using bed = await Testbed.start();
    const partial = await bed.setUp("p", ["s1a:eth1"], "10Mbps", 101);
    expect(partial.state).toBe("partial");
    bed.expectWhole(partial);
    const taken = await bed.run(bed.agent.setupPhysicalNetwork("q", ["s1a:eth1"], 1e6, 101));
    expect(errorOf(taken, "vlan-unavailable").requested).toBe("101");
    const active = await bed.modify("p", ["s2a:eth1"], []);
    expect(active.state).toBe("active");
    expect(active.vlan).toBe(101);
    bed.expectWhole(active);
  });

  test("says what exists in the words of the contract", async () => {
    await using bed = await Testbed.start({ agent: { griPrefix: "cloud7-" } });
    const startedAt = new Date(bed.clock.now()).toISOString();
    const info = await bed.setUp("p", ["s1a:eth1", "s2b:eth1"], "1.5Gbps", "300-310");
    expect(bed.info("p")).toEqual(info);
    expect(bed.agent.listNetworks()).toEqual([info]);
    expect(info).toEqual({
      project: "p",
      gri: "cloud7-p",
      state: "active",
      generation: 1,
      vlan: 300,
      bandwidth: 1_500_000_000,
      sharing: "hose",
      delivery: "flood",
      floodAllowance: 15_000_000,
      protection: "none",
      priority: 0,
      schedule: {},
      endpoints: [
        end("s1a", "s1:1", { vlan: 300, bandwidth: 1_500_000_000 }),
        end("s2b", "s2:2", { vlan: null, tagging: "untagged", bandwidth: 1_500_000_000 }),
      ],
      links: [
        {
          id: "s1-s2",
          vlan: 300,
          reserved: { forward: 1_500_000_000, backward: 1_500_000_000 },
        },
      ],
      cost: 1,
      segments: [{ id: "1@campus", domain: "campus", state: "active" }],
      createdAt: startedAt,
      updatedAt: info.updatedAt,
    });
    expect(Date.parse(info.updatedAt)).toBeGreaterThanOrEqual(Date.parse(info.createdAt));
    expect(JSON.parse(JSON.stringify(info))).toEqual(info);
  });

  test("the default prefix of a global reservation id is dcns-", async () => {
    await using bed = await Testbed.start();
    const { gri } = await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], 1e6);
    expect(gri).toBe("dcns-p");
  });

  test("networks are listed by project", async () => {
    await using bed = await Testbed.start();
    for (const project of ["b", "c", "a"]) await bed.setUp(project, ["s1a:eth1"], 1e6);
    expect(bed.agent.listNetworks().map(({ project }) => project)).toEqual(["a", "b", "c"]);
  });

  test("an identical request finds its work done, and the switches hear of nothing", async () => {
    await using bed = await Testbed.start();
    const args = [["s1a:eth1", "s3a:eth1"], "100Mbps", 101] as const;
    const first = await bed.setUp("p", ...args);
    const commits = bed.store.commits;
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    const again = await bed.setUp("p", [...args[0]].reverse(), 100_000_000, "101");
    expect(again).toEqual(first);
    expect(mods.count).toBe(0);
    expect(bed.store.commits).toBe(commits);
  });

  test("another request for a project that has a network is refused, naming what differs", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "100Mbps", 101);
    const held = bed.held();
    const other = bed.agent.setupPhysicalNetwork("p", ["s1a:eth1", "s2a:eth1"], 1e6, 102, {
      sharing: "shared",
    });
    expect(errorOf(await bed.run(other), "network-exists")).toEqual({
      type: "network-exists",
      project: "p",
      differs: ["hostPorts", "bw", "vlan", "sharing"],
    });
    expect(bed.held()).toEqual(held);
    expect(bed.info("p")).toEqual(info);
  });

  test("a refusal says what would fit, and changes nothing", async () => {
    await using bed = await Testbed.start();
    const hosts = ["s1a:eth1", "s3a:eth1"];
    const refused = await bed.run(bed.agent.setupPhysicalNetwork("p", hosts, "20Gbps"));
    const { explanation } = errorOf(refused, "no-path");
    expect(explanation.reason === "bandwidth" && explanation.largest).toBe(10_000_000_000);
    expect(bed.store.commits).toBe(0);
    bed.expectNothingLeft();
  });

  test("policing allows every endpoint its rate and no more", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], 5_000_001, 101);
    const rates = [...bed.fabric.switches.values()].flatMap((at) =>
      at.meters().filter(({ meter }) => meter !== 7),
    );
    expect(rates.map(({ bands }) => bands.map((band) => "rate" in band && band.rate))).toEqual([
      [5_001],
      [5_001],
    ]);
    expect(ourCounts(bed.fabric.switchOf("s1"))).toEqual({ flows: 4, groups: 0, meters: 1 });
  });

  test("setup waits for a switch that is about to connect", async () => {
    await using bed = await Testbed.start();
    bed.fabric.switchOf("s2").breakConnections();
    await bed.clock.advance(1);
    const info = await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], 1e6);
    bed.expectWhole(info);
  });
});

function end(host: string, port: string, over: object): object {
  const plain = { nic: "eth1", vlan: 101, tagging: "tagged", bandwidth: 10_000_000 };
  return { host, port, ...plain, ...over };
}
