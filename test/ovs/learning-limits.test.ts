import { afterEach, describe, expect, test } from "vitest";
import { OPENFLOW_1_3, OPENFLOW_1_4, OPENFLOW_1_5 } from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, takeAll } from "../lab/frame-port.ts";
import { speaking } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, heldByUs, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Two hosts at each of two switches. */
const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s1:2", "es3:eth1": "s2:1", "es4:eth1": "s2:2" },
});
const members = ["es1:eth1", "es2:eth1", "es3:eth1", "es4:eth1"] as const;
const VLAN = 101;
const MOVES = 4;
const HOLD_S = 3;
const addressOf = (index: number): string => `02:00:00:00:01:${String(10 + index)}`;

describeWithOvs("what a network learns, on Open vSwitch", () => {
  describe.each([
    { protocol: "OpenFlow13", version: OPENFLOW_1_3, learning: "switch" },
    { protocol: "OpenFlow14", version: OPENFLOW_1_4, learning: "switch" },
    { protocol: "OpenFlow15", version: OPENFLOW_1_5, learning: "switch" },
    { protocol: "OpenFlow13", version: OPENFLOW_1_3, learning: "agent" },
    { protocol: "OpenFlow15", version: OPENFLOW_1_5, learning: "agent" },
  ] as const)("$protocol, by the $learning", ({ protocol, version, learning }) => {
    let scenario: Scenario;
    let ports: readonly FramePort[];

    afterEach(() => scenario?.[Symbol.asyncDispose]());

    async function start(limits: {
      readonly maxAddresses?: number;
      readonly maxNetworkAddresses?: number;
    }): Promise<void> {
      scenario = await startScenario(pair, {
        lab: speaking(protocol),
        driver: (listen) =>
          new OpenFlowDriver({
            listen,
            session: { versions: [version] },
            learning,
            auditIntervalMs: 1_000,
            moveDamping: { maxMoves: MOVES, windowS: 60, holdS: HOLD_S },
          }),
      });
      ports = await Promise.all(members.map((at) => scenario.lab.framePort(at)));
      const options = { delivery: "learn", floodAllowance: "10Mbps", ...limits } as const;
      const { agent, lab } = scenario;
      value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", VLAN, options));
      await lab.settle();
    }

    /** Who hears a frame. */
    async function heard(from: string, dst: string, src: string): Promise<readonly string[]> {
      await takeAll(ports);
      await ports.find(({ name }) => name === from)?.send({ dst, src, vlan: VLAN });
      const seen = await takeAll(ports);
      return members.flatMap((member) => (seen[member] ?? []).map(() => member));
    }

    const spokenBy = (from: string, count: number) => async (): Promise<void> => {
      for (let i = 0; i < count; i += 1) await heard(from, BROADCAST, addressOf(i));
    };

    test.each([
      ["each endpoint", { maxAddresses: 3 }, 3],
      ["the network, of which each has a part,", { maxNetworkAddresses: 11 }, 2],
    ])(
      "is as many addresses as %s may have: frames to others go to all",
      async (_, limits, most) => {
        await start(limits);
        const full = new Set<string>();
        scenario.agent.events.on("addresses-full", ({ project, port, limit }) =>
          full.add(`${project} ${port} ${limit}`),
        );
        await spokenBy("es1:eth1", most + 3)();
        await eventually(() => full.has(`projectA s1:1 ${most}`));
        const asker = "02:00:00:00:00:04";
        for (let i = 0; i < most; i += 1) {
          const known = async () => (await heard("es4:eth1", addressOf(i), asker)).join();
          await eventually(async () => (await known()) === "es1:eth1");
        }
        for (let i = most; i < most + 3; i += 1) {
          expect(await heard("es4:eth1", addressOf(i), asker)).toContain("es2:eth1");
        }
        // What one has used up at its switch is not its neighbour's.
        const second = "02:00:00:00:00:02";
        await heard("es2:eth1", BROADCAST, second);
        const toNeighbour = async () => (await heard("es1:eth1", second, addressOf(0))).join();
        await eventually(async () => (await toNeighbour()) === "es2:eth1");
        const { agent } = scenario;
        expect(value(await agent.verifyNetwork("projectA")).consistent).toBe(true);
        value(await agent.teardownPhysicalNetwork("projectA"));
        expect(await heldByUs(scenario)).toEqual([]);
      },
    );

    if (learning === "agent") {
      test("is not where an address is that moves again and again, until it is quiet", async () => {
        await start({});
        const { agent } = scenario;
        const held: string[] = [];
        agent.events.on("address-held", ({ address }) => held.push(address));
        const moving = "02:00:00:00:00:77";
        const places = ["es1:eth1", "es2:eth1"] as const;
        for (let i = 0; held.length === 0 && i < 50; i += 1) {
          await heard(places[i % 2] ?? "", BROADCAST, moving);
        }
        expect(held).toContain(moving);
        const asked = async () => (await heard("es3:eth1", moving, "02:00:00:00:00:03")).join();
        await eventually(async () => (await asked()) === "es1:eth1,es2:eth1");
        await eventually(async () => {
          await heard("es2:eth1", BROADCAST, moving);
          return (await asked()) === "es2:eth1";
        }, 20_000);
      });
    }
  });
});
