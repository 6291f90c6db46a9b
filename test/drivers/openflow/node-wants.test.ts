import { describe, expect, test } from "vitest";
import { NodeWants } from "../../../src/drivers/openflow/node-wants.ts";
import { networkNumber, nodeId, portOf, segmentId, vlanId } from "../../../src/model/ids.ts";
import type { ForwardingRule } from "../../../src/model/segment.ts";

const [seven, eight] = [networkNumber(7), networkNumber(8)];
const [a, b] = [segmentId("a"), segmentId("b")];

function ruleAt(port: string): ForwardingRule {
  const ingress = { node: nodeId("n"), port: portOf("n", port), tag: vlanId(1) };
  return { ingress, role: "edge", egress: [] };
}

describe("what a node should hold", () => {
  test("of a network is what all its segments ask for", () => {
    const wants = new NodeWants();
    wants.set(a, seven, [ruleAt("1")]);
    wants.set(b, seven, [ruleAt("2")]);
    wants.set(b, eight, [ruleAt("3")]);
    expect(wants.rules(seven)).toEqual([ruleAt("1"), ruleAt("2")]);
    wants.set(a, seven, []);
    expect(wants.rules(seven)).toEqual([ruleAt("2")]);
  });

  test("is the same array for as long as nothing else is asked for", () => {
    const wants = new NodeWants();
    wants.set(a, seven, [ruleAt("1")]);
    wants.set(b, seven, [ruleAt("2")]);
    const joined = wants.rules(seven);
    wants.set(a, eight, [ruleAt("1")]);
    expect(wants.rules(seven)).toBe(joined);
    wants.set(b, seven, [ruleAt("3")]);
    expect(wants.rules(seven)).toEqual([ruleAt("1"), ruleAt("3")]);
  });

  test("waits until it was brought about", () => {
    const wants = new NodeWants();
    wants.set(a, seven, [ruleAt("1")]);
    expect(wants.pendingNetworks(a)).toEqual([seven]);
    expect(wants.settle(seven, wants.version)).toEqual([a]);
    expect([wants.pendingNetworks(a), wants.settle(seven, wants.version)]).toEqual([[], []]);
  });

  test("tells when a segment begins to wait, and when it waits under no network any more", () => {
    const told: [string, boolean][] = [];
    const wants = new NodeWants((segment, isPending) => void told.push([segment, isPending]));
    wants.set(a, seven, [ruleAt("1")]);
    wants.set(a, eight, []);
    wants.settle(seven, wants.version);
    expect(told).toEqual([
      [a, true],
      [a, true],
    ]);
    wants.settle(eight, wants.version);
    expect(told.at(-1)).toEqual([a, false]);
  });

  test("still waits when something else was asked for meanwhile", () => {
    const wants = new NodeWants();
    wants.set(a, seven, [ruleAt("1")]);
    const earlier = wants.version;
    wants.set(a, seven, [ruleAt("2")]);
    expect(wants.settle(seven, earlier)).toEqual([]);
    expect(wants.pendingNetworks(a)).toEqual([seven]);
  });

  test("waits with those who asked for the same before", () => {
    const wants = new NodeWants();
    wants.set(a, seven, [ruleAt("1")]);
    const earlier = wants.version;
    wants.set(a, seven, [ruleAt("1")]);
    expect(wants.settle(seven, earlier)).toEqual([a]);
    wants.set(a, seven, [ruleAt("1")]);
    expect(wants.pendingNetworks(a)).toEqual([seven]);
  });

  test("does not wait for what is to be removed, where somebody else sees to that", () => {
    const wants = new NodeWants();
    wants.set(a, seven, [ruleAt("1")]);
    wants.set(b, seven, [ruleAt("2")]);
    wants.set(b, seven, []);
    wants.forgetRemoved();
    expect([wants.pendingNetworks(a), wants.pendingNetworks(b)]).toEqual([[seven], []]);
  });

  test("includes what is to be removed, until it is", () => {
    const wants = new NodeWants();
    wants.set(a, seven, []);
    expect([wants.networks, wants.rules(seven)]).toEqual([[seven], []]);
    expect(wants.pendingSegments).toEqual([a]);
    wants.settle(seven, wants.version);
    expect(wants.networks).toEqual([]);
    expect(wants.pendingSegments).toEqual([]);
  });
});
