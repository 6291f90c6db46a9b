import type { ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import type { DcnsAgent } from "../../../src/dcns.ts";
import type { DcnsError } from "../../../src/model/errors.ts";
import { AgentGroup, LEASE_MS, wordOf } from "../../support/agent-group.ts";
import { expectNoOverCommitment } from "../../support/no-over-commitment.ts";
import { value } from "../../support/testbed.ts";

/** Long enough for a lease to end, and for another agent to end what its holder had begun. */
const TAKEOVER_MS = LEASE_MS + 20_000;

const pair: readonly string[] = ["s1a:eth1", "s2a:eth1"];

interface Operation {
  readonly name: string;
  readonly before: readonly string[];
  readonly call: (agent: DcnsAgent) => ResultAsync<unknown, DcnsError>;
}

const operations: readonly Operation[] = [
  {
    name: "setup",
    before: [],
    call: (agent) => agent.setupPhysicalNetwork("p", ["s1a:eth1", "s3b:eth1"], "2Gbps", 101),
  },
  {
    name: "growth",
    before: pair,
    call: (agent) => agent.modifyPhysicalNetwork("p", ["s3b:eth1"], []),
  },
  {
    name: "move",
    before: ["s4a:eth1", "s3a:eth1"],
    call: (agent) => agent.modifyPhysicalNetwork("p", [], [], "2Gbps"),
  },
  {
    name: "teardown",
    before: ["s1a:eth1", "s3b:eth1"],
    call: (agent) => agent.teardownPhysicalNetwork("p"),
  },
];

async function prepared({ before }: Operation): Promise<AgentGroup> {
  const group = await AgentGroup.start();
  if (before.length > 0) {
    value(await group.run(group.agent("b").setupPhysicalNetwork("p", before, "100Mbps", 101)));
  }
  await group.clock.advance(100);
  return group;
}

/** What the living agents show, and what the switches hold. */
async function pictureOf(group: AgentGroup) {
  const networks = await group.expectAgreement();
  return {
    networks: networks.map((info) => ({ ...info, createdAt: "", updatedAt: "" })),
    held: group.held(),
  };
}

async function outcomesOf(operation: Operation) {
  await using group = await prepared(operation);
  const before = await pictureOf(group);
  let steps = 0;
  value(
    await group.run(operation.call(group.agent("a")), () => {
      steps += 1;
    }),
  );
  return { pictures: [before, await pictureOf(group)], steps };
}

/**
 * At which steps of so many harm is done: at about `count` of them, spread evenly; at every one of them
 * where `DCNS_EVERY_STEP=1` asks for that, which takes minutes.
 */
function stepsToHarm(steps: number, count: number): readonly number[] {
  const { DCNS_EVERY_STEP } = process.env;
  const every = DCNS_EVERY_STEP === "1" ? 1 : Math.max(1, Math.floor(steps / count));
  return Array.from({ length: Math.floor(steps / every) }, (_, n) => 1 + n * every);
}

describe.each(operations)("when an agent dies in a $name", (operation) => {
  test("at any step, the others leave the network as it was or as it was asked for", {
    timeout: 600_000,
  }, async () => {
    const { pictures, steps } = await outcomesOf(operation);
    for (const nth of stepsToHarm(steps, 10)) {
      await using group = await prepared(operation);
      await group.harmAtStep(nth, operation.call(group.agent("a")), () => group.kill("a"));
      await group.clock.advance(TAKEOVER_MS);
      await group.untilServed();
      expect(pictures, `step ${nth}`).toContainEqual(await pictureOf(group));
      const [info] = await group.expectAgreement();
      if (info !== undefined) {
        group.expectWhole(info);
        expect(value(await group.run(group.agent("b").verifyNetwork("p"))).consistent).toBe(true);
        value(await group.run(group.agent("c").teardownPhysicalNetwork("p")));
      }
      await group.expectNothingLeft();
    }
  });

  test("and goes on after a while as if nothing had been, it changes nothing any more", {
    timeout: 600_000,
  }, async () => {
    const { pictures, steps } = await outcomesOf(operation);
    for (const nth of stepsToHarm(steps, 6)) {
      await using group = await prepared(operation);
      const call = operation.call(group.agent("a"));
      await group.harmAtStep(nth, call, () => group.member("a").clock.pause());
      await group.clock.advance(TAKEOVER_MS);
      group.member("a").clock.resume();
      const outcome = await group.run(call);
      await group.clock.advance(TAKEOVER_MS);
      await group.untilServed();
      const picture = await pictureOf(group);
      expect(pictures, `step ${nth}: ${wordOf(outcome)}`).toContainEqual(picture);
      const [info] = await group.expectAgreement();
      if (info !== undefined) {
        group.expectWhole(info);
        value(await group.run(group.agent("a").teardownPhysicalNetwork("p")));
      }
      await group.expectNothingLeft();
    }
  });
});

describe("when an agent is gone", () => {
  test("its switches pass to others, and not a frame is lost", async () => {
    await using group = await AgentGroup.start();
    const info = value(
      await group.run(
        group.agent("a").setupPhysicalNetwork("p", ["s1a:eth1", "s3b:eth1"], "1Gbps", 101),
      ),
    );
    const held = group.held();
    for (const name of ["a", "b"]) {
      group.kill(name);
      for (let ms = 0; ms < TAKEOVER_MS; ms += 20) {
        await group.clock.advance(20);
        group.expectWhole(info);
      }
      await group.untilServed();
      expect(group.held()).toEqual(held);
    }
    value(await group.run(group.agent("c").teardownPhysicalNetwork("p")));
    await group.expectNothingLeft();
  });

  test("a call that needs one of its switches waits for the next master", async () => {
    await using group = await AgentGroup.start();
    group.kill("b");
    const call = group
      .agent("a")
      .setupPhysicalNetwork("p", ["s1a:eth1", "s2a:eth1", "s3a:eth1", "s4a:eth1"], "1Gbps", 101);
    const info = value(await group.run(call));
    group.expectWhole(info);
    expectNoOverCommitment(group.topology, await group.expectAgreement());
  });
});
