import { afterAll, beforeAll, expect, test } from "vitest";
import { BROADCAST } from "../lab/frame.ts";
import { sleep, takeAll } from "../lab/frame-port.ts";
import { namespacesOf } from "../lab/lab-namespace.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";

const document = {
  nodes: [
    {
      id: "s1",
      datapathId: "0000000000000001",
      ports: [
        { id: "1", ofPort: 1 },
        { id: "2", ofPort: 2 },
        { id: "3", ofPort: 3 },
      ],
    },
    {
      id: "s2",
      datapathId: "0000000000000002",
      ports: [
        { id: "1", ofPort: 1 },
        { id: "2", name: "uplink0", ofPort: 7 },
      ],
    },
  ],
  links: [{ id: "s1-s2", a: "s1:2", b: "s2:2" }],
  hosts: [
    { host: "es1", nic: "eth1", port: "s1:1" },
    { host: "es2", nic: "eth1", port: "s2:1" },
    { host: "es3", nic: "eth1", port: "s1:3" },
  ],
} as const;

describeWithOvs("the Open vSwitch lab", () => {
  let lab: OvsLab;

  beforeAll(async () => {
    lab = await OvsLab.start(document);
    // VLAN 101 at es1 is VLAN 202 on the link and untagged at es2.
    await lab.ofctl([
      "add-flow",
      "s1",
      "in_port=1,dl_vlan=101,actions=set_field:4298->vlan_vid,output:2",
    ]);
    await lab.ofctl([
      "add-flow",
      "s1",
      "in_port=2,dl_vlan=202,actions=set_field:4197->vlan_vid,output:1",
    ]);
    await lab.ofctl(["add-flow", "s2", "in_port=7,dl_vlan=202,actions=pop_vlan,output:1"]);
    await lab.ofctl([
      "add-flow",
      "s2",
      "in_port=1,vlan_tci=0,actions=push_vlan:0x8100,set_field:4298->vlan_vid,output:7",
    ]);
  });
  afterAll(() => lab?.close());

  test("gives each bridge the datapath id of the document", async () => {
    expect(await lab.ofctl(["show", "s2"])).toContain("dpid:0000000000000002");
  });

  test("delivers frames with the tags that the flows say, and to nobody else", async () => {
    const ports = await Promise.all([
      lab.framePort("es1:eth1"),
      lab.framePort("es2:eth1"),
      lab.framePort("es3:eth1"),
    ]);
    const [es1, es2] = ports;
    await es1.send({ dst: BROADCAST, src: "02:00:00:00:00:01", vlan: 101, payload: "to es2" });
    await es1.send({ dst: BROADCAST, src: "02:00:00:00:00:01", vlan: 102, payload: "to nobody" });
    await es2.send({ dst: BROADCAST, src: "02:00:00:00:00:02", payload: "to es1" });
    const seen = await takeAll(ports);
    expect(seen["es1:eth1"]).toMatchObject([{ vlan: 101, tags: 1, payload: "to es1" }]);
    expect(seen["es2:eth1"]).toMatchObject([{ vlan: "untagged", tags: 0, payload: "to es2" }]);
    expect(seen["es3:eth1"]).toEqual([]);
  });

  test("counts every frame of a stream, and those that were lost", async () => {
    const [es1, es2, es3] = await Promise.all([
      lab.framePort("es1:eth1"),
      lab.framePort("es2:eth1"),
      lab.framePort("es3:eth1"),
    ]);
    const addresses = { dst: BROADCAST, src: "02:00:00:00:00:01" };
    const stream = await es1.startStream({ ...addresses, vlan: 101 });
    await sleep(200);
    const sent = await stream.stop();
    expect(sent).toBeGreaterThan(150);
    expect(await stream.at(es2)).toEqual({
      received: sent,
      duplicates: 0,
      lost: [],
      vlans: ["untagged"],
    });
    expect((await stream.at(es3)).lost).toHaveLength(sent);
  });

  test("lets tagged and untagged stations with an IP stack ping each other", async () => {
    const [tagged, untagged, other] = await Promise.all([
      lab.addStation({ at: "es1:eth1", vlan: 101 }),
      lab.addStation({ at: "es2:eth1", vlan: "untagged" }),
      lab.addStation({ at: "es1:eth1", vlan: 102 }),
    ]);
    expect(await tagged.ping(untagged)).toEqual({ sent: 3, received: 3, duplicates: 0 });
    expect(await other.ping(untagged, 1)).toMatchObject({ sent: 1, received: 0 });
    await lab.setTag(other, 101);
    expect(await other.ping(untagged)).toMatchObject({ received: 3 });
    const pings = tagged.startPing(untagged);
    await pings.flowing();
    await sleep(200);
    const report = await pings.stop();
    expect(report.lost).toEqual([]);
    expect(report.sent).toBeGreaterThan(20);
  });

  test("measures what a meter lets through", async () => {
    const [from, to] = await Promise.all([
      lab.addStation({ at: "es1:eth1", vlan: 101 }),
      lab.addStation({ at: "es2:eth1", vlan: "untagged" }),
    ]);
    await lab.ofctl([
      "add-meter",
      "s1",
      "meter=9,kbps,burst,band=type=drop,rate=4000,burst_size=400",
    ]);
    await lab.ofctl([
      "mod-flows",
      "s1",
      "in_port=1,dl_vlan=101,actions=meter:9,set_field:4298->vlan_vid,output:2",
    ]);
    await lab.settle();
    const { offered, delivered } = await from.stream(to, 12_000_000, 2);
    expect(offered).toBeGreaterThan(11_500_000);
    expect(delivered).toBeGreaterThan(3_600_000);
    expect(delivered).toBeLessThan(4_300_000);
    expect(await lab.dump("s1", "meters")).toHaveLength(1);
  });

  test("makes a bridge refuse flows beyond a limit", async () => {
    await lab.limitTables("s2", 2);
    await expect(lab.ofctl(["add-flow", "s2", "in_port=5,actions=drop"])).rejects.toThrow(
      "TABLE_FULL",
    );
    await lab.limitTables("s2", "none");
    await lab.ofctl(["add-flow", "s2", "in_port=5,actions=drop"]);
  });

  test("leaves nothing behind, and does not disturb another lab", async () => {
    const second = await OvsLab.start(document);
    expect(second.controller.host).not.toBe(lab.controller.host);
    const before = namespacesOf(second.name);
    await second.close();
    expect(before).toHaveLength(1);
    expect(namespacesOf(second.name)).toEqual([]);
    expect(await lab.ofctl(["show", "s1"])).toContain("dpid:0000000000000001");
  });
});
