import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPENFLOW_1_3 } from "../../src/drivers/openflow/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, sleep } from "../lab/frame-port.ts";
import { speakingOnly, versionsWithGroups } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { type Scenario, startScenario, value } from "../lab/scenario.ts";

const RATE = 20_000_000;
const ALLOWANCE = 1_000_000;
const VLAN = 101;
/** The bytes of a frame whose payload is 1,000, with its tag. */
const FRAME_BYTES = 1_018;
const SECONDS = 3;
/** What may be flooded at once, as a time at the allowance: ten bursts of 100 ms. */
const BURST_S = 1;

const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s1:2", "es3:eth1": "s2:1" },
});
const members = ["es1:eth1", "es2:eth1", "es3:eth1"] as const;
const mac = (index: number): string => `02:00:00:00:00:0${index + 1}`;
/** The last goes the longest way through the tables, and stands for all with the later versions. */
const kinds = [
  ["broadcast", BROADCAST],
  ["multicast", "01:00:5e:00:00:05"],
  ["unknown unicast", "02:00:00:00:00:99"],
] as const;

describeWithOvs("what a host floods, on Open vSwitch", () => {
  describe.each(versionsWithGroups)("$protocol", (spoken) => {
    let scenario: Scenario;
    let ports: readonly FramePort[];

    beforeAll(async () => {
      scenario = await startScenario(pair, speakingOnly(spoken, { learning: "switch" }));
      const options = { delivery: "learn", floodAllowance: ALLOWANCE } as const;
      value(await scenario.agent.setupPhysicalNetwork("p", members, RATE, VLAN, options));
      ports = await Promise.all(members.map((at) => scenario.lab.framePort(at)));
      for (const [index, port] of ports.entries()) {
        await port.send({ dst: BROADCAST, src: mac(index), vlan: VLAN });
      }
      await scenario.lab.settle();
      await sleep(1_000);
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    test.each(spoken.version === OPENFLOW_1_3 ? kinds : kinds.slice(-1))(
      "as %s is held to its allowance, while known unicast passes at its rate",
      async (_, dst) => {
        const [sender, neighbour, far] = ports;
        if (sender === undefined || neighbour === undefined || far === undefined) throw new Error();
        const frames = { src: mac(0), vlan: VLAN, payloadSize: FRAME_BYTES - 18 };
        const flood = await sender.startStream({ ...frames, dst });
        const unicast = await sender.startStream({ ...frames, dst: mac(2) });
        await sleep(SECONDS * 1_000);
        const [flooded, sent] = [await flood.stop(), await unicast.stop()];
        // One frame a millisecond: eight times what may be flooded.
        expect(flooded * FRAME_BYTES * 8).toBeGreaterThan(5 * ALLOWANCE * SECONDS);
        const seconds = flooded / 1_000;
        for (const port of [neighbour, far]) {
          const bits = (await flood.at(port)).received * FRAME_BYTES * 8;
          expect(bits, port.name).toBeLessThan(1.1 * ALLOWANCE * (seconds + BURST_S));
          expect(bits, port.name).toBeGreaterThan(0.8 * ALLOWANCE * seconds);
        }
        const { received } = await unicast.at(far);
        // Far from the eighth that the allowance would leave; a machine at work loses some.
        expect(received / sent).toBeGreaterThan(0.8);
        expect((await unicast.at(neighbour)).received).toBe(0);
        // What was flooded too much is not paid for by the next.
        await sleep(BURST_S * 1_000);
      },
    );
  });
});
