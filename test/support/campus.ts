import type { TopologyDocument } from "../../src/topology/document.ts";
import { Topology } from "../../src/topology.ts";

/**
 * Four switches in a square with a diagonal's worth of choice, two hosts at each, and one link of
 * less capacity:
 *
 *     s1 ── s2
 *     │      │
 *     s4 ── s3      (s4-s3 has 1 Gbps, the others 10)
 */
export function campusDocument(): TopologyDocument {
  const ids = ["s1", "s2", "s3", "s4"];
  return {
    format: "dcns-topology/1",
    domains: [{ id: "campus", driver: "openflow" }],
    nodes: ids.map((id, i) => ({
      id,
      domain: "campus",
      datapathId: (i + 1).toString(16).padStart(16, "0"),
      ports: [1, 2, 3, 4].map((n) => ({ id: `${n}`, ofPort: n })),
    })),
    links: [
      { id: "s1-s2", a: "s1:3", b: "s2:3", capacity: "10Gbps", vlans: "100-1999" },
      { id: "s2-s3", a: "s2:4", b: "s3:3", capacity: "10Gbps", vlans: "100-1999" },
      { id: "s4-s3", a: "s4:3", b: "s3:4", capacity: "1Gbps", vlans: "100-1999" },
      { id: "s1-s4", a: "s1:4", b: "s4:4", capacity: "10Gbps", vlans: "100-1999" },
    ],
    hosts: ids.flatMap((id) => [
      { host: `${id}a`, nic: "eth1", port: `${id}:1` },
      { host: `${id}b`, nic: "eth1", port: `${id}:2`, tagging: "untagged" as const },
    ]),
  };
}

/** The campus as a topology. */
export function campus(): Topology {
  return Topology.parse(campusDocument())._unsafeUnwrap();
}
