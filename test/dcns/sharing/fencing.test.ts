import { expect, test } from "vitest";
import type { SwitchEvent } from "../../../src/testing/index.ts";
import { AgentGroup, LEASE_MS } from "../../support/agent-group.ts";
import { value } from "../../support/testbed.ts";

/** How late messages are: another agent has become the master before, and the switch has not hung up yet. */
const LATE_MS = 3 * LEASE_MS;
/** Long enough for all to be with its masters again. */
const RECOVERY_MS = LEASE_MS + 20_000;

const ends = ["s1a:eth1", "s2a:eth1"] as const;

/** What a switch has refused since to those who are not its master, and how many messages were delayed. */
interface Seen {
  readonly refused: readonly string[];
  readonly delayed: number;
}

function lookAt(group: AgentGroup, node: string): Seen {
  const refused: string[] = [];
  const seen = { refused, delayed: 0 };
  group.fabric.switchOf(node).observe((event: SwitchEvent) => {
    if (event.type === "fault") seen.delayed += 1;
    if (event.type !== "message" || event.message.type !== "error") return;
    const { code } = event.message;
    if (code === "stale" || code === "is-slave") refused.push(code);
  });
  return seen;
}

async function claimantOf(group: AgentGroup, node: string, other?: string): Promise<string> {
  for (let waited = 0; waited < 60_000; waited += 1) {
    const agent = await group.masterOf(`node/${node}`);
    if (agent !== undefined && agent !== other) return agent;
    await group.clock.advance(1);
  }
  throw new Error(`nobody else claims ${node}`);
}

test("a claim that reaches a switch after a later one is refused, and its master goes on", async () => {
  await using group = await AgentGroup.start();
  const at = group.fabric.switchOf("s1");
  const seen = lookAt(group, "s1");
  const first = await claimantOf(group, "s1");
  at.faults.add({ on: "role-request", fault: { type: "delay", delayMs: LATE_MS } });
  group.kill(first);
  const late = await claimantOf(group, "s1", first);
  while (seen.delayed === 0) await group.clock.advance(1);
  const lateAt = group.clock.now() + LATE_MS;
  group.pause(late);
  const master = await claimantOf(group, "s1", late);
  const { agent, events } = group.member(master);
  while (agent.nodesUp.length < group.topology.nodes.size) await group.clock.advance(10);
  const info = value(await group.run(agent.setupPhysicalNetwork("p", ends, "1Gbps", 101)));
  const held = group.held();
  expect(group.clock.now()).toBeLessThan(lateAt);
  expect(seen.refused).toEqual([]);
  const before = events.length;

  await group.clock.advance(lateAt - group.clock.now() + 1_000);
  expect(seen.refused).toEqual(["stale"]);
  expect(at.roles.filter((role) => role === "master")).toHaveLength(1);
  expect(await group.masterOf("node/s1")).toBe(master);
  expect(events.slice(before)).toEqual([]);
  expect(group.held()).toEqual(held);
  group.expectWhole(info);
  value(await group.run(agent.modifyPhysicalNetwork("p", ["s1b:eth1"], [])));
  expect(value(await group.run(agent.verifyNetwork("p"))).consistent).toBe(true);

  group.resume(late);
  await group.clock.advance(RECOVERY_MS);
  await group.untilServed();
  value(await group.run(group.agent(late).teardownPhysicalNetwork("p")));
  await group.expectNothingLeft();
});

test("what reaches a switch of a master that another has followed is not carried out", async () => {
  await using group = await AgentGroup.start({ names: ["a", "b"] });
  const seen = lookAt(group, "s1");
  const late = await claimantOf(group, "s1");
  const at = group.fabric.switchOf("s1");
  at.faults.add({ on: "flow-mod", fault: { type: "delay", delayMs: LATE_MS } });
  const call = group.agent(late).setupPhysicalNetwork("p", ends, "1Gbps", 101);
  while (seen.delayed === 0) await group.clock.advance(1);
  const lateAt = group.clock.now() + LATE_MS;
  group.pause(late);
  const master = await claimantOf(group, "s1", late);
  const { agent } = group.member(master);
  while (agent.nodesUp.length < group.topology.nodes.size) await group.clock.advance(10);
  while (agent.listNetworks().length > 0) await group.clock.advance(10);
  value(await group.run(agent.setupPhysicalNetwork("q", ends, "1Gbps", 102)));
  const held = group.held();
  expect(group.clock.now()).toBeLessThan(lateAt);

  await group.clock.advance(lateAt - group.clock.now() + 1_000);
  expect(new Set(seen.refused)).toEqual(new Set(["is-slave"]));
  expect(group.held()).toEqual(held);
  expect(await group.masterOf("node/s1")).toBe(master);

  group.resume(late);
  await group.run(call);
  await group.clock.advance(RECOVERY_MS);
  await group.untilServed();
  value(await group.run(group.agent(late).teardownPhysicalNetwork("q")));
  await group.expectNothingLeft();
});
