import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Random } from "dcns/testing";

/** A graph to search: nodes are numbers, and no two links join the same two. */
export interface BenchGraph {
  readonly name: string;
  /** Which part of all tags is free on a link: half, or nearly all where paths are long. */
  readonly freeTags: number;
  readonly nodeCount: number;
  readonly links: readonly (readonly [a: number, b: number, metric: number])[];
}

/** Links between nodes by chance, on a ring so that it is connected; metrics from 1 to 100. */
export function randomGraph(name: string, nodeCount: number, random: Random): BenchGraph {
  const links = new LinkList(nodeCount);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  for (let node = 0; node < nodeCount; node++) {
    links.add(node, (node + 1) % nodeCount, 1 + below(100));
  }
  while (links.size < (nodeCount * MEAN_DEGREE) / 2) {
    links.add(below(nodeCount), below(nodeCount), 1 + below(100));
  }
  return { name, freeTags: 0.5, nodeCount, links: links.links };
}

/**
 * Points in the unit square by chance, from left to right, each linked to the one before it and to
 * all within a radius that gives the mean degree; a metric is the distance, 100 at that radius.
 */
export function geometricGraph(name: string, nodeCount: number, random: Random): BenchGraph {
  const points = Array.from({ length: nodeCount }, () => [random.next(), random.next()] as const);
  points.sort(([x], [y]) => x - y);
  const radius = Math.sqrt(MEAN_DEGREE / (Math.PI * nodeCount));
  const links = new LinkList(nodeCount);
  for (const [a, from] of points.entries()) {
    for (let b = a + 1; b < nodeCount; b++) {
      const to = points[b] ?? from;
      if (to[0] - from[0] > radius) break;
      const distance = Math.hypot(from[0] - to[0], from[1] - to[1]);
      if (distance <= radius) links.add(a, b, Math.ceil((100 * distance) / radius));
    }
  }
  return joined(name, points, links, radius);
}

/** A fat tree of switches with `k` ports; all metrics are 1. */
export function fatTree(name: string, k: number): BenchGraph {
  const half = k / 2;
  const links = new LinkList(half * half + k * k);
  const aggregation = (pod: number, at: number): number => half * half + pod * k + at;
  for (let pod = 0; pod < k; pod++) {
    for (let at = 0; at < half; at++) {
      for (let port = 0; port < half; port++) {
        links.add(aggregation(pod, at), at * half + port, 1);
        links.add(aggregation(pod, at), aggregation(pod, half + port), 1);
      }
    }
  }
  return { name, freeTags: 0.5, nodeCount: half * half + k * k, links: links.links };
}

/** The graph of a GraphML file; all metrics are 1. */
export function readGraphMl(file: string): BenchGraph {
  const text = readFileSync(file, "utf8");
  const nodes = [...text.matchAll(/<node\b[^>]*\bid=["']([^"']*)["']/g)].map(
    (match) => match[1] ?? "",
  );
  const numbers = new Map(nodes.map((id, at) => [id, at]));
  const links = new LinkList(nodes.length);
  for (const [tag] of text.matchAll(/<edge\b[^>]*>/g)) {
    const [a, b] = [/\bsource=["']([^"']*)["']/, /\btarget=["']([^"']*)["']/].map((end) =>
      numbers.get(end.exec(tag)?.[1] ?? ""),
    );
    if (a !== undefined && b !== undefined) links.add(a, b, 1);
  }
  const name = basename(file, ".graphml");
  return { name, freeTags: 0.99, nodeCount: nodes.length, links: links.links };
}

const MEAN_DEGREE = 6;

/** Links without parallels and loops. */
class LinkList {
  readonly links: [number, number, number][] = [];
  readonly #nodeCount: number;
  readonly #known = new Set<number>();

  constructor(nodeCount: number) {
    this.#nodeCount = nodeCount;
  }

  get size(): number {
    return this.links.length;
  }

  add(a: number, b: number, metric: number): void {
    const key = Math.min(a, b) * this.#nodeCount + Math.max(a, b);
    if (a === b || this.#known.has(key)) return;
    this.#known.add(key);
    this.links.push([a, b, metric]);
  }
}

/** Joins each point to its nearest among the few before it, so that the graph is in one piece. */
function joined(
  name: string,
  points: readonly (readonly [number, number])[],
  links: LinkList,
  radius: number,
): BenchGraph {
  const window = 4 * Math.ceil(Math.sqrt(points.length));
  for (let a = 1; a < points.length; a++) {
    const [x, y] = points[a] ?? [0, 0];
    let nearest = a - 1;
    let least = Number.POSITIVE_INFINITY;
    for (let b = Math.max(0, a - window); b < a; b++) {
      const [u, v] = points[b] ?? [0, 0];
      const distance = Math.hypot(x - u, y - v);
      if (distance >= least) continue;
      least = distance;
      nearest = b;
    }
    links.add(nearest, a, Math.ceil((100 * least) / radius));
  }
  return { name, freeTags: 0.99, nodeCount: points.length, links: links.links };
}
