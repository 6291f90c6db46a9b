import { type Attachment, attachmentKey } from "../model/attachment.ts";
import type { Bandwidth } from "../model/bandwidth.ts";
import type { DomainId, NodeId } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type { ForwardingRule, Segment, SegmentEnd } from "../model/segment.ts";
import type { Topology } from "../topology.ts";
import type { Segments } from "./forwarding.ts";
import { type Hop, hopsAlong } from "./path-hops.ts";
import type { Backup, Realisation } from "./realisation.ts";

/** A segment without what it does yet: how it is called, and whose it is. */
export type SegmentFrame = Omit<Segment, "domain" | "ends" | "nodes">;

/**
 * The segments of a path with its backup: `base`, in which every rule that sends frames on along the
 * path names where they go instead, with the rules for the way back and for the other path.
 *
 * A frame goes along the path, then perhaps back, then along the other path, and never from a later
 * one of these to an earlier; each node sends it one way only. So it can neither loop nor be doubled,
 * whatever the nodes think of their ports; and it arrives if all that is dead lies on one path.
 */
export function withBackup(
  topology: Topology,
  realisation: Realisation,
  base: Segments,
  frame: (domain: DomainId) => SegmentFrame,
): Segments {
  const { backup } = realisation;
  if (backup === undefined) return base;
  const rules = new Map<NodeId, ForwardingRule[]>();
  const ends = new Map<DomainId, SegmentEnd[]>();
  for (const [domain, segment] of base) {
    ends.set(domain, [...segment.ends]);
    for (const { node, rules: own } of segment.nodes) rules.set(node, [...own]);
  }
  const paths = pathsOf(topology, realisation, backup);
  for (const [node, own] of rules) {
    rules.set(
      node,
      own.map((rule) => failingOver(rule, paths)),
    );
  }
  const rates = ratesByPort(topology, backup);
  for (const { ingress, egress } of addedRules(realisation, paths)) {
    const role = roleOf(topology, ingress);
    rules.set(ingress.node, [
      ...(rules.get(ingress.node) ?? []),
      { ingress, role, egress: [egress] },
    ]);
    if (role !== "peer") continue;
    const domain = domainOf(topology, ingress.node);
    const rate = rates.get(ingress.port);
    if (rate === undefined) continue;
    ends.set(domain, [...(ends.get(domain) ?? []), { at: ingress, role, rate }]);
  }
  return assembled(topology, { rules, ends, frame });
}

/** The path, the way back on it, and the other path, from the first endpoint to the second. */
interface Paths {
  readonly working: readonly Hop[];
  readonly returning: readonly Hop[];
  readonly spare: readonly Hop[];
}

function pathsOf(topology: Topology, { plan }: Realisation, backup: Backup): Paths {
  const start = plan.endpoints[0]?.attachment.node;
  invariant(start !== undefined, "a network with a backup has two endpoints");
  const { links, returning } = backup;
  return {
    working: hopsAlong(topology, plan.links, start),
    returning: hopsAlong(topology, returning, start),
    spare: hopsAlong(topology, links, start),
  };
}

/** The rule, with where its frames go if the port is dead by which they would go on along the path. */
function failingOver(rule: ForwardingRule, { working, returning, spare }: Paths): ForwardingRule {
  const [egress] = rule.egress;
  if (egress === undefined) return rule;
  const leaves = (at: Attachment | undefined): boolean =>
    at !== undefined && attachmentKey(at) === attachmentKey(egress);
  const forward = working.findIndex(({ out }) => leaves(out));
  if (forward >= 0) {
    const instead = forward === 0 ? spare[0]?.out : returning[forward - 1]?.into;
    return instead === undefined ? rule : { ...rule, failover: instead };
  }
  const backward = working.findIndex(({ into }) => leaves(into));
  if (backward < 0) return rule;
  const isLast = backward === working.length - 1;
  const instead = isLast ? spare.at(-1)?.into : returning[backward + 1]?.out;
  return instead === undefined ? rule : { ...rule, failover: instead };
}

/** Frames that enter at one place and leave at another. */
interface Passage {
  readonly ingress: Attachment;
  readonly egress: Attachment;
}

function addedRules({ plan }: Realisation, { returning, spare }: Paths): readonly Passage[] {
  const [first, second] = plan.endpoints.map(({ attachment }) => attachment);
  const [spareOut, spareIn] = [spare[0]?.out, spare.at(-1)?.into];
  invariant(
    first !== undefined && second !== undefined && spareOut !== undefined && spareIn !== undefined,
    "a backup joins the two endpoints",
  );
  const [backOut, backIn] = [returning[0]?.out, returning.at(-1)?.into];
  return [
    ...passages(returning),
    ...(backOut === undefined ? [] : [{ ingress: backOut, egress: spareOut }]),
    ...(backIn === undefined ? [] : [{ ingress: backIn, egress: spareIn }]),
    ...passages(spare),
    { ingress: spareOut, egress: first },
    { ingress: spareIn, egress: second },
  ];
}

/** What the nodes between the ends of a path do, in both directions. */
function passages(hops: readonly Hop[]): readonly Passage[] {
  return hops.slice(1).flatMap(({ out }, index) => {
    const before = hops[index]?.into;
    if (before === undefined) return [];
    return [
      { ingress: before, egress: out },
      { ingress: out, egress: before },
    ];
  });
}

/** What may enter by each port of the other path, bit/s. */
function ratesByPort(topology: Topology, { links }: Backup): ReadonlyMap<string, Bandwidth> {
  return new Map(
    links.flatMap(({ link: id, forward, backward }) => {
      const link = topology.links.get(id);
      if (link === undefined) return [];
      return [[link.a, backward] as const, [link.b, forward] as const];
    }),
  );
}

function roleOf(topology: Topology, { port }: Attachment): "trunk" | "peer" {
  const link = topology.linkAt(port);
  invariant(link !== undefined, `port ${port} is on a link`);
  const isWithin = domainOf(topology, link.nodeA) === domainOf(topology, link.nodeB);
  return isWithin ? "trunk" : "peer";
}

function domainOf(topology: Topology, id: NodeId): DomainId {
  const node = topology.nodes.get(id);
  invariant(node !== undefined, `node ${id} of the path is in the topology`);
  return node.domain;
}

function assembled(
  topology: Topology,
  parts: {
    readonly rules: ReadonlyMap<NodeId, readonly ForwardingRule[]>;
    readonly ends: ReadonlyMap<DomainId, readonly SegmentEnd[]>;
    readonly frame: (domain: DomainId) => SegmentFrame;
  },
): Segments {
  const segments = new Map<DomainId, Segment>();
  for (const [node, rules] of [...parts.rules].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const domain = domainOf(topology, node);
    const segment = segments.get(domain) ?? {
      ...parts.frame(domain),
      domain,
      ends: parts.ends.get(domain) ?? [],
      nodes: [],
    };
    segments.set(domain, { ...segment, nodes: [...segment.nodes, { node, rules }] });
  }
  return segments;
}
