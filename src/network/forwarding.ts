import { type Attachment, attachmentKey } from "../model/attachment.ts";
import {
  type DomainId,
  type NetworkNumber,
  type NodeId,
  type ProjectId,
  type SegmentId,
  segmentId,
} from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type {
  ForwardingRule,
  NodeForwarding,
  Policer,
  Segment,
  SegmentEnd,
} from "../model/segment.ts";
import type { Topology } from "../topology.ts";
import { withBackup } from "./failover.ts";
import type { Realisation } from "./realisation.ts";

/** Whose segments these are. */
export interface Owner {
  readonly project: ProjectId;
  readonly number: NetworkNumber;
}

/** The segments of one realisation, one for each domain it touches. */
export type Segments = ReadonlyMap<DomainId, Segment>;

/** What every domain does for a realisation: the tree, as rules of the nodes it runs through. */
export function segmentsOf(topology: Topology, owner: Owner, realisation: Realisation): Segments {
  const base = treeSegments(topology, owner, realisation);
  return withBackup(topology, realisation, base, (domain) => ({
    id: segmentIdOf(owner, domain),
    project: owner.project,
    network: owner.number,
    generation: realisation.generation,
  }));
}

function treeSegments(topology: Topology, owner: Owner, realisation: Realisation): Segments {
  const crossings = crossingsByNode(topology, realisation);
  const byDomain = new Map<DomainId, Crossing[][]>();
  for (const [node, atNode] of crossings) {
    const domain = domainOf(topology, node);
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), atNode]);
  }
  const limit = sharedLimit(realisation);
  return new Map(
    [...byDomain].map(([domain, nodes]) => [
      domain,
      {
        id: segmentIdOf(owner, domain),
        project: owner.project,
        network: owner.number,
        generation: realisation.generation,
        domain,
        ends: nodes.flatMap((atNode) => atNode.flatMap(endOf)),
        nodes: nodes.map((atNode) => forwardingOf(atNode, limit)),
      },
    ]),
  );
}

/** The name of a network's segment in a domain; no other network has, or had, the number. */
export function segmentIdOf({ number }: Pick<Owner, "number">, domain: DomainId): SegmentId {
  return segmentId(`${number}@${domain}`);
}

/** A place where the tree crosses a port, seen from the node. */
interface Crossing {
  readonly at: Attachment;
  readonly role: ForwardingRule["role"];
  /** What may enter here, bit/s. */
  readonly rate: Realisation["plan"]["endpoints"][number]["bandwidth"];
}

function crossingsByNode(topology: Topology, { plan, spec }: Realisation): Map<NodeId, Crossing[]> {
  const crossings = new Map<NodeId, Crossing[]>();
  const add = (crossing: Crossing): void => {
    const atNode = crossings.get(crossing.at.node) ?? [];
    atNode.push(crossing);
    crossings.set(crossing.at.node, atNode);
  };
  for (const endpoint of plan.endpoints) {
    const rate =
      spec.sharing === "shared" && spec.bandwidth < endpoint.bandwidth
        ? spec.bandwidth
        : endpoint.bandwidth;
    add({ at: endpoint.attachment, role: "edge", rate });
  }
  for (const { link: id, label, forward, backward } of plan.links) {
    const link = topology.links.get(id);
    invariant(link !== undefined, `link ${id} of the tree is in the topology`);
    const role =
      domainOf(topology, link.nodeA) === domainOf(topology, link.nodeB) ? "trunk" : "peer";
    add({ at: { node: link.nodeA, port: link.a, tag: label }, role, rate: backward });
    add({ at: { node: link.nodeB, port: link.b, tag: label }, role, rate: forward });
  }
  return new Map([...crossings].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function domainOf(topology: Topology, id: NodeId): DomainId {
  const node = topology.nodes.get(id);
  invariant(node !== undefined, `node ${id} of the tree is in the topology`);
  return node.domain;
}

function endOf({ at, role, rate }: Crossing): readonly SegmentEnd[] {
  return role === "trunk" ? [] : [{ at, role, rate }];
}

/** The rate of a network whose members share it, where that is less than each having it. */
function sharedLimit({ plan, spec }: Realisation): Realisation["spec"]["bandwidth"] | undefined {
  return spec.sharing === "shared" && plan.endpoints.length > 2 ? spec.bandwidth : undefined;
}

/**
 * Every frame that enters anywhere leaves everywhere else. Where a shared network's frames meet, at
 * a node with three crossings or more, one policer holds their sum to the network's rate, so that no
 * trunk carries more than was reserved; elsewhere each host is held to its own.
 */
function forwardingOf(
  atNode: readonly Crossing[],
  limit: Policer["rate"] | undefined,
): NodeForwarding {
  const shared =
    limit !== undefined && atNode.length > 2 ? { key: "network", rate: limit } : undefined;
  const rules = atNode.map((crossing): ForwardingRule => {
    const police = shared ?? edgePolicer(crossing);
    return {
      ingress: crossing.at,
      role: crossing.role,
      ...(police === undefined ? {} : { police }),
      egress: atNode.filter((other) => other !== crossing).map((other) => other.at),
    };
  });
  const node = atNode[0]?.at.node;
  invariant(node !== undefined, "a node of the tree has a crossing");
  return { node, rules };
}

function edgePolicer({ at, role, rate }: Crossing): Policer | undefined {
  return role === "edge" ? { key: attachmentKey(at), rate } : undefined;
}
