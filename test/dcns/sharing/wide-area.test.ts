import type { ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import type { DcnsAgent } from "../../../src/dcns.ts";
import type { DcnsError } from "../../../src/model/errors.ts";
import { type AgentGroup, LEASE_MS, wordOf } from "../../support/agent-group.ts";
import { type Dialect, dialects } from "../../support/simulated-wan.ts";
import { splitCampus } from "../../support/split-campus.ts";
import { value } from "../../support/testbed.ts";

/** Long enough for a lease to end, and for another agent to end what its holder had begun. */
const TAKEOVER_MS = LEASE_MS + 40_000;

const across: readonly string[] = ["s4a:eth1", "s3a:eth1"];

/** How long it takes a master at most to notice what nobody tells it. */
const AUDIT_MS = 30_000;

/** For how long OSCARS 1 holds what nobody commits, and does not list it. */
const HOLD_MS = 900_000;

/** What all living agents show; the domain has what that takes, and nothing more. */
async function pictureOf(group: AgentGroup) {
  const networks = await group.expectAgreement();
  const isHeld = () => group.wideArea?.faultIn(group.topology, networks)?.includes("carry nothing");
  for (let ms = 0; isHeld() && ms < HOLD_MS; ms += 60_000) await group.clock.advance(60_000);
  expect(group.wideArea?.faultIn(group.topology, networks)).toBeUndefined();
  for (const info of networks) group.expectWhole(info);
  return {
    networks: networks.map((info) => ({ ...info, createdAt: "", updatedAt: "" })),
    held: group.held(),
  };
}

/** The same but for what the domain calls its circuits: one that is made anew has another name. */
function unnamed(picture: Awaited<ReturnType<typeof pictureOf>>) {
  const networks = picture.networks.map((info) => ({
    ...info,
    segments: info.segments.map(({ externalId: _, externalIds: __, ...rest }) => rest),
  }));
  return { ...picture, networks };
}

describe.each(dialects)("agents that share a wide-area domain that speaks %s", (dialect) => {
  test("take calls side by side, whichever of them speaks to the domain", async () => {
    await using group = await splitCampus(dialect);
    for (const name of ["a", "b", "c"]) {
      const { agent } = group.member(name);
      value(await group.run(agent.setupPhysicalNetwork(name, across, "100Mbps", undefined)));
    }
    expect(group.wideArea?.circuits).toBe(3);
    await pictureOf(group);
    value(await group.run(group.agent("b").modifyPhysicalNetwork("a", [], [], "200Mbps")));
    value(await group.run(group.agent("c").modifyPhysicalNetwork("b", ["s3b:eth1"], [])));
    await pictureOf(group);
    for (const { agent } of group.members) {
      const report = value(await group.run(agent.verifyNetwork("a", { dataPlane: true })));
      expect(report.consistent).toBe(true);
      // Nobody sends probes through the domain, or counts its frames.
      expect(report.dataPlane?.pairs.map(({ status }) => status)).toContain("untested");
      const { gaps } = value(await group.run(agent.getNetworkStatistics("a")));
      expect(gaps.map(({ domain }) => domain)).toContain("wan");
    }
    for (const [at, name] of ["c", "b", "a"].entries()) {
      const { agent } = group.member(["a", "b", "c"][at] ?? "a");
      value(await group.run(agent.teardownPhysicalNetwork(name)));
    }
    expect(group.wideArea?.circuits).toBe(0);
    await group.expectNothingLeft();
  });

  test("hear of a circuit that is lost, and of its return", async () => {
    await using group = await splitCampus(dialect);
    value(await group.run(group.agent("a").setupPhysicalNetwork("p", across, "100Mbps")));
    group.wideArea?.endAll();
    await group.clock.advance(TAKEOVER_MS);
    for (const { events } of group.members) {
      const told = events.map(({ type }) => type).filter((type) => type.startsWith("segment-"));
      expect(told).toEqual(["segment-down", "segment-up"]);
    }
    await pictureOf(group);
    value(await group.run(group.agent("b").teardownPhysicalNetwork("p")));
    await group.expectNothingLeft();
  });

  test("hear within 30 s of what the domain tells nobody but the master that it had before", async () => {
    await using group = await splitCampus(dialect, { late: ["a"] });
    value(await group.run(group.agent("b").setupPhysicalNetwork("p", across, "100Mbps")));
    const before = await group.wideAreaMaster();
    await group.launch("a");
    await group.untilServed();
    await group.clock.advance(10_000);
    expect(await group.wideAreaMaster()).not.toBe(before);
    group.wideArea?.endAll();
    await group.clock.advance(AUDIT_MS + 1_000);
    for (const { events } of group.members)
      expect(events.map(({ type }) => type)).toContain("segment-down");
    await group.clock.advance(TAKEOVER_MS);
    await pictureOf(group);
    value(await group.run(group.agent("b").teardownPhysicalNetwork("p")));
    await group.expectNothingLeft();
  });

  test("pass the domain on when its master dies, and no circuit is touched", async () => {
    await using group = await splitCampus(dialect);
    value(await group.run(group.agent("a").setupPhysicalNetwork("p", across, "100Mbps")));
    const before = await pictureOf(group);
    for (let dead = 0; dead < 2; dead += 1) {
      group.kill(await group.wideAreaMaster());
      for (let ms = 0; ms < TAKEOVER_MS; ms += 500) {
        await group.clock.advance(500);
        for (const info of group.living[0]?.agent.listNetworks() ?? []) group.expectWhole(info);
      }
      await group.untilServed();
      expect(await pictureOf(group)).toEqual(before);
    }
    const [last] = group.living;
    value(await group.run((last ?? group.member("a")).agent.teardownPhysicalNetwork("p")));
    await group.expectNothingLeft();
  });
});

interface Operation {
  readonly name: string;
  readonly isThere: boolean;
  readonly call: (agent: DcnsAgent) => ResultAsync<unknown, DcnsError>;
}

const operations: readonly Operation[] = [
  {
    name: "setup",
    isThere: false,
    call: (agent) => agent.setupPhysicalNetwork("p", across, "100Mbps", 101),
  },
  {
    name: "change of rate",
    isThere: true,
    call: (agent) => agent.modifyPhysicalNetwork("p", [], [], "300Mbps"),
  },
  { name: "teardown", isThere: true, call: (agent) => agent.teardownPhysicalNetwork("p") },
];

async function prepared({ isThere }: Operation, dialect: Dialect): Promise<AgentGroup> {
  const group = await splitCampus(dialect);
  if (isThere) {
    value(await group.run(group.agent("b").setupPhysicalNetwork("p", across, "100Mbps", 101)));
  }
  await group.clock.advance(100);
  return group;
}

async function outcomesOf(operation: Operation, dialect: Dialect) {
  await using group = await prepared(operation, dialect);
  const before = await pictureOf(group);
  let steps = 0;
  value(
    await group.run(operation.call(group.agent("a")), () => {
      steps += 1;
    }),
  );
  return { pictures: [before, await pictureOf(group)].map(unnamed), steps };
}

/** About `count` of so many steps, spread evenly; every one where `DCNS_EVERY_STEP=1` asks for that. */
function stepsToHarm(steps: number, count: number): readonly number[] {
  const { DCNS_EVERY_STEP } = process.env;
  const every = DCNS_EVERY_STEP === "1" ? 1 : Math.max(1, Math.floor(steps / count));
  return Array.from({ length: Math.floor(steps / every) }, (_, n) => 1 + n * every);
}

const matrix = operations.flatMap((operation) =>
  dialects.map((dialect) => ({ ...operation, dialect })),
);

describe.each(matrix)("a $name across a domain that speaks $dialect", (operation) => {
  const { dialect } = operation;
  const victims = [
    ["who took the call", async () => "a"],
    ["the master of the domain", (group: AgentGroup) => group.wideAreaMaster()],
  ] as const;

  test.each(victims)(
    "is done or undone when %s dies, at any step",
    { timeout: 600_000 },
    async (_, victimOf) => {
      const { pictures, steps } = await outcomesOf(operation, dialect);
      for (const nth of stepsToHarm(steps, 6)) {
        await using group = await prepared(operation, dialect);
        const victim = await victimOf(group);
        const call = operation.call(group.agent("a"));
        await group.harmAtStep(nth, call, () => group.kill(victim));
        if (victim !== "a") await group.run(call);
        await group.clock.advance(TAKEOVER_MS);
        await group.untilServed();
        expect(pictures, `step ${nth}`).toContainEqual(unnamed(await pictureOf(group)));
        const [last] = group.living;
        const { agent } = last ?? group.member("a");
        if (agent.listNetworks().length > 0) {
          value(await group.run(agent.teardownPhysicalNetwork("p")));
        }
        expect(group.wideArea?.circuits).toBe(0);
        await group.expectNothingLeft();
      }
    },
  );

  test("is done or undone when the master of the domain is stopped for longer than its lease", {
    timeout: 600_000,
  }, async () => {
    const { pictures, steps } = await outcomesOf(operation, dialect);
    for (const nth of stepsToHarm(steps, 6)) {
      await using group = await prepared(operation, dialect);
      const victim = await group.wideAreaMaster();
      const call = operation.call(group.agent("a"));
      await group.harmAtStep(nth, call, () => group.pause(victim));
      await group.clock.advance(TAKEOVER_MS);
      group.resume(victim);
      const outcome = await group.run(call);
      await group.clock.advance(TAKEOVER_MS);
      await group.untilServed();
      const picture = unnamed(await pictureOf(group));
      expect(pictures, `step ${nth}: ${wordOf(outcome)}`).toContainEqual(picture);
      if (picture.networks.length > 0) {
        value(await group.run(group.agent("a").teardownPhysicalNetwork("p")));
      }
      expect(group.wideArea?.circuits).toBe(0);
      await group.expectNothingLeft();
    }
  });
});
