import type { Fault } from "../model/errors.ts";
import { formatHostPort } from "../model/host-port.ts";
import { portOf } from "../model/ids.ts";
import type { Outline } from "./outline.ts";

/** A fault before somebody looks up the value that stands at its path. */
export type Misfit = Omit<Fault, "value">;

/**
 * Finds what is wrong between the parts of a document: what should be unique and is not, what is
 * referred to and does not exist, and ports that are used for more than one thing.
 */
export function findReferenceFaults(outline: Outline): readonly Misfit[] {
  const faults: Misfit[] = [];
  const report: Report = (message, ...path) => faults.push({ path, message });
  const nodeOfPort = indexPorts(outline);
  checkNodes(outline, report);
  const linkAtPort = checkLinks(outline, nodeOfPort, report);
  checkTunnels(outline, nodeOfPort, report);
  checkHosts(outline, { nodeOfPort, linkAtPort }, report);
  return faults;
}

type Report = (message: string, ...path: Fault["path"]) => void;

/** The node of each port, by `node:port`. */
function indexPorts({ nodes }: Outline): ReadonlyMap<string, string> {
  const nodeOfPort = new Map<string, string>();
  for (const { id: node, ports } of nodes) {
    if (node === undefined) continue;
    for (const { id: port } of ports) {
      if (port !== undefined) nodeOfPort.set(portOf(node, port), node);
    }
  }
  return nodeOfPort;
}

function checkNodes({ domains, nodes }: Outline, report: Report): void {
  const domainIds = new Set(domains.map(({ id }) => id));
  reportRepeats(domains, "id", report, "domains");
  reportRepeats(nodes, "id", report, "nodes");
  reportRepeats(nodes, "datapathId", report, "nodes");
  nodes.forEach(({ domain, ports }, index) => {
    if (domain !== undefined && !domainIds.has(domain)) {
      report("is no domain of the topology", "nodes", index, "domain");
    }
    reportRepeats(ports, "id", report, "nodes", index, "ports");
    reportRepeats(ports, "ofPort", report, "nodes", index, "ports");
    reportRepeats(ports, "name", report, "nodes", index, "ports");
  });
}

/**
 * Gives the index of the first link at each port. Links may share one if all lead to other domains: within
 * one it is known what is at the far end of a cable.
 */
function checkLinks(
  { nodes: outlines, links }: Outline,
  nodeOfPort: ReadonlyMap<string, string>,
  report: Report,
): ReadonlyMap<string, number> {
  const domainOf = new Map(outlines.map(({ id, domain }) => [id ?? "", domain]));
  const atPort = new Map<string, Occupant>();
  reportRepeats(links, "id", report, "links");
  links.forEach((link, index) => {
    const nodes = LINK_ENDS.map((end) => {
      const port = link[end];
      if (port === undefined) return undefined;
      const node = nodeOfPort.get(port);
      if (node === undefined) report(NO_SUCH_PORT, "links", index, end);
      return node;
    });
    const leavesDomain = domainOf.get(nodes[0] ?? "") !== domainOf.get(nodes[1] ?? "");
    for (const [end, other] of occupy(atPort, link, { index, leavesDomain }))
      report(`is used by links.${other} already`, "links", index, end);
    if (nodes[0] !== undefined && nodes[0] === nodes[1]) {
      report("is on the same node as a", "links", index, "b");
    }
  });
  return new Map([...atPort].map(([port, { index }]) => [port, index]));
}

/** A link at a port, and whether it leads to another domain. */
interface Occupant {
  readonly index: number;
  readonly leavesDomain: boolean;
}

/** Notes a link at its ports; gives the ends at which it may not be, each with the link that is there. */
function occupy(
  atPort: Map<string, Occupant>,
  link: Outline["links"][number],
  own: Occupant,
): readonly (readonly [end: "a" | "b", other: number])[] {
  return LINK_ENDS.flatMap((end) => {
    const port = link[end];
    const other = port === undefined ? undefined : atPort.get(port);
    if (port !== undefined && other === undefined) atPort.set(port, own);
    if (other === undefined || other.index === own.index) return [];
    return own.leavesDomain && other.leavesDomain ? [] : [[end, other.index] as const];
  });
}

/** Checks the links whose labels are VNIs: one driver has both ends, and both ends can translate. */
function checkTunnels(
  { domains, nodes, links }: Outline,
  nodeOfPort: ReadonlyMap<string, string>,
  report: Report,
): void {
  const driverOf = new Map(domains.map(({ id, driver }) => [id, driver]));
  const nodeById = new Map(nodes.map((node) => [node.id, node]));
  links.forEach((link, index) => {
    if (link.labels === undefined) return;
    if (link.vlans !== undefined) {
      report("has no meaning where labels are VNIs", "links", index, "vlans");
    }
    const ends = LINK_ENDS.map((end) => nodeById.get(nodeOfPort.get(link[end] ?? "")));
    const [a, b] = ends.map((node) => node?.domain);
    if (a !== undefined && b !== undefined && a !== b) {
      report(`are VNIs, and the ends are in two domains, ${a} and ${b}`, "links", index, "labels");
    } else if (a !== undefined && driverOf.get(a) === "oscars") {
      report(`are VNIs, and domain ${a} has no switches of ours`, "links", index, "labels");
    }
    ends.forEach((node, at) => {
      if (node?.vlanTranslation !== false || link.enabled === false) return;
      report(
        "is on a node that does not translate, as the ends of VNIs must",
        ...(["links", index, LINK_ENDS[at] ?? "labels"] as const),
      );
    });
  });
}

function checkHosts(
  { hosts }: Outline,
  known: {
    readonly nodeOfPort: ReadonlyMap<string, string>;
    readonly linkAtPort: ReadonlyMap<string, number>;
  },
  report: Report,
): void {
  const firstIndexes = new Map<string, number>();
  hosts.forEach(({ host, nic, port }, index) => {
    if (host !== undefined && nic !== undefined) {
      const hostPort = formatHostPort({ host, nic });
      const first = firstIndexes.get(hostPort);
      if (first === undefined) firstIndexes.set(hostPort, index);
      else report(`is the same host port as hosts.${first}`, "hosts", index);
    }
    if (port === undefined) return;
    const link = known.linkAtPort.get(port);
    if (link !== undefined) report(`is used by links.${link} already`, "hosts", index, "port");
    else if (!known.nodeOfPort.has(port)) report(NO_SUCH_PORT, "hosts", index, "port");
  });
}

const LINK_ENDS = ["a", "b"] as const;
const NO_SUCH_PORT = "is no port of the topology";

/** Reports every value of `key` that an earlier item of the list at `base` has; absent ones pass. */
function reportRepeats<Key extends string>(
  items: readonly { readonly [key in Key]?: unknown }[],
  key: Key,
  report: Report,
  ...base: Fault["path"]
): void {
  const firstIndexes = new Map<unknown, number>();
  items.forEach((item, index) => {
    const value = item[key];
    if (value === undefined) return;
    const first = firstIndexes.get(value);
    if (first === undefined) firstIndexes.set(value, index);
    else report(`is the same as ${[...base, first, key].join(".")}`, ...base, index, key);
  });
}
