import type { TopologyDocument } from "../../src/topology/document.ts";
import { Topology } from "../../src/topology.ts";

const ids = ["hw", "gw", "hv1", "hv2"] as const;

/**
 * A switch in hardware that keeps labels as they are, a gateway, and two hypervisors. The last three
 * are joined by tunnels, each to each; the hardware by a cable to the gateway:
 *
 *     hw ── gw ══ hv1
 *            ╲╲   ║
 *              ══ hv2
 */
export function overlayDocument(range = "10000-10099"): TopologyDocument {
  const tunnel = (id: string, a: string, b: string) => {
    return { id, a, b, capacity: "1Gbps", labels: { space: "vni" as const, range } };
  };
  return {
    format: "dcns-topology/1",
    domains: [{ id: "campus", driver: "openflow" }],
    nodes: ids.map((id, i) => ({
      id,
      domain: "campus",
      datapathId: (i + 1).toString(16).padStart(16, "0"),
      vlanTranslation: id !== "hw",
      ports: [1, 2, 8, 9, 10].map((n) => ({ id: `${n}`, ofPort: n })),
    })),
    links: [
      { id: "hw-gw", a: "hw:10", b: "gw:10", capacity: "1Gbps", vlans: "100-199" },
      tunnel("gw-hv1", "gw:8", "hv1:8"),
      tunnel("gw-hv2", "gw:9", "hv2:8"),
      { ...tunnel("hv1-hv2", "hv1:9", "hv2:9"), metric: 3 },
    ],
    hosts: [
      { host: "h1", nic: "eth1", port: "hw:1" },
      { host: "h2", nic: "eth1", port: "hw:2", tagging: "untagged" },
      ...["gw", "hv1", "hv2"].flatMap((id) => [
        { host: `${id}a`, nic: "eth1", port: `${id}:1` },
        { host: `${id}b`, nic: "eth1", port: `${id}:2`, tagging: "untagged" as const },
      ]),
    ],
  };
}

/** The same as a topology. */
export function overlay(range?: string): Topology {
  return Topology.parse(overlayDocument(range))._unsafeUnwrap();
}
