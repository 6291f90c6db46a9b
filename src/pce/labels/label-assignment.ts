import { err, ok, type Result } from "neverthrow";
import type { VlanId } from "../../model/ids.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { isVni, type LinkLabel, type Vni } from "../../model/vni.ts";
import type { LabelSupply } from "../graph/availability.ts";
import { DisjointSets } from "../graph/disjoint-sets.ts";
import { endsOf, type Graph } from "../graph/graph.ts";

/** What the endpoints at nodes that cannot translate ask of the labels there. */
export interface NodeBindings {
  /** Nodes with an endpoint that is tagged with the network's VLAN. */
  readonly network: ReadonlySet<number>;
  /** The VLANs of endpoints that are tagged with one of their own, by node. */
  readonly own: ReadonlyMap<number, VlanSet>;
}

/** A tree that is to get its labels. */
export interface LabelQuery extends LabelSupply {
  readonly graph: Graph;
  readonly links: readonly number[];
  /** The VLANs that the network may have; not empty. */
  readonly vlans: VlanSet;
  readonly bindings: NodeBindings;
  /** What the network has today: as many links as can be keep their labels. Nothing by default. */
  readonly present?: Labelling;
}

/** The network's VLAN, and the label of each link. */
export interface Labelling {
  readonly vlan: VlanId;
  readonly labels: ReadonlyMap<number, LinkLabel>;
}

/**
 * Gives labels to the links of a tree: the same one to all links that meet at a node that cannot
 * translate, and the network's VLAN, or an endpoint's own, where one is bound there.
 *
 * Exact: links fall into groups that must have one label, and the groups are independent but for the
 * VLAN of the network. Each gets the label that most of its links have today, and the network the
 * VLAN by which most links keep theirs, the lowest of equals. Where that leaves the choice, the
 * network keeps its VLAN or has the lowest possible; a group has the same where it is free, else its
 * lowest label. A link with VNIs lies between nodes that translate, so it is a group by itself: it keeps its
 * VNI, or has the lowest. About O(n) operations on sets for n links, by disjoint sets; straight from the definition.
 */
export function assignLabels(query: LabelQuery): Result<Labelling, LabelConflict> {
  const groups = groupsOf(query);
  const empty = groups.find((group) => group.labels.isEmpty);
  if (empty !== undefined) return err({ type: "label-conflict", ...empty });
  const bound = groups.filter((group) => group.isNetwork);
  const vlans = bound.reduce((set, group) => set.intersect(group.labels), query.vlans);
  const vlan = mostPresent(query, bound, vlans) ?? presentVlan(query, vlans) ?? vlans.first();
  if (vlan === undefined) {
    const links = bound.flatMap((group) => group.links);
    return err({ type: "label-conflict", links, isNetwork: true });
  }
  const labels = new Map<number, LinkLabel>();
  for (const group of groups) {
    const fallback = group.labels.has(vlan) ? vlan : (group.labels.first() ?? vlan);
    const own = group.isNetwork ? vlan : mostPresent(query, [group], group.labels);
    const label = own ?? fallback;
    for (const link of group.links) labels.set(link, vniOf(query, link) ?? label);
  }
  return ok({ vlan, labels });
}

/** Every VLAN of `vlans` that the network may have on this tree. */
export function networkVlans(query: Omit<LabelQuery, "vnis">): VlanSet {
  const groups = groupsOf(query);
  if (groups.some((group) => group.labels.isEmpty)) return VlanSet.empty;
  const bound = groups.filter((group) => group.isNetwork);
  return bound.reduce((set, group) => set.intersect(group.labels), query.vlans);
}

/** These links must all have one label, which `isNetwork` says is the network's; none is left. */
export interface LabelConflict {
  readonly type: "label-conflict";
  readonly links: readonly number[];
  readonly isNetwork: boolean;
}

/** Links that must have one label, what that may be, and whether it must be the network's VLAN. */
interface Group {
  readonly links: readonly number[];
  readonly labels: VlanSet;
  readonly isNetwork: boolean;
}

/** Of `labels`, the one that most links of `groups` have today, the lowest of equals, if any has. */
function mostPresent(
  { present }: LabelQuery,
  groups: readonly Group[],
  labels: VlanSet,
): VlanId | undefined {
  if (present === undefined) return undefined;
  const counts = new Map<VlanId, number>();
  for (const link of groups.flatMap((group) => group.links)) {
    const label = present.labels.get(link);
    if (typeof label === "number" && labels.has(label))
      counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([x, m], [y, n]) => n - m || x - y);
  return most?.[0];
}

/** The VNI of a link that has some. */
function vniOf({ vnis, present }: LabelQuery, link: number): Vni | undefined {
  const free = vnis(link);
  const kept = present?.labels.get(link);
  return isVni(kept) && free?.has(kept) ? kept : free?.first();
}

function presentVlan({ present }: LabelQuery, vlans: VlanSet): VlanId | undefined {
  return present !== undefined && vlans.has(present.vlan) ? present.vlan : undefined;
}

function groupsOf(query: Omit<LabelQuery, "vnis">): readonly Group[] {
  const { graph, links } = query;
  const sets = new DisjointSets(links.length);
  const firstAt = new Map<number, number>();
  for (const [index, link] of links.entries()) {
    for (const node of endsOf(graph, link)) {
      if (graph.translates[node]) continue;
      sets.unite(index, firstAt.get(node) ?? index);
      firstAt.set(node, index);
    }
  }
  const members = new Map<number, number[]>();
  for (const [index, link] of links.entries()) {
    const root = sets.find(index);
    const others = members.get(root);
    if (others === undefined) members.set(root, [link]);
    else others.push(link);
  }
  return [...members.values()].map((group) => groupOf(query, group));
}

function groupOf(
  { graph, labels, bindings }: Omit<LabelQuery, "vnis">,
  links: readonly number[],
): Group {
  let left = VlanSet.all;
  let isNetwork = false;
  for (const link of links) {
    left = left.intersect(labels(link));
    for (const node of endsOf(graph, link)) {
      if (graph.translates[node]) continue;
      left = left.intersect(bindings.own.get(node) ?? left);
      isNetwork ||= bindings.network.has(node);
    }
  }
  return { links, labels: left, isNetwork };
}
