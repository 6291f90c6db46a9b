import { afterAll, beforeAll, expect, test } from "vitest";
import { DcnsAgent, OpenFlowDriver, Topology } from "../../src/index.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, value } from "../lab/scenario.ts";
import type { Station } from "../lab/station.ts";

const bridge = (id: string, domain: string, number: number, ports: readonly number[]) => ({
  ...{ id, domain, datapathId: String(number).padStart(16, "0") },
  ports: ports.map((port) => ({ id: String(port), ofPort: port })),
});
const link = (id: string, a: string, b: string) => ({ id, a, b, capacity: "100Mbps" });
const tap = (host: string, port: string) => ({ host, nic: "eth0", port, tagging: "untagged" });

/** Two hypervisors whose bridges have the taps of machines, and two switches between them. */
const document = {
  format: "dcns-topology/1",
  domains: [
    { id: "hypervisors", driver: "openflow" },
    { id: "hardware", driver: "openflow" },
  ],
  nodes: [
    bridge("hv1", "hypervisors", 1, [1, 2, 10]),
    bridge("hv2", "hypervisors", 2, [1, 10]),
    bridge("s1", "hardware", 3, [10, 11]),
    bridge("s2", "hardware", 4, [10, 11]),
  ],
  links: [
    link("hv1-s1", "hv1:10", "s1:10"),
    link("s1-s2", "s1:11", "s2:11"),
    link("hv2-s2", "hv2:10", "s2:10"),
  ],
  hosts: [tap("vm1", "hv1:1"), tap("vm2", "hv1:2"), tap("vm3", "hv2:1")],
};

describeWithOvs("a network of machines on two hypervisors, on Open vSwitch", () => {
  let lab: OvsLab;
  let agent: DcnsAgent;
  let vm1: Station;
  let vm2: Station;
  let vm3: Station;

  beforeAll(async () => {
    lab = await OvsLab.start(document);
    const at = (host: string) => lab.addStation({ at: `${host}:eth0`, vlan: "untagged" });
    [vm1, vm2, vm3] = [await at("vm1"), await at("vm2"), await at("vm3")];
    const { host, port } = lab.controller;
    const drivers = {
      hypervisors: new OpenFlowDriver({ listen: { host, port } }),
      hardware: new OpenFlowDriver({ listen: { host, port: port + 1 } }),
    };
    agent = value(await DcnsAgent.start({ topology: value(Topology.parse(document)), drivers }));
    const up = new Set<string>();
    agent.events.on("node-up", ({ node }) => up.add(node));
    await lab.connect({ bridges: ["hv1", "hv2"] });
    await lab.connect({ bridges: ["s1", "s2"], port: port + 1 });
    await eventually(() => up.size === 4);
  });
  afterAll(async () => {
    await agent?.close();
    await lab?.close();
  });

  test("is one across the hardware between them, and grows to a neighbour", async () => {
    const { links } = value(
      await agent.setupPhysicalNetwork("p", ["vm1:eth0", "vm3:eth0"], "5Mbps"),
    );
    expect(links.map(({ id }) => id).sort()).toEqual(["hv1-s1", "hv2-s2", "s1-s2"]);
    await lab.settle();
    expect(await vm1.ping(vm3, 5)).toEqual({ sent: 5, received: 5, duplicates: 0 });
    expect(await vm2.ping(vm3, 1)).toMatchObject({ received: 0 });
    value(await agent.modifyPhysicalNetwork("p", ["vm2:eth0"], []));
    await lab.settle();
    await vm2.forgetNeighbours();
    expect(await vm2.ping(vm1, 5)).toEqual({ sent: 5, received: 5, duplicates: 0 });
    expect(await vm2.ping(vm3, 5)).toEqual({ sent: 5, received: 5, duplicates: 0 });
  });

  test("leaves the hardware when its last machine behind it goes, and then everything", async () => {
    value(await agent.modifyPhysicalNetwork("p", [], ["vm3:eth0"]));
    await lab.settle();
    expect((await lab.dump("s2", "flows")).length).toBe(0);
    expect(await vm1.ping(vm2, 5)).toEqual({ sent: 5, received: 5, duplicates: 0 });
    value(await agent.teardownPhysicalNetwork("p"));
    expect(await lab.census()).toEqual({ flows: 0, groups: 0, meters: 0 });
  });
});
