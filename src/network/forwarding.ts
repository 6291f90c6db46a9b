import { attachmentKey, isOnWire } from "../model/attachment.ts";
import { bandwidth } from "../model/bandwidth.ts";
import {
  type DomainId,
  type NetworkNumber,
  networkNumber,
  type ProjectId,
  type SegmentId,
  segmentId,
} from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type { MacAddress } from "../model/mac-address.ts";
import type {
  ForwardingRule,
  NodeForwarding,
  Policer,
  Segment,
  SegmentEnd,
  UnicastDelivery,
  UnicastWay,
} from "../model/segment.ts";
import { bounded, edgeLoad, type PlannedEndpoint, type Side, type Traffic } from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import { withBypasses } from "./bypass-rules.ts";
import { type Crossing, crossingsByNode, domainOf } from "./crossings.ts";
import { withBackup } from "./failover.ts";
import { floodedFrom, NETWORK_POLICER, towards } from "./policer-keys.ts";
import type { Realisation } from "./realisation.ts";
import type { Schedule } from "./schedule.ts";
import type { NetworkSpec } from "./spec.ts";
import type { SegmentFrame } from "./standby-segments.ts";
import { addressLimit, toldTraffic } from "./traffic.ts";

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
  const frame = (domain: DomainId): SegmentFrame => ({
    id: segmentIdOf(owner, domain),
    project: owner.project,
    network: owner.number,
    generation: realisation.generation,
  });
  const paired = withBackup(topology, realisation, base, frame);
  return withBypasses(topology, realisation, paired, frame);
}

/** The same segments, with the end of their network in the domains that are somebody else's. */
export function withEnd(
  segments: Segments,
  schedule: Schedule | undefined,
  keepsSchedule: (domain: DomainId) => boolean | undefined,
): Segments {
  const until = schedule?.end === undefined ? {} : { end: schedule.end };
  return new Map(
    [...segments].map(([domain, segment]) => [
      domain,
      keepsSchedule(domain) === undefined ? segment : { ...segment, schedule: until },
    ]),
  );
}

/** What domains that keep schedules are to promise for a network that is provisioned later. */
export function promisesOf(
  segments: Segments,
  keepsSchedule: (domain: DomainId) => boolean | undefined,
  { start }: Schedule = {},
): Segments {
  return new Map(
    [...segments].flatMap(([domain, segment]) => {
      if (keepsSchedule(domain) !== true) return [];
      const from = start === undefined ? {} : { start };
      const schedule = { ...from, ...segment.schedule, isReserved: true as const };
      return [[domain, { ...segment, schedule }] as const];
    }),
  );
}

function treeSegments(topology: Topology, owner: Owner, realisation: Realisation): Segments {
  const crossings = crossingsByNode(topology, realisation);
  const byDomain = new Map<DomainId, (readonly Crossing[])[]>();
  for (const [node, atNode] of crossings) {
    const domain = domainOf(topology, node);
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), atNode]);
  }
  const terms = termsOf(realisation);
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
        nodes: nodes.map((atNode) => forwardingOf(atNode, terms)),
      },
    ]),
  );
}

/** The name of a network's segment in a domain; no other network has, or had, the number. */
export function segmentIdOf({ number }: Pick<Owner, "number">, domain: DomainId): SegmentId {
  return segmentId(`${number}@${domain}`);
}

/** Whose segment it is that has this name. */
export function networkOfSegment(id: SegmentId): NetworkNumber {
  return networkNumber(Number(id.slice(0, id.indexOf("@"))));
}

function endOf({ at, role, load }: Crossing): readonly SegmentEnd[] {
  if (role === "trunk") return [];
  invariant(isOnWire(at), "tunnels are within a domain");
  return [{ at, role, rate: load }];
}

/** What the nodes of a realisation have in common. */
interface Terms {
  readonly spec: NetworkSpec;
  readonly traffic: Traffic;
  /** Every endpoint together. */
  readonly all: Side;
  readonly macs: ReadonlyMap<string, readonly MacAddress[]>;
  /** Whether some host port sends and gets frames without a tag. */
  readonly isUntagged: boolean;
  /** The policer of a network whose members share one rate. */
  readonly shared: Policer | undefined;
}

function termsOf({ plan, spec }: Realisation): Terms {
  const isShared = spec.sharing === "shared" && plan.endpoints.length > 2;
  return {
    spec,
    traffic: toldTraffic(spec),
    all: sideOf(plan.endpoints),
    macs: new Map(spec.endpoints.map(({ hostPort, macs }) => [hostPort, macs ?? []])),
    isUntagged: plan.endpoints.some(({ tagging }) => tagging === "untagged"),
    shared: isShared ? { key: NETWORK_POLICER, rate: spec.bandwidth } : undefined,
  };
}

/**
 * Every frame that enters anywhere leaves everywhere else, or, where there is a choice, known unicast
 * leaves one way only.
 *
 * Where a shared network's frames meet, at a node with three crossings or more, one policer holds
 * their sum to the network's rate, so that no trunk carries more than was reserved; elsewhere each
 * host is held to its own. A network that delivers by address is held, at every node by itself, to
 * what is reserved for what leaves there, whatever the nodes before have let pass.
 */
function forwardingOf(atNode: readonly Crossing[], terms: Terms): NodeForwarding {
  const meets = atNode.length > 2;
  const shared = meets ? terms.shared : undefined;
  const isByAddress = terms.traffic.delivery !== "flood";
  const unicast = meets && isByAddress ? unicastOf(atNode, terms) : undefined;
  const rules = atNode.map((crossing): ForwardingRule => {
    const others = atNode.filter((other) => other !== crossing);
    const only = isByAddress && others.length === 1 ? others[0] : undefined;
    return {
      ingress: crossing.at,
      role: crossing.role,
      ...admissionOf(crossing, terms),
      ...policing(ownPolicer(crossing, only), shared),
      egress: others.map((other) => other.at),
      ...(unicast === undefined ? {} : { unicast: unicast(crossing) }),
    };
  });
  const node = atNode[0]?.at.node;
  invariant(node !== undefined, "a node of the tree has a crossing");
  return { node, rules };
}

/** What holds one ingress by itself: a host to its rate, and all that enters to its only way on. */
function ownPolicer(crossing: Crossing, only: Crossing | undefined): Policer | undefined {
  const { at, role, rate } = crossing;
  if (role === "edge") {
    const most = only !== undefined && only.outRate < rate ? only.outRate : rate;
    return { key: attachmentKey(at), rate: most };
  }
  return only === undefined ? undefined : { key: towards(only.at), rate: only.outRate };
}

/** A policer for all together does for an ingress that is not held to less. */
function policing(
  own: Policer | undefined,
  shared: Policer | undefined,
): Pick<ForwardingRule, "police" | "thenPolice"> {
  if (own === undefined) return shared === undefined ? {} : { police: shared };
  if (shared === undefined) return { police: own };
  return own.rate < shared.rate ? { police: own, thenPolice: shared } : { police: shared };
}

function admissionOf(
  crossing: Crossing,
  { spec, macs, isUntagged }: Terms,
): Pick<ForwardingRule, "admit"> {
  if (crossing.role !== "edge") return {};
  const sources = crossing.behind().flatMap(({ hostPort }) => macs.get(hostPort) ?? []);
  const linkProtocols = spec.linkProtocols ?? false;
  return {
    admit: {
      linkProtocols,
      ...(isUntagged ? { singleTagged: true } : {}),
      ...(sources.length === 0 ? {} : { sources }),
    },
  };
}

/** How a node that has a choice delivers what enters at each of its crossings. */
function unicastOf(
  atNode: readonly Crossing[],
  { spec, traffic, all, macs }: Terms,
): (crossing: Crossing) => UnicastDelivery {
  const allowance = traffic.floodAllowance ?? 0;
  const ways = atNode.map((crossing) => {
    const behind = crossing.behind();
    const to = sideOf(behind);
    const rest: Side = { rate: all.rate - to.rate, count: all.count - to.count };
    const rate = edgeLoad({ ...traffic, floodAllowance: bandwidth(0) }, rest, to);
    const isStatic = traffic.delivery === "static";
    const addresses = isStatic ? behind.flatMap(({ hostPort }) => macs.get(hostPort) ?? []) : [];
    const way: UnicastWay = {
      to: crossing.at,
      police: { key: towards(crossing.at), rate },
      addresses,
    };
    return [crossing, { way, count: to.count }] as const;
  });
  const counts = new Map(ways.map(([crossing, { count }]) => [crossing, count]));
  const everyWay = ways.map(([, { way }]) => way);
  return (crossing) => {
    const count = counts.get(crossing) ?? 0;
    const maxAddresses = addressLimit(spec, count, all.count);
    return {
      flood: { key: floodedFrom(crossing.at), rate: bounded(count * allowance) },
      ways: everyWay,
      ...(traffic.delivery === "learn" ? { learn: { maxAddresses } } : {}),
    };
  };
}

function sideOf(endpoints: readonly PlannedEndpoint[]): Side {
  const rate = endpoints.reduce((sum, endpoint) => sum + endpoint.bandwidth, 0);
  return { rate, count: endpoints.length };
}
