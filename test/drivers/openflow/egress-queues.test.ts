import { ok } from "neverthrow";
import { describe, expect, test } from "vitest";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { PortRef } from "../../../src/model/ids.ts";
import { errorOf, Testbed, type TestbedOptions } from "../../support/testbed.ts";

const members = ["s1a:eth1", "s2b:eth1", "s3a:eth1"];
const isAtLink = (port: string): boolean => /:[34]$/.test(port);

/** Starts with these queues at ports, and frames sent to queue 1 at links and 2 at hosts. */
function bedWith(queues: (port: PortRef) => readonly number[], options: TestbedOptions = {}) {
  return Testbed.start({
    queues,
    ...options,
    driver: { egressQueues: { atLinks: 1, elsewhere: 2 }, ...options.driver },
  });
}

/** How many packets left by each queue, as `node:port/queue`. */
function queued(bed: Testbed): Readonly<Record<string, number>> {
  const found = [...bed.fabric.switches].flatMap(([node, at]) =>
    at
      .queues()
      .filter(({ txPackets }) => txPackets > 0n)
      .map(
        ({ port, queue, txPackets }) => [`${node}:${port}/${queue}`, Number(txPackets)] as const,
      ),
  );
  return Object.fromEntries(found);
}

describe("egress queues", () => {
  test.each([
    { learns: true, bundles: true, delivery: "learn" },
    { learns: false, bundles: false, delivery: "flood" },
  ] as const)("are where frames leave by: %o", async ({ delivery, ...switches }) => {
    await using bed = await bedWith(() => [0, 1, 2], {
      ...switches,
      driver: { egressQueues: { atLinks: 1, elsewhere: 2, atPorts: { "s3:1": false } } },
    });
    const info = await bed.setUp("p", members, "100Mbps", undefined, { delivery });
    bed.expectWhole(info);
    const counts = queued(bed);
    expect(Object.keys(counts).length).toBeGreaterThan(3);
    for (const place of Object.keys(counts)) {
      const [port = "", queue] = place.split("/");
      expect(queue).toBe(isAtLink(port) ? "1" : "2");
    }
    expect(Object.keys(counts)).toContain("s1:1/2");
    expect(Object.keys(counts)).not.toContain("s3:1/2");
    expect((await bed.run(bed.agent.verifyNetwork("p")))._unsafeUnwrap().consistent).toBe(true);
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("are not asked about, nor used, unless they are wanted", async () => {
    await using bed = await Testbed.start({ queues: () => [1] });
    using asked = bed.countMessages("queue-get-config-request");
    await bed.setUp("p", members, "100Mbps");
    for (const at of bed.fabric.switches.values()) at.breakConnections();
    await bed.untilAllUp();
    expect(asked.count).toBe(0);
    expect(JSON.stringify(bed.held())).not.toContain("set-queue");
  });

  test("that a switch does not have are the reason for a refusal, before anything is touched", async () => {
    await using bed = await bedWith((port) => (port === "s3:1" ? [0] : [0, 1, 2]));
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    const refused = await bed.run(bed.agent.setupPhysicalNetwork("p", members, "100Mbps"));
    expect(errorOf(refused, "driver-failed").causes).toMatchObject([
      { node: "s3", kind: "unsupported", message: "port s3:1 has no queue 2" },
    ]);
    expect(mods.count).toBe(0);
    bed.expectNothingLeft();
    bed.expectWhole(await bed.setUp("q", ["s1a:eth1", "s2b:eth1"], "100Mbps"));
  });

  test("at a link that have not been made are gone around", async () => {
    await using bed = await bedWith((port) => (/^s[12]:3$/.test(port) ? [] : [1, 2]));
    const { links } = await bed.setUp("p", ["s1a:eth1", "s2b:eth1"], "100Mbps");
    expect(links.map(({ id }) => id)).not.toContain("s1-s2");
  });

  test("that are made later are seen by the next audit", async () => {
    const made = new Set<number>();
    await using bed = await bedWith(() => [...made], { driver: { auditIntervalMs: 60_000 } });
    const early = await bed.run(bed.agent.setupPhysicalNetwork("p", members, "1Mbps"));
    expect(early._unsafeUnwrapErr().type).toMatch(/driver-failed|no-path/);
    made.add(1).add(2);
    await bed.clock.advance(61_000);
    bed.expectWhole(await bed.setUp("p", members, "1Mbps"));
  });

  test("that are taken away are told of, and what stands goes on", async () => {
    const made = new Set([1, 2]);
    await using bed = await bedWith(() => [...made], { driver: { auditIntervalMs: 60_000 } });
    const info = await bed.setUp("p", members, "1Mbps");
    const before = bed.held();
    made.clear();
    await bed.clock.advance(61_000);
    bed.expectWhole(info);
    expect(bed.held()).toEqual(before);
    const drifts = bed.events.filter((event) => event.type === "drift");
    expect(JSON.stringify(drifts)).toMatch(/port s1:\d has no queue \d/);
    made.add(1).add(2);
    await bed.clock.advance(61_000);
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("that somebody takes out of a flow are put back", async () => {
    await using bed = await bedWith(() => [1, 2], { driver: { auditIntervalMs: 60_000 } });
    await bed.setUp("p", ["s1a:eth1", "s1b:eth1"], "1Mbps");
    const before = bed.held();
    const at = [...bed.fabric.switches.values()][0];
    const flow = at?.flows().find(({ cookie }) => cookie >> 48n === 0xdc05n);
    if (at === undefined || flow === undefined) throw new Error("the switch has a flow of ours");
    const instructions = flow.instructions.map((each) =>
      each.type === "apply-actions"
        ? { ...each, actions: each.actions.filter(({ type }) => type !== "set-queue") }
        : each,
    );
    const { table, priority, cookie, match } = flow;
    const taken = flowMod({
      command: "modify-strict",
      table,
      priority,
      cookie,
      match,
      instructions,
    });
    expect(at.inject(taken)).toEqual(ok(undefined));
    expect(bed.held()).not.toEqual(before);
    await bed.clock.advance(61_000);
    expect(bed.held()).toEqual(before);
    expect(bed.events).toContainEqual(expect.objectContaining({ type: "drift", repaired: true }));
  });
});
