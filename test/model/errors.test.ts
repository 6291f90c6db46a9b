import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { type DcnsError, describeError } from "../../src/model/errors.ts";
import { domainId, linkId, nodeId, projectId } from "../../src/model/ids.ts";

const project = projectId("projectA");
const mbps = (n: number) => bandwidth(n * 1_000_000);

/** One error of every type: the compiler asks for a new one here. */
const examples: { readonly [T in DcnsError["type"]]: Extract<DcnsError, { readonly type: T }> } = {
  "invalid-topology": {
    type: "invalid-topology",
    faults: [{ path: ["links", 0, "capacity"], value: 0, message: "must be more than 0 bit/s" }],
  },
  "invalid-request": {
    type: "invalid-request",
    faults: [{ path: [], value: null, message: "must be an object" }],
  },
  "unknown-host-port": { type: "unknown-host-port", hostPorts: ["x:eth0"] },
  "network-exists": { type: "network-exists", project, differs: ["bw", "vlan"] },
  "network-not-found": { type: "network-not-found", project },
  "no-path": {
    type: "no-path",
    explanation: {
      reason: "bandwidth",
      required: mbps(300),
      largest: mbps(100),
      isProven: true,
      isSeparating: true,
      cut: [
        {
          link: linkId("s1-s2"),
          direction: "forward",
          capacity: mbps(1000),
          residual: mbps(100),
          holders: [],
        },
      ],
    },
  },
  "vlan-unavailable": {
    type: "vlan-unavailable",
    requested: "101",
    wouldWork: "102-110",
    isComplete: true,
    conflicts: [{ at: "s1:1", free: "" }],
  },
  "driver-failed": {
    type: "driver-failed",
    domain: domainId("campus"),
    causes: [{ node: nodeId("s1"), kind: "rejected", message: "table full" }],
    pending: [nodeId("s2")],
  },
  timeout: { type: "timeout", operation: "setup", afterMs: 50 },
  aborted: { type: "aborted", operation: "setup" },
  "limit-reached": { type: "limit-reached", what: "networks", limit: 100_000 },
  "lease-expired": { type: "lease-expired", lease: "7" },
  "store-conflict": { type: "store-conflict", key: "network/1" },
  "store-unavailable": { type: "store-unavailable", message: "disk full" },
  "wrong-state": { type: "wrong-state", project, state: "releasing", message: "not now" },
  closed: { type: "closed", what: "the agent" },
};

describe("describeError", () => {
  test("says every error in a sentence with its data", () => {
    const sentences = Object.values(examples).map(describeError);
    expect(sentences).toEqual([
      "the topology is invalid: links.0.capacity: must be more than 0 bit/s",
      "the request is invalid: document: must be an object",
      "no such host port: x:eth0",
      "projectA has another network already (differs in bw, vlan)",
      "projectA has no network",
      "no path: 300Mbps wanted, at most 100Mbps would fit; every way crosses: s1-s2 (forward, 100Mbps free)",
      "VLAN 101 is not available: s1:1 has none free; would work: 102-110",
      "domain campus failed: s1: table full; still to be cleaned: s2",
      "setup did not finish within 50 ms",
      "setup was aborted by the caller",
      "there may be no more than 100000 networks",
      "lease 7 was not renewed in time",
      "somebody else changed network/1 in the store",
      "the store is unavailable: disk full",
      "projectA is releasing: not now",
      "the agent is closed",
    ]);
  });

  test("the reference has a row for every type and none for others", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, type]) => type ?? "");
    expect(rows.toSorted()).toEqual(Object.keys(examples).toSorted());
  });
});
