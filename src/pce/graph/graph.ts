import type { LinkId, NodeId, PortRef } from "../../model/ids.ts";
import { invariant } from "../../model/invariant.ts";
import type { Link } from "../../topology/elements.ts";
import type { Topology } from "../../topology.ts";

/**
 * A topology as the searches see it: nodes and links are numbers, in the order of their ids, so that
 * "the lowest number" means the same whatever order the document has.
 *
 * Link `l` has two arcs: `2 * l` runs forward, from its `a` to its `b`; `2 * l + 1` runs backward.
 * So `arc ^ 1` is the same link the other way, `arc >> 1` its link, and `heads[arc ^ 1]` where `arc`
 * begins. The arcs that leave node `n` are `arcs[offsets[n]]` up to `arcs[offsets[n + 1]]`, in
 * ascending order; those of links that are not enabled are left out, and so are those of links that
 * begin and end at one node.
 */
export interface Graph {
  readonly nodeIds: readonly NodeId[];
  readonly linkIds: readonly LinkId[];
  readonly nodeOf: ReadonlyMap<NodeId, number>;
  readonly linkOf: ReadonlyMap<LinkId, number>;
  readonly offsets: Uint32Array;
  readonly arcs: Uint32Array;
  /** The node at which each arc ends. */
  readonly heads: Uint32Array;
  /** `heads[arcs[at]]` for each position `at`, so that a search reads a node's arcs in one go. */
  readonly targets: Uint32Array;
  /** The metric of the link of `arcs[at]`, for each position `at`. */
  readonly steps: Float64Array;
  /** Where each arc stands in `arcs`; {@link NOWHERE} if it is left out. */
  readonly positions: Uint32Array;
  /** Of each link. */
  readonly metrics: Float64Array;
  /** Of each link, one way. */
  readonly delaysMs: Float64Array;
  /** The links of each shared risk link group, ascending; those at one port are one, whatever their groups. */
  readonly srlgs: ReadonlyMap<string, readonly number[]>;
  readonly metricRange: MetricRange;
  /** Of each node: 1 if it can change the VLAN of a frame. */
  readonly translates: Uint8Array;
  /** Of each link: 1 where its labels are VNIs. Both its ends translate. */
  readonly hasVnis: Uint8Array;
  readonly sharedPorts: readonly SharedPort[];
}

/** A port at which there are several links, which have its capacity together. */
export interface SharedPort {
  readonly port: PortRef;
  /** The arcs that leave by it; the same the other way come in by it. */
  readonly arcs: readonly number[];
}

/** What metrics there are on the links that have arcs. */
export interface MetricRange {
  readonly least: number;
  readonly greatest: number;
  readonly areWhole: boolean;
}

/** The position of an arc that no node has. */
export const NOWHERE = 0xffff_ffff;

/**
 * The compiled form of `topology`, in compressed rows; compiled once for each topology value.
 * O(V log V + E log E). Equal topologies give equal graphs.
 */
export function graphOf(topology: Topology): Graph {
  const known = compiled.get(topology);
  if (known !== undefined) return known;
  const graph = compile(topology);
  compiled.set(topology, graph);
  return graph;
}

/** The node at which `arc` begins. */
export function tailOf(graph: Graph, arc: number): number {
  return graph.heads[arc ^ 1] ?? 0;
}

/** The node at which `arc` ends. */
export function headOf(graph: Graph, arc: number): number {
  return graph.heads[arc] ?? 0;
}

/** The two nodes of `link`: where it goes forward from, and where to. */
export function endsOf(graph: Graph, link: number): readonly [number, number] {
  return [tailOf(graph, 2 * link), headOf(graph, 2 * link)];
}

/** The metric of `link`. */
export function metricOf(graph: Graph, link: number): number {
  return graph.metrics[link] ?? 0;
}

/** The id of `node`. */
export function nodeIdOf(graph: Graph, node: number): NodeId {
  const id = graph.nodeIds[node];
  invariant(id !== undefined, "a node's number is that of a node of its graph");
  return id;
}

/** The id of `link`. */
export function linkIdOf(graph: Graph, link: number): LinkId {
  const id = graph.linkIds[link];
  invariant(id !== undefined, "a link's number is that of a link of its graph");
  return id;
}

const compiled = new WeakMap<Topology, Graph>();

function compile(topology: Topology): Graph {
  const nodes = [...topology.nodes.values()].sort(byId);
  const links = [...topology.links.values()].sort(byId);
  const nodeOf = new Map(nodes.map((node, index) => [node.id, index]));
  const heads = new Uint32Array(links.length * 2);
  const enabled = new Uint8Array(links.length);
  for (const [index, link] of links.entries()) {
    const a = nodeOf.get(link.nodeA) ?? 0;
    const b = nodeOf.get(link.nodeB) ?? 0;
    heads[2 * index] = b;
    heads[2 * index + 1] = a;
    enabled[index] = link.enabled && a !== b ? 1 : 0;
  }
  const linkOf = new Map(links.map((link, index) => [link.id, index]));
  const sharedPorts = topology.sharedPorts.map(({ ref: port }): SharedPort => {
    const arcs = topology
      .linksAt(port)
      .map(({ id, a }) => 2 * (linkOf.get(id) ?? 0) + (a === port ? 0 : 1));
    return { port, arcs };
  });
  const metrics = Float64Array.from(links, (link) => link.metric);
  const { offsets, arcs } = adjacency(nodes.length, heads, enabled);
  const steps = Float64Array.from(arcs, (arc) => metrics[arc >> 1] ?? 0);
  return {
    nodeIds: nodes.map((node) => node.id),
    linkIds: links.map((link) => link.id),
    nodeOf,
    linkOf,
    offsets,
    arcs,
    heads,
    targets: arcs.map((arc) => heads[arc] ?? 0),
    steps,
    metricRange: rangeOf(steps),
    positions: positionsOf(arcs, heads.length),
    metrics,
    delaysMs: Float64Array.from(links, (link) => link.delayMs),
    srlgs: riskGroups(links, sharedPorts),
    translates: Uint8Array.from(nodes, (node) => (node.vlanTranslation ? 1 : 0)),
    sharedPorts,
    hasVnis: Uint8Array.from(links, (link) => (link.vnis === undefined ? 0 : 1)),
  };
}

function riskGroups(
  links: readonly Link[],
  sharedPorts: readonly SharedPort[],
): ReadonlyMap<string, readonly number[]> {
  // No group in a document has a blank in its name.
  const groups = new Map<string, number[]>(
    sharedPorts.map(({ port, arcs }) => [`port ${port}`, arcs.map((arc) => arc >> 1)]),
  );
  for (const [index, { srlg }] of links.entries()) {
    for (const group of new Set(srlg)) {
      const others = groups.get(group);
      if (others === undefined) groups.set(group, [index]);
      else others.push(index);
    }
  }
  return groups;
}

/** Counting sort of the arcs by the node they leave; stable, so ascending at each node. */
function adjacency(
  nodeCount: number,
  heads: Uint32Array,
  enabled: Uint8Array,
): Pick<Graph, "offsets" | "arcs"> {
  const tail = (arc: number): number => heads[arc ^ 1] ?? 0;
  const offsets = new Uint32Array(nodeCount + 1);
  for (let arc = 0; arc < heads.length; arc++) {
    if (enabled[arc >> 1]) offsets[tail(arc) + 1] = (offsets[tail(arc) + 1] ?? 0) + 1;
  }
  for (let node = 0; node < nodeCount; node++) {
    offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0);
  }
  const next = offsets.slice();
  const arcs = new Uint32Array(offsets[nodeCount] ?? 0);
  for (let arc = 0; arc < heads.length; arc++) {
    if (!enabled[arc >> 1]) continue;
    const at = next[tail(arc)] ?? 0;
    arcs[at] = arc;
    next[tail(arc)] = at + 1;
  }
  return { offsets, arcs };
}

function rangeOf(steps: Float64Array): MetricRange {
  const least = steps.reduce((x, y) => Math.min(x, y), Number.POSITIVE_INFINITY);
  const greatest = steps.reduce((x, y) => Math.max(x, y), 0);
  return { least, greatest, areWhole: steps.every(Number.isInteger) };
}

function positionsOf(arcs: Uint32Array, arcCount: number): Uint32Array {
  const positions = new Uint32Array(arcCount).fill(NOWHERE);
  for (let at = 0; at < arcs.length; at++) positions[arcs[at] ?? 0] = at;
  return positions;
}

function byId(x: { readonly id: string }, y: { readonly id: string }): number {
  return x.id < y.id ? -1 : x.id > y.id ? 1 : 0;
}
