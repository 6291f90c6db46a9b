import type { Attachment } from "../model/attachment.ts";
import { attachmentKey, isOnWire } from "../model/attachment.ts";
import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import type { DomainId, NodeId } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type { ForwardingRule, Segment, SegmentEnd } from "../model/segment.ts";
import type { PlannedLink } from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import type { Segments } from "./forwarding.ts";

/** A segment without what it does yet: how it is called, and whose it is. */
export type SegmentFrame = Omit<Segment, "domain" | "ends" | "nodes">;

/** What every node does. */
export type NodeRules = ReadonlyMap<NodeId, readonly ForwardingRule[]>;

/** What stands by in segments, besides what they do while nothing fails. */
export interface Standing {
  /** The rules of all nodes, from those that they have without. */
  readonly change: (rules: NodeRules) => NodeRules;
  /** The links of what stands by, with what may enter by them. */
  readonly links: readonly PlannedLink[];
  readonly frame: (domain: DomainId) => SegmentFrame;
}

/** The segments with other rules, and with an end wherever these take frames from another domain. */
export function withStanding(
  topology: Topology,
  base: Segments,
  { change, links, frame }: Standing,
): Segments {
  const before = new Map<NodeId, readonly ForwardingRule[]>();
  for (const { nodes } of base.values()) {
    for (const { node, rules } of nodes) before.set(node, rules);
  }
  const rates = ratesByPort(topology, links);
  const segments = new Map<DomainId, Segment>();
  for (const [node, rules] of [...change(before)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const domain = domainOf(topology, node);
    const known = new Set((before.get(node) ?? []).map(({ ingress }) => attachmentKey(ingress)));
    const ends = rules.flatMap(({ ingress, role }): readonly SegmentEnd[] => {
      const rate = rates.get(ingress.port);
      if (role !== "peer" || known.has(attachmentKey(ingress)) || rate === undefined) return [];
      invariant(isOnWire(ingress), "tunnels are within a domain");
      return [{ at: ingress, role, rate }];
    });
    const segment = segments.get(domain) ?? {
      ...frame(domain),
      domain,
      ends: base.get(domain)?.ends ?? [],
      nodes: [],
    };
    segments.set(domain, {
      ...segment,
      ends: [...segment.ends, ...ends],
      nodes: [...segment.nodes, { node, rules }],
    });
  }
  return segments;
}

/** What is at the far side of a port between nodes. */
export function roleAt(topology: Topology, { port }: Attachment): "trunk" | "peer" {
  const link = topology.linkAt(port);
  invariant(link !== undefined, `port ${port} is on a link`);
  const isWithin = domainOf(topology, link.nodeA) === domainOf(topology, link.nodeB);
  return isWithin ? "trunk" : "peer";
}

/** What may enter and leave by each port, bit/s. */
function ratesByPort(
  topology: Topology,
  links: readonly PlannedLink[],
): ReadonlyMap<string, Bandwidth> {
  const rates = new Map<string, Bandwidth>();
  const put = (port: string, rate: Bandwidth): void => {
    if (rate >= (rates.get(port) ?? 0)) rates.set(port, rate);
  };
  for (const { link: id, forward, backward } of links) {
    const link = topology.links.get(id);
    if (link === undefined) continue;
    for (const port of [link.a, link.b]) put(port, bandwidth(Math.max(forward, backward)));
  }
  return rates;
}

function domainOf(topology: Topology, id: NodeId): DomainId {
  const node = topology.nodes.get(id);
  invariant(node !== undefined, `node ${id} of the path is in the topology`);
  return node.domain;
}
