import { afterEach, describe, expect, test } from "vitest";
import { type AgentEvent, OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { type FramePort, sleep, takeAll } from "../lab/frame-port.ts";
import { openFlowVersions, speaking } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, heldByUs, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Two ways from s1 to s3: one through s2 with room for both networks, one through s4 for one of them. */
const ways = fabricDocument({
  links: {
    a1: ["s1:10", "s2:10"],
    a2: ["s2:11", "s3:10"],
    b1: ["s1:11", "s4:10"],
    b2: ["s4:11", "s3:11"],
  },
  hosts: { "es1:eth1": "s1:1", "es3:eth1": "s3:1" },
});
const document = {
  ...ways,
  links: (ways.links ?? []).map((link) => ({
    ...link,
    ...(link.id.startsWith("a") ? {} : { capacity: "100Mbps", metric: 10 }),
  })),
};
const ends = ["es1:eth1", "es3:eth1"];
const MAC = ["02:00:00:00:00:01", "02:00:00:00:00:03"] as const;
const VLAN = { low: 101, high: 102 } as const;
const AROUND_MS = 300;
/** A busy machine may take its time; how long it takes on an idle one the benchmark says. */
const MOST_LOST = 500;

describeWithOvs("networks that lose a link, on Open vSwitch", () => {
  let scenario: Scenario;
  let es1: FramePort;
  let es3: FramePort;

  afterEach(() => scenario?.[Symbol.asyncDispose]());

  async function start({ protocol, version }: (typeof openFlowVersions)[number]): Promise<void> {
    scenario = await startScenario(document, {
      lab: speaking(protocol),
      driver: (listen) => new OpenFlowDriver({ listen, session: { versions: [version] } }),
    });
    const { lab } = scenario;
    [es1, es3] = await Promise.all([lab.framePort("es1:eth1"), lab.framePort("es3:eth1")]);
  }

  const setUp = async (project: keyof typeof VLAN, priority: number): Promise<void> => {
    const options = { protection: "restore", priority } as const;
    const { agent } = scenario;
    value(await agent.setupPhysicalNetwork(project, ends, "60Mbps", VLAN[project], options));
  };
  /** The state of a network, and the links of its tree. */
  const standing = (project: string): string => {
    const { state, links } = value(scenario.agent.getNetworkInfo(project));
    return [state, ...links.map(({ id }) => id)].join(" ");
  };
  /** Which networks carry a frame from one end to the other. */
  const carried = async (): Promise<readonly string[]> => {
    await scenario.lab.settle();
    for (const [payload, vlan] of Object.entries(VLAN)) {
      await es1.send({ dst: MAC[1], src: MAC[0], vlan, payload });
    }
    return ((await takeAll([es3]))["es3:eth1"] ?? []).map(({ payload }) => payload);
  };

  describe.each(openFlowVersions)("$protocol", (spoken) => {
    test("leave it by priority as far as there is room; the others wait until there is some", async () => {
      await start(spoken);
      const { agent, lab } = scenario;
      await setUp("low", 0);
      await setUp("high", 5);
      expect([standing("low"), standing("high")]).toEqual(["active a1 a2", "active a1 a2"]);
      await lab.settle();
      const stream = await es1.startStream({ dst: MAC[1], src: MAC[0], vlan: VLAN.high });
      await sleep(AROUND_MS);
      await lab.setLink("a2", "down");
      await eventually(() => standing("high") === "active b1 b2");
      await sleep(AROUND_MS);
      await stream.stop();
      const { received, duplicates, lost } = await stream.at(es3);
      expect(duplicates).toBe(0);
      expect(received).toBeGreaterThan(AROUND_MS);
      expect(lost.length).toBeLessThan(MOST_LOST);
      expect(standing("low")).toBe("degraded a1 a2");
      expect(await carried()).toEqual(["high"]);
      const report = value(await agent.verifyNetwork("high", { dataPlane: true }));
      expect(report).toMatchObject({ consistent: true, dataPlane: { complete: true } });

      value(await agent.teardownPhysicalNetwork("high"));
      await eventually(() => standing("low") === "active b1 b2");
      expect(await carried()).toEqual(["low"]);
      value(await agent.teardownPhysicalNetwork("low"));
      expect(await heldByUs(scenario)).toEqual([]);
    });
  });

  test("are as they were when it is back before there is room elsewhere", async () => {
    await start(openFlowVersions[1]);
    const { lab } = scenario;
    await setUp("low", 0);
    await setUp("high", 5);
    await lab.setLink("a1", "down");
    await eventually(() => standing("high") === "active b1 b2");
    expect(standing("low")).toBe("degraded a1 a2");
    await lab.setLink("a1", "up");
    await eventually(() => standing("low") === "active a1 a2");
    expect(await carried()).toEqual(["low", "high"]);
  });

  test("go around one that flaps until it has been quiet", async () => {
    await start(openFlowVersions[1]);
    const { agent, lab } = scenario;
    const events: AgentEvent[] = [];
    agent.events.subscribe((event) => events.push(event));
    const told = (isUp: boolean): number =>
      events.filter((event) => event.type === "link-state" && event.up === isUp).length;
    for (let failure = 1; failure <= 3; failure += 1) {
      await lab.setLink("a1", "down");
      await eventually(() => told(false) === failure);
      await lab.setLink("a1", "up");
      if (failure < 3) await eventually(() => told(true) === failure);
    }
    await eventually(() => events.some(({ type }) => type === "link-damped"));
    await setUp("low", 0);
    expect(standing("low")).toBe("active b1 b2");
    expect(told(true)).toBe(2);
    await eventually(() => told(true) === 3, 25_000);
    await setUp("high", 5);
    expect(standing("high")).toBe("active a1 a2");
  }, 60_000);
});
