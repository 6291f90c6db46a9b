import { expect, test } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { nodeId } from "../../src/model/ids.ts";
import { campus } from "../support/campus.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { TellingDriver } from "../support/telling-driver.ts";
import { value } from "../support/testbed.ts";

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
