import { afterAll, beforeAll, expect, test } from "vitest";
import { DcnsAgent, type NetworkInfo, OpenFlowDriver, Topology } from "../../src/index.ts";
import { OverlayLab } from "../lab/overlay-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, value } from "../lab/scenario.ts";
import type { Station } from "../lab/station.ts";

const bridge = (
  id: string,
  number: number,
  vlanTranslation: boolean,
  ports: readonly number[],
) => ({
  ...{ id, domain: "campus", datapathId: String(number).padStart(16, "0"), vlanTranslation },
  ports: ports.map((port) => ({ id: String(port), ofPort: port })),
});
const host = (name: string, port: string, tagging: "tagged" | "untagged") => {
  return { host: name, nic: "eth0", port, tagging };
};

/** A switch that keeps labels as they are, and two hypervisors with machines, joined by a tunnel. */
const document = {
  format: "dcns-topology/1",
  domains: [{ id: "campus", driver: "openflow" }],
  nodes: [
    bridge("hw", 1, false, [1, 2, 10]),
    bridge("hv1", 2, true, [1, 8, 10]),
    bridge("hv2", 3, true, [1, 2, 8]),
  ],
  links: [
    { id: "hw-hv1", a: "hw:10", b: "hv1:10", capacity: "100Mbps" },
    {
      ...{ id: "hv1-hv2", a: "hv1:8", b: "hv2:8", capacity: "100Mbps" },
      labels: { space: "vni", range: "70000-70009" },
    },
  ],
  hosts: [
    host("h1", "hw:1", "tagged"),
    host("h2", "hw:2", "tagged"),
    host("vm1", "hv2:1", "untagged"),
    host("vm2", "hv2:2", "untagged"),
    host("vm3", "hv1:1", "untagged"),
  ],
};

const ALL = { sent: 5, received: 5, duplicates: 0 };
const vnisOf = ({ links }: NetworkInfo) => links.flatMap(({ vni }) => vni ?? []);

describeWithOvs("networks over a VXLAN tunnel, on two machines with Open vSwitch", () => {
  let overlay: OverlayLab;
  let driver: OpenFlowDriver;
  let agent: DcnsAgent;
  let h1: Station;
  let h2: Station;
  let vm1: Station;
  let vm2: Station;
  let vm3: Station;

  beforeAll(async () => {
    overlay = await OverlayLab.start(
      document,
      [["hw", "hv1"], ["hv2"]],
      [
        [
          { bridge: "hv1", name: "hv1-8", ofPort: 8 },
          { bridge: "hv2", name: "hv2-8", ofPort: 8 },
        ],
      ],
    );
    const [one, two] = overlay.labs;
    h1 = await one.addStation({ at: "h1:eth0", vlan: 101 });
    h2 = await one.addStation({ at: "h2:eth0", vlan: 102 });
    vm3 = await one.addStation({ at: "vm3:eth0", vlan: "untagged" });
    vm1 = await two.addStation({ at: "vm1:eth0", vlan: "untagged" });
    vm2 = await two.addStation({ at: "vm2:eth0", vlan: "untagged" });
    driver = new OpenFlowDriver({ listen: overlay.controller });
    const topology = value(Topology.parse(document));
    agent = value(await DcnsAgent.start({ topology, drivers: { campus: driver } }));
    const up = new Set<string>();
    agent.events.on("node-up", ({ node }) => up.add(node));
    await overlay.connect();
    await eventually(() => up.size === 3);
  });
  afterAll(async () => {
    await agent?.close();
    await overlay?.[Symbol.asyncDispose]();
  });

  test("are VLANs in the hardware and VNIs on the wire between, apart from each other", async () => {
    const p = value(await agent.setupPhysicalNetwork("p", ["h1:eth0", "vm1:eth0"], "5Mbps", 101));
    const q = value(await agent.setupPhysicalNetwork("q", ["h2:eth0", "vm2:eth0"], "5Mbps", 102));
    expect([vnisOf(p), vnisOf(q)]).toEqual([[70_000], [70_001]]);
    expect(p.links.find(({ id }) => id === "hw-hv1")?.vlan).toBe(101);
    await overlay.settle();
    const pinging = (from: Station, to: Station) =>
      overlay.vnisDuring(10, async () => expect(await from.ping(to, 5)).toEqual(ALL));
    const [inP, inQ] = [await pinging(h1, vm1), await pinging(h2, vm2)];
    expect([inP, inQ]).toEqual([vnisOf(p), vnisOf(q)]);
    expect(await h1.ping(vm2, 1)).toMatchObject({ received: 0 });
    expect(await h2.ping(vm1, 1)).toMatchObject({ received: 0 });
  });

  test("are policed to their rate", async () => {
    const { delivered } = await vm1.stream(h1, 20_000_000, 2);
    expect(delivered).toBeGreaterThan(3_500_000);
    expect(delivered).toBeLessThan(6_000_000);
  });

  test("grow, are as they should be and reached by probes, and the wiring is found", async () => {
    const grown = value(await agent.modifyPhysicalNetwork("p", ["vm3:eth0"], [], "8Mbps"));
    expect(vnisOf(grown)).toEqual([70_000]);
    await overlay.settle();
    await vm3.forgetNeighbours();
    expect(await vm3.ping(vm1, 5)).toEqual(ALL);
    expect(await vm3.ping(h1, 5)).toEqual(ALL);
    expect(await h1.ping(vm1, 5)).toEqual(ALL);
    for (const project of ["p", "q"]) {
      const report = value(await agent.verifyNetwork(project, { dataPlane: true }));
      expect(report).toMatchObject({ consistent: true, dataPlane: { complete: true } });
    }
    const wiring = value(await driver.verifyWiring());
    expect(wiring.map(({ expected, seen }) => [expected, seen])).toEqual(
      wiring.map(({ expected }) => [expected, expected]),
    );
    expect(wiring.length).toBe(4);
  });

  test("leave nothing when they shrink and go", async () => {
    value(await agent.modifyPhysicalNetwork("p", [], ["vm1:eth0"]));
    await overlay.settle();
    expect(await vm3.ping(h1, 5)).toEqual(ALL);
    expect(await h2.ping(vm2, 5)).toEqual(ALL);
    for (const project of ["p", "q"]) value(await agent.teardownPhysicalNetwork(project));
    for (const lab of overlay.labs) {
      expect(await lab.census()).toEqual({ flows: 0, groups: 0, meters: 0 });
    }
    await overlay.settle();
    expect(await h2.ping(vm2, 1)).toMatchObject({ received: 0 });
  });
});
