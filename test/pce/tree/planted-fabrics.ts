import assert from "node:assert";
import { seededRandom } from "../../../src/testing/index.ts";
import { isContinuous, loadOf } from "../brute-force.ts";
import { VLANS, type World, type WorldLink, type WorldNode } from "../worlds.ts";

/** What there is plenty of. */
export interface Plenty {
  readonly sharing: "shared" | "hose";
  readonly hasLabels: boolean;
  readonly hasCapacity: boolean;
}

/**
 * A fabric with a tree that fits, and that is scarce of what there is no plenty of; of 8 to 20 nodes and
 * 20 to 60 links, times `size`.
 */
export function planted(
  seed: number,
  { sharing, hasLabels, hasCapacity }: Plenty,
  size = 1,
): World {
  const random = seededRandom(seed + 1);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const nodes = Array.from({ length: size * (8 + below(13)) }, (_, at) => ({
    id: `n${String(at).padStart(2, "0")}`,
    translates: random.next() < 0.3,
    enabled: true,
  }));
  const bare = bareLinks(nodes, below, size);
  const hosts = shuffled(nodes, below)
    .slice(0, 3 + below(2 + 2 * size))
    .map((node, at) => ({
      id: `h${at}`,
      node: node.id,
      vlans: VLANS,
      taken: [],
      tagging: "untagged" as const,
      own: undefined,
      rate: 1 + below(6),
    }));
  const request = {
    bandwidth: 1,
    sharing,
    delivery: "static" as const,
    vlans: VLANS,
    floodAllowance: undefined,
    maxHops: undefined,
    excludedLinks: [],
    excludedNodes: [],
  };
  const world = { nodes, links: bare, hosts, request };
  const tree = randomTree(world, shuffled(bare, below));
  const labels = treeLabels(nodes, tree, () => VLANS[below(VLANS.length)] ?? 1);
  const tags = hosts.map(() => undefined);
  const given = tree.map(({ id }) => labels.get(id) ?? 0);
  assert(isContinuous(world, tree, given, tags));
  const links = bare.map((link) => {
    const onTree = tree.includes(link);
    const { forward, backward } = loadOf(world, tree, link);
    const label = labels.get(link.id) ?? VLANS[below(VLANS.length)] ?? 1;
    return {
      ...link,
      vlans: hasLabels ? VLANS : [label],
      capacity: hasCapacity ? 100 : onTree ? Math.max(forward, backward) : 1 + below(6),
    };
  });
  return { ...world, links };
}

function bareLinks(
  nodes: readonly WorldNode[],
  below: (limit: number) => number,
  size: number,
): readonly WorldLink[] {
  const count = Math.max(20, nodes.length + below(40 * size + 1));
  return Array.from({ length: count }, (_, at) => {
    const from = at < nodes.length ? at : below(nodes.length);
    const step = at < nodes.length ? 1 : 1 + below(nodes.length - 1);
    return {
      id: `l${String(at).padStart(2, "0")}`,
      a: nodes[from]?.id ?? "",
      b: nodes[(from + step) % nodes.length]?.id ?? "",
      capacity: 100,
      vlans: VLANS,
      metric: 1 + below(9),
      up: true,
      used: { forward: 0, backward: 0 },
      taken: [],
      isPast: false,
    };
  });
}

/** The links of a tree that joins the hosts: the first of `links` that make no cycle, pruned. */
function randomTree({ hosts }: World, links: readonly WorldLink[]): readonly WorldLink[] {
  const part = new Map<string, string>();
  const top = (node: string): string => {
    const up = part.get(node);
    return up === undefined ? node : top(up);
  };
  let tree = links.filter(({ a, b }) => {
    const [one, other] = [top(a), top(b)];
    if (one !== other) part.set(one, other);
    return one !== other;
  });
  for (let before = -1; before !== tree.length; ) {
    before = tree.length;
    const ends = [...tree.flatMap(({ a, b }) => [a, b]), ...hosts.map(({ node }) => node)];
    const isLeaf = (node: string): boolean => ends.filter((end) => end === node).length === 1;
    tree = tree.filter(({ a, b }) => !isLeaf(a) && !isLeaf(b));
  }
  return tree;
}

/** A label for each link: one that was given at an end which cannot translate, or a new one. */
function treeLabels(
  nodes: readonly WorldNode[],
  tree: readonly WorldLink[],
  next: () => number,
): ReadonlyMap<string, number> {
  const rigid = new Set(nodes.filter((node) => !node.translates).map(({ id }) => id));
  const labels = new Map<string, number>();
  const spread = (link: WorldLink, label: number): void => {
    if (labels.has(link.id)) return;
    labels.set(link.id, label);
    for (const node of [link.a, link.b].filter((end) => rigid.has(end))) {
      for (const other of tree) if (other.a === node || other.b === node) spread(other, label);
    }
  };
  for (const link of tree) spread(link, next());
  return labels;
}

function shuffled<T>(elements: readonly T[], below: (limit: number) => number): readonly T[] {
  const order = [...elements];
  for (let at = order.length - 1; at > 0; at--) {
    const other = below(at + 1);
    order.splice(at, 1, ...order.splice(other, 1, ...order.slice(at, at + 1)));
  }
  return order;
}
