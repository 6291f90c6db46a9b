import { Topology } from "../../src/topology.ts";

/** The switches that a link joins. */
export type Ends = readonly [node: string, node: string];

/** Switches with a host each, and links between them, in the order of their metrics. */
export function fabric(links: Readonly<Record<string, Ends>>, capacity: string): Topology {
  const ids = [...new Set(Object.values(links).flat())].sort();
  const nextPort = new Map<string, number>();
  const port = (node: string): string => {
    const number = (nextPort.get(node) ?? 1) + 1;
    nextPort.set(node, number);
    return `${node}:${number}`;
  };
  const wired = Object.entries(links).map(([id, [a, b]], index) => {
    return { id, a: port(a), b: port(b), capacity, metric: index + 1 };
  });
  return Topology.parse({
    format: "dcns-topology/1",
    domains: [{ id: "campus", driver: "openflow" }],
    nodes: ids.map((id, index) => ({
      id,
      domain: "campus",
      datapathId: (index + 1).toString(16).padStart(16, "0"),
      ports: [1, 2, 3, 4, 5].map((n) => ({ id: `${n}`, ofPort: n })),
    })),
    links: wired,
    hosts: ids.map((id) => ({ host: `${id}a`, nic: "eth1", port: `${id}:1` })),
  })._unsafeUnwrap();
}

/** Three ways from s1 to s2, in the order of their metrics. */
export function ladder(capacity = "10Gbps"): Topology {
  return fabric(
    {
      "s1-s2": ["s1", "s2"],
      "s1-s3": ["s1", "s3"],
      "s2-s3": ["s2", "s3"],
      "s1-s4": ["s1", "s4"],
      "s2-s4": ["s2", "s4"],
    },
    capacity,
  );
}
