import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OPENFLOW_1_3 } from "../../src/drivers/openflow/index.ts";
import { describeError } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { type FramePort, type FrameStream, sleep } from "../lab/frame-port.ts";
import { openFlowVersions, speakingOnly, versionsWithGroups } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, heldByUs, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Two ways from s1 to s3, each through two switches, and a third through s6. */
const ways = fabricDocument({
  links: {
    a1: ["s1:10", "s2:10"],
    a2: ["s2:11", "s5:10"],
    a3: ["s5:11", "s3:10"],
    b1: ["s1:11", "s4:10"],
    b2: ["s4:11", "s6:10"],
    b3: ["s6:11", "s3:11"],
  },
  hosts: { "es1:eth1": "s1:1", "es3:eth1": "s3:1" },
  untagged: ["es3:eth1"],
});

const MAC = ["02:00:00:00:00:01", "02:00:00:00:00:03"] as const;
const AROUND_MS = 300;
/** A busy machine may take its time; how long it takes on an idle one the benchmark says. */
const MOST_LOST = 250;

const asked = ["es1:eth1", "es3:eth1"];
const disjoint = { protection: "disjoint" } as const;

describeWithOvs("a network with a second path, on Open vSwitch", () => {
  describe.each(versionsWithGroups)("$protocol", (spoken) => {
    /** With the later versions the groups are the same: one failure and the way back are tried. */
    const isFirst = spoken.version === OPENFLOW_1_3;
    let scenario: Scenario;
    let es1: FramePort;
    let es3: FramePort;

    beforeEach(async () => {
      scenario = await startScenario(ways, speakingOnly(spoken));
      const { agent, lab } = scenario;
      [es1, es3] = await Promise.all([lab.framePort("es1:eth1"), lab.framePort("es3:eth1")]);
      value(await agent.setupPhysicalNetwork("projectA", asked, "10Mbps", 101, disjoint));
      expect(value(await agent.verifyNetwork("projectA")).consistent).toBe(true);
      await lab.settle();
    });
    afterEach(() => scenario?.[Symbol.asyncDispose]());

    /** Sends a numbered frame a millisecond both ways, before, during and after a failure. */
    async function whileTalking(fail: () => Promise<void>): Promise<readonly FrameStream[]> {
      const streams = await Promise.all([
        es1.startStream({ dst: MAC[1], src: MAC[0], vlan: 101 }),
        es3.startStream({ dst: MAC[0], src: MAC[1], vlan: "untagged" }),
      ]);
      await sleep(AROUND_MS);
      await fail();
      await sleep(AROUND_MS);
      await Promise.all(streams.map((stream) => stream.stop()));
      return streams;
    }

    async function expectShortGap([there, back]: readonly FrameStream[]): Promise<void> {
      for (const seen of [await there?.at(es3), await back?.at(es1)]) {
        expect(seen?.duplicates).toBe(0);
        expect(seen?.received).toBeGreaterThan(AROUND_MS);
        expect(seen?.lost.length).toBeLessThan(MOST_LOST);
      }
    }

    test.each(isFirst ? ["a1", "a2", "a3"] : ["a2"])(
      "goes on by the other path when %s fails, with no agent there",
      async (link) => {
        const { agent, lab } = scenario;
        await agent.close();
        await expectShortGap(await whileTalking(() => lab.setLink(link, "down")));
        const after = await whileTalking(async () => {});
        expect(await after[0]?.at(es3)).toMatchObject({ duplicates: 0, lost: [] });
        expect(await after[1]?.at(es1)).toMatchObject({ duplicates: 0, lost: [] });
      },
    );

    test("loses nothing while the agent takes it off the broken path and back under protection, and leaves nothing behind", async () => {
      const { agent, lab } = scenario;
      const info = () => value(agent.getNetworkInfo("projectA"));
      await expectShortGap(await whileTalking(() => lab.setLink("a2", "down")));
      await eventually(async () => info().generation === 2 && info().state === "degraded");
      expect(info().links.map(({ id }) => id)).toEqual(["b1", "b2", "b3"]);
      const streams = await whileTalking(async () => {
        await lab.setLink("a2", "up");
        await eventually(async () => info().state === "active");
      });
      expect(info().backup?.links.map(({ id }) => id)).toEqual(["a1", "a2", "a3"]);
      expect(await streams[0]?.at(es3)).toMatchObject({ duplicates: 0, lost: [] });
      expect(await streams[1]?.at(es1)).toMatchObject({ duplicates: 0, lost: [] });
      value(await agent.teardownPhysicalNetwork("projectA"));
      expect(await heldByUs(scenario)).toEqual([]);
    });

    if (isFirst) {
      test("goes on by the other path when a node between dies with all its ports, with no agent there", async () => {
        const { agent, lab } = scenario;
        await agent.close();
        await expectShortGap(
          await whileTalking(async () => {
            await Promise.all(["a1", "a2"].map((link) => lab.setLink(link, "down")));
          }),
        );
        const after = await whileTalking(async () => {});
        expect(await after[0]?.at(es3)).toMatchObject({ duplicates: 0, lost: [] });
        expect(await after[1]?.at(es1)).toMatchObject({ duplicates: 0, lost: [] });
      });

      test("loses nothing when its rate is changed", async () => {
        const { agent } = scenario;
        const streams = await whileTalking(async () => {
          value(await agent.modifyPhysicalNetwork("projectA", [], [], "40Mbps"));
        });
        expect(await streams[0]?.at(es3)).toMatchObject({ duplicates: 0, lost: [] });
        expect(await streams[1]?.at(es1)).toMatchObject({ duplicates: 0, lost: [] });
      });
    }
  });

  test("is refused with OpenFlow 1.0, with that reason, before anything is touched", async () => {
    await using scenario = await startScenario(ways, speakingOnly(openFlowVersions[0]));
    const { agent } = scenario;
    const refused = await agent.setupPhysicalNetwork("projectA", asked, "10Mbps", 101, disjoint);
    const error = refused._unsafeUnwrapErr();
    expect(error).toMatchObject({ type: "driver-failed" });
    expect(describeError(error)).toContain("OpenFlow 1.0 has no groups");
    expect(await heldByUs(scenario)).toEqual([]);
    value(await agent.setupPhysicalNetwork("projectA", asked, "10Mbps", 101));
  });
});
