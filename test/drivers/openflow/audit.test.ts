import { ok } from "neverthrow";
import { afterEach, describe, expect, test } from "vitest";
import { networkCookie } from "../../../src/drivers/openflow/compile/cookie.ts";
import type { OpenFlowDriverOptions } from "../../../src/drivers/openflow/driver-options.ts";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../../src/drivers/openflow/wire/message.ts";
import { networkNumber } from "../../../src/model/ids.ts";
import { pairSegment, threeWaySegment } from "../../../src/testing/conformance-segments.ts";
import { SwitchWorld } from "../../support/switch-world.ts";

const pair = pairSegment("pair", 1);
const threeWay = threeWaySegment("three", 2);
const none = { right: 0, wrong: 0, missing: 0, excess: 0 };

describe("an audit", () => {
  let world = new SwitchWorld();
  const start = (options: Partial<OpenFlowDriverOptions> = {}): void => {
    world = new SwitchWorld(options);
  };
  afterEach(async () => {
    await world.close();
    expect(world.clock.countTimers()).toBe(0);
  });

  const inject = (...messages: readonly OfMessage[]): void => {
    for (const message of messages) expect(world.at("n1").inject(message)).toEqual(ok(undefined));
  };
  const audit = async () => (await world.clock.until(world.driver.audit()))._unsafeUnwrap();
  const auditOf = async (node: string) => (await audit()).nodes.find((each) => each.node === node);
  const drifts = () => world.events.filter(({ type }) => type === "drift");

  test("counts what is right, and sends nothing", async () => {
    start();
    await world.attach([threeWay]);
    const changes = world.changesAt("n1");
    expect(await auditOf("n1")).toEqual({
      node: "n1",
      flows: { ...none, right: 4 },
      groups: { ...none, right: 1 },
      meters: { ...none, right: 2 },
      busyNetworks: 0,
      unrepaired: [],
    });
    expect(changes).toEqual([]);
    expect(drifts()).toEqual([]);
  });

  test("reads a switch once when all is right, however many networks there are", async () => {
    start();
    const networks = Array.from({ length: 5 }, (_, n) => pairSegment(`pair-${n}`, n + 1));
    const [only] = networks;
    if (only === undefined) throw new Error("there are five");
    await world.attach([only, threeWay]);
    const reads: string[] = [];
    world.at("n1").observe((event) => {
      if (event.type !== "message" || event.message.type !== "multipart-request") return;
      reads.push(event.message.body.type);
    });
    await audit();
    expect(reads.sort()).toEqual(["flow", "group-desc", "meter-config"]);
  });

  test("tells what is missing, wrong and in excess, repairs it, and leaves the rest alone", async () => {
    start();
    await world.attach([threeWay]);
    const [flow, other] = world.at("n1").flows();
    const [group] = world.at("n1").groups();
    const [meter] = world.at("n1").meters();
    if (!flow || !other || !group || !meter) throw new Error("there is one of each");
    const stray = networkCookie(0xdc05, networkNumber(99));
    inject(
      flowMod({ ...flow, command: "delete-strict" }),
      flowMod({ ...other, command: "modify-strict", instructions: [] }),
      { type: "group-mod", command: "modify", ...group, buckets: [] },
      {
        type: "meter-mod",
        command: "modify",
        ...meter,
        bands: [{ type: "drop", rate: 1, burst: 1 }],
      },
      flowMod({ command: "add", priority: 1, cookie: stray, match: [], instructions: [] }),
      { type: "group-mod", command: "add", groupType: "all", group: 0xdc05_1234, buckets: [] },
    );
    const changes = world.changesAt("n1");
    const found = await auditOf("n1");
    expect(found?.flows).toEqual({ right: 2, wrong: 1, missing: 1, excess: 1 });
    expect(found?.groups).toEqual({ ...none, wrong: 1, excess: 1 });
    // The flow that used the changed meter is gone: nothing says whose it was.
    expect(found?.meters).toEqual({ ...none, right: 1, missing: 1, excess: 1 });
    expect(found?.unrepaired).toEqual([]);
    const counts = new Map<string, number>();
    for (const change of changes) counts.set(change, (counts.get(change) ?? 0) + 1);
    expect(counts.get("flow-mod add")).toBe(1);
    expect(counts.get("flow-mod delete-strict")).toBe(1);
    const second = await auditOf("n1");
    expect(second?.flows).toEqual({ ...none, right: 4 });
    expect(second?.groups).toEqual({ ...none, right: 1 });
    expect(second?.meters).toEqual({ ...none, right: 2 });
    expect(drifts()).toMatchObject([{ node: "n1", repaired: true }]);
  });

  test("is made from time to time, and never when not wanted", async () => {
    start({ auditIntervalMs: 60_000 });
    await world.attach([pair]);
    world.wipe("n1");
    await world.clock.advance(20_000);
    expect(world.at("n1").flows()).toEqual([]);
    await world.clock.advance(60_000);
    expect(world.at("n1").flows()).toHaveLength(2);
    world.wipe("n1");
    await world.clock.advance(61_000);
    expect(world.at("n1").flows()).toHaveLength(2);
    expect(drifts()).toHaveLength(2);
    await world.close();
    start({ auditIntervalMs: 0 });
    await world.attach([pair]);
    world.wipe("n1");
    await world.clock.advance(3_600_000);
    expect(world.at("n1").flows()).toEqual([]);
  });

  test.each([
    { read: "flows", nth: 1 },
    { read: "groups", nth: 2 },
    { read: "meters", nth: 3 },
  ])("that cannot read the $read knows nothing, and does nothing", async ({ nth }) => {
    start();
    await world.attach([threeWay]);
    world.wipe("n1");
    const reject = { type: "reject", kind: "bad-request", code: "eperm" } as const;
    world.at("n1").faults.add({ on: "multipart-request", nth, fault: reject });
    const changes = world.changesAt("n1");
    const { nodes, unknown } = await audit();
    expect(nodes.map(({ node }) => node)).toEqual(["n2"]);
    expect(unknown).toMatchObject([{ node: "n1", kind: "rejected" }]);
    expect(changes).toEqual([]);
    expect(drifts()).toEqual([]);
  });

  test("that fails is made again after a second, and later each time", async () => {
    start();
    await world.attach([threeWay]);
    const askedAt: number[] = [];
    world.at("n1").observe((event) => {
      if (event.type !== "message" || event.message.type !== "multipart-request") return;
      if (event.message.body.type === "flow") askedAt.push(world.clock.now());
    });
    world.wipe("n1");
    const reject = { type: "reject", kind: "bad-request", code: "eperm" } as const;
    for (const nth of [1, 4, 7]) {
      world.at("n1").faults.add({ on: "multipart-request", nth, fault: reject });
    }
    expect((await audit()).unknown).toMatchObject([{ node: "n1" }]);
    await world.clock.advance(6_000);
    expect(world.at("n1").flows()).toEqual([]);
    await world.clock.advance(2_000);
    expect(world.at("n1").flows()).toHaveLength(4);
    const [first = 0, ...others] = askedAt;
    expect(others.slice(0, 3).map((at) => Math.round((at - first) / 100))).toEqual([10, 30, 70]);
    const count = askedAt.length;
    await world.clock.advance(100_000);
    expect(askedAt).toHaveLength(count);
  });

  test("soon settles what was not seen to be gone, and is not made where nothing is in doubt", async () => {
    start();
    await world.attach([threeWay]);
    const { faults } = world.at("n1");
    const delay = { type: "delay", delayMs: 15_000 } as const;
    faults.add({ on: "multipart-request", nth: 1, fault: delay });
    faults.add({ on: "multipart-request", nth: 2, fault: delay });
    const released = await world.clock.until(world.driver.release(threeWay.id));
    expect(released.isErr()).toBe(true);
    await world.clock.advance(20_000);
    expect(world.events).toContainEqual({ type: "confirmed", node: "n1", segment: threeWay.id });
    expect(world.at("n1").flows()).toEqual([]);

    const reject = { type: "reject", kind: "flow-mod-failed", code: "table-full" } as const;
    faults.add({ on: "flow-mod", nth: 1, fault: reject });
    expect((await world.clock.until(world.driver.provision(pair))).isErr()).toBe(true);
    await world.clock.until(world.driver.release(pair.id));
    let reads = 0;
    world.at("n1").observe((event) => {
      if (event.type === "message" && event.message.type === "multipart-request") reads += 1;
    });
    await world.clock.advance(30_000);
    expect(reads).toBe(0);
  });

  test("does not fight work in flight, and leaves its results as they should be", async () => {
    start();
    await world.attach([threeWay]);
    const alone = world.changesAt("n1");
    await world.clock.until(world.driver.provision(pair));
    await world.clock.until(world.driver.release(pair.id));
    const expected = [...alone];
    for (const delayMs of [1, 3, 10]) {
      const fault = { type: "delay", delayMs } as const;
      for (const on of ["flow-mod", "barrier-request", "multipart-request"] as const) {
        world.at("n1").faults.add({ on, nth: 1, fault });
        alone.length = 0;
        const provision = world.driver.provision(pair);
        const audited = world.driver.audit();
        expect((await world.clock.until(provision)).isOk()).toBe(true);
        expect((await world.clock.until(audited)).isOk()).toBe(true);
        const release = world.driver.release(pair.id);
        await world.clock.until(world.driver.audit());
        await world.clock.until(release);
        expect(alone).toEqual(expected);
      }
    }
    expect(drifts()).toEqual([]);
    expect(await auditOf("n1")).toMatchObject({ flows: { ...none, right: 4 }, busyNetworks: 0 });
  });

  test("of a switch that is away is unknown", async () => {
    start();
    await world.listen([pair]);
    const { nodes, unknown } = await audit();
    expect(nodes).toEqual([]);
    expect(unknown.map(({ node, kind }) => `${node} ${kind}`)).toEqual([
      "n1 unreachable",
      "n2 unreachable",
    ]);
  });
});
