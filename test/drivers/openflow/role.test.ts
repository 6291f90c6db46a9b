import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NodeRole } from "../../../src/drivers/roles.ts";
import type { DriverError } from "../../../src/model/errors.ts";
import { nodeId } from "../../../src/model/ids.ts";
import type { Segment } from "../../../src/model/segment.ts";
import { pairSegment, threeWaySegment } from "../../../src/testing/conformance-segments.ts";
import { without } from "../../support/lacking.ts";
import { SharedSwitch, type Sharer } from "../../support/shared-switch.ts";
import { SwitchWorld } from "../../support/switch-world.ts";

/** The part of a segment that lies on `n1`. */
function onN1(whole: Segment): Segment {
  return { ...whole, nodes: whole.nodes.filter(({ node }) => node === "n1") };
}

const pair = onN1(pairSegment("pair", 1));

function kindsOf(error: DriverError): readonly string[] {
  return error.type === "driver-failed" ? error.causes.map(({ kind }) => kind) : [error.type];
}

describe("the role of a driver at a switch that two share", () => {
  let shared: SharedSwitch;
  let first: Sharer;
  let second: Sharer;
  beforeEach(() => {
    shared = new SharedSwitch();
    [first, second] = shared.sharers;
  });
  afterEach(async () => {
    await shared.close();
    expect(shared.clock.countTimers()).toBe(0);
  });

  const claim = async ({ driver }: Sharer, role: NodeRole) =>
    shared.clock.until(driver.setRole(shared.node, role));
  const provision = async ({ driver }: Sharer) => shared.clock.until(driver.provision(pair));
  const typesOf = ({ events }: Sharer): readonly string[] => events.map(({ type }) => type);

  test("of a slave changes nothing, and says so at once", async () => {
    await shared.start();
    const startedMs = shared.clock.now();
    const error = (await provision(first))._unsafeUnwrapErr();
    expect(kindsOf(error)).toEqual(["not-master"]);
    expect(shared.clock.now()).toBe(startedMs);
    const lenient = first.driver.provision(pair, { allowPending: true });
    expect((await shared.clock.until(lenient))._unsafeUnwrap().pending).toEqual(["n1"]);
    expect(shared.at.flows()).toEqual([]);
    expect(typesOf(first)).toEqual([]);
  });

  test("of a master brings the switch to what had been wanted before", async () => {
    await shared.start([pair]);
    (await claim(first, { role: "master", generation: 1n }))._unsafeUnwrap();
    await shared.clock.advance(100);
    expect(typesOf(first)).toEqual(["node-up", "confirmed"]);
    expect(shared.at.flows()).toHaveLength(2);
    expect((await provision(first)).isOk()).toBe(true);
  });

  test("passes to a later claim, and the old master notices and writes no more", async () => {
    await shared.start([pair]);
    await claim(first, { role: "master", generation: 1n });
    await shared.clock.advance(100);
    (await claim(second, { role: "master", generation: 2n }))._unsafeUnwrap();
    await shared.clock.advance(100);
    expect(first.events.slice(-2)).toEqual([
      { type: "role-lost", node: "n1", generation: 2n },
      {
        type: "node-down",
        node: "n1",
        reason: "another controller is its master",
        isConnected: true,
      },
    ]);
    const error = (await provision(first))._unsafeUnwrapErr();
    expect(kindsOf(error)).toEqual(["not-master"]);
    expect(typesOf(second)).toEqual(["node-up", "confirmed"]);
  });

  test("is the one that was claimed last, however soon after another", async () => {
    await shared.start([pair]);
    await claim(first, { role: "master", generation: 1n });
    await shared.clock.advance(100);
    const yielded = claim(first, { role: "slave" });
    const claimed = claim(first, { role: "master", generation: 2n });
    await Promise.all([yielded, claimed]);
    await shared.clock.advance(100);
    expect(typesOf(first).at(-1)).toBe("node-up");
    expect((await provision(first)).isOk()).toBe(true);
    expect(shared.at.flows()).toHaveLength(2);
  });

  test("passes without a single change of a switch that is right", async () => {
    await shared.start([pair]);
    await claim(first, { role: "master", generation: 1n });
    await shared.clock.advance(100);
    const changes: string[] = [];
    shared.at.observe((event) => {
      if (event.type === "message" && "command" in event.message) changes.push(event.message.type);
    });
    await claim(second, { role: "master", generation: 2n });
    await shared.clock.advance(100);
    expect(changes).toEqual([]);
  });

  test("cannot be had by a claim that is too late", async () => {
    await shared.start();
    await claim(second, { role: "master", generation: 7n });
    const error = (await claim(first, { role: "master", generation: 6n }))._unsafeUnwrapErr();
    expect(kindsOf(error)).toEqual(["not-master"]);
    expect(first.events).toEqual([{ type: "role-lost", node: "n1", generation: 7n }]);
    expect((await provision(second)).isOk()).toBe(true);
    expect((await provision(first)).isErr()).toBe(true);
  });

  test("is claimed again on a new connection, unless a later claim was heard meanwhile", async () => {
    await shared.start([pair]);
    await claim(first, { role: "master", generation: 1n });
    await shared.clock.advance(100);
    shared.at.breakConnections();
    await shared.clock.advance(5_000);
    expect(typesOf(first).slice(-2)).toEqual(["node-down", "node-up"]);
    shared.at.disconnect();
    await claim(second, { role: "master", generation: 2n });
    await shared.clock.settle();
    shared.at.connect();
    await shared.clock.advance(5_000);
    expect(typesOf(second)).toEqual(["node-up", "confirmed"]);
    expect((await provision(first)).isErr()).toBe(true);
    expect((await provision(second)).isOk()).toBe(true);
  });

  test("is known to be lost when a write is refused", async () => {
    await shared.start();
    await claim(first, { role: "master", generation: 1n });
    await shared.clock.advance(100);
    const fault = { type: "reject", kind: "bad-request", code: "is-slave" } as const;
    shared.at.faults.add({ on: "flow-mod", fault });
    const error = (await provision(first))._unsafeUnwrapErr();
    expect(kindsOf(error)).toEqual(["not-master"]);
    expect(typesOf(first).slice(-2)).toEqual(["role-lost", "node-down"]);
    expect(shared.at.meters().length + shared.at.flows().length).toBeLessThanOrEqual(2);
  });

  test("can be given up", async () => {
    await shared.start([pair]);
    await claim(first, { role: "master", generation: 1n });
    await shared.clock.advance(100);
    (await claim(first, { role: "slave" }))._unsafeUnwrap();
    expect(typesOf(first).slice(-1)).toEqual(["node-down"]);
    expect((await provision(first)).isErr()).toBe(true);
    expect((await shared.clock.until(first.driver.verify(pair.id)))._unsafeUnwrap()).toMatchObject({
      discrepancies: [],
    });
  });

  test("of a slave sees what a network holds, whatever numbers its master has given away since", async () => {
    const [gone, ...made] = [1, 2, 3, 4].map((n) => onN1(pairSegment(`pair ${n}`, n)));
    if (gone === undefined) throw new Error("there are four");
    await shared.start();
    await claim(first, { role: "master", generation: 1n });
    await shared.clock.until(first.driver.provision(gone));
    const [its] = shared.at.meters();
    (await claim(second, { role: "master", generation: 2n }))._unsafeUnwrap();
    await shared.clock.advance(100);
    for (const { driver } of [second, first]) {
      await shared.clock.until(driver.release(gone.id, { allowPending: true }));
      for (const each of made) {
        await shared.clock.until(driver.provision(each, { allowPending: true }));
      }
    }
    expect(shared.at.meters().map(({ meter }) => meter)).toContain(its?.meter);
    for (const { driver } of [second, first]) {
      for (const { id } of made) {
        const report = (await shared.clock.until(driver.verify(id)))._unsafeUnwrap();
        expect(report.discrepancies).toEqual([]);
      }
    }
  });

  test("of equals is that of each, who takes what it does not know for its own leftovers", async () => {
    await shared.start();
    const roles: string[] = [];
    shared.at.observe((event) => {
      if (event.type === "message" && event.message.type === "role-request") {
        roles.push(String(event.message.role));
      }
    });
    await claim(first, { role: "equal" });
    await claim(second, { role: "equal" });
    await shared.clock.advance(100);
    expect((await provision(first)).isOk()).toBe(true);
    (await shared.clock.until(second.driver.audit()))._unsafeUnwrap();
    expect(shared.at.flows()).toEqual([]);
    expect((await provision(second)).isOk()).toBe(true);
    expect(roles).toEqual(["equal", "equal"]);
  });
});

test("a slave leaves it to the master of a switch to say what that can do, and serves its own", async () => {
  const world = new SwitchWorld({ lacks: without("group all") });
  const { clock } = world;
  const three = threeWaySegment("three", 1);
  await world.attach();
  const refused = (await clock.until(world.driver.provision(three)))._unsafeUnwrapErr();
  expect(kindsOf(refused)).toEqual(["unsupported"]);
  expect(world.at("n2").flows()).toEqual([]);
  (await clock.until(world.driver.setRole(nodeId("n1"), { role: "slave" })))._unsafeUnwrap();
  const asked = world.driver.provision(three, { allowPending: true });
  expect((await clock.until(asked))._unsafeUnwrap().pending).toEqual(["n1"]);
  expect(world.at("n2").flows()).not.toEqual([]);
  await world.close();
});
