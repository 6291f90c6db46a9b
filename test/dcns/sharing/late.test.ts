import { ResultAsync } from "neverthrow";
import { expect, test } from "vitest";
import { OpenFlowDriver } from "../../../src/drivers/openflow/driver.ts";
import { AgentGroup, LEASE_MS } from "../../support/agent-group.ts";
import { errorOf, value } from "../../support/testbed.ts";

/** A driver whose switches take their time. */
class LateDriver extends OpenFlowDriver {
  readonly removals: (AbortSignal | undefined)[] = [];

  override provision(): ReturnType<OpenFlowDriver["provision"]> {
    return new ResultAsync(new Promise(() => {}));
  }

  override release(
    ...[, options]: Parameters<OpenFlowDriver["release"]>
  ): ReturnType<OpenFlowDriver["release"]> {
    this.removals.push(options?.signal);
    return new ResultAsync(new Promise(() => {}));
  }
}

test("what is to be removed goes on being removed when its caller has given up", async () => {
  const drivers: LateDriver[] = [];
  await using group = await AgentGroup.start({
    names: ["a"],
    driver: (listen) => {
      const driver = new LateDriver({ listen });
      drivers.push(driver);
      return driver;
    },
  });
  const a = group.agent("a");
  const setup = a.setupPhysicalNetwork("p", ["s1a:eth1", "s2a:eth1"], "1Gbps", undefined, {
    timeoutMs: 1_000,
  });
  expect((await group.run(setup))._unsafeUnwrapErr().type).toBe("timeout");
  await group.clock.advance(100);
  expect(a.listNetworks()).toEqual([]);
  const [undoing] = drivers.flatMap((driver) => driver.removals);
  expect(undoing?.aborted).toBe(false);
});

const pair = ["s1a:eth1", "s2a:eth1"] as const;

test("an agent that comes later does not take a switch for clean that is away", async () => {
  await using group = await AgentGroup.start({ names: ["a", "b"], late: ["b"] });
  const a = group.agent("a");
  value(await group.run(a.setupPhysicalNetwork("p", pair, "1Gbps", 101)));
  group.fabric.switchOf("s2").disconnect();
  await group.clock.advance(1_000);
  const teardown = await group.run(a.teardownPhysicalNetwork("p"));
  expect(errorOf(teardown, "driver-failed").pending).toEqual(["s2"]);
  group.kill("a");
  await group.launch("b");
  const b = group.agent("b");
  await group.clock.advance(LEASE_MS + 20_000);
  expect(b.listNetworks()).toMatchObject([{ project: "p", state: "releasing" }]);
  // It tries again every few seconds, and does not write all the time.
  const attempts = group.member("b").events.filter(({ type }) => type === "network-state");
  expect(attempts.length).toBeLessThan(20);
  group.fabric.switchOf("s2").connect();
  await group.untilServed();
  await group.clock.advance(20_000);
  await group.expectNothingLeft();
});

test("a teardown whose beginning was taken, unknown to who asked, is finished all the same", async () => {
  await using group = await AgentGroup.start({ names: ["a"] });
  const { agent, store } = group.member("a");
  value(await group.run(agent.setupPhysicalNetwork("p", pair, "1Gbps", 101)));
  store.onCommit = () => {
    store.onCommit = () => {};
    store.isCut = true;
    group.clock.setTimeout(() => {
      store.isCut = false;
    }, 200);
  };
  const teardown = await group.run(agent.teardownPhysicalNetwork("p"));
  errorOf(teardown, "store-unavailable");
  expect(agent.listNetworks()).toMatchObject([{ project: "p", state: "releasing" }]);
  await group.clock.advance(10_000);
  await group.expectNothingLeft();
});

test("what others have torn down does not come back when the end of its beginning is not acknowledged", async () => {
  await using group = await AgentGroup.start({ names: ["a", "b"] });
  const start = new Date(group.clock.now() + 5_000).toISOString();
  const schedule = { schedule: { start } };
  const setup = group.agent("a").setupPhysicalNetwork("p", pair, "1Gbps", 101, schedule);
  value(await group.run(setup));
  let beginning: string | undefined;
  for (const { name, store } of group.members) {
    store.onCommit = ({ writes }) => {
      if (!JSON.stringify(writes).includes('"phase":"stable"')) return;
      store.onCommit = () => {};
      beginning = name;
      store.isCut = true;
      group.clock.setTimeout(() => {
        store.isCut = false;
      }, 200);
    };
  }
  while (beginning === undefined) await group.clock.advance(10);
  const other = group.agent(beginning === "a" ? "b" : "a");
  while (other.getNetworkInfo("p").unwrapOr(undefined)?.state !== "active") {
    await group.clock.advance(10);
  }
  value(await group.run(other.teardownPhysicalNetwork("p")));
  await group.clock.advance(10_000);
  await group.expectNothingLeft();
});
