import { Topology } from "../../src/topology.ts";

/** Two switches, each a domain of its own, a link between them, and a host at each. */
export function twoDomains(): Topology {
  return Topology.parse({
    format: "dcns-topology/1",
    domains: [
      { id: "west", driver: "memory" },
      { id: "east", driver: "memory" },
    ],
    nodes: [
      { id: "w1", domain: "west", ports: [{ id: "1" }, { id: "2" }] },
      { id: "e1", domain: "east", ports: [{ id: "1" }, { id: "2" }] },
    ],
    links: [{ id: "w1-e1", a: "w1:2", b: "e1:2", capacity: "1Gbps", vlans: "100-110" }],
    hosts: [
      { host: "west", nic: "eth0", port: "w1:1" },
      { host: "east", nic: "eth0", port: "e1:1" },
    ],
  })._unsafeUnwrap();
}
