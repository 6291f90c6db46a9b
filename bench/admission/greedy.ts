import type { Admitter } from "./simulation.ts";
import type { Arrival, Fabric } from "./workload.ts";

/** Which of two ways with equally many links is taken. */
export type TieBreak = "lowest-node" | "widest";

/** The tags that may be used on each link. */
export type LinkTags = readonly ReadonlySet<number>[];

/** What a greedy admitter goes by. */
export interface GreedyOptions {
  readonly ties: TieBreak;
  /** Without them, tags are not scarce. */
  readonly tags?: LinkTags;
  /** How many more trees are looked at where one has no tag throughout; none by default. */
  readonly retries?: number;
}

/**
 * What people do without a planner: the fewest links that have the bandwidth, for a tree always to
 * the nearest endpoint that is not on it yet, and then the lowest tag that is free throughout. A
 * retry keeps off the link of the tree before that had the fewest tags left.
 */
export function greedyAdmitter(fabric: Fabric, options: GreedyOptions): Admitter {
  const left = fabric.links.map(() => fabric.capacity);
  const tags = options.tags?.map((all) => new Set(all));
  const held = new Map<Arrival, { readonly links: readonly number[]; readonly tag: number }>();
  const adjacency = adjacencyOf(fabric);
  return {
    admit(arrival) {
      const closed = new Set<number>();
      for (let tries = 0; tries <= (options.retries ?? 0); tries++) {
        const isOpen = (link: number): boolean =>
          !closed.has(link) && (left[link] ?? 0) >= arrival.bandwidth - TOLERANCE;
        const width = (link: number): number => (options.ties === "widest" ? (left[link] ?? 0) : 0);
        const links = grownTree(adjacency, arrival.endpoints, { isOpen, width });
        if (links === undefined) return false;
        const tag = tags === undefined ? 0 : lowestCommon(links.map((link) => tags[link]));
        if (tag !== undefined) {
          held.set(arrival, { links, tag });
          for (const link of links) {
            left[link] = (left[link] ?? 0) - arrival.bandwidth;
            tags?.[link]?.delete(tag);
          }
          return true;
        }
        closed.add(poorest(links, tags ?? []));
      }
      return false;
    },
    release(arrival) {
      const { links, tag } = held.get(arrival) ?? { links: [], tag: 0 };
      held.delete(arrival);
      for (const link of links) {
        left[link] = (left[link] ?? 0) + arrival.bandwidth;
        tags?.[link]?.add(tag);
      }
    },
  };
}

/** How many links the trees have on an idle fabric, on the average. */
export function meanTreeSize(fabric: Fabric, requests: readonly (readonly number[])[]): number {
  const adjacency = adjacencyOf(fabric);
  const choice = { isOpen: () => true, width: () => 0 };
  const sizes = requests.map((nodes) => grownTree(adjacency, nodes, choice)?.length ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length);
}

/** What sums of decimals may be off by. */
const TOLERANCE = 1e-9;

interface Arc {
  readonly link: number;
  readonly head: number;
}

type Adjacency = readonly (readonly Arc[])[];

function adjacencyOf({ nodes, links }: Fabric): Adjacency {
  const adjacency: Arc[][] = Array.from({ length: nodes }, () => []);
  for (const [link, [a, b]] of links.entries()) {
    adjacency[a]?.push({ link, head: b });
    adjacency[b]?.push({ link, head: a });
  }
  return adjacency;
}

interface LinkChoice {
  readonly isOpen: (link: number) => boolean;
  /** Of ways with equally many links, that with the widest bottleneck is taken. */
  readonly width: (link: number) => number;
}

/** Takahashi and Matsuyama (1980). */
function grownTree(
  adjacency: Adjacency,
  endpoints: readonly number[],
  choice: LinkChoice,
): readonly number[] | undefined {
  const [first = 0, ...others] = endpoints;
  const nodes = new Set([first]);
  const links: number[] = [];
  const open = new Set(others);
  while (open.size > 0) {
    const ways = waysFrom(adjacency, nodes, choice);
    const [nearest] = [...open].sort(
      (x, y) => (ways.get(x)?.hops ?? FAR) - (ways.get(y)?.hops ?? FAR) || x - y,
    );
    if (nearest === undefined || !ways.has(nearest)) return undefined;
    for (let node = nearest; !nodes.has(node); ) {
      const way = ways.get(node);
      if (way === undefined) return undefined;
      links.push(way.link);
      nodes.add(node);
      node = way.from;
    }
    for (const node of nodes) open.delete(node);
  }
  return links;
}

const FAR = Number.POSITIVE_INFINITY;

interface Way {
  readonly hops: number;
  readonly width: number;
  readonly link: number;
  readonly from: number;
}

/** The best ways from `origins` to all other nodes: a breadth-first search, the lower nodes first. */
function waysFrom(
  adjacency: Adjacency,
  origins: ReadonlySet<number>,
  { isOpen, width }: LinkChoice,
): ReadonlyMap<number, Way> {
  const ways = new Map<number, Way>();
  let front = [...origins].sort((x, y) => x - y);
  for (let hops = 1; front.length > 0; hops++) {
    const next = new Map<number, Way>();
    for (const from of front) {
      const sofar = ways.get(from)?.width ?? FAR;
      for (const { link, head } of adjacency[from] ?? []) {
        if (origins.has(head) || ways.has(head) || !isOpen(link)) continue;
        const way = { hops, width: Math.min(sofar, width(link)), link, from };
        if (way.width > (next.get(head)?.width ?? -1)) next.set(head, way);
      }
    }
    for (const [node, way] of next) ways.set(node, way);
    front = [...next.keys()].sort((x, y) => x - y);
  }
  return ways;
}

function lowestCommon(sets: readonly (ReadonlySet<number> | undefined)[]): number | undefined {
  const [first, ...others] = sets;
  const common = [...(first ?? [])].filter((tag) => others.every((set) => set?.has(tag)));
  return common.length === 0 ? undefined : Math.min(...common);
}

function poorest(links: readonly number[], tags: LinkTags): number {
  return links.reduce((least, link) =>
    (tags[link]?.size ?? 0) < (tags[least]?.size ?? 0) ? link : least,
  );
}
