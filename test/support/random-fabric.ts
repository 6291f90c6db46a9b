import type { TopologyDocument } from "../../src/topology/document.ts";
import type { Draw } from "../network/random-tree.ts";

/**
 * A connected fabric of three to five switches, some of which keep labels as they are. At each there is a
 * port with two tagged hosts, and one with an untagged host.
 */
export function randomFabric(draw: Draw): TopologyDocument {
  const count = 3 + draw(3);
  const ids = Array.from({ length: count }, (_, index) => `s${index + 1}`);
  const pairs = ids.slice(1).map((id, index) => [ids[draw(index + 1)], id] as const);
  const more = Array.from({ length: 1 + draw(count) }, () => [ids[draw(count)], ids[draw(count)]]);
  const links = [...pairs, ...more].flatMap(([a, b], index) =>
    a === undefined || b === undefined || a === b
      ? []
      : [
          {
            id: `l${index}`,
            a: `${a}:l${index}`,
            b: `${b}:l${index}`,
            capacity: "10Gbps",
            vlans: ["100-104", "100-1999"][draw(2)] ?? "100-1999",
            metric: 1 + draw(4),
          },
        ],
  );
  return {
    format: "dcns-topology/1",
    domains: [{ id: "campus", driver: "openflow" }],
    nodes: ids.map((id, index) => ({
      id,
      domain: "campus",
      datapathId: (index + 1).toString(16).padStart(16, "0"),
      vlanTranslation: draw(8) > 0,
      ports: [
        { id: "1", ofPort: 1 },
        { id: "2", ofPort: 2 },
        ...links.flatMap((link, at) =>
          [link.a, link.b].includes(`${id}:${link.id}`) ? [{ id: link.id, ofPort: 10 + at }] : [],
        ),
      ],
    })),
    links,
    hosts: ids.flatMap((id) => [
      { host: `${id}a`, nic: "eth1", port: `${id}:1` },
      { host: `${id}c`, nic: "eth1", port: `${id}:1` },
      { host: `${id}b`, nic: "eth1", port: `${id}:2`, tagging: "untagged" as const },
    ]),
  };
}
