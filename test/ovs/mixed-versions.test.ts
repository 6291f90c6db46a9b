import { expect, test } from "vitest";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { sleep } from "../lab/frame-port.ts";
import { startScenario, value } from "../lab/scenario.ts";

const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s1:2", "es4:eth1": "s1:3", "es3:eth1": "s2:1" },
});
const members = ["es1:eth1", "es2:eth1", "es4:eth1", "es3:eth1"] as const;

test("an endpoint leaves a network that learns and crosses a switch which speaks OpenFlow 1.0", async () => {
  await using scenario = await startScenario(pair, {
    lab: { protocols: ["OpenFlow10", "OpenFlow13"] },
    connect: async (lab) => {
      await lab.vsctl([["set", "bridge", "s2", "protocols=OpenFlow10"]]);
      await lab.connect();
    },
  });
  const { agent, lab } = scenario;
  const ports = await Promise.all(members.map((at) => lab.framePort(at)));
  const options = { delivery: "learn", floodAllowance: "5Mbps" } as const;
  value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", 101, options));
  for (const [i, port] of ports.entries())
    await port.send({ dst: BROADCAST, src: `02:00:00:00:00:0${i + 1}`, vlan: 101 });
  await sleep(300);
  const left = value(await agent.modifyPhysicalNetwork("projectA", [], ["es4:eth1"]));
  expect(left.endpoints.map(({ host }) => host)).toEqual(["es1", "es2", "es3"]);
  value(await agent.modifyPhysicalNetwork("projectA", ["es4:eth1"], []));
  expect(value(await agent.verifyNetwork("projectA")).consistent).toBe(true);
  value(await agent.teardownPhysicalNetwork("projectA"));
});
