import { describe, expect, test } from "vitest";
import { MAX_PLANS, MAX_PLANS_UNASKED } from "../../src/agent/crankback.ts";
import { describeError } from "../../src/model/errors.ts";
import { Topology } from "../../src/topology.ts";
import { errorOf, Testbed, type TestbedOptions, value } from "../support/testbed.ts";

/** Every switch has somebody else's flow in its first table, and a network two where it passes. */
const FULL = 1 + 2 - 1;

const ends = ["a:eth1", "b:eth1"];

/** Two switches that hosts are at, and so many between them, side by side, each a little farther than the one before. */
function sideBySide(count: number): Topology {
  const between = Array.from({ length: count }, (_, at) => `m${at + 1}`);
  const node = (id: string, at: number, ports: readonly number[]) => ({
    ...{ id, domain: "campus", datapathId: (at + 1).toString(16).padStart(16, "0") },
    ports: ports.map((n) => ({ id: `${n}`, ofPort: n })),
  });
  const all = [...between.keys(), count].map((n) => n + 1);
  const link = (end: string, port: number, at: number) => ({
    ...{ id: `${end}-m${at + 1}`, a: `${end}:${at + 2}`, b: `m${at + 1}:${port}` },
    ...{ capacity: "10Gbps", vlans: "100-1999", metric: at + 1 },
  });
  return Topology.parse({
    format: "dcns-topology/1",
    domains: [{ id: "campus", driver: "openflow" }],
    nodes: [
      ...[node("a", 0, all), node("b", 1, all)],
      ...between.map((id, at) => node(id, at + 2, [1, 2])),
    ],
    links: between.flatMap((_, at) => [link("a", 1, at), link("b", 2, at)]),
    hosts: ["a", "b"].map((host) => ({ host, nic: "eth1", port: `${host}:1` })),
  })._unsafeUnwrap();
}

/** So many side by side, of which the first are full. */
const fabric = (count: number, full: number): TestbedOptions => ({
  topology: sideBySide(count),
  maxFlowsPerTable: (node) => (/^m/.test(node) && Number(node.slice(1)) <= full ? FULL : 1_000),
});

const changes = ["flow-mod", "group-mod", "meter-mod", "bundle-control"] as const;

describe("where more switches are full than are asked one after another", () => {
  test("the way is found past all of them, of which none hears anything", async () => {
    const full = MAX_PLANS + 4;
    await using bed = await Testbed.start(fabric(full + 1, full));
    const planned = value(bed.agent.planPhysicalNetwork("p", ends, "10Mbps"));
    expect(planned.nodes.map(({ node }) => node)).toContain(`m${full + 1}`);
    using refused = bed.countFromSwitches("error");
    const info = await bed.setUp("p", ends, "10Mbps");
    expect(info.links.map(({ id }) => id)).toEqual([`a-m${full + 1}`, `b-m${full + 1}`]);
    expect(refused.count).toBe(0);
    bed.expectWhole(info);
  });

  test("a network that is broken goes past all of them", async () => {
    const full = MAX_PLANS + 4;
    const isRoomy = (node: string): boolean => !node.startsWith("m") || node === "m1";
    const { topology, maxFlowsPerTable: sizes = () => 0 } = fabric(full + 1, full);
    await using bed = await Testbed.start({
      ...(topology && { topology }),
      maxFlowsPerTable: (node) => (isRoomy(node) ? 1_000 : sizes(node)),
    });
    await bed.setUp("p", ends, "10Mbps", undefined, { protection: "restore" });
    expect(bed.info("p").links.map(({ id }) => id)).toEqual(["a-m1", "b-m1"]);
    bed.fabric.setLink("a-m1", false);
    await bed.until(() => bed.events.some(({ type }) => type === "network-rerouted"));
    expect(bed.info("p")).toMatchObject({ state: "active" });
    expect(bed.info("p").links.map(({ id }) => id)).toEqual([`a-m${full + 1}`, `b-m${full + 1}`]);
  });

  test("so many are planned around, and no more", async () => {
    await using bed = await Testbed.start(fabric(MAX_PLANS_UNASKED + 2, MAX_PLANS_UNASKED + 1));
    using mods = bed.countMessages(...changes);
    const refused = await bed.run(bed.agent.setupPhysicalNetwork("p", ends, "10Mbps"));
    const { refusals = [] } = errorOf(refused, "driver-failed");
    expect(refusals).toHaveLength(MAX_PLANS_UNASKED - 1);
    expect(describeError(refused._unsafeUnwrapErr())).toMatch(/m1: .*room for 1 more flows/);
    expect(mods.count).toBe(0);
  });

  test("nothing is planned any more when the time of the call is over", async () => {
    await using bed = await Testbed.start(fabric(20, 20));
    const caller = new AbortController();
    const { signal } = caller;
    const call = bed.agent.setupPhysicalNetwork("p", ends, "10Mbps", undefined, { signal });
    let steps = 0;
    const ended = await bed.run(call, () => {
      steps += 1;
      if (steps === 3) caller.abort();
    });
    errorOf(ended, "aborted");
  });
});
