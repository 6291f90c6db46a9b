import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPENFLOW_1_3, OPENFLOW_1_4, OPENFLOW_1_5 } from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, sleep } from "../lab/frame-port.ts";
import { speaking } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { type Scenario, startScenario, value } from "../lab/scenario.ts";

const RATE = 2_000_000;
const VLAN = 101;
/** The bytes of a frame whose payload is 1,000, with its tag. */
const FRAME_BYTES = 1_018;
const SECONDS = 3;
/** What a meter lets through at once, as a time at its rate. */
const BURST_S = 1;

/** Three hosts at s1, and two at s2, which hear them over one link. */
const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: {
    "es1:eth1": "s1:1",
    "es2:eth1": "s1:2",
    "es3:eth1": "s1:3",
    "es4:eth1": "s2:1",
    "es5:eth1": "s2:2",
  },
});
const members = ["es1:eth1", "es2:eth1", "es3:eth1", "es4:eth1", "es5:eth1"] as const;
const mac = (index: number): string => `02:00:00:00:00:0${index + 1}`;
const endpoints = Object.fromEntries(members.map((at, index) => [at, { macs: [mac(index)] }]));

describeWithOvs("the rate that a network has as a whole, on Open vSwitch", () => {
  describe.each([
    { protocol: "OpenFlow13", version: OPENFLOW_1_3, delivery: "flood" },
    { protocol: "OpenFlow13", version: OPENFLOW_1_3, delivery: "static" },
    { protocol: "OpenFlow14", version: OPENFLOW_1_4, delivery: "flood" },
    { protocol: "OpenFlow15", version: OPENFLOW_1_5, delivery: "static" },
  ] as const)("$protocol, delivery: $delivery", ({ protocol, version, delivery }) => {
    let scenario: Scenario;
    let ports: readonly FramePort[];

    beforeAll(async () => {
      scenario = await startScenario(pair, {
        lab: speaking(protocol),
        driver: (listen) => new OpenFlowDriver({ listen, session: { versions: [version] } }),
      });
      const { agent, lab } = scenario;
      ports = await Promise.all(members.map((at) => lab.framePort(at)));
      const options = { sharing: "shared", delivery, endpoints } as const;
      const info = value(await agent.setupPhysicalNetwork("p", members, RATE, VLAN, options));
      for (const { reserved } of info.links) {
        expect(Math.max(reserved.forward, reserved.backward)).toBeLessThanOrEqual(RATE);
      }
      await lab.settle();
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    test("is all that crosses the link when three send that much each", async () => {
      const [first, second, third, far] = ports;
      if (first === undefined || second === undefined || third === undefined) throw new Error();
      if (far === undefined) throw new Error();
      /** What has left s1 by the link, in bits. */
      const crossed = async (): Promise<number> => {
        const dump = await scenario.lab.ofctl(["dump-ports", "s1", "10"]);
        return 8 * Number(/tx pkts=\d+, bytes=(\d+)/.exec(dump)?.[1]);
      };
      const before = await crossed();
      const dst = delivery === "flood" ? BROADCAST : mac(3);
      const streams = await Promise.all(
        [first, second, third].map((port, index) =>
          port.startStream({
            ...{ dst, src: mac(index), vlan: VLAN },
            ...{ payloadSize: FRAME_BYTES - 18, intervalMs: 4 },
          }),
        ),
      );
      await sleep(SECONDS * 1_000);
      const sent = await Promise.all(streams.map((stream) => stream.stop()));
      const heard = await Promise.all(
        streams.map(async (stream) => (await stream.at(far)).received),
      );
      const bits = (counts: readonly number[]): number =>
        counts.reduce((sum, count) => sum + count, 0) * FRAME_BYTES * 8;
      const onTheLink = (await crossed()) - before;
      const seconds = (Math.max(...sent) * 4) / 1_000;
      expect(bits(sent)).toBeGreaterThan(2 * RATE * seconds);
      for (const got of [bits(heard), onTheLink]) {
        expect(got).toBeLessThan(1.1 * RATE * (seconds + BURST_S));
      }
      expect(bits(heard)).toBeGreaterThan(0.8 * RATE * seconds);
    });
  });
});
