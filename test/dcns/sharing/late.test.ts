import { ResultAsync } from "neverthrow";
import { expect, test } from "vitest";
import { OpenFlowDriver } from "../../../src/drivers/openflow/driver.ts";
import { AgentGroup } from "../../support/agent-group.ts";

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
