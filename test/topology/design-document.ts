import type { TopologyDocument } from "../../src/topology/document.ts";

/** Two switches, a link between them, a tagged and an untagged host. */
export const designDocument: TopologyDocument = {
  format: "dcns-topology/1",
  domains: [{ id: "campus", driver: "openflow" }],
  nodes: [
    {
      id: "s1",
      domain: "campus",
      datapathId: "0000000000000001",
      vlanTranslation: true,
      ports: [
        { id: "1", ofPort: 1, vlans: "2-4094" },
        { id: "2", name: "uplink0" },
      ],
    },
    {
      id: "s2",
      domain: "campus",
      datapathId: "0000000000000002",
      ports: [
        { id: "1", ofPort: 1 },
        { id: "2", ofPort: 2 },
      ],
    },
  ],
  links: [
    {
      id: "s1-s2",
      a: "s1:2",
      b: "s2:2",
      capacity: "10Gbps",
      vlans: "100-1999",
      metric: 10,
      delayMs: 0.4,
      srlg: ["duct-7"],
    },
  ],
  hosts: [
    { host: "es1", nic: "eth1", port: "s1:1", tagging: "tagged" },
    { host: "es2", nic: "eth1", port: "s2:1", tagging: "untagged" },
  ],
};
