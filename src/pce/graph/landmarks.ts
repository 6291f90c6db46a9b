import type { Graph } from "./graph.ts";
import { queueFor } from "./queue-choice.ts";

/**
 * How far every node is from a few nodes, as whole numbers that are never more than the metrics say.
 * Distances bound each other by the triangle inequality, so these bound the rest from below.
 */
export interface Landmarks {
  readonly count: number;
  /** Of node `n` from landmark `l` at `n * count + l`; {@link FAR} if they are not connected. */
  readonly distances: Int32Array;
}

/** The distance to what cannot be reached; no other is as great. */
export const FAR = 0x3fff_ffff;

/**
 * The landmarks of `graph`, chosen once, each as far as can be from those before it (Goldberg and
 * Harrelson, Computing the Shortest Path: A* Search Meets Graph Theory, SODA 2005, section 7).
 * `undefined` where they do not pay: on small graphs, and on those where everything is near, for
 * there two searches that meet see little of the graph anyway. O(k (E + D)) for k landmarks and
 * distances up to D. Ties go to the lowest node. The bounds hold whichever nodes are chosen.
 */
export function landmarksOf(graph: Graph): Landmarks | undefined {
  if (graph.nodeIds.length < LEAST_NODES) return undefined;
  if (!chosen.has(graph)) chosen.set(graph, isWide(graph) ? choose(graph) : undefined);
  return chosen.get(graph);
}

/** How many landmarks there are. */
export const LANDMARKS = 16;

const LEAST_NODES = 2000;
/** From how many times the binary logarithm of the number of nodes a graph is wide, in hops. */
const WIDTH = 3;

const chosen = new WeakMap<Graph, Landmarks | undefined>();

function isWide(graph: Graph): boolean {
  const hops = distancesFrom(graph, new Int32Array(graph.arcs.length).fill(1), 0);
  return greatest(hops).value > WIDTH * Math.log2(graph.nodeIds.length);
}

function choose(graph: Graph): Landmarks | undefined {
  const steps = Int32Array.from(graph.steps, (step) => Math.min(Math.floor(step), FAR));
  const limit = FAR - greatestOf(steps);
  const nodeCount = graph.nodeIds.length;
  const distances = new Int32Array(nodeCount * LANDMARKS);
  const nearest = distancesFrom(graph, steps, 0);
  for (let landmark = 0; landmark < LANDMARKS; landmark++) {
    const own = distancesFrom(graph, steps, greatest(nearest).at);
    // Something beyond may have been taken for out of reach.
    if (greatest(own).value >= limit) return undefined;
    for (let node = 0; node < nodeCount; node++) {
      const distance = own[node] ?? FAR;
      distances[node * LANDMARKS + landmark] = distance;
      const isFirst = landmark === 0;
      nearest[node] = isFirst ? distance : Math.min(nearest[node] ?? FAR, distance);
    }
  }
  return { count: LANDMARKS, distances };
}

/** The greatest value that is not {@link FAR}, and where it stands first. */
function greatest(values: Int32Array): { readonly value: number; readonly at: number } {
  let at = 0;
  let value = -1;
  for (let index = 0; index < values.length; index++) {
    const next = values[index] ?? 0;
    if (next > value && next < FAR) {
      value = next;
      at = index;
    }
  }
  return { value, at };
}

function greatestOf(values: Int32Array): number {
  return values.reduce((x, y) => Math.max(x, y), 0);
}

/** Dijkstra's algorithm for whole numbers below {@link FAR}; `steps` by position in `graph.arcs`. */
function distancesFrom(graph: Graph, steps: Int32Array, origin: number): Int32Array {
  const { offsets, targets } = graph;
  const distances = new Int32Array(graph.nodeIds.length).fill(FAR);
  const done = new Uint8Array(graph.nodeIds.length);
  const queue = queueFor(greatestOf(steps));
  distances[origin] = 0;
  queue.push(0, 0, origin);
  for (let node = queue.pop(); node !== -1; node = queue.pop()) {
    if (done[node]) continue;
    done[node] = 1;
    const base = distances[node] ?? 0;
    const end = offsets[node + 1] ?? 0;
    for (let at = offsets[node] ?? 0; at < end; at++) {
      const head = targets[at] ?? 0;
      const distance = base + (steps[at] ?? 0);
      if (distance >= (distances[head] ?? 0)) continue;
      distances[head] = distance;
      queue.push(distance, 0, head);
    }
  }
  return distances;
}
