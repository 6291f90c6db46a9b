import type { LinkDocument } from "../../src/topology/document.ts";
import { Topology } from "../../src/topology.ts";
import { value } from "./testbed.ts";

/** Campuses of one switch each, and wide-area domains between them. */
export interface Campuses {
  readonly campuses: readonly string[];
  /** Each a domain and its only node; the first is the cheapest to cross. */
  readonly wans: readonly string[];
  /** Where they are nodes of one domain, not one each: what that is called. */
  readonly domain?: string;
  /** Whether circuits of the wide-area domains may have more than two ends; false when absent. */
  readonly branching?: boolean;
  /** How a domain calls its port of this name; absent or undefined, it is told otherwise. */
  readonly nameOf?: (wan: string, port: string) => string | undefined;
  /** The driver of the campuses; `memory` when absent. */
  readonly driver?: string;
  /** Whether a campus has one port towards all nodes, which have the labels 100 to 199 in turn; false when absent. */
  readonly onePort?: boolean;
  /** The labels of links of a row, by their ids; all when absent. */
  readonly vlans?: Readonly<Record<string, string>>;
}

/** The touch point of a campus. */
export function hostAt(campus: string): string {
  return `${campus}:eth0`;
}

/**
 * Two campuses with all the domains in a row between them: each has the ports `a` and `b`, and the
 * links are called after what they join, `west-one`, `one-two`, `two-east`.
 */
export function rowTopology(shape: Campuses): Topology {
  const [first = "", last = ""] = shape.campuses;
  const stops = [
    { node: first, out: `${first}:wan` },
    ...shape.wans.map((node) => ({ node, in: `${node}:a`, out: `${node}:b` })),
    { node: last, in: `${last}:wan` },
  ];
  const links = stops.slice(1).map(({ node, in: b = "" }, at) => {
    const { node: before = "", out: a = "" } = stops[at] ?? {};
    const id = `${before}-${node}`;
    return { id, a, b, capacity: "1Gbps", vlans: shape.vlans?.[id] };
  });
  return topologyOf(shape, { campus: ["wan"], wan: ["a", "b"], links });
}

/**
 * Every domain has a port at every campus, `one:west`, and a link of 1 Gbit/s to the switch there,
 * `west-one`, with the labels 100 to 199.
 */
export function campusTopology(shape: Campuses): Topology {
  const { campuses, wans, onePort = false } = shape;
  const each = Math.floor(100 / wans.length);
  const vlansOf = (at: number): string =>
    onePort ? `${100 + at * each}-${100 + (at + 1) * each - 1}` : "100-199";
  const links = wans.flatMap((wan, at) =>
    campuses.map((campus) => ({
      ...{ id: `${campus}-${wan}`, b: `${wan}:${campus}` },
      a: `${campus}:${onePort ? "wan" : wan}`,
      ...{ capacity: "1Gbps", vlans: vlansOf(at), metric: at + 1 },
    })),
  );
  return topologyOf(shape, { campus: onePort ? ["wan"] : wans, wan: campuses, links });
}

/** The ports of each switch beside its host's, those of each domain, and what joins them. */
interface Joined {
  readonly campus: readonly string[];
  readonly wan: readonly string[];
  readonly links: readonly LinkDocument[];
}

function topologyOf(
  { campuses, wans, domain, branching = false, nameOf, driver = "memory" }: Campuses,
  ports: Joined,
): Topology {
  const domains = domain === undefined ? wans : [domain];
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [
        ...campuses.map((id) => ({ id, driver })),
        ...domains.map((id) => ({ id, driver: "oscars" })),
      ],
      nodes: [
        ...campuses.map((id) => ({
          ...{ id, domain: id },
          ports: ["host", ...ports.campus].map((port) => ({ id: port })),
        })),
        ...wans.map((id) => ({
          ...{ id, domain: domain ?? id, branching },
          ports: ports.wan.map((port) => ({ id: port, name: nameOf?.(id, port) })),
        })),
      ],
      links: ports.links,
      hosts: campuses.map((host) => ({ host, nic: "eth0", port: `${host}:host` })),
    }),
  );
}
