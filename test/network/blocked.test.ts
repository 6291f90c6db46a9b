import { expect, test } from "vitest";
import { Registry } from "../../src/agent/registry.ts";
import { domainId, nodeId } from "../../src/model/ids.ts";
import { always } from "../../src/model/interval.ts";
import { type BlockedBy, without } from "../../src/network/blocked.ts";
import type { Topology } from "../../src/topology.ts";
import { campus } from "../support/campus.ts";

const lacking = (type: "node" | "branching", node: string): BlockedBy => ({
  ...{ domain: domainId("campus"), resource: { type, node: nodeId(node) } },
  interval: always,
});

test("networks that go around the same nodes are planned on one topology, which is computed once", () => {
  const view = new Registry(campus()).view();
  const around = (holder: string, ...blocked: readonly BlockedBy[]): Topology =>
    without(view, holder, blocked).topology;
  const [s2, s4] = [lacking("node", "s2"), lacking("node", "s4")];
  const first = around("p", s2, s4);
  expect(first.nodes.get(nodeId("s2"))?.enabled).toBe(false);
  expect(around("q", s4, s2)).toBe(first);
  expect(around("q", s2)).not.toBe(first);
  expect(around("q", s2, lacking("branching", "s4"))).not.toBe(first);
  expect(around("q")).toBe(view.topology);
});

test("of these, the last few are kept", () => {
  const view = new Registry(campus()).view();
  const around = (...blocked: readonly BlockedBy[]): Topology =>
    without(view, "p", blocked).topology;
  const ways = ["s1", "s2", "s3", "s4"].flatMap((node) => [
    [lacking("node", node)],
    [lacking("branching", node)],
  ]);
  const kept = ways.map((way) => around(...way));
  const used = around(lacking("node", "s1"));
  expect(used).toBe(kept[0]);
  around(lacking("node", "s1"), lacking("branching", "s2"));
  expect(around(lacking("node", "s1"))).toBe(used);
  expect(around(lacking("branching", "s1"))).not.toBe(kept[1]);
});
