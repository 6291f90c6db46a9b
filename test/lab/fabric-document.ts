import type { LabDocument } from "./wiring.ts";

/** A fabric in shorthand. Ports are written `switch:number`; the number is the OpenFlow number. */
export interface FabricSpec {
  /** Links by id, with their two ports. */
  readonly links?: Readonly<Record<string, readonly [string, string]>>;
  /** Touch points by `host:nic`. */
  readonly hosts: Readonly<Record<string, string>>;
  /** The host ports that send and expect frames without a tag. */
  readonly untagged?: readonly string[];
  /** Of every link; default 1 Gbit/s. */
  readonly capacity?: string;
}

/** A topology document, as DCNS and the lab read it. */
export type FabricDocument = Readonly<Record<string, unknown>> & LabDocument;

/** The domain of every switch in a {@link fabricDocument}. */
export const DOMAIN = "campus";

/** Writes a fabric out as a topology document with one OpenFlow domain. */
export function fabricDocument(spec: FabricSpec): FabricDocument {
  const { links = {}, hosts, untagged = [], capacity = "1Gbps" } = spec;
  const ports = [...new Set([...Object.values(links).flat(), ...Object.values(hosts)])].sort();
  const switches = [...new Set(ports.map((port) => port.split(":")[0] ?? ""))];
  return {
    format: "dcns-topology/1",
    domains: [{ id: DOMAIN, driver: "openflow" }],
    nodes: switches.map((id, index) => ({
      id,
      domain: DOMAIN,
      datapathId: (index + 1).toString(16).padStart(16, "0"),
      ports: ports
        .filter((port) => port.startsWith(`${id}:`))
        .map((port) => port.slice(id.length + 1))
        .map((port) => ({ id: port, ofPort: Number(port) })),
    })),
    links: Object.entries(links).map(([id, [a, b]]) => ({ id, a, b, capacity })),
    hosts: Object.entries(hosts).map(([hostPort, port]) => ({
      host: hostPort.split(":")[0] ?? "",
      nic: hostPort.split(":")[1] ?? "",
      port,
      tagging: untagged.includes(hostPort) ? "untagged" : "tagged",
    })),
  };
}
