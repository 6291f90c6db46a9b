import { match } from "ts-pattern";
import {
  type ChannelClaim,
  type Claim,
  type LabelClaim,
  type Ledger,
  unlimited,
} from "../ledger.ts";
import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import type { BlockedResource } from "../model/blocked-resource.ts";
import {
  type DomainId,
  type NodeId,
  nodeId,
  nodeOfPort,
  type PortRef,
  portRef,
} from "../model/ids.ts";
import type { Interval } from "../model/interval.ts";
import { invariant } from "../model/invariant.ts";
import type { VlanSet } from "../model/vlan-set.ts";
import { Topology } from "../topology.ts";
import type { View } from "./decide.ts";
import { channelsAt, labelsAt } from "./port-resources.ts";

/** A resource, the domain that does not give it, and for which time. */
export interface BlockedBy {
  readonly domain: DomainId;
  readonly resource: BlockedResource;
  readonly interval: Interval;
}

/**
 * The picture in which `holder` is to be planned again: what domains have refused is held there by
 * nobody we know, and is found in explanations under the domain's name.
 */
export function without(view: View, holder: string, blocked: readonly BlockedBy[]): View {
  const less = new Map<NodeId, Less>();
  const lessAt = (on: View, node: NodeId, what: Less): View => {
    less.set(node, { ...less.get(node), ...what });
    return on;
  };
  const held = blocked.reduce((on, { domain, resource, interval }, index): View => {
    const by: Absent = { holder: `others in ${domain}, refusal ${index + 1}`, interval };
    return match(resource)
      .with({ type: "bandwidth" }, (one) => withLedger(on, atMost(on, holder, one, by)))
      .with({ type: "label" }, (one) => withLedger(on, withoutLabels(on, one, by)))
      .with({ type: "branching" }, ({ node }) => lessAt(on, node, { branching: false }))
      .with({ type: "translation" }, ({ node }) => lessAt(on, node, { vlanTranslation: false }))
      .with({ type: "node" }, ({ node }) => lessAt(on, node, { enabled: false }))
      .exhaustive();
  }, view);
  return less.size === 0 ? held : withLess(held, less);
}

function withLedger(view: View, ledger: Ledger): View {
  return { ...view, ledger };
}

/** What a node is not able to do, or is not to be used for, against what the inventory says. */
type Less = Partial<Record<"branching" | "vlanTranslation" | "enabled", false>>;

function withLess(view: View, less: ReadonlyMap<NodeId, Less>): View {
  return { ...view, topology: topologyWith(view.topology, less) };
}

/** How many are kept of one topology: as many as there are plans, mostly, that go around one node more each time. */
const MAX_KEPT = 8;

/**
 * Topologies in which nodes can do less, those that were asked for last at the end. Networks that are planned at the
 * same time are refused by the same nodes: what is computed once of a topology is not computed for each of them.
 */
const keptOf = new WeakMap<Topology, Map<string, Topology>>();

function topologyWith(topology: Topology, less: ReadonlyMap<NodeId, Less>): Topology {
  const key = JSON.stringify([...less].sort(([a], [b]) => (a < b ? -1 : 1)));
  const kept = keptOf.get(topology) ?? new Map<string, Topology>();
  keptOf.set(topology, kept);
  const found = kept.get(key) ?? lessened(topology, less);
  kept.delete(key);
  kept.set(key, found);
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  return found;
}

function lessened(whole: Topology, less: ReadonlyMap<NodeId, Less>): Topology {
  const document = whole.toDocument();
  const nodes = document.nodes.map((node) => ({ ...node, ...less.get(nodeId(node.id)) }));
  const endsVnis = (port: string): boolean =>
    less.get(nodeOfPort(portRef(port)))?.vlanTranslation !== false;
  // No tunnel ends at a node that does not translate.
  const links = document.links.map((link) =>
    link.labels === undefined || (endsVnis(link.a) && endsVnis(link.b))
      ? link
      : { ...link, enabled: false },
  );
  const topology = Topology.parse({ ...document, nodes, links });
  invariant(topology.isOk(), "nodes that can do less are in a topology as before");
  return topology.value;
}

/** Who has what is not to be had, and when. */
type Absent = Pick<Claim, "holder" | "interval">;

/**
 * What both directions have beyond `available` and the share of others, is taken. The network may have
 * more than that, if what it had there is lost.
 */
function atMost(
  { topology, ledger }: View,
  holder: string,
  { port, available }: { readonly port: PortRef; readonly available: Bandwidth },
  by: Absent,
): Ledger {
  const free = ledger.release(holder);
  const taken = channelsAt(topology, port).flatMap((channel): ChannelClaim[] => {
    const most = free.residual(channel, by.interval);
    if (most === unlimited || most <= available) return [];
    return [{ channel, amount: bandwidth(most - available) }];
  });
  const own = ledger.claimOf(holder);
  const less = held(free, by, taken, []);
  if (own === undefined) return less;
  const kept = less.keep(own);
  invariant(kept.isOk(), "the labels of the network are its own");
  return kept.value;
}

function withoutLabels(
  { topology, ledger }: View,
  { port, labels }: { readonly port: PortRef; readonly labels: VlanSet },
  by: Absent,
): Ledger {
  const taken = labelsAt(topology, port).flatMap((space) =>
    [...ledger.freeLabels(space, by.interval).intersect(labels)].map((label) => ({ space, label })),
  );
  return held(ledger, by, [], taken);
}

function held(
  ledger: Ledger,
  by: Absent,
  amounts: readonly ChannelClaim[],
  labels: readonly LabelClaim[],
): Ledger {
  const reserved = ledger.reserve({ ...by, bandwidth: amounts, labels });
  invariant(reserved.isOk(), "nothing but what is free is taken");
  return reserved.value;
}
