import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Ledger } from "../../src/ledger.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { networkNumber, nodeId, projectId, vlanId } from "../../src/model/ids.ts";
import { parseMacAddress } from "../../src/model/mac-address.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { decideModify, decideSetup } from "../../src/network/decide.ts";
import type { NetworkRecord, Quarantine } from "../../src/network/record.ts";
import {
  quarantineFromJson,
  quarantineToJson,
  recordFromJson,
  recordToJson,
} from "../../src/network/record-json.ts";
import type { NetworkSpec } from "../../src/network/spec.ts";
import { allLinksUp, topologyResources } from "../../src/pce/index.ts";
import { campus } from "../support/campus.ts";

const topology = campus();
const view = {
  topology,
  ledger: Ledger.over(topologyResources(topology)),
  linkState: allLinksUp,
};
const spec: NetworkSpec = {
  endpoints: [
    { hostPort: "s1a:eth1", vlan: vlanId(7), bandwidth: bandwidth(5_000_000) },
    { hostPort: "s2b:eth1", macs: [parseMacAddress("02:00:00:00:00:01")._unsafeUnwrap()] },
    { hostPort: "s3a:eth1", tagging: "untagged" },
  ],
  bandwidth: bandwidth(1_000_000),
  vlans: VlanSet.of(101, 102),
  sharing: "shared",
  delivery: "learn",
  floodAllowance: bandwidth(200_000),
  maxAddresses: 7,
  maxNetworkAddresses: 20,
  linkProtocols: true,
  protection: "none",
  priority: 0,
  schedule: { start: 1_700_000_000_000, end: 1_800_000_000_000 },
};
const made = decideSetup(view, "p", spec)._unsafeUnwrap();
const changed = decideModify(view, "p", made.target, {
  add: [{ hostPort: "s4a:eth1" }],
  remove: ["s3a:eth1"],
})._unsafeUnwrap();

const base = { project: projectId("p"), number: networkNumber(7), createdAt: 5, updatedAt: 6 };
const records: readonly NetworkRecord[] = [
  { ...base, phase: "setup", target: made.target },
  { ...base, phase: "reserving", target: made.target },
  { ...base, phase: "reserving", target: changed.target, before: made.target },
  { ...base, phase: "reserved", target: made.target },
  { ...base, phase: "provision", target: made.target },
  { ...base, phase: "stable", current: made.target },
  { ...base, phase: "modify", current: made.target, target: changed.target, claim: changed.claim },
  { ...base, phase: "teardown", current: changed.target },
  { ...base, phase: "teardown", current: changed.target, isReserved: true },
];
const quarantine: Quarantine = {
  id: networkNumber(9),
  project: base.project,
  number: base.number,
  claim: made.claim,
  pending: [nodeId("s1"), nodeId("s2")],
};

/** The value after it was written as text and read. */
function throughText(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("records in a store", () => {
  test.each(records)("a record in phase $phase comes back as it was", (record) => {
    const json = recordToJson(record);
    expect(throughText(json)).toEqual(json);
    expect(recordFromJson(throughText(json))._unsafeUnwrap()).toMatchObject(record);
  });

  test.each([
    { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY },
    { start: Number.NEGATIVE_INFINITY, end: 1_800_000_000_000 },
    { start: 1_700_000_000_000, end: Number.POSITIVE_INFINITY },
    { start: 1_700_000_000_000, end: 1_800_000_000_000 },
  ])("a quarantine from $start to $end comes back as it was", (interval) => {
    const held = { ...quarantine, claim: { ...quarantine.claim, interval } };
    const json = quarantineToJson(held);
    expect(throughText(json)).toEqual(json);
    expect(quarantineFromJson(throughText(json))._unsafeUnwrap()).toMatchObject(held);
  });

  test("a record of another version is refused, and so is one of another shape", () => {
    const [json] = records.map(recordToJson);
    for (const wrong of [
      { format: 6 },
      { phase: "resting" },
      { number: -1 },
      { createdAt: "yesterday" },
      { target: undefined },
    ]) {
      expect(recordFromJson({ ...json, ...wrong }).isErr()).toBe(true);
    }
    expect(quarantineFromJson({ ...quarantineToJson(quarantine), pending: [] }).isErr()).toBe(true);
  });

  test("a record of version 1, which knows no addresses and no allowance, is read as it is", () => {
    const old = { ...spec, delivery: "flood" as const };
    delete old.maxNetworkAddresses;
    for (const key of ["floodAllowance", "maxAddresses", "linkProtocols"] as const) delete old[key];
    const { target } = decideSetup(view, "p", {
      ...old,
      endpoints: old.endpoints.map(({ macs: _, ...one }) => one),
    })._unsafeUnwrap();
    const record: NetworkRecord = { ...base, phase: "stable", current: target };
    const stored = { ...recordToJson(record), format: 1 };
    expect(recordFromJson(throughText(stored))._unsafeUnwrap()).toMatchObject(record);
  });

  test("says what it cannot read", () => {
    const json = recordToJson({ ...base, phase: "stable", current: made.target });
    const broken = JSON.parse(JSON.stringify(json).replace('"vlans":"101-102"', '"vlans":"9999"'));
    expect(recordFromJson(broken)._unsafeUnwrapErr()).toMatch(/^current\.spec\.vlans: /);
  });

  test("whatever a store gives, reading it is a value or an error", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => {
        expect(recordFromJson(value).isErr()).toBe(true);
        expect(quarantineFromJson(value).isErr()).toBe(true);
      }),
    );
  });
});
