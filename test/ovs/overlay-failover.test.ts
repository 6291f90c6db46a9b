import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPENFLOW_1_3, OPENFLOW_1_4, OPENFLOW_1_5 } from "../../src/drivers/openflow/index.ts";
import { DcnsAgent, OpenFlowDriver, Topology } from "../../src/index.ts";
import { type FramePort, sleep, takeAll } from "../lab/frame-port.ts";
import { speaking } from "../lab/openflow-versions.ts";
import { OverlayLab, type Tunnel } from "../lab/overlay-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, value } from "../lab/scenario.ts";

const bridge = (id: string, number: number, ports: readonly number[]) => ({
  ...{ id, domain: "campus", datapathId: String(number).padStart(16, "0") },
  ports: ports.map((port) => ({ id: String(port), ofPort: port })),
});
const tunnel = (id: string, a: string, b: string) => ({
  ...{ id, a, b, capacity: "100Mbps", labels: { space: "vni", range: "70000-70009" } },
});

/** Two hypervisors of one machine, joined by a cable, and a third on another, with a tunnel to each. */
const document = {
  format: "dcns-topology/1",
  domains: [{ id: "campus", driver: "openflow" }],
  nodes: [bridge("hv1", 1, [1, 8, 10]), bridge("hv2", 2, [1, 8, 9]), bridge("hv3", 3, [1, 8, 10])],
  links: [
    { id: "hv1-hv3", a: "hv1:10", b: "hv3:10", capacity: "100Mbps", metric: 3 },
    tunnel("hv1-hv2", "hv1:8", "hv2:8"),
    tunnel("hv3-hv2", "hv3:8", "hv2:9"),
  ],
  hosts: [
    { host: "vm1", nic: "eth0", port: "hv1:1" },
    { host: "vm2", nic: "eth0", port: "hv2:1", tagging: "untagged" },
    { host: "vm3", nic: "eth0", port: "hv3:1" },
  ],
};
const tunnels: readonly Tunnel[] = [
  [
    { bridge: "hv1", name: "hv1-8", ofPort: 8 },
    { bridge: "hv2", name: "hv2-8", ofPort: 8 },
  ],
  [
    { bridge: "hv3", name: "hv3-8", ofPort: 8 },
    { bridge: "hv2", name: "hv2-9", ofPort: 9 },
  ],
];

const machines = ["vm1", "vm2", "vm3"] as const;
type Machine = (typeof machines)[number];
const ends = machines.map((name) => `${name}:eth0`);
const macOf = (machine: Machine): string => `02:00:00:00:00:0${machine[2]}`;
const VLAN = 101;

const rows = [
  { protocol: "OpenFlow13", version: OPENFLOW_1_3, learning: "switch" },
  { protocol: "OpenFlow13", version: OPENFLOW_1_3, learning: "agent" },
  { protocol: "OpenFlow14", version: OPENFLOW_1_4, learning: "switch" },
  { protocol: "OpenFlow15", version: OPENFLOW_1_5, learning: "switch" },
  { protocol: "OpenFlow15", version: OPENFLOW_1_5, learning: "agent" },
] as const;

describeWithOvs("networks over two VXLAN tunnels, on Open vSwitch", () => {
  describe.each(rows)("$protocol, learned by the $learning", ({ protocol, version, learning }) => {
    let overlay: OverlayLab;
    let agent: DcnsAgent;
    let ports: ReadonlyMap<Machine, FramePort>;

    beforeAll(async () => {
      const machinesOf = [["hv1", "hv3"], ["hv2"]] as const;
      overlay = await OverlayLab.start(document, machinesOf, tunnels, speaking(protocol));
      const [one, two] = overlay.labs;
      await overlay.watchTunnels(tunnels);
      ports = new Map([
        ["vm1", await one.framePort("vm1:eth0")],
        ["vm2", await two.framePort("vm2:eth0")],
        ["vm3", await one.framePort("vm3:eth0")],
      ]);
      const session = { versions: [version] };
      const driver = new OpenFlowDriver({ listen: overlay.controller, session, learning });
      const topology = value(Topology.parse(document));
      agent = value(await DcnsAgent.start({ topology, drivers: { campus: driver } }));
      await overlay.connect();
      await eventually(() => agent.nodesUp.length === 3);
    });
    afterAll(async () => {
      await agent?.close();
      await overlay?.[Symbol.asyncDispose]();
    });

    /** How often each machine gets a frame from one of them to another. */
    async function heard(from: Machine, to: Machine): Promise<Readonly<Record<Machine, number>>> {
      const all = [...ports.values()];
      await takeAll(all);
      const vlan = from === "vm2" ? "untagged" : VLAN;
      await ports.get(from)?.send({ dst: macOf(to), src: macOf(from), vlan, payload: from });
      const seen = await takeAll(all);
      const count = (name: Machine): number => seen[`${name}:eth0`]?.length ?? 0;
      return { vm1: count("vm1"), vm2: count("vm2"), vm3: count("vm3") };
    }

    const none = { vm1: 0, vm2: 0, vm3: 0 };

    test("frames go to all until their address is learned, and then by one tunnel alone", async () => {
      const options = { delivery: "learn" } as const;
      value(await agent.setupPhysicalNetwork("p", ends, "10Mbps", VLAN, options));
      await overlay.settle();
      expect(await heard("vm1", "vm2")).toEqual({ ...none, vm2: 1, vm3: 1 });
      await eventually(async () => (await heard("vm2", "vm1")).vm3 === 0);
      await eventually(async () => (await heard("vm1", "vm2")).vm3 === 0);
      expect(await heard("vm1", "vm2")).toEqual({ ...none, vm2: 1 });
      expect(await heard("vm3", "vm2")).toEqual({ ...none, vm2: 1 });
      expect(value(await agent.verifyNetwork("p")).consistent).toBe(true);
      value(await agent.teardownPhysicalNetwork("p"));
      for (const lab of overlay.labs)
        expect(await lab.census()).toEqual({ flows: 0, groups: 0, meters: 0 });
    });

    test("they go on by the other tunnel when the first is cut, with no agent there", async () => {
      const pair = ends.slice(0, 2);
      const options = { protection: "disjoint" } as const;
      const info = value(await agent.setupPhysicalNetwork("p", pair, "10Mbps", VLAN, options));
      expect(info.links.map(({ id }) => id)).toEqual(["hv1-hv2"]);
      expect(info.backup?.links.map(({ id }) => id).sort()).toEqual(["hv1-hv3", "hv3-hv2"]);
      expect(value(await agent.verifyNetwork("p")).consistent).toBe(true);
      await overlay.settle();
      expect(await heard("vm1", "vm2")).toEqual({ ...none, vm2: 1 });
      await agent.close();
      await overlay.cut(0);
      await eventually(async () => (await heard("vm1", "vm2")).vm2 === 1);
      await sleep(1_000);
      for (let round = 0; round < 5; round += 1) {
        expect(await heard("vm1", "vm2")).toEqual({ ...none, vm2: 1 });
        expect(await heard("vm2", "vm1")).toEqual({ ...none, vm1: 1 });
      }
    });
  });
});
