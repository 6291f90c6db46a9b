import type { LinkId, NodeId } from "../../model/ids.ts";
import type { Topology } from "../../topology.ts";
import type { Exclusion, LabelledLink, NetworkPlan, PlannedLink } from "../plan/plan.ts";

/** Where a bypass leaves and joins a tree: a node, and the link there whose place it takes. */
export interface BypassEnd {
  readonly node: NodeId;
  readonly link: LinkId;
}

/**
 * A way beside a tree from one of its nodes to another, around the link between the two or around a
 * node. Frames that come out of it at one end count there as if they had come by that end's link. So
 * the network stays the same tree whichever of its links are in use and whichever bypasses, and no
 * frame can loop, come twice or be lost to anybody else, whatever nodes think of their ports.
 */
export interface Bypass {
  readonly ends: readonly [BypassEnd, BypassEnd];
  /** In order from the first end to the second; never empty. */
  readonly links: readonly LabelledLink[];
}

/** What stands in for the links of a tree, one at a time. */
export interface Bypasses {
  /** A node takes the first that begins at the port that is dead; those around nodes come first. */
  readonly ways: readonly Bypass[];
  /**
   * Every link and label of these, with what they reserve beyond the tree: of a link direction the
   * most that is needed while any one thing has failed. What of it is not shared by all labels of a
   * link stands with the first of them.
   */
  readonly links: readonly PlannedLink[];
}

/** A bypass that is looked for. */
export interface Gap {
  readonly ends: Bypass["ends"];
  /** What the way must stay away from. */
  readonly exclude: Exclusion;
}

/** One step of a frame on a tree: along a link, from one of its ends. */
export interface TreeHop {
  readonly link: LinkId;
  readonly from: NodeId;
  readonly to: NodeId;
}

/** Every step that frames take on a tree, there and back, in the order of the links. */
export function hopsOf(topology: Topology, plan: NetworkPlan): readonly TreeHop[] {
  return plan.links.flatMap(({ link }) => {
    const found = topology.links.get(link);
    if (found === undefined) return [];
    const { nodeA, nodeB } = found;
    return [
      { link, from: nodeA, to: nodeB },
      { link, from: nodeB, to: nodeA },
    ];
  });
}

/** A bypass as it is used from one of its ends. */
export interface Departure {
  readonly bypass: Bypass;
  /** Whether it is used from its second end to its first. */
  readonly isReversed: boolean;
}

/** The bypass by which a node sends on what would leave it by a link of the tree. */
export function departureAt(
  ways: readonly Bypass[],
  { from, link }: Pick<TreeHop, "from" | "link">,
): Departure | undefined {
  const isAt = (end: BypassEnd): boolean => end.node === from && end.link === link;
  const bypass = ways.find(({ ends }) => ends.some(isAt));
  return bypass === undefined ? undefined : { bypass, isReversed: !isAt(bypass.ends[0]) };
}

/**
 * The nodes of a tree that do nothing but join two links: there a bypass does for either link, and
 * for the node. It stays away from all that fails together with what it stands in for.
 */
export function nodeGapsOf(topology: Topology, plan: NetworkPlan): readonly Gap[] {
  return transitsOf(topology, plan).map((transit) => aroundNode(topology, transit));
}

/** The links of a tree along which some step is left without a bypass by these. */
export function linkGapsOf(
  topology: Topology,
  plan: NetworkPlan,
  ways: readonly Bypass[],
): readonly Gap[] {
  return plan.links.flatMap(({ link: id }): readonly Gap[] => {
    const link = topology.links.get(id);
    if (link === undefined) return [];
    const ends = [
      { node: link.nodeA, link: id },
      { node: link.nodeB, link: id },
    ] as const;
    const isOpen = ends.some(
      ({ node }) => departureAt(ways, { from: node, link: id }) === undefined,
    );
    const exclude = { links: new Set([id]), srlgs: new Set(link.srlg) };
    return isOpen ? [{ ends, exclude }] : [];
  });
}

/** A node of a tree without an endpoint, and its two links with their far ends. */
interface Transit {
  readonly node: NodeId;
  readonly ends: Bypass["ends"];
}

function transitsOf(topology: Topology, plan: NetworkPlan): readonly Transit[] {
  const occupied = new Set(plan.endpoints.map(({ attachment }) => attachment.node));
  const around = new Map<NodeId, BypassEnd[]>();
  for (const { link, from, to } of hopsOf(topology, plan)) {
    const ends = around.get(to) ?? [];
    ends.push({ node: from, link });
    around.set(to, ends);
  }
  return [...around]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([node, [one, other, third]]) => {
      if (one === undefined || other === undefined || third !== undefined) return [];
      return occupied.has(node) ? [] : [{ node, ends: [one, other] }];
    });
}

function aroundNode(topology: Topology, { node, ends }: Transit): Gap {
  const srlgs = ends.flatMap(({ link }) => topology.links.get(link)?.srlg ?? []);
  const exclude = { nodes: new Set([node]), srlgs: new Set(srlgs) };
  return { ends, exclude };
}
