import { describe, expect, test } from "vitest";
import type { DataPlaneReport } from "../../../src/agent/verification.ts";
import { AgentGroup, LEASE_MS } from "../../support/agent-group.ts";
import { value } from "../../support/testbed.ts";

const members = ["s1a:eth1", "s2b:eth1", "s3a:eth1", "s4a:eth1"];

/** Three agents with a network over all switches, of which no agent is the master of all. */
async function started(): Promise<AgentGroup> {
  const group = await AgentGroup.start();
  value(await group.run(group.agent("a").setupPhysicalNetwork("p", members, "100Mbps", 101)));
  expect(new Set(Object.values(await mastersOf(group))).size).toBeGreaterThan(1);
  return group;
}

async function mastersOf(group: AgentGroup): Promise<Readonly<Record<string, string>>> {
  const records = (await group.disk.load())._unsafeUnwrap();
  const found = records.filter(({ key }) => key.startsWith("master/node/"));
  return Object.fromEntries(
    found.map(({ key, value: held }) => [
      key.slice("master/node/".length),
      String(Reflect.get(Object(held), "agent")),
    ]),
  );
}

function probe(group: AgentGroup, by: string, eachStep?: () => void): Promise<DataPlaneReport> {
  const call = group.agent(by).verifyNetwork("p", { dataPlane: true });
  return group.run(call, eachStep).then((report) => {
    const { dataPlane } = value(report);
    if (dataPlane === undefined) throw new Error("no data plane was reported");
    return dataPlane;
  });
}

/** The frames that hosts have received since. */
function seenByHosts(group: AgentGroup): string[] {
  const seen: string[] = [];
  group.fabric.capture(({ to, from }) => {
    if (group.fabric.hosts.has(to)) seen.push(`${from} > ${to}`);
  });
  return seen;
}

describe("verifyNetwork with probes, where agents share the switches", () => {
  test("reaches every host port by any agent, shows no host a frame, leaves nothing", async () => {
    await using group = await started();
    const held = group.held();
    const seen = seenByHosts(group);
    const reports = await Promise.all(["a", "b", "c"].map((name) => probe(group, name)));
    for (const { complete, pairs } of reports) {
      expect(pairs.filter(({ status }) => status !== "reached")).toEqual([]);
      expect(pairs).toHaveLength(members.length * (members.length - 1));
      expect(complete).toBe(true);
    }
    expect(seen).toEqual([]);
    expect(group.held()).toEqual(held);
    // Everybody else is a slave again.
    for (const node of group.topology.nodes.keys()) {
      expect([...group.fabric.switchOf(node).roles].sort()).toEqual(["master", "slave", "slave"]);
    }
  });

  test("names the link that loses frames", async () => {
    await using group = await started();
    const [link] = value(group.agent("b").getNetworkInfo("p")).links;
    group.fabric.setSilentLoss(link?.id ?? "", true);
    for (const name of ["a", "b", "c"]) {
      const { pairs } = await probe(group, name);
      const lost = pairs.filter(({ status }) => status === "lost");
      expect(lost.length).toBeGreaterThan(0);
      for (const pair of lost) expect(pair).toMatchObject({ at: { kind: "link", link: link?.id } });
    }
  });

  test.each([0, 50, 100, 200, 400, 800])(
    "shows nobody a frame when switches get another master after %i ms",
    async (ms) => {
      await using group = await started();
      const [link] = value(group.agent("a").getNetworkInfo("p")).links;
      const seen = seenByHosts(group);
      // Probes that get lost are sent again and traced, which takes a while.
      group.fabric.setSilentLoss(link?.id ?? "", true);
      const reports = Promise.all(["a", "c"].map((name) => probe(group, name)));
      await group.clock.advance(ms);
      await group.run(group.agent("b").close());
      group.member("b").isAlive = false;
      for (const { pairs } of await reports) expect(pairs).toHaveLength(12);
      await group.untilServed();
      expect(seen).toEqual([]);
      value(await group.run(group.agent("c").teardownPhysicalNetwork("p")));
      await group.expectNothingLeft();
    },
  );

  test.each([1, 3, 5, 8, 12, 20, 40])(
    "says of nothing that it is lost, and shows nobody a frame, when a master dies at step %i",
    async (step) => {
      await using group = await started();
      const masters = await mastersOf(group);
      const by = "a";
      const other = Object.values(masters).find((name) => name !== by) ?? "";
      const seen = seenByHosts(group);
      let steps = 0;
      const { pairs } = await probe(group, by, () => {
        steps += 1;
        if (steps === step) group.kill(other);
      });
      expect(pairs.filter(({ status }) => status === "lost")).toEqual([]);
      await group.clock.advance(LEASE_MS + 20_000);
      await group.untilServed();
      expect((await probe(group, by)).complete).toBe(true);
      expect(seen).toEqual([]);
      value(await group.run(group.agent(by).teardownPhysicalNetwork("p")));
      await group.expectNothingLeft();
    },
  );

  test.each([1, 3, 5, 8, 12, 20, 40])(
    "does no harm when who asked is stopped at step %i, and goes on when all is over",
    async (step) => {
      await using group = await started();
      const seen = seenByHosts(group);
      const call = group.agent("a").verifyNetwork("p", { dataPlane: true });
      await group.harmAtStep(step, call, () => group.pause("a"));
      await group.clock.advance(120_000);
      group.resume("a");
      await group.clock.advance(60_000);
      await group.untilServed();
      expect(seen).toEqual([]);
      group.expectWhole(value(group.agent("b").getNetworkInfo("p")));
      value(await group.run(group.agent("b").teardownPhysicalNetwork("p")));
      await group.expectNothingLeft();
    },
  );
});
