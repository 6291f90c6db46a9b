import { describe, expect, test } from "vitest";
import { attempt, sceneOf } from "../../../src/pce/plan/attempt.ts";
import { seededRandom } from "../../../src/testing/index.ts";
import { isContinuous, loadOf } from "../brute-force.ts";
import { settingOf, VLANS, type World, type WorldLink, type WorldNode } from "../worlds.ts";

/**
 * Fabrics too large for brute force, in which a tree that fits is planted: its links have the labels
 * and the capacity that it needs, and hardly more; all others have about as little. How often a tree is
 * found is measured, and `docs/architecture.md` says what to expect.
 */
describe("planNetwork where hardly any tree fits", { timeout: 60_000 }, () => {
  const kinds = [
    { missed: 0, scarce: "labels are", sharing: "shared", hasLabels: false, hasCapacity: true },
    { missed: 0, scarce: "bandwidth is", sharing: "hose", hasLabels: true, hasCapacity: false },
    {
      missed: 1,
      scarce: "labels and bandwidth are",
      sharing: "hose",
      hasLabels: false,
      hasCapacity: false,
    },
  ] as const;
  test.each(kinds)("finds a tree nearly always: $scarce scarce", (kind) => {
    const fabrics = Array.from({ length: FABRICS }, (_, seed) => planted(seed, kind));
    const missed = fabrics.filter((world) => {
      const { topology, ledger, linkState, request } = settingOf(world);
      return attempt(sceneOf(topology, ledger, linkState, request)).isErr();
    });
    expect(missed.length).toBeLessThanOrEqual(kind.missed);
  });
});

const FABRICS = 25;

interface Kind {
  readonly sharing: "shared" | "hose";
  readonly hasLabels: boolean;
  readonly hasCapacity: boolean;
}

/** A fabric with a tree that fits, and that is scarce of what there is no plenty of. */
function planted(seed: number, { sharing, hasLabels, hasCapacity }: Kind): World {
  const random = seededRandom(seed + 1);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const nodes = Array.from({ length: 8 + below(13) }, (_, at) => ({
    id: `n${String(at).padStart(2, "0")}`,
    translates: random.next() < 0.3,
    enabled: true,
  }));
  const bare = bareLinks(nodes, below);
  const hosts = shuffled(nodes, below)
    .slice(0, 3 + below(4))
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
  expect(
    isContinuous(
      world,
      tree,
      tree.map(({ id }) => labels.get(id) ?? 0),
      tags,
    ),
  ).toBe(true);
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
): readonly WorldLink[] {
  const count = Math.max(20, nodes.length + below(41));
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
