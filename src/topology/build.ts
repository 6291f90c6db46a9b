import { bandwidth } from "../model/bandwidth.ts";
import { formatHostPort } from "../model/host-port.ts";
import { type DomainId, type LinkId, type NodeId, type PortRef, portOf } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type { Domain, Link, Port, TopologyNode, TouchPoint } from "./elements.ts";
import { linkVlans } from "./link-vlans.ts";
import type { CheckedDocument, CheckedHost, CheckedLink, CheckedPort } from "./schema.ts";

/** Everything that a topology consists of, by name and in the order of the document. */
export interface Elements {
  readonly domains: ReadonlyMap<DomainId, Domain>;
  readonly nodes: ReadonlyMap<NodeId, TopologyNode>;
  readonly ports: ReadonlyMap<PortRef, Port>;
  readonly links: ReadonlyMap<LinkId, Link>;
  /** By `host:nic`. */
  readonly touchPoints: ReadonlyMap<string, TouchPoint>;
}

/** Makes the elements of a document in which no fault was found. */
export function buildElements(document: CheckedDocument): Elements {
  const linksAtPort = indexLinks(document);
  const ports = new Map<PortRef, Port>();
  const nodes = new Map<NodeId, TopologyNode>();
  for (const node of document.nodes) {
    const own = node.ports.map((port) => buildPort(node.id, port, linksAtPort));
    for (const port of own) ports.set(port.ref, port);
    const refs = own.map(({ ref }) => ref);
    nodes.set(node.id, { ...node, datapathId: node.datapathId, ports: refs });
  }
  const links = document.links.map((link) => buildLink(link, nodes, ports));
  const touchPoints = document.hosts.map((host) => buildTouchPoint(host, ports));
  return {
    domains: new Map(document.domains.map((domain) => [domain.id, domain])),
    nodes,
    ports,
    links: new Map(links.map((link) => [link.id, link])),
    touchPoints: new Map(touchPoints.map((touchPoint) => [touchPoint.hostPort, touchPoint])),
  };
}

function indexLinks({ links }: CheckedDocument): ReadonlyMap<PortRef, readonly CheckedLink[]> {
  const linksAtPort = new Map<PortRef, CheckedLink[]>();
  for (const link of links) {
    for (const port of [link.a, link.b]) {
      const others = linksAtPort.get(port);
      if (others === undefined) linksAtPort.set(port, [link]);
      else others.push(link);
    }
  }
  return linksAtPort;
}

function buildPort(
  node: NodeId,
  { id, ofPort, name, vlans, capacity }: CheckedPort,
  linksAtPort: ReadonlyMap<PortRef, readonly CheckedLink[]>,
): Port {
  const ref = portOf(node, id);
  const links = linksAtPort.get(ref) ?? [];
  const most = links.map((link) => link.capacity).sort((x, y) => y - x)[0];
  const ids = links.map((link) => link.id);
  return { ref, node, id, ofPort, name, vlans, capacity: capacity ?? most, links: ids };
}

function buildLink(
  link: CheckedLink,
  nodes: ReadonlyMap<NodeId, TopologyNode>,
  ports: ReadonlyMap<PortRef, Port>,
): Link {
  const a = existing(ports, link.a);
  const b = existing(ports, link.b);
  const limits = [link.capacity, a.capacity ?? link.capacity, b.capacity ?? link.capacity];
  return {
    ...link,
    nodeA: a.node,
    nodeB: b.node,
    capacity: bandwidth(Math.min(...limits)),
    vlans: linkVlans(link).intersect(a.vlans).intersect(b.vlans),
    vnis: link.labels?.range,
    enabled: link.enabled && existing(nodes, a.node).enabled && existing(nodes, b.node).enabled,
    selfEnabled: link.enabled,
  };
}

function buildTouchPoint(
  { host, nic, port, tagging }: CheckedHost,
  ports: ReadonlyMap<PortRef, Port>,
): TouchPoint {
  const hostPort = formatHostPort({ host, nic });
  return { host, nic, hostPort, node: existing(ports, port).node, port, tagging };
}

function existing<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key);
  invariant(value !== undefined, `the document was checked to have ${key}`);
  return value;
}
