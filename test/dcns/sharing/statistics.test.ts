import { expect, test } from "vitest";
import type { EndpointStatistics } from "../../../src/agent/statistics.ts";
import { AgentGroup, LEASE_MS } from "../../support/agent-group.ts";
import { value } from "../../support/testbed.ts";

const members = ["s1a:eth1", "s2a:eth1", "s3a:eth1"];

async function ends(group: AgentGroup, name: string): Promise<readonly EndpointStatistics[]> {
  const asked = group.agent(name).getNetworkStatistics("p", { maxAgeMs: 0 });
  return value(await group.run(asked)).endpoints;
}

test("what was sent to a host port is known to its switch's master alone, and counted anew by the next", async () => {
  await using group = await AgentGroup.start();
  value(await group.run(group.agent("a").setupPhysicalNetwork("p", members, "1Gbps", 101)));
  group.fabric.hostOf("s1a:eth1").send({ vlans: [101] });
  const master = (await group.masterOf("node/s3")) ?? "";
  for (const { name } of group.members) {
    const [, , last] = await ends(group, name);
    expect(last?.received.frames).toBe(0);
    expect(last?.sent?.frames).toBe(name === master ? 1 : undefined);
  }
  group.kill(master);
  await group.clock.advance(4 * LEASE_MS);
  await group.untilServed();
  const next = (await group.masterOf("node/s3")) ?? "";
  expect(next).not.toBe(master);
  expect((await ends(group, next))[2]).toMatchObject({ sent: { frames: 0 }, sentForMs: 0 });
  group.fabric.hostOf("s1a:eth1").send({ vlans: [101] });
  expect((await ends(group, next))[2]?.sent?.frames).toBe(1);
});
