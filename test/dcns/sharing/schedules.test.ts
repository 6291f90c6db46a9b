import { describe, expect, test } from "vitest";
import { overCommitment } from "../../../scripts/sim/ledger-check.ts";
import { AgentGroup, LEASE_MS, wordOf } from "../../support/agent-group.ts";
import { value } from "../../support/testbed.ts";

const MINUTE = 60_000;
const pair = ["s4a:eth1", "s3a:eth1"] as const;
const others = ["s4b:eth1", "s3b:eth1"] as const;

/** An instant so many minutes from now, as a caller writes it. */
function minute(group: AgentGroup, minutes: number): string {
  return new Date(group.clock.now() + minutes * MINUTE).toISOString();
}

describe("a network with a schedule, among several agents", () => {
  test.each(["a", "b"])("begins once and ends, though %s dies before", async (dying) => {
    await using group = await AgentGroup.start();
    const schedule = { start: minute(group, 1), end: minute(group, 3) };
    const setup = group.agent("a").setupPhysicalNetwork("p", pair, "100Mbps", 101, { schedule });
    expect(value(await group.run(setup)).state).toBe("scheduled");
    expect(group.held()).toEqual({});
    group.kill(dying);
    await group.clock.advance(MINUTE + LEASE_MS + 20_000);
    const [info] = await group.expectAgreement();
    expect(info).toMatchObject({ project: "p", state: "active", schedule });
    if (info !== undefined) group.expectWhole(info);
    for (const { events } of group.living) {
      const begun = events.filter(
        (one) => one.type === "network-state" && one.state === "provisioning",
      );
      expect(begun).toHaveLength(1);
    }
    await group.clock.advance(2 * MINUTE);
    await group.expectNothingLeft();
  });

  test("has its end put off, or somebody else has that time, whoever of them is asked first", async () => {
    const wins = new Set<string>();
    for (let aheadMs = -6; aheadMs <= 6; aheadMs += 2) {
      await using group = await AgentGroup.start({ seed: aheadMs + 10 });
      const [a, b] = [group.agent("a"), group.agent("b")];
      const [end, later] = [minute(group, 1), minute(group, 2)];
      value(
        await group.run(a.setupPhysicalNetwork("p", pair, "800Mbps", 101, { schedule: { end } })),
      );
      await group.clock.advance(100);
      const schedule = { end: later };
      const calls = [
        () => a.modifyPhysicalNetwork("p", [], [], undefined, undefined, { schedule }),
        // With the same tag there is no other way for both.
        () => b.setupPhysicalNetwork("q", others, "800Mbps", 102, { schedule: { start: end } }),
      ];
      const [first, second] = aheadMs <= 0 ? calls : calls.toReversed();
      const begun = first?.();
      await group.clock.advance(Math.abs(aheadMs));
      const words = (await group.run(Promise.all([begun, second?.()]))).map(
        (outcome) => outcome && wordOf(outcome),
      );
      wins.add(words.join());
      const networks = await group.expectAgreement();
      expect(overCommitment(group.topology, networks)).toBeUndefined();
      expect(words).toContain("ok");
    }
    expect([...wins].sort()).toEqual(["ok,no-path", "ok,ok"]);
  });
});
