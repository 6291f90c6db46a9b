import type { Result } from "neverthrow";
import { describe, expect, test } from "vitest";
import type { DcnsError } from "../../../src/model/errors.ts";
import { type AgentGroup, LEASE_MS } from "../../support/agent-group.ts";
import { accents, dialects } from "../../support/simulated-wan.ts";
import { splitCampus } from "../../support/split-campus.ts";
import { value } from "../../support/testbed.ts";

const MINUTE = 60_000;
/** Long enough for a lease to end, and for another agent to end what its holder had begun. */
const TAKEOVER_MS = LEASE_MS + 40_000;
const across: readonly string[] = ["s4a:eth1", "s3a:eth1"];

/** From half an hour from now on, for half an hour. */
function later(group: AgentGroup) {
  const start = group.clock.now() + 30 * MINUTE;
  return { start, end: start + 30 * MINUTE };
}

/** Has a network promised; asks an agent that does not serve the domain. */
async function promised(group: AgentGroup) {
  const master = await group.wideAreaMaster();
  const slave = group.living.find(({ name }) => name !== master)?.name ?? expect.fail("alone");
  const schedule = later(group);
  const options = { schedule };
  const call = group.agent(slave).setupPhysicalNetwork("p", across, "100Mbps", 101, options);
  expect(value(await group.run(call)).state).toBe("scheduled");
  expect(group.wideArea?.circuits).toBe(1);
  await expectRight(group);
  const known = group.living.map(({ agent }) => {
    const { segments } = value(agent.getNetworkInfo("p"));
    return segments.find(({ domain }) => domain === "wan");
  });
  for (const segment of known) {
    expect(segment).toMatchObject({ isPromised: true });
    expect(segment?.externalId).toBeDefined();
  }
  return { master, slave, schedule };
}

/** All living agents show the same, and the domain has just what that takes. */
async function expectRight(group: AgentGroup): Promise<readonly string[]> {
  const networks = await group.expectAgreement();
  expect(group.wideArea?.faultIn(group.topology, networks)).toBeUndefined();
  for (const info of networks) if (info.state === "active") group.expectWhole(info);
  return networks.map(({ state }) => state);
}

/** Goes on to a few minutes after the start, and after the end. */
async function expectBegunAndEnded(group: AgentGroup, schedule: { start: number; end: number }) {
  await group.clock.advance(schedule.start - MINUTE - group.clock.now());
  expect(await expectRight(group)).toEqual(["scheduled"]);
  await group.clock.advance(4 * MINUTE);
  expect(await expectRight(group)).toEqual(["active"]);
  expect(group.wideArea?.circuits).toBe(1);
  await group.clock.advance(schedule.end + 3 * MINUTE - group.clock.now());
  expect(group.wideArea?.circuits).toBe(0);
  await group.expectNothingLeft();
}

describe.each([...dialects, ...accents])(
  "a network that begins later, for agents that share a domain that speaks %s",
  (dialect) => {
    test("is looked at by others when it has been promised, and is said to wait for its start", async () => {
      await using group = await splitCampus(dialect);
      const [first, second] = group.living;
      if (first === undefined || second === undefined) return expect.fail("alone");
      const options = { schedule: later(group) };
      const setUp = first.agent.setupPhysicalNetwork("p", across, "100Mbps", 101, options);
      const looks: Promise<Result<unknown, DcnsError>>[] = [];
      const look = (): void => {
        const [network] = second.agent.listNetworks();
        if (looks.length > 0 || network?.state !== "provisioning") return;
        for (const call of ["verifyNetwork", "getNetworkStatistics"] as const)
          looks.push(Promise.resolve(second.agent[call]("p")));
      };
      expect(value(await group.run(setUp, look)).state).toBe("scheduled");
      const seen = await group.run(Promise.all(looks));
      const message = "it waits for its start";
      const expected = { type: "wrong-state", project: "p", state: "scheduled", message };
      expect(seen.map((one) => one._unsafeUnwrapErr())).toEqual([expected, expected]);
    });

    test.each(["master", "slave"] as const)(
      "is promised at a slave's word, and begins and ends though the %s dies before",
      async (dying) => {
        await using group = await splitCampus(dialect);
        const its = await promised(group);
        await group.clock.advance(5 * MINUTE);
        group.kill(its[dying]);
        await group.clock.advance(TAKEOVER_MS);
        await group.untilServed();
        await expectBegunAndEnded(group, its.schedule);
      },
    );

    test("begins though the master dies as it is to begin", async () => {
      await using group = await splitCampus(dialect);
      const { master, schedule } = await promised(group);
      await group.clock.advance(schedule.start - 1_000 - group.clock.now());
      group.kill(master);
      await group.clock.advance(TAKEOVER_MS + 4 * MINUTE);
      expect(await expectRight(group)).toEqual(["active"]);
      expect(group.wideArea?.circuits).toBe(1);
      await group.clock.advance(schedule.end + 3 * MINUTE - group.clock.now());
      await group.expectNothingLeft();
    });

    test("moves at a slave's word, and is given back at another's before its start", async () => {
      await using group = await splitCampus(dialect);
      const { slave, schedule } = await promised(group);
      const put = { start: schedule.start + 60 * MINUTE, end: schedule.end + 60 * MINUTE };
      const options = { schedule: put };
      const moved = group
        .agent(slave)
        .modifyPhysicalNetwork("p", [], [], undefined, undefined, options);
      value(await group.run(moved));
      await group.clock.advance(35 * MINUTE);
      expect(await expectRight(group)).toEqual(["scheduled"]);
      expect(group.wideArea?.circuits).toBe(1);
      group.kill(await group.wideAreaMaster());
      await group.clock.advance(TAKEOVER_MS);
      await group.untilServed();
      const [last] = group.living;
      value(await group.run((last ?? group.member("a")).agent.teardownPhysicalNetwork("p")));
      expect(group.wideArea?.circuits).toBe(0);
      await group.expectNothingLeft();
    });
  },
);
