import { err, ok, type Result } from "neverthrow";
import type { DomainView } from "./model/domain-view.ts";
import type { InvalidTopology } from "./model/errors.ts";
import { formatHostPort, type HostPort } from "./model/host-port.ts";
import type { DomainId, LinkId, NodeId, PortRef } from "./model/ids.ts";
import { buildElements, type Elements } from "./topology/build.ts";
import { checkDocument } from "./topology/check.ts";
import type { HostDocument, LinkDocument, NodeDocument } from "./topology/document.ts";
import type { Domain, Link, Port, TopologyNode, TouchPoint } from "./topology/elements.ts";
import { buildGraph, findComponents, type TopologyGraph } from "./topology/graph.ts";
import type { CheckedDocument } from "./topology/schema.ts";
import { viewDomain } from "./topology/view-domain.ts";
import { type FullDocument, writeDocument } from "./topology/write.ts";

/**
 * The inventory: domains, nodes, ports, links and touch points. A value: it never changes, and what
 * differs from it is another one.
 */
export class Topology {
  readonly domains: ReadonlyMap<DomainId, Domain>;
  readonly nodes: ReadonlyMap<NodeId, TopologyNode>;
  readonly ports: ReadonlyMap<PortRef, Port>;
  readonly links: ReadonlyMap<LinkId, Link>;
  /** By `host:nic`. */
  readonly touchPoints: ReadonlyMap<string, TouchPoint>;
  /** The ports at which there are several links. */
  readonly sharedPorts: readonly Port[];

  readonly #document: CheckedDocument;
  readonly #touchPointsByPort: ReadonlyMap<PortRef, readonly TouchPoint[]>;

  private constructor(document: CheckedDocument) {
    const elements = buildElements(document);
    this.domains = elements.domains;
    this.nodes = elements.nodes;
    this.ports = elements.ports;
    this.links = elements.links;
    this.touchPoints = elements.touchPoints;
    this.sharedPorts = [...elements.ports.values()].filter(({ links }) => links.length > 1);
    this.#document = document;
    this.#touchPointsByPort = indexTouchPoints(elements);
  }

  /** Reads a document; the error holds every fault in it. */
  static parse(document: unknown): Result<Topology, InvalidTopology> {
    return checkDocument(document).map((checked) => new Topology(checked));
  }

  /** The touch point of a host port, if it is one. */
  touchPoint(hostPort: HostPort): TouchPoint | undefined {
    return this.touchPoints.get(formatHostPort(hostPort));
  }

  /** The touch points at a port; several host interfaces may share one, told apart by their tags. */
  touchPointsAt(port: PortRef): readonly TouchPoint[] {
    return this.#touchPointsByPort.get(port) ?? [];
  }

  /** The link at a port, if there is one; of several, the one that has this VLAN, or else the first. */
  linkAt(port: PortRef, vlan?: number): Link | undefined {
    const links = this.linksAt(port);
    return links.find(({ vlans }) => vlan !== undefined && vlans.has(vlan)) ?? links[0];
  }

  /** The links at a port: mostly one, or none. */
  linksAt(port: PortRef): readonly Link[] {
    return (this.ports.get(port)?.links ?? []).flatMap((id) => this.links.get(id) ?? []);
  }

  /** What the driver of a domain needs to know of it; the domain must exist. */
  domainView(id: DomainId): DomainView {
    return viewDomain(this, id);
  }

  /** A graph of nodes and links for the libraries of graphology; it is the caller's own. */
  toGraph(): TopologyGraph {
    return buildGraph(this, () => true);
  }

  /** The parts into which `usable` links join the nodes; by default, all links that are enabled. */
  components(
    usable: (link: Link) => boolean = (link) => link.enabled,
  ): readonly (readonly NodeId[])[] {
    return findComponents(buildGraph(this, usable));
  }

  /** The same as a document, with every default written out. */
  toDocument(): FullDocument {
    return writeDocument(this.#document);
  }

  /** This topology and one more node; the faults are those of the whole document. */
  withNode(node: NodeDocument): Result<Topology, InvalidTopology> {
    const document = this.toDocument();
    return Topology.parse({ ...document, nodes: [...document.nodes, node] });
  }

  /** This topology without a node, its links and its touch points. */
  withoutNode(id: NodeId): Result<Topology, InvalidTopology> {
    const { nodes, links, hosts } = this.#document;
    const isOther = (port: PortRef) => this.ports.get(port)?.node !== id;
    return this.#without("nodes", id, this.nodes.has(id), {
      nodes: nodes.filter((node) => node.id !== id),
      links: links.filter(({ a, b }) => isOther(a) && isOther(b)),
      hosts: hosts.filter(({ port }) => isOther(port)),
    });
  }

  /** This topology and one more link; the faults are those of the whole document. */
  withLink(link: LinkDocument): Result<Topology, InvalidTopology> {
    const document = this.toDocument();
    return Topology.parse({ ...document, links: [...document.links, link] });
  }

  withoutLink(id: LinkId): Result<Topology, InvalidTopology> {
    const links = this.#document.links.filter((link) => link.id !== id);
    return this.#without("links", id, this.links.has(id), { links });
  }

  /** This topology and one more touch point; the faults are those of the whole document. */
  withHost(host: HostDocument): Result<Topology, InvalidTopology> {
    const document = this.toDocument();
    return Topology.parse({ ...document, hosts: [...document.hosts, host] });
  }

  withoutHost(hostPort: HostPort): Result<Topology, InvalidTopology> {
    const key = formatHostPort(hostPort);
    const hosts = this.#document.hosts.filter((host) => formatHostPort(host) !== key);
    return this.#without("hosts", key, this.touchPoints.has(key), { hosts });
  }

  #without(
    list: "nodes" | "links" | "hosts",
    id: string,
    exists: boolean,
    rest: Partial<CheckedDocument>,
  ): Result<Topology, InvalidTopology> {
    if (exists) return ok(new Topology({ ...this.#document, ...rest }));
    const fault = { path: [list], value: id, message: "is not in the topology" };
    return err({ type: "invalid-topology", faults: [fault] });
  }
}

function indexTouchPoints({ touchPoints }: Elements): ReadonlyMap<PortRef, readonly TouchPoint[]> {
  const byPort = new Map<PortRef, TouchPoint[]>();
  for (const touchPoint of touchPoints.values()) {
    const others = byPort.get(touchPoint.port);
    if (others === undefined) byPort.set(touchPoint.port, [touchPoint]);
    else others.push(touchPoint);
  }
  return byPort;
}
