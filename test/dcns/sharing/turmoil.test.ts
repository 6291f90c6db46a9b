import type { ResultAsync } from "neverthrow";
import { afterAll, describe, expect, test } from "vitest";
import type { DcnsError } from "../../../src/model/errors.ts";
import { type Draw, drawFrom } from "../../network/random-tree.ts";
import { AgentGroup, LEASE_MS, wordOf } from "../../support/agent-group.ts";
import { expectNoOverCommitment } from "../../support/no-over-commitment.ts";

const projects = ["p", "q", "r", "s"];
const hostPorts = ["s1a:eth1", "s2a:eth1", "s3a:eth1", "s4a:eth1", "s3b:eth1"];
const names = ["a", "b", "c"];

/** One thing that happens: a call on an agent by chance, or an agent that stops or is cut off. */
function step(group: AgentGroup, draw: Draw, log: string[]): void {
  const name = names[draw(names.length)] ?? "";
  const { agent, clock, store } = group.member(name);
  const project = projects[draw(projects.length)] ?? "";
  const note = (what: string, call: ResultAsync<unknown, DcnsError>): void => {
    log.push(`${name}: ${what}`);
    void call.then((result) => log.push(`${name}: ${what}: ${wordOf(result)}`));
  };
  const members = hostPorts.filter(() => draw(2) === 0);
  const chance = draw(100);
  if (chance < 35) {
    note(`set up ${project}`, agent.setupPhysicalNetwork(project, members, "300Mbps"));
  } else if (chance < 55) {
    note(`modify ${project}`, agent.modifyPhysicalNetwork(project, members, hostPorts.slice(0, 1)));
  } else if (chance < 75) {
    note(`tear down ${project}`, agent.teardownPhysicalNetwork(project));
  } else if (chance < 87) {
    const isLong = draw(2) === 0;
    log.push(`${name} stops ${isLong}`);
    clock.pause();
    group.clock.setTimeout(() => clock.resume(), isLong ? 4 * LEASE_MS : 500);
  } else {
    const isLong = draw(2) === 0;
    log.push(`${name} is cut off ${isLong}`);
    store.isCut = true;
    group.clock.setTimeout(
      () => {
        store.isCut = false;
      },
      isLong ? 4 * LEASE_MS : 500,
    );
  }
}

let successes = 0;
afterAll(() => expect(successes).toBeGreaterThan(5));

describe("agents that stop and are cut off under load", () => {
  test.each([1, 2, 3, 4, 5, 6])(
    "agree in the end, and keep every promise (seed %i)",
    {
      timeout: 120_000,
    },
    async (seed) => {
      await using group = await AgentGroup.start({ seed });
      const draw = drawFrom(seed);
      const log: string[] = [];
      try {
        for (let n = 0; n < 30; n += 1) {
          step(group, draw, log);
          await group.clock.advance([1, 5, 20, 100, 2_000][draw(5)] ?? 0);
          for (const { agent } of group.members) {
            expectNoOverCommitment(group.topology, agent.listNetworks());
          }
        }
        await group.clock.advance(90_000);
        await group.untilServed();
        successes += log.filter((line) => line.endsWith(": ok")).length;
        const networks = await group.expectAgreement();
        expect(networks.filter(({ state }) => state !== "active" && state !== "partial")).toEqual(
          [],
        );
        for (const info of networks) group.expectWhole(info);
        for (const { project } of networks) {
          const gone = await group.run(group.agent("a").teardownPhysicalNetwork(project));
          expect(wordOf(gone)).toBe("ok");
        }
        await group.clock.advance(20_000);
        await group.expectNothingLeft();
      } catch (error) {
        throw new Error(log.join("\n"), { cause: error });
      }
    },
  );
});
