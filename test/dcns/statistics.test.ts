import { describe, expect, test } from "vitest";
import { frame, frameBytes } from "../../src/model/frame.ts";
import { errorOf, Testbed, value } from "../support/testbed.ts";

const hosts = ["s1a:eth1", "s2b:eth1", "s3a:eth1"] as const;

describe("getNetworkStatistics", () => {
  test("counts what each host port sent, and nobody else's frames", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, "1Gbps", 101);
    await bed.setUp("other", ["s1a:eth1", "s4a:eth1"], "1Gbps", 102);
    const tagged = frame({ vlans: [101] });
    for (let i = 0; i < 5; i += 1) bed.fabric.hostOf("s1a:eth1").send({ vlans: [101] });
    for (let i = 0; i < 3; i += 1) bed.fabric.hostOf("s2b:eth1").send();
    bed.fabric.hostOf("s2b:eth1").send({ vlans: [0] });
    bed.fabric.hostOf("s1a:eth1").send({ vlans: [102] });
    bed.fabric.hostOf("s1a:eth1").send({ vlans: [103] });
    const statistics = value(await bed.run(bed.agent.getNetworkStatistics("p")));
    const bytes = frameBytes(tagged);
    expect(statistics).toMatchObject({
      project: "p",
      received: { frames: 9, bytes: 5 * bytes + 3 * (bytes - 4) + bytes },
      dropped: { frames: 0, bytes: 0 },
      gaps: [],
    });
    expect(
      statistics.endpoints.map(({ hostPort, received, dropped }) => [
        hostPort,
        received.frames,
        dropped?.frames,
      ]),
    ).toEqual([
      ["s1a:eth1", 5, 0],
      ["s2b:eth1", 4, 0],
      ["s3a:eth1", 0, 0],
    ]);
  });

  test("says what policing dropped, and whose it was", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    const payload = new Uint8Array(1500);
    for (let i = 0; i < 100; i += 1) bed.fabric.hostOf("s1a:eth1").send({ vlans: [101], payload });
    bed.fabric.hostOf("s3a:eth1").send({ vlans: [101], payload });
    const { received, dropped, endpoints } = value(
      await bed.run(bed.agent.getNetworkStatistics("p")),
    );
    expect(received.frames).toBe(101);
    const [first, , third] = endpoints;
    const heard = bed.fabric.hostOf("s3a:eth1").received.length;
    expect(heard).toBeGreaterThan(0);
    expect(heard).toBeLessThan(100);
    expect(first?.dropped?.frames).toBe(100 - heard);
    expect(third?.dropped).toEqual({ frames: 0, bytes: 0 });
    expect(dropped).toEqual(first?.dropped);
  });

  test.each([
    { learns: true, tagged: "s1a:eth1" },
    { learns: false, tagged: "s1b:eth1" },
  ])("says whose frames were flooded too much: %o", async ({ learns, tagged: from }) => {
    await using bed = await Testbed.start({ learns, driver: { learning: "either" } });
    const members = ["s1a:eth1", "s1b:eth1", "s3a:eth1"];
    const options = { delivery: "learn", floodAllowance: "1Mbps" } as const;
    await bed.setUp("p", members, "1Gbps", 101, options);
    const vlans = from === "s1a:eth1" ? [101] : [];
    const payload = new Uint8Array(1500);
    for (let i = 0; i < 200; i += 1) bed.fabric.hostOf(from).send({ vlans, payload });
    bed.fabric.hostOf("s3a:eth1").send({ vlans: [101], payload });
    const { dropped, endpoints } = value(await bed.run(bed.agent.getNetworkStatistics("p")));
    const heard = bed.fabric.hostOf("s3a:eth1").received.length;
    expect(heard).toBeGreaterThan(0);
    expect(heard).toBeLessThan(200);
    expect(endpoints.map((each) => [each.hostPort, each.dropped?.frames])).toEqual(
      members.map((member) => [member, member === from ? 200 - heard : 0]),
    );
    expect(dropped.frames).toBe(200 - heard);
  });

  test("counts drops of a policer that several share for the network alone", async () => {
    await using bed = await Testbed.start();
    const members = ["s1a:eth1", "s1b:eth1", "s3a:eth1"];
    await bed.setUp("p", members, 1e6, 101, { sharing: "shared" });
    const payload = new Uint8Array(1500);
    for (let i = 0; i < 100; i += 1) bed.fabric.hostOf("s1a:eth1").send({ vlans: [101], payload });
    const { dropped, endpoints } = value(await bed.run(bed.agent.getNetworkStatistics("p")));
    expect(dropped.frames).toBe(100 - bed.fabric.hostOf("s3a:eth1").received.length);
    expect(dropped.frames).toBeGreaterThan(0);
    expect(endpoints.find(({ hostPort }) => hostPort === "s1a:eth1")).not.toHaveProperty("dropped");
  });

  test("asks the switches anew only when the sample is too old, and says how old it is", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    const framesAt = async (maxAgeMs?: number): Promise<readonly [number, number]> => {
      const options = maxAgeMs === undefined ? {} : { maxAgeMs };
      const taken = value(await bed.run(bed.agent.getNetworkStatistics("p", options)));
      return [taken.received.frames, Math.max(...taken.endpoints.map(({ ageMs }) => ageMs))];
    };
    expect(await framesAt()).toEqual([0, expect.any(Number)]);
    bed.fabric.hostOf("s1a:eth1").send({ vlans: [101] });
    await bed.clock.advance(500);
    using asked = bed.countMessages("multipart-request");
    const [frames, ageMs] = await framesAt();
    expect(frames).toBe(0);
    expect(ageMs).toBeGreaterThanOrEqual(500);
    expect(asked.count).toBe(0);
    expect((await framesAt(0))[0]).toBe(1);
    expect(asked.count).toBeGreaterThan(0);
    await bed.clock.advance(1_001);
    bed.fabric.hostOf("s1a:eth1").send({ vlans: [101] });
    expect((await framesAt())[0]).toBe(2);
  });

  test("gives what it knew of a switch that is gone, with its age, and names it", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    bed.fabric.hostOf("s3a:eth1").send({ vlans: [101] });
    value(await bed.run(bed.agent.getNetworkStatistics("p")));
    bed.fabric.switchOf("s3").disconnect();
    await bed.clock.advance(5_000);
    const { endpoints, gaps, received } = value(await bed.run(bed.agent.getNetworkStatistics("p")));
    expect(received.frames).toBe(1);
    expect(endpoints.at(-1)).toMatchObject({ hostPort: "s3a:eth1", received: { frames: 1 } });
    expect(endpoints.at(-1)?.ageMs).toBeGreaterThanOrEqual(5_000);
    expect(gaps).toEqual([{ domain: "campus", node: "s3", reason: "the switch is not connected" }]);
  });

  test("goes on counting when the network changes around an endpoint", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    bed.fabric.hostOf("s1a:eth1").send({ vlans: [101] });
    await bed.modify("p", ["s4a:eth1"], []);
    bed.fabric.hostOf("s1a:eth1").send({ vlans: [101] });
    const { endpoints } = value(await bed.run(bed.agent.getNetworkStatistics("p")));
    expect(endpoints[0]).toMatchObject({ hostPort: "s1a:eth1", received: { frames: 2 } });
  });

  test("refuses what it cannot mean", async () => {
    await using bed = await Testbed.start();
    errorOf(await bed.run(bed.agent.getNetworkStatistics("p")), "network-not-found");
    errorOf(
      await bed.run(bed.agent.getNetworkStatistics("p", { maxAgeMs: -1 })),
      "invalid-request",
    );
  });
});
