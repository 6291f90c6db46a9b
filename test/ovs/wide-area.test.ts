import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DcnsAgent } from "../../src/index.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, value } from "../lab/scenario.ts";
import type { Station } from "../lab/station.ts";
import type { WanBridge } from "../lab/wan-bridge.ts";
import { campus, startWideArea } from "../lab/wide-area.ts";
import { type Dialect, dialects, type SimulatedWan } from "../support/simulated-wan.ts";

const edges = ["west", "east"];

/** Two campuses and somebody else's bridge between them; what the agent knows of that are two ports. */
const document = {
  format: "dcns-topology/1",
  domains: [
    { id: "west", driver: "openflow" },
    { id: "east", driver: "openflow" },
    { id: "wan", driver: "oscars" },
  ],
  nodes: [
    campus("west", 1),
    campus("east", 2),
    {
      ...{ id: "wan1", domain: "wan", branching: false },
      ports: edges.map((id, at) => ({ id, ofPort: at + 1, vlans: "200-209" })),
    },
  ],
  links: edges.map((id) => ({ id, a: `${id}:10`, b: `wan1:${id}`, capacity: "100Mbps" })),
  hosts: [
    { host: "w1", nic: "eth0", port: "west:1" },
    { host: "e1", nic: "eth0", port: "east:1" },
    { host: "e2", nic: "eth0", port: "east:2", tagging: "untagged" },
  ],
};

const RATE = 2_000_000;
const pair = ["w1:eth0", "e1:eth0"];

describeWithOvs("a network across somebody else's domain, on Open vSwitch", () => {
  let lab: OvsLab;
  let w1: Station;
  let e1: Station;
  let e2: Station;

  beforeAll(async () => {
    lab = await OvsLab.start(document);
    [w1, e1, e2] = [
      await lab.addStation({ at: "w1:eth0", vlan: 101 }),
      await lab.addStation({ at: "e1:eth0", vlan: 101 }),
      await lab.addStation({ at: "e2:eth0", vlan: "untagged" }),
    ];
  });
  afterAll(() => lab?.close());

  describe.each(dialects)("asked by %s", (dialect: Dialect) => {
    let agent: DcnsAgent;
    let wan: SimulatedWan;
    let bridge: WanBridge;

    beforeAll(async () => {
      const started = await startWideArea(lab, document, dialect);
      const [server, itsBridge] = [started.wans.get("wan"), started.bridges.get("wan1")];
      if (server === undefined || itsBridge === undefined) throw new Error("no wan");
      [agent, wan, bridge] = [started.agent, server, itsBridge];
    });
    afterAll(() => agent?.close());

    test("carries frames from when the circuit is up, to hosts that come, until it goes", async () => {
      expect(await w1.ping(e1, 1)).toMatchObject({ received: 0 });
      value(await agent.setupPhysicalNetwork("p", pair, RATE, 101));
      await bridge.idle();
      // It has asked for the other's address in vain, and would ask again a second later.
      await w1.forgetNeighbours();
      expect(await w1.ping(e1, 10)).toEqual({ sent: 10, received: 10, duplicates: 0 });
      value(await agent.modifyPhysicalNetwork("p", ["e2:eth0"], []));
      await bridge.idle();
      expect(await w1.ping(e2, 10)).toEqual({ sent: 10, received: 10, duplicates: 0 });
      value(await agent.modifyPhysicalNetwork("p", [], ["e2:eth0"]));
      await bridge.idle();
      expect(await e2.ping(w1, 1)).toMatchObject({ received: 0 });
    });

    test("carries what was reserved, and after a change what is reserved then", async () => {
      for (const rate of [RATE, 2 * RATE]) {
        value(await agent.modifyPhysicalNetwork("p", [], [], rate));
        await bridge.idle();
        const { delivered } = await w1.stream(e1, 3 * rate, 1.5);
        expect(delivered / rate).toBeGreaterThan(0.85);
        expect(delivered / rate).toBeLessThan(1.1);
      }
    });

    test("has its circuit again when the domain ends it", async () => {
      const story: string[] = [];
      agent.events.on("network-state", ({ state }) => story.push(state));
      bridge.done.length = 0;
      for (const id of wan.server.ids) wan.server.forceEnd(id);
      await eventually(async () => {
        await bridge.idle();
        return (await lab.dump("wan1", "flows")).length === 2;
      });
      expect(bridge.done).toEqual(["down", "up"]);
      await eventually(async () => (await w1.ping(e1, 1)).received === 1);
      await eventually(() => value(agent.getNetworkInfo("p")).state === "active");
      expect(story).toEqual(["degraded", "active"]);
    });

    test("leaves nothing behind", async () => {
      value(await agent.teardownPhysicalNetwork("p"));
      await bridge.idle();
      expect(wan.server.ids).toEqual([]);
      expect(await lab.census()).toEqual({ flows: 0, groups: 0, meters: 0 });
      expect(await w1.ping(e1, 1)).toMatchObject({ received: 0 });
    });
  });
});
