import { afterEach, describe, expect, test } from "vitest";
import { OpenFlowDriver } from "../../../src/drivers/openflow/driver.ts";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../../src/drivers/openflow/wire/message.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import type { DriverError } from "../../../src/model/errors.ts";
import { nodeId, portOf } from "../../../src/model/ids.ts";
import type { Segment } from "../../../src/model/segment.ts";
import {
  conformanceDomain,
  pairSegment,
  threeWaySegment,
} from "../../../src/testing/conformance-segments.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { SwitchWorld } from "../../support/switch-world.ts";

const pair = pairSegment("pair", 1);
const threeWay = threeWaySegment("pair", 1);
const n1 = nodeId("n1");

/** The same segment with other rates. */
function rated(segment: Segment, mbps: number): Segment {
  return {
    ...segment,
    nodes: segment.nodes.map(({ node, rules }) => ({
      node,
      rules: rules.map((rule) =>
        rule.police === undefined
          ? rule
          : { ...rule, police: { ...rule.police, rate: bandwidth(mbps * 1_000_000) } },
      ),
    })),
  };
}

/** The same segment with a tag where it had none. */
function tagged(segment: Segment, vlan: number): Segment {
  const text = JSON.stringify(segment, (key, value) =>
    key === "tag" && value === "untagged" ? vlan : value,
  );
  return JSON.parse(text);
}

function causesOf(error: DriverError): string[] {
  if (error.type !== "driver-failed") throw new Error(error.type);
  return error.causes.map(({ node, kind, message }) => `${node} ${kind}: ${message}`);
}

describe("the OpenFlow driver", () => {
  let world = new SwitchWorld();
  afterEach(async () => {
    await world.close();
    expect(world.clock.countTimers()).toBe(0);
    world = new SwitchWorld();
  });

  test("sends nothing that changes a switch which is right already", async () => {
    const driver = await world.attach();
    (await world.clock.until(driver.provision(threeWay)))._unsafeUnwrap();
    const changes = world.changesAt("n1");
    await world.clock.until(driver.provision(threeWay));
    await world.attach([threeWay]);
    expect(changes).toEqual([]);
  });

  test("changes a rate by changing the meters, and nothing else", async () => {
    const driver = await world.attach();
    await world.clock.until(driver.provision(rated(threeWay, 10)));
    const changes = world.changesAt("n1");
    (await world.clock.until(driver.provision(rated(threeWay, 20))))._unsafeUnwrap();
    expect(changes).toEqual(["meter-mod modify", "meter-mod modify"]);
    expect(
      world
        .at("n1")
        .meters()
        .map((m) => m.bands.map((b) => "rate" in b && b.rate)),
    ).toEqual([[20_000], [20_000]]);
  });

  test("takes a switch into service when it holds no flow any more that it should not", async () => {
    const before = await world.attach();
    (await world.clock.until(before.provision(pair)))._unsafeUnwrap();
    const at = world.at("n1");
    await world.listen();
    const reject = { type: "reject", kind: "bad-request", code: "eperm" } as const;
    for (let nth = 1; nth <= 6; nth += 1) at.faults.add({ on: "flow-mod", nth, fault: reject });
    const held: number[] = [];
    world.driver.subscribe(({ type }) => {
      if (type === "node-up") held.push(at.flows().length);
    });
    at.connect();
    await world.clock.advance(1_000);
    expect(at.flows().length).toBeGreaterThan(0);
    await world.clock.advance(20_000);
    expect(held).toEqual([0]);
  });

  test("says nothing is pending to either of two who ask for the same at once", async () => {
    const driver = await world.attach();
    for (const asked of [() => driver.provision(threeWay), () => driver.release(threeWay.id)]) {
      const first = asked();
      // The first has begun its work when the second comes.
      await world.clock.advance(1);
      const outcomes = await world.clock.until(Promise.all([first, asked()]));
      for (const outcome of outcomes) expect(outcome._unsafeUnwrap().pending).toEqual([]);
    }
  });

  test("removes flows before the groups and meters that they use", async () => {
    const driver = await world.attach();
    await world.clock.until(driver.provision(threeWay));
    const changes = world.changesAt("n1");
    await world.clock.until(driver.release(threeWay.id));
    expect(changes).toEqual([
      ...Array(4).fill("flow-mod delete-strict"),
      "group-mod delete",
      ...Array(2).fill("meter-mod delete"),
    ]);
  });

  test("refuses what one switch cannot carry before any switch is touched", async () => {
    await world.listen();
    const reject = { type: "reject", kind: "bad-request", code: "bad-multipart" } as const;
    // It is asked for its ports, its groups and, third, its meters.
    world.at("n1").faults.add({ on: "multipart-request", nth: 3, fault: reject });
    await world.setReachable(n1, true);
    await world.setReachable(nodeId("n2"), true);
    const changes = [world.changesAt("n1"), world.changesAt("n2")];
    const error = (await world.clock.until(world.driver.provision(pair)))._unsafeUnwrapErr();
    expect(causesOf(error)).toEqual(["n1 unsupported: the switch has no meters"]);
    expect(changes.flat()).toEqual([]);
  });

  test("shows what each switch can do, from its first connection on", async () => {
    await world.listen();
    expect([...world.driver.profiles()]).toEqual([]);
    await world.setReachable(n1, true);
    await world.setReachable(n1, false);
    const [[node, profile] = []] = world.driver.profiles();
    expect(node).toBe("n1");
    expect(profile).toMatchObject({
      version: 4,
      tables: 254,
      groups: { types: 0b1111 },
      meters: { maxMeter: 262_144 },
    });
    expect(world.driver.cost(pair).map(({ unpoliced }) => unpoliced)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("says what a switch refused and why, and takes back what was asked before", async () => {
    const driver = await world.attach();
    await world.clock.until(driver.provision(pair));
    const fault = { type: "reject", kind: "flow-mod-failed", code: "table-full" } as const;
    world.at("n1").faults.add({ on: "flow-mod", fault });
    const error = (await world.clock.until(driver.provision(threeWay)))._unsafeUnwrapErr();
    expect(causesOf(error)).toEqual([
      expect.stringMatching(/^n1 rejected: flow in_port=.*: flow-mod-failed\/table-full$/),
    ]);
    (await world.clock.until(driver.provision(pair)))._unsafeUnwrap();
    const report = (await world.clock.until(driver.verify(pair.id)))._unsafeUnwrap();
    expect(report.discrepancies).toEqual([]);
    expect([world.at("n1").flows().length, world.at("n1").groups().length]).toEqual([2, 0]);
  });

  test("removes nothing when something could not be made", async () => {
    const driver = await world.attach();
    await world.clock.until(driver.provision(threeWay));
    const fault = { type: "reject", kind: "flow-mod-failed", code: "table-full" } as const;
    world.at("n1").faults.add({ on: "flow-mod", fault });
    const changes = world.changesAt("n1");
    expect((await world.clock.until(driver.provision(pair))).isErr()).toBe(true);
    expect(changes.filter((change) => change.includes("delete"))).toEqual([]);
  });

  test("does not believe a barrier: a flow that is not there is sent once more", async () => {
    const driver = await world.attach();
    world.at("n1").faults.add({ on: "flow-mod", fault: { type: "forget" } });
    expect((await world.clock.until(driver.provision(pair))).isOk()).toBe(true);
    expect(world.at("n1").flows()).toHaveLength(2);
  });

  test("says that a switch does not show what it accepted", async () => {
    const driver = await world.attach();
    world.at("n1").faults.setRates({ forget: 1 });
    const error = (await world.clock.until(driver.provision(pair)))._unsafeUnwrapErr();
    expect(causesOf(error)).toEqual([
      expect.stringMatching(/^n1 not-confirmed: the switch does not show: missing flow in_port=/),
    ]);
  });

  test("says that a switch was lost on the way, and completes when it returns", async () => {
    const driver = await world.attach();
    world.at("n1").faults.add({ on: "flow-mod", nth: 2, fault: { type: "disconnect" } });
    const error = (await world.clock.until(driver.provision(pair)))._unsafeUnwrapErr();
    expect(error).toMatchObject({ causes: [{ node: "n1", kind: "unreachable" }], pending: ["n1"] });
    await world.clock.until(world.nextEvent("confirmed", "n1"));
    expect(world.at("n1").flows()).toHaveLength(2);
  });

  test("gives up at the deadline on a switch that hangs, and leaves no timer", async () => {
    const driver = await world.attach();
    world.at("n1").faults.add({ on: "meter-mod", fault: { type: "hang" } });
    const call = driver.provision(pair, { timeoutMs: 1_000 });
    expect((await world.clock.until(call))._unsafeUnwrapErr()).toEqual({
      type: "timeout",
      operation: "provision",
      afterMs: 1_000,
    });
  });

  test("waits for a switch that is on its way", async () => {
    const driver = await world.listen();
    const call = driver.provision(pair);
    await world.clock.advance(2_000);
    for (const node of ["n1", "n2"]) world.at(node).connect();
    expect((await world.clock.until(call)).isOk()).toBe(true);
  });

  test("confirms what it was attached with as soon as the switches are there", async () => {
    await world.attach([pair]);
    const confirmed = world.events.filter((event) => event.type === "confirmed");
    expect(confirmed.map((event) => `${event.node} ${event.segment}`).sort()).toEqual([
      "n1 pair",
      "n2 pair",
    ]);
  });

  test("leaves alone what an inventory has no more, and serves what it has again", async () => {
    const driver = await world.attach();
    (await world.clock.until(driver.provision(pair)))._unsafeUnwrap();
    const changes = world.changesAt("n2");
    const nodes = conformanceDomain.nodes.filter(({ id }) => id === n1);
    (await driver.updateDomain({ ...conformanceDomain, nodes }))._unsafeUnwrap();
    await world.clock.advance(20_000);
    expect(world.at("n2").flows()).toHaveLength(2);
    const up = world.nextEvent("node-up", "n2");
    (await driver.updateDomain(conformanceDomain))._unsafeUnwrap();
    await world.clock.until(up);
    expect(changes).toEqual([]);
  });

  test("finds ports anew with another inventory, and moves to them", async () => {
    const driver = await world.attach();
    (await world.clock.until(driver.provision(pair)))._unsafeUnwrap();
    const nodes = conformanceDomain.nodes.map((node) => ({
      ...node,
      ports: node.ports.map((port) => (port.ofPort === 1 ? { ref: port.ref, ofPort: 2 } : port)),
    }));
    (await driver.updateDomain({ ...conformanceDomain, nodes }))._unsafeUnwrap();
    await world.clock.settle();
    expect((await world.clock.until(driver.verify(pair.id)))._unsafeUnwrap().discrepancies).toEqual(
      [],
    );
    const ports = world
      .at("n1")
      .flows()
      .map(({ match }) => match[0]?.value);
    expect(ports.sort()).toEqual([2, 3]);
  });

  test("serves the newer of two connections of one switch", async () => {
    const driver = await world.attach();
    world.at("n1").breakConnections();
    const up = world.nextEvent("node-up", "n1");
    await world.clock.until(up);
    expect((await world.clock.until(driver.provision(pair))).isOk()).toBe(true);
    expect(world.events.map((event) => event.type).slice(-2)).toEqual(["node-down", "node-up"]);
  });

  describe("touches nothing that is not its own", () => {
    const foreign: readonly OfMessage[] = [
      {
        type: "group-mod",
        command: "add",
        groupType: "all",
        group: 7,
        buckets: [{ actions: [{ type: "output", port: 2, maxLen: 0 }] }],
      },
      {
        type: "meter-mod",
        command: "add",
        flags: 1,
        meter: 1,
        bands: [{ type: "drop", rate: 5, burst: 0 }],
      },
      flowMod({
        cookie: 0xabcdn,
        priority: 5,
        match: [{ field: "in_port", value: 1 }],
        instructions: [
          { type: "meter", meter: 1 },
          { type: "apply-actions", actions: [{ type: "group", group: 7 }] },
        ],
      }),
    ];

    test("on its switches, from the first connection to the last release", async () => {
      for (const message of foreign) world.at("n1").inject(message)._unsafeUnwrap();
      const everything = () => [
        world
          .at("n1")
          .flows()
          .map(({ match, instructions }) => ({ match, instructions })),
        world.at("n1").groups(),
        world.at("n1").meters(),
      ];
      const before = everything();
      const driver = await world.attach();
      await world.clock.until(driver.provision(threeWay));
      expect(everything()).not.toEqual(before);
      await world.clock.until(driver.release(threeWay.id));
      expect(everything()).toEqual(before);
    });

    test("not even a flow with the match of one that it needs: it refuses", async () => {
      const driver = await world.attach();
      (await world.clock.until(driver.provision(pair)))._unsafeUnwrap();
      const [flow] = world.at("n1").flows();
      if (flow === undefined) throw new Error("there is one");
      (await world.clock.until(driver.release(pair.id)))._unsafeUnwrap();
      const { table, priority, match } = flow;
      const theirs = { table, priority, match, cookie: 0xfeedn, instructions: [] };
      world
        .at("n1")
        .inject(flowMod({ ...theirs, command: "add" }))
        ._unsafeUnwrap();
      const changes = world.changesAt("n1");
      const error = (await world.clock.until(driver.provision(pair)))._unsafeUnwrapErr();
      expect(causesOf(error)).toEqual([
        expect.stringMatching(
          /^n1 conflict: a flow of somebody else is in the way \(cookie 0xfeed\)/,
        ),
      ]);
      expect(changes).toEqual([]);
      expect(world.at("n1").flows()).toMatchObject([theirs]);
      world
        .at("n1")
        .inject(flowMod({ ...theirs, command: "delete-strict" }))
        ._unsafeUnwrap();
      expect((await world.clock.until(driver.provision(pair))).isOk()).toBe(true);
    });

    test("and sends nothing to a switch that is not of its domain", async () => {
      const [first] = conformanceDomain.nodes;
      const domain = { ...conformanceDomain, nodes: first === undefined ? [] : [first] };
      const changes = world.changesAt("n2");
      await world.listen([pair], domain);
      world.at("n2").connect();
      await world.clock.advance(60_000);
      expect(changes).toEqual([]);
    });
  });

  test("removes groups and meters in its ranges that nothing uses", async () => {
    const group = 0xdc05_0009;
    const band = { type: "drop", rate: 1, burst: 0 } as const;
    for (const message of [
      { type: "group-mod", command: "add", groupType: "all", group, buckets: [] },
      { type: "meter-mod", command: "add", flags: 1, meter: 200_000, bands: [band] },
    ] as const) {
      world.at("n1").inject(message)._unsafeUnwrap();
    }
    await world.attach();
    expect([world.at("n1").groups(), world.at("n1").meters()]).toEqual([[], []]);
    expect(world.events).toContainEqual({
      type: "drift",
      node: n1,
      what: [`excess group ${group}`, "excess meter 200000"],
      repaired: true,
    });
  });

  describe("knows ports", () => {
    function withPort(port: { ofPort?: number; name?: string }) {
      const nodes = conformanceDomain.nodes.map((node) =>
        node.id === n1
          ? {
              ...node,
              ports: node.ports.map((p) =>
                p.ref === portOf("n1", "1") ? { ref: p.ref, ...port } : p,
              ),
            }
          : node,
      );
      return { ...conformanceDomain, nodes };
    }

    test("by their name", async () => {
      const driver = await world.attach([], withPort({ name: "port1" }));
      await world.clock.until(driver.provision(pair));
      const matches = world
        .at("n1")
        .flows()
        .map(({ match }) => match[0]);
      expect(matches).toContainEqual({ field: "in_port", value: 1 });
    });

    test("and names one that the switch does not have", async () => {
      const driver = await world.attach([], withPort({ name: "nowhere" }));
      const error = (await world.clock.until(driver.provision(pair)))._unsafeUnwrapErr();
      expect(causesOf(error)).toEqual(["n1 misconfigured: the switch has no port for n1:1"]);
      expect(world.events).toContainEqual({
        type: "port-state",
        port: portOf("n1", "1"),
        up: false,
      });
    });

    test("and tells when they go down and come up", async () => {
      await world.attach();
      for (const up of [false, true]) world.at("n1").setLink(3, up);
      await world.clock.settle();
      const told = world.events.filter((event) => event.type === "port-state");
      expect(told.map(({ port, up }) => [port, up])).toEqual([
        ["n1:3", false],
        ["n1:3", true],
      ]);
    });
  });

  test("shares dumps of groups among the networks under way", async () => {
    const driver = await world.attach();
    let dumps = 0;
    world.at("n1").observe((event) => {
      if (event.type !== "message" || event.direction !== "to-switch") return;
      const { message } = event;
      if (message.type === "multipart-request" && message.body.type === "group-desc") dumps += 1;
    });
    const segments = Array.from({ length: 40 }, (_, i) =>
      tagged(threeWaySegment(`s${i}`, 1 + i), 1_000 + i),
    );
    const outcomes = await world.clock.until(
      Promise.all(segments.map((segment) => driver.provision(segment))),
    );
    expect(outcomes.every((outcome) => outcome.isOk())).toBe(true);
    expect(dumps).toBeLessThan(10);
  });

  test("asks a switch for no more at once than a session takes", async () => {
    const crowded = new SwitchWorld({ session: { maxRequests: 520 } });
    const driver = await crowded.attach();
    const segments = Array.from({ length: 300 }, (_, i) => pairSegment(`s${i}`, 1 + i));
    const calls = segments.map((segment) => driver.provision(segment));
    const outcomes = await crowded.clock.until(Promise.all(calls));
    expect(outcomes.filter((outcome) => outcome.isErr())).toEqual([]);
    await crowded.close();
  }, 20_000);

  test("says why it cannot listen", async () => {
    const clock = fakeClock();
    const context = { domain: conformanceDomain, clock, segments: [] };
    const first = new OpenFlowDriver({ listen: { host: "127.0.0.1", port: 0 } });
    (await first.attach(context))._unsafeUnwrap();
    const port = first.address?.port ?? 0;
    const second = new OpenFlowDriver({ listen: { host: "127.0.0.1", port } });
    const error = (await second.attach(context))._unsafeUnwrapErr();
    expect(causesOf(error)).toEqual([
      expect.stringContaining(`cannot listen on 127.0.0.1:${port}`),
    ]);
    await first.close();
    await second.close();
  });
});
