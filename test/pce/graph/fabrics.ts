import { type Graph, graphOf } from "../../../src/pce/graph/graph.ts";
import { Topology } from "../../../src/topology.ts";

/** A link between two nodes of one letter each. */
export interface FabricLink {
  readonly a: string;
  readonly b: string;
  readonly metric: number;
}

/** The links of a text such as `ab bc*3`: between a and b, and between b and c with metric 3. */
export function fabricOf(text: string): readonly FabricLink[] {
  return text.split(" ").map((word) => {
    const [a = "", b = "", , ...metric] = word;
    return { a, b, metric: Number(metric.join("") || "1") };
  });
}

/** The graph of these links, which are numbered as they are given. */
export function graphOfFabric(links: readonly FabricLink[]): Graph {
  const names = [...new Set(links.flatMap(({ a, b }) => [a, b]))].sort();
  const idOf = (index: number): string => `l${String(index).padStart(3, "0")}`;
  const document = {
    format: "dcns-topology/1",
    domains: [{ id: "d", driver: "memory" }],
    nodes: names.map((id) => ({
      id,
      domain: "d",
      ports: links.flatMap(({ a, b }, at) => (a === id || b === id ? [{ id: idOf(at) }] : [])),
    })),
    links: links.map(({ a, b, metric }, at) => ({
      id: idOf(at),
      a: `${a}:${idOf(at)}`,
      b: `${b}:${idOf(at)}`,
      capacity: 100,
      metric,
    })),
    hosts: [],
  };
  return graphOf(Topology.parse(document)._unsafeUnwrap());
}
