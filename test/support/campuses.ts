import { Topology } from "../../src/topology.ts";
import { value } from "./testbed.ts";

/** Campuses of one switch each, and wide-area domains between them. */
export interface Campuses {
  readonly campuses: readonly string[];
  /** Each a domain and its only node; the first is the cheapest to cross. */
  readonly wans: readonly string[];
  /** Whether circuits of the wide-area domains may have more than two ends; false when absent. */
  readonly branching?: boolean;
  /** How a domain calls its port at a campus; absent, it is told otherwise. */
  readonly nameOf?: (wan: string, campus: string) => string;
  /** The driver of the campuses; `memory` when absent. */
  readonly driver?: string;
}

/** The touch point of a campus. */
export function hostAt(campus: string): string {
  return `${campus}:eth0`;
}

/**
 * Every domain has a port at every campus, `one:west`, and a link of 1 Gbit/s to the switch there,
 * `west-one`, with the labels 100 to 199.
 */
export function campusTopology(shape: Campuses): Topology {
  const { campuses, wans, branching = false, nameOf, driver = "memory" } = shape;
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [
        ...campuses.map((id) => ({ id, driver })),
        ...wans.map((id) => ({ id, driver: "oscars" })),
      ],
      nodes: [
        ...campuses.map((id) => ({
          ...{ id, domain: id },
          ports: ["host", ...wans].map((port) => ({ id: port })),
        })),
        ...wans.map((id) => ({
          ...{ id, domain: id, branching },
          ports: campuses.map((campus) => ({
            id: campus,
            ...(nameOf === undefined ? {} : { name: nameOf(id, campus) }),
          })),
        })),
      ],
      links: wans.flatMap((wan, at) =>
        campuses.map((campus) => ({
          ...{ id: `${campus}-${wan}`, a: `${campus}:${wan}`, b: `${wan}:${campus}` },
          ...{ capacity: "1Gbps", vlans: "100-199", metric: at + 1 },
        })),
      ),
      hosts: campuses.map((host) => ({ host, nic: "eth0", port: `${host}:host` })),
    }),
  );
}
