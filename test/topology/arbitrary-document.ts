import fc from "fast-check";
import type {
  HostDocument,
  LinkDocument,
  NodeDocument,
  TopologyDocument,
} from "../../src/topology/document.ts";

/** Numbers from 0 to below 1 that choose everything about a document. */
type Chance = () => number;
type List<T> = readonly [T, ...T[]];

const RATES: List<number | string> = ["100Mbps", "1 Gbit/s", 2_500_000_000, "0.1Tbps"];
const VLANS: List<string | undefined> = ["2-4094", "100-199,205", "7", "1-4094", undefined];

function pick<T>(chance: Chance, list: List<T>): T {
  return list[Math.floor(chance() * list.length)] ?? list[0];
}

function makeNode(chance: Chance, index: number): NodeDocument {
  const ports = Array.from({ length: 1 + Math.floor(chance() * 5) }, (_, port) => ({
    id: `p:${port}`,
    ofPort: chance() < 0.7 ? port + 1 : undefined,
    name: chance() < 0.3 ? `eth ${port}` : undefined,
    vlans: pick(chance, VLANS),
    capacity: chance() < 0.2 ? pick(chance, RATES) : undefined,
  }));
  const digits = (index + 1).toString(16).padStart(16, "0");
  const datapathId = pick(chance, [undefined, digits, `0x${index + 1}`, digits.toUpperCase()]);
  const domain = chance() < 0.5 ? "west" : "east";
  return { id: `n${index}`, domain, ports, datapathId, enabled: chance() < 0.9 };
}

/** Puts links and hosts on ports until none is left or chance has had enough. */
function wire(chance: Chance, nodes: readonly NodeDocument[]) {
  const links: LinkDocument[] = [];
  const hosts: HostDocument[] = [];
  const free = nodes.flatMap(({ id, ports }) => ports.map((port) => ({ node: id, port: port.id })));
  const take = () => free.splice(Math.floor(chance() * free.length), 1)[0];
  for (let at = take(); at !== undefined; at = take()) {
    const { node, port } = at;
    const peer = free.findIndex((other) => other.node !== node);
    const far = chance() < 0.6 && peer !== -1 ? free.splice(peer, 1)[0] : undefined;
    if (far !== undefined) {
      links.push({
        id: `l${links.length}`,
        a: `${node}:${port}`,
        b: `${far.node}:${far.port}`,
        capacity: pick(chance, RATES),
        vlans: pick(chance, VLANS),
        metric: pick(chance, [undefined, 0, 10, 2.5]),
        delayMs: pick(chance, [undefined, 0.4]),
        srlg: pick(chance, [undefined, [], ["duct-7", "card-1"]]),
        enabled: pick(chance, [undefined, true, false]),
      });
    } else if (chance() < 0.5) {
      const tagging = pick(chance, [undefined, "tagged", "untagged"] as const);
      hosts.push({ host: "fe80::1", nic: `eth${hosts.length}`, port: `${node}:${port}`, tagging });
    }
  }
  return { links, hosts };
}

/** Valid topology documents of every kind: defaults left out or given, parallel links, idle ports. */
export const topologyDocuments: fc.Arbitrary<TopologyDocument> = fc
  .tuple(fc.nat({ max: 6 }), fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 40 }))
  .map(([size, numbers]) => {
    let turn = 0;
    const chance = () => (numbers[turn++ % numbers.length] ?? 0) / 1_000;
    const nodes = Array.from({ length: size }, (_, index) => makeNode(chance, index));
    const domains = ["west", "east"].map((id) => ({ id, driver: "openflow" }));
    const document = { format: "dcns-topology/1", domains, nodes, ...wire(chance, nodes) } as const;
    return JSON.parse(JSON.stringify(document)) as TopologyDocument;
  });
