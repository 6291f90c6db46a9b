import { expect, test } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { nodeId } from "../../src/model/ids.ts";
import { campus } from "../support/campus.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { TellingDriver } from "../support/telling-driver.ts";
import { Testbed, value } from "../support/testbed.ts";

test("what is in quarantine is not free before its node is known to be rid of it", async () => {
  const clock = fakeClock();
  const driver = new TellingDriver();
  const started = DcnsAgent.start({ topology: campus(), drivers: { campus: driver }, clock });
  const agent = value(await clock.until(started));
  const ends = ["s1a:eth1", "s2a:eth1"];
  const setUp = () => clock.until(agent.setupPhysicalNetwork("p", ends, "10Mbps", 101));
  const [segment] = value(await setUp()).segments;
  const node = nodeId("s2");
  driver.domain.setReachable(node, false);
  value(await clock.until(agent.teardownPhysicalNetwork("p", { force: true })));
  const over: string[] = [];
  agent.events.on("quarantine-over", ({ project }) => over.push(project));
  const id = segment?.id ?? expect.fail("the network has a segment");

  driver.tell({ type: "node-up", node, pending: [id] });
  expect(over).toEqual([]);
  expect((await setUp()).isErr()).toBe(true);
  driver.tell({ type: "confirmed", node, segment: id });
  expect(over).toEqual(["p"]);
  driver.domain.setReachable(node, true);
  expect((await setUp()).isOk()).toBe(true);
  await clock.until(agent.close());
});

test.each(["teardown", "modify"] as const)(
  "what a change held that was undone is free when a %s has brought its node to what is wanted",
  async (next) => {
    let left = Number.POSITIVE_INFINITY;
    await using bed = await Testbed.start({
      lacks: (message, node) => {
        if (node !== "s2" || message.type !== "flow-mod") return undefined;
        left -= 1;
        return left < 0 ? { kind: "flow-mod-failed", code: "table-full" } : undefined;
      },
    });
    await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], 1e6, 101);
    left = 1;
    const changed = await bed.run(bed.agent.modifyPhysicalNetwork("p", ["s2b:eth1"], []));
    expect(changed._unsafeUnwrapErr()).toMatchObject({ type: "driver-failed", pending: ["s2"] });
    left = Number.POSITIVE_INFINITY;
    if (next === "teardown") await bed.tearDown("p");
    else await bed.modify("p", ["s3a:eth1"], []);
    await bed.clock.advance(60_000);
    expect(bed.events.filter(({ type }) => type === "quarantine-over")).toHaveLength(1);
    await bed.setUp("q", ["s2b:eth1", "s1b:eth1"], 1e6, 101);
  },
);
