import { beforeEach, describe, expect, test } from "vitest";
import { Registry } from "../../src/agent/registry.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { linkId, nodeId, portRef, projectId } from "../../src/model/ids.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { recordClaim } from "../../src/network/claims.ts";
import { decideSetup } from "../../src/network/decide.ts";
import type { NetworkRecord, Quarantine } from "../../src/network/record.ts";
import type { NetworkSpec } from "../../src/network/spec.ts";
import { campus } from "../support/campus.ts";

const spec: NetworkSpec = {
  endpoints: [{ hostPort: "s1a:eth1" }, { hostPort: "s2a:eth1" }],
  bandwidth: bandwidth(6_000_000_000),
  vlans: VlanSet.of(101),
  sharing: "hose",
  delivery: "flood",
  protection: "none",
  priority: 0,
};

let registry: Registry;
beforeEach(() => {
  registry = new Registry(campus());
});

/** Puts a network on the books. */
function stand(project: string): NetworkRecord {
  const { target } = decideSetup(registry.view(), project, spec)._unsafeUnwrap();
  const record: NetworkRecord = {
    project: projectId(project),
    number: registry.nextNumber(),
    createdAt: 0,
    updatedAt: 0,
    phase: "stable",
    current: target,
  };
  registry.put(record);
  return record;
}

function quarantineOf(record: NetworkRecord, ...nodes: readonly string[]): Quarantine {
  const claim = { ...recordClaim(record), holder: `${record.project} (gone)` };
  const { project, number } = record;
  return { id: registry.nextNumber(), project, number, claim, pending: nodes.map(nodeId) };
}

const fits = (): boolean => decideSetup(registry.view(), "other", spec).isOk();

describe("Registry", () => {
  test("what is put is held, and what is dropped is free again", () => {
    expect(fits()).toBe(true);
    const record = stand("p");
    expect(fits()).toBe(false);
    registry.drop(record.project);
    expect(fits()).toBe(true);
    expect(registry.records()).toEqual([]);
  });

  test("a view is of one instant", () => {
    const before = registry.view();
    stand("p");
    expect(decideSetup(before, "other", spec).isOk()).toBe(true);
  });

  test("a quarantine holds until all of its nodes were seen clean", () => {
    const record = stand("p");
    registry.drop(record.project);
    registry.quarantine(quarantineOf(record, "s1", "s2"));
    const clean = (node: string): number => registry.clean(nodeId(node), () => true).length;
    expect(fits()).toBe(false);
    expect([clean("s3"), clean("s1"), clean("s1")]).toEqual([0, 0, 0]);
    expect(fits()).toBe(false);
    expect(clean("s2")).toBe(1);
    expect(fits()).toBe(true);
    expect(clean("s2")).toBe(0);
  });

  test("a node clears only the quarantines that it is asked about", () => {
    const record = stand("p");
    registry.drop(record.project);
    registry.quarantine(quarantineOf(record, "s1"));
    expect(registry.clean(nodeId("s1"), () => false)).toEqual([]);
    expect(fits()).toBe(false);
  });

  test("no number is given twice, also after a restart", () => {
    const record = stand("p");
    const quarantine = quarantineOf(record, "s1");
    const next = new Registry(campus());
    next.adopt([], [{ ...quarantine, number: record.number }]);
    expect(next.nextNumber()).toBe(quarantine.id + 1);
  });

  test("networks from a store hold what they hold where the topology has less today", () => {
    const record = stand("p");
    const smaller = campus().withoutLink(linkId("s1-s2"))._unsafeUnwrap();
    const next = new Registry(smaller);
    next.adopt([record], []);
    expect(next.record(record.project)).toEqual(record);
  });

  test("the link state has one version from change to change", () => {
    const versions = [
      () => undefined,
      () => registry.links.setPort(portRef("s1:3"), false),
      () => registry.links.setLost(nodeId("s2"), true),
      () => registry.links.setHeld(linkId("s1-s2"), true),
    ].map((change) => {
      change();
      const { version } = registry.links.linkState;
      expect(registry.links.linkState.version).toBe(version);
      return version;
    });
    expect(new Set(versions).size).toBe(4);
  });

  test("a link is up when both of its ports are, and changes are told once", () => {
    const [a, b] = [portRef("s1:3"), portRef("s2:3")];
    expect(registry.links.setPort(a, false)).toEqual(["s1-s2"]);
    expect(registry.links.setPort(b, false)).toEqual([]);
    expect(registry.links.setPort(a, true)).toEqual([]);
    expect(registry.links.linkState.isUp(linkId("s1-s2"))).toBe(false);
    expect(registry.links.setPort(b, true)).toEqual(["s1-s2"]);
    expect(registry.links.setPort(portRef("s1:1"), false)).toEqual([]);
  });
});
