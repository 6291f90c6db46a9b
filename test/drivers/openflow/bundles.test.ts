import { ok } from "neverthrow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DriverError } from "../../../src/model/errors.ts";
import { pairSegment, threeWaySegment } from "../../../src/testing/conformance-segments.ts";
import { SwitchWorld } from "../../support/switch-world.ts";

const pair = pairSegment("pair", 1);
const threeWay = threeWaySegment("pair", 1);

describe("on switches that have bundles, the OpenFlow driver", () => {
  let world: SwitchWorld;
  beforeEach(() => {
    world = new SwitchWorld({ bundles: true });
  });
  afterEach(async () => {
    await world.close();
    expect(world.clock.countTimers()).toBe(0);
  });

  const held = () => {
    const at = world.at("n1");
    const flows = at.flows().map(({ match, instructions, cookie }) => ({
      match,
      instructions,
      cookie,
    }));
    return { flows, groups: at.groups(), meters: at.meters() };
  };
  const messagesOf = (error: DriverError): readonly string[] =>
    error.type === "driver-failed" ? error.causes.map(({ message }) => message) : [error.type];

  test("knows that they do", async () => {
    const driver = await world.attach();
    expect([...driver.profiles().values()].map(({ bundles }) => bundles)).toEqual([true, true]);
    const without = new SwitchWorld();
    const other = await without.attach();
    expect([...other.profiles().values()].map(({ bundles }) => bundles)).toEqual([false, false]);
    await without.close();
  });

  test("makes new meters first, moves at once, and removes old meters last", async () => {
    const driver = await world.attach();
    const changes = world.changesAt("n1");
    (await world.clock.until(driver.provision(threeWay)))._unsafeUnwrap();
    expect(changes).toEqual([
      ...Array(2).fill("meter-mod add"),
      "group-mod add",
      ...Array(4).fill("flow-mod add"),
      "bundle commit",
    ]);
    changes.length = 0;
    (await world.clock.until(driver.release(threeWay.id)))._unsafeUnwrap();
    expect(changes).toEqual([
      ...Array(4).fill("flow-mod delete-strict"),
      "group-mod delete",
      "bundle commit",
      ...Array(2).fill("meter-mod delete"),
    ]);
    expect(held()).toEqual({ flows: [], groups: [], meters: [] });
  });

  test("changes nothing when the switch refuses one thing, and says which and why", async () => {
    const driver = await world.attach();
    for (const [from, to] of [
      [pair, threeWay],
      [threeWay, pair],
    ] as const) {
      (await world.clock.until(driver.provision(from)))._unsafeUnwrap();
      const before = held();
      const fault = { type: "reject", kind: "flow-mod-failed", code: "table-full" } as const;
      world.at("n1").faults.add({ on: "flow-mod", nth: 2, fault });
      const error = (await world.clock.until(driver.provision(to)))._unsafeUnwrapErr();
      expect(messagesOf(error)).toEqual([
        expect.stringMatching(/^flow in_port=.*: flow-mod-failed\/table-full$/),
      ]);
      expect(held()).toEqual(before);
      (await world.clock.until(driver.provision(from)))._unsafeUnwrap();
    }
  });

  test("changes nothing when the switch has no meters left", async () => {
    const driver = await world.attach();
    const fault = { type: "reject", kind: "meter-mod-failed", code: "out-of-meters" } as const;
    world.at("n1").faults.add({ on: "meter-mod", nth: 2, fault });
    const error = (await world.clock.until(driver.provision(threeWay)))._unsafeUnwrapErr();
    expect(messagesOf(error)).toContainEqual(
      expect.stringMatching(/^meter \d+: meter-mod-failed\/out-of-meters$/),
    );
    expect(held()).toEqual({ flows: [], groups: [], meters: [] });
  });

  test.each([
    { on: "bundle-control", code: "out-of-bundles" },
    { on: "bundle-add", code: "msg-unsup" },
  ] as const)("goes on in stages where $on is refused with $code", async ({ on, code }) => {
    const driver = await world.attach();
    world.at("n1").faults.add({ on, fault: { type: "reject", kind: "bundle-failed", code } });
    expect(await world.clock.until(driver.provision(threeWay))).toEqual(ok({ pending: [] }));
    const report = (await world.clock.until(driver.verify(threeWay.id)))._unsafeUnwrap();
    expect(report.discrepancies).toEqual([]);
    const changes = world.changesAt("n1");
    (await world.clock.until(driver.provision(pair)))._unsafeUnwrap();
    expect(changes.filter((change) => change.startsWith("bundle"))).toEqual([]);
    expect(held().meters).toHaveLength(1);
  });

  test("reads back in the same breath as it writes, where nothing is removed", async () => {
    const driver = await world.attach();
    const order: string[] = [];
    world.at("n1").observe((event) => {
      if (event.type !== "message") return;
      const { type } = event.message;
      if (type === "multipart-request" || type === "bundle-control") {
        order.push(`${event.direction} ${type}`);
      }
    });
    (await world.clock.until(driver.provision(pair)))._unsafeUnwrap();
    const firstAnswer = order.findIndex((each) => each.startsWith("to-controller"));
    const asked = order.filter((each) => each === "to-switch multipart-request");
    expect(order.slice(0, firstAnswer)).toEqual(
      expect.arrayContaining(["to-switch bundle-control"]),
    );
    expect(asked.length).toBeGreaterThan(0);
  });
});
