import { errAsync, type Result } from "neverthrow";
import { describe, expect, test } from "vitest";
import { NOTHING } from "../../../src/agent/sharing/state-digest.ts";
import type { VerifyReport } from "../../../src/agent/verification.ts";
import { OpenFlowDriver } from "../../../src/drivers/openflow/driver.ts";
import type { DcnsError } from "../../../src/model/errors.ts";
import { domainId } from "../../../src/model/ids.ts";
import type { StoreWrite } from "../../../src/store/store.ts";
import { AgentGroup, LEASE_MS, wordOf } from "../../support/agent-group.ts";
import { expectNoOverCommitment } from "../../support/no-over-commitment.ts";
import { value } from "../../support/testbed.ts";

/** A driver that says no, and not of which node. */
class Unwilling extends OpenFlowDriver {
  override provision(): ReturnType<OpenFlowDriver["provision"]> {
    const causes = [{ kind: "unsupported" as const, message: "no" }];
    return errAsync({ type: "driver-failed", domain: domainId("campus"), causes });
  }
}

describe("agents that share a topology", () => {
  test("take calls side by side, and all of them know what there is", async () => {
    await using group = await AgentGroup.start();
    const info = value(
      await group.run(
        group
          .agent("a")
          .setupPhysicalNetwork("p", ["s1a:eth1", "s3b:eth1", "s4a:eth1"], "1Gbps", 101),
      ),
    );
    expect(info.state).toBe("active");
    group.expectWhole(info);
    expect(await group.expectAgreement()).toEqual([info]);
    const grown = value(
      await group.run(group.agent("b").modifyPhysicalNetwork("p", ["s2a:eth1"], ["s4a:eth1"])),
    );
    group.expectWhole(grown);
    await group.expectAgreement();
    const moved = value(
      await group.run(group.agent("c").modifyPhysicalNetwork("p", [], [], "4Gbps")),
    );
    group.expectWhole(moved);
    for (const { events } of group.members) {
      const states = events.flatMap((one) => (one.type === "network-state" ? [one.state] : []));
      expect(states.slice(0, 2)).toEqual(["provisioning", "active"]);
    }
    value(await group.run(group.agent("a").teardownPhysicalNetwork("p")));
    await group.expectNothingLeft();
  });

  test("do not take for done what the driver of one of them refuses as a whole", async () => {
    let made = 0;
    await using group = await AgentGroup.start({
      names: ["a", "b"],
      driver: (listen) => {
        made += 1;
        return made === 1 ? new OpenFlowDriver({ listen }) : new Unwilling({ listen });
      },
    });
    const ends = ["s1a:eth1", "s2a:eth1", "s3b:eth1", "s4a:eth1"];
    const asked = await group.run(group.agent("a").setupPhysicalNetwork("p", ends, "1Gbps", 101));
    expect(asked._unsafeUnwrapErr()).toMatchObject({
      type: "driver-failed",
      causes: expect.arrayContaining([expect.objectContaining({ kind: "unsupported" })]),
    });
    await group.expectNothingLeft();
  });

  test("leave no watch of the store and no timer when they close", async () => {
    const group = await AgentGroup.start();
    value(
      await group.run(group.agent("a").setupPhysicalNetwork("p", ["s1a:eth1", "s2a:eth1"], 1e6)),
    );
    expect(group.members.map(({ store }) => store.watches)).toEqual([1, 1, 1]);
    await group[Symbol.asyncDispose]();
    expect(group.members.map(({ store }) => store.watches)).toEqual([0, 0, 0]);
    await group.clock.advance(LEASE_MS);
    expect(group.clock.countTimers()).toBe(0);
  });

  test("never promise more than there is, however they meet", async () => {
    await using group = await AgentGroup.start();
    const calls = ["a", "b", "c"].flatMap((name) =>
      Array.from({ length: 5 }, (_, n) =>
        group
          .agent(name)
          .setupPhysicalNetwork(`${name}${n}`, ["s1a:eth1", "s2a:eth1"], "1Gbps", undefined),
      ),
    );
    const outcomes = await group.run(Promise.all(calls));
    const networks = await group.expectAgreement();
    expectNoOverCommitment(group.topology, networks);
    expect(outcomes.filter((one) => one.isOk()).length).toBe(networks.length);
    // Ten by the direct link, and one the other way round, where one link has 1 Gbps.
    expect(networks.length).toBe(11);
    expect(new Set(outcomes.map(wordOf))).toEqual(new Set(["ok", "no-path"]));
    for (const info of networks) group.expectWhole(info);
  });

  test("let a call wait until its agent has joined again, within its own deadline", async () => {
    await using group = await AgentGroup.start({ agent: { operationTimeoutMs: 5_000 } });
    const setUp = (project: string) =>
      group.agent("a").setupPhysicalNetwork(project, ["s1a:eth1", "s2a:eth1"], "1Mbps");
    group.pause("a");
    await group.clock.advance(2 * LEASE_MS);
    group.resume("a");
    expect(wordOf(await group.run(setUp("p")))).toBe("ok");
    await group.untilServed();
    group.member("a").store.isCut = true;
    await group.clock.advance(2 * LEASE_MS);
    const before = group.clock.now();
    expect(wordOf(await group.run(setUp("q")))).toBe("lease-expired");
    expect(group.clock.now() - before).toBeGreaterThanOrEqual(5_000);
  });

  test.each([
    { when: "arrives while its call, which is out of time, is undone", timeoutMs: 100, afterMs: 0 },
    { when: "nobody waits for any more", timeoutMs: 5_000, afterMs: 1_000 },
  ])("let no step stand that $when", { timeout: 30_000 }, async ({ timeoutMs, afterMs }) => {
    await using group = await AgentGroup.start();
    const { agent, store } = group.member("a");
    const states: string[] = [];
    const watch = value(
      await group.disk.watch(({ puts }) => {
        for (const { key, value } of puts)
          if (key.startsWith("step/")) states.push(JSON.stringify(value));
      }),
    );
    const isStep = ({ key, type }: StoreWrite): boolean =>
      key.startsWith("step/") && type === "put";
    for (let moreMs = 0; moreMs < 160; moreMs += 4) {
      let isFirst = true;
      store.lateMs = ({ writes }) => {
        const isLate = isFirst && writes.some(isStep);
        if (isLate) isFirst = false;
        return isLate ? afterMs + moreMs : 0;
      };
      const setUp = agent.setupPhysicalNetwork("p", ["s1a:eth1", "s2a:eth1"], "1Gbps", 101, {
        timeoutMs,
      });
      const outcome = await group.run(setUp);
      await group.clock.advance(2_000);
      if (outcome.isOk()) value(await group.run(agent.teardownPhysicalNetwork("p")));
      expect(states.at(-1), `${moreMs} ms`).toBe(JSON.stringify({ state: NOTHING }));
    }
    watch[Symbol.dispose]();
    await group.expectNothingLeft();
  });

  test("look at a network once nobody is changing it any more", async () => {
    await using group = await AgentGroup.start();
    const ends = ["s1a:eth1", "s3b:eth1", "s4a:eth1"];
    value(await group.run(group.agent("a").setupPhysicalNetwork("p", ends, "1Gbps", 101)));
    const looks: PromiseLike<Result<VerifyReport, DcnsError>>[] = [];
    const look = (): void => {
      if (group.agent("b").listNetworks()[0]?.state !== "modifying") return;
      looks.push(group.agent("b").verifyNetwork("p"));
    };
    value(await group.run(group.agent("a").modifyPhysicalNetwork("p", [], [], "4Gbps"), look));
    const reports = (await group.run(Promise.all(looks))).map(value);
    expect(reports.length).toBeGreaterThan(0);
    expect(reports.filter(({ consistent }) => !consistent)).toEqual([]);
  });

  test("give a project's network to one of those who set it up at once, others hear of it", async () => {
    await using group = await AgentGroup.start();
    const setUp = (name: string, rate: string) =>
      group.agent(name).setupPhysicalNetwork("p", ["s1a:eth1", "s2a:eth1"], rate, 101);
    const same = await group.run(
      Promise.all([setUp("a", "1Gbps"), setUp("b", "1Gbps"), setUp("c", "2Gbps")]),
    );
    const words = same.map(wordOf);
    expect(words.filter((word) => word === "ok").length).toBeGreaterThan(0);
    expect(words.every((word) => word === "ok" || word === "network-exists")).toBe(true);
    const [info] = await group.expectAgreement();
    if (info !== undefined) group.expectWhole(info);
  });
});
