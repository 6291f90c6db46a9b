import { expect, test } from "vitest";
import { linkId } from "../../../src/model/ids.ts";
import { AgentGroup } from "../../support/agent-group.ts";
import { campus } from "../../support/campus.ts";
import { value } from "../../support/testbed.ts";

test("a network leaves a link that goes from the topology once all agents know, and not a frame is lost", async () => {
  await using group = await AgentGroup.start();
  const info = value(
    await group.run(
      group.agent("a").setupPhysicalNetwork("p", ["s2a:eth1", "s3b:eth1"], "10Mbps", 101),
    ),
  );
  expect(info.links.map(({ id }) => id)).toEqual(["s2-s3"]);
  const next = value(campus().withoutLink(linkId("s2-s3")));
  const updates = Promise.all(group.members.map(({ agent }) => agent.updateTopology(next)));
  for (const update of await group.run(updates, () => group.expectWhole(info))) {
    expect(value(update)).toEqual({ rerouted: ["p"], failed: [] });
  }
  await group.clock.advance(10_000);
  const [after] = await group.expectAgreement();
  expect(after?.state).toBe("active");
  expect(after?.links.map(({ id }) => id)).not.toContain("s2-s3");
  if (after !== undefined) group.expectWhole(after);
  value(await group.run(group.agent("c").teardownPhysicalNetwork("p")));
  await group.expectNothingLeft();
});
