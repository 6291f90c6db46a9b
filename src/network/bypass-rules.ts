import { type Attachment, attachmentKey } from "../model/attachment.ts";
import type { DomainId } from "../model/ids.ts";
import type { Detour, ForwardingRule, UnicastDelivery } from "../model/segment.ts";
import {
  type Bypass,
  type BypassEnd,
  type Bypasses,
  departureAt,
  hopsOf,
  type NetworkPlan,
} from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import type { Segments } from "./forwarding.ts";
import { type Hop, hopsAlong } from "./path-hops.ts";
import type { Realisation } from "./realisation.ts";
import { type NodeRules, roleAt, type SegmentFrame, withStanding } from "./standby-segments.ts";

/** What stands in for a step on the tree: a way, and whose place it takes at its far end. */
interface Standby {
  /** Where frames would leave for the link. */
  readonly to: Attachment;
  readonly hops: readonly Hop[];
  /** By which port of the tree its frames seem to come in. */
  readonly asIf: Attachment;
}

/**
 * The segments of a tree with its bypasses: `base`, in which every rule that sends frames on along a
 * link names where they go instead, with the rules for the ways around and for what comes out of them.
 */
export function withBypasses(
  topology: Topology,
  { plan, bypasses }: Realisation,
  base: Segments,
  frame: (domain: DomainId) => SegmentFrame,
): Segments {
  if (bypasses === undefined) return base;
  const standbys = standbysOf(topology, plan, bypasses);
  const change = (tree: NodeRules): NodeRules => {
    const rules = new Map(
      [...tree].map(([node, own]) => [node, withStandbys(topology, own, standbys)]),
    );
    for (const rule of standbys.flatMap(({ hops }) => passages(topology, hops))) {
      const { node } = rule.ingress;
      rules.set(node, [...(rules.get(node) ?? []), rule]);
    }
    return rules;
  };
  return withStanding(topology, base, { change, links: bypasses.links, frame });
}

/** What stands in for each step of frames on the tree. */
function standbysOf(topology: Topology, plan: NetworkPlan, { ways }: Bypasses): readonly Standby[] {
  const labels = new Map(plan.links.map(({ link, label }) => [link, label]));
  const attachmentAt = ({ node, link: id }: BypassEnd): Attachment | undefined => {
    const [link, tag] = [topology.links.get(id), labels.get(id)];
    if (link === undefined || tag === undefined) return undefined;
    return { node, port: link.nodeA === node ? link.a : link.b, tag };
  };
  return hopsOf(topology, plan).flatMap(({ from, link }): readonly Standby[] => {
    const departure = departureAt(ways, { from, link });
    const to = attachmentAt({ node: from, link });
    if (departure === undefined || to === undefined) return [];
    const { bypass, isReversed } = departure;
    const asIf = attachmentAt(bypass.ends[isReversed ? 0 : 1]);
    return asIf === undefined
      ? []
      : [{ to, hops: hopsOfBypass(topology, bypass, isReversed), asIf }];
  });
}

function hopsOfBypass(topology: Topology, bypass: Bypass, isReversed: boolean): readonly Hop[] {
  const hops = hopsAlong(topology, bypass.links, bypass.ends[0].node);
  if (!isReversed) return hops;
  return hops.map(({ out, into }) => ({ out: into, into: out })).reverse();
}

/**
 * The rules of a node of the tree: where frames go while a port is dead, and, beside each rule for
 * what comes in by a link, one for what comes in by a bypass in its place.
 */
function withStandbys(
  topology: Topology,
  rules: readonly ForwardingRule[],
  standbys: readonly Standby[],
): readonly ForwardingRule[] {
  const instead = new Map(standbys.map(({ to, hops }) => [attachmentKey(to), hops[0]?.out]));
  const landings = new Map<string, Attachment[]>();
  for (const { asIf, hops } of standbys) {
    const into = hops.at(-1)?.into;
    if (into === undefined) continue;
    landings.set(attachmentKey(asIf), [...(landings.get(attachmentKey(asIf)) ?? []), into]);
  }
  const landingsAt = (at: Attachment): readonly Attachment[] =>
    landings.get(attachmentKey(at)) ?? [];
  return rules.flatMap((rule) => {
    const failover = rule.egress.flatMap((to): readonly Detour[] => {
      const other = instead.get(attachmentKey(to));
      return other === undefined ? [] : [{ to, instead: other }];
    });
    const { unicast } = rule;
    const own: ForwardingRule = {
      ...rule,
      ...(failover.length === 0 ? {} : { failover }),
      ...(unicast === undefined ? {} : { unicast: seenByBypass(unicast, landingsAt) }),
    };
    const landed = landingsAt(rule.ingress).map((ingress) => {
      return { ...own, ingress, role: roleAt(topology, ingress), standby: true };
    });
    return [own, ...landed];
  });
}

function seenByBypass(
  unicast: UnicastDelivery,
  landingsAt: (at: Attachment) => readonly Attachment[],
): UnicastDelivery {
  const ways = unicast.ways.map((way) => {
    const also = landingsAt(way.to);
    return also.length === 0 ? way : { ...way, also };
  });
  return { ...unicast, ways };
}

/** What the nodes between the ends of a way do, in its direction. */
function passages(topology: Topology, hops: readonly Hop[]): readonly ForwardingRule[] {
  return hops.slice(1).flatMap(({ out }, index) => {
    const ingress = hops[index]?.into;
    if (ingress === undefined) return [];
    return [{ ingress, role: roleAt(topology, ingress), egress: [out], standby: true }];
  });
}
