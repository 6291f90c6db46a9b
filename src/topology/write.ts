import { formatBandwidth } from "../model/bandwidth.ts";
import { VlanSet } from "../model/vlan-set.ts";
import type {
  HostDocument,
  LinkDocument,
  NodeDocument,
  PortDocument,
  TopologyDocument,
} from "./document.ts";
import type { CheckedDocument, CheckedLink, CheckedNode, CheckedPort } from "./schema.ts";

/** A document that leaves no default to be guessed. */
export interface FullDocument extends TopologyDocument {
  readonly links: readonly LinkDocument[];
  readonly hosts: readonly HostDocument[];
}

/** Writes a document out in full, with every default and in canonical text. */
export function writeDocument(document: CheckedDocument): FullDocument {
  return {
    format: document.format,
    domains: document.domains,
    nodes: document.nodes.map(writeNode),
    links: document.links.map(writeLink),
    hosts: document.hosts,
  };
}

function writeNode(node: CheckedNode): NodeDocument {
  return { ...node, ports: node.ports.map(writePort) };
}

function writePort({ vlans, capacity, ...port }: CheckedPort): PortDocument {
  const written = { ...port, vlans: vlans.toString() };
  return capacity === undefined ? written : { ...written, capacity: formatBandwidth(capacity) };
}

function writeLink({ vlans, labels, ...link }: CheckedLink): LinkDocument {
  const written = { ...link, capacity: formatBandwidth(link.capacity) };
  return labels === undefined
    ? { ...written, vlans: (vlans ?? VlanSet.default).toString() }
    : { ...written, labels: { space: labels.space, range: labels.range.toString() } };
}
