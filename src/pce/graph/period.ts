import { type Graph, headOf, metricOf } from "./graph.ts";

/**
 * The greatest number that divides the metric of every way from a node back to itself, where metrics are
 * whole: what two paths between the same nodes cost differs by a multiple of it. 0 if there are no links.
 *
 * It is 1 in most graphs. Where all metrics are 1 and no link joins two nodes of one tier, as in leaf-spine
 * fabrics and fat trees, it is 2. Found as the period of a Markov chain is: distances along any trees that
 * span the graph, and what divides the amounts by which arcs are off them (Denardo, Periods of Connected
 * Networks and Powers of Nonnegative Matrices, 1977). O(V + E); worked out once for each graph.
 */
export function periodOf(graph: Graph): number {
  const known = periods.get(graph);
  if (known !== undefined) return known;
  const period = compute(graph);
  periods.set(graph, period);
  return period;
}

const periods = new WeakMap<Graph, number>();

function compute(graph: Graph): number {
  const distances = new Float64Array(graph.nodeIds.length).fill(Number.NaN);
  let period = 0;
  for (const root of distances.keys()) {
    if (!Number.isNaN(distances[root])) continue;
    distances[root] = 0;
    const reached = [root];
    for (const node of reached) {
      for (const arc of graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1])) {
        const head = headOf(graph, arc);
        const distance = (distances[node] ?? 0) + metricOf(graph, arc >> 1);
        const known = distances[head] ?? Number.NaN;
        if (!Number.isNaN(known)) period = divisorOf(period, Math.abs(distance - known));
        else {
          distances[head] = distance;
          reached.push(head);
        }
      }
    }
  }
  return period;
}

/** The greatest common divisor (Euclid). */
function divisorOf(x: number, y: number): number {
  let [high, low] = [x, y];
  while (low !== 0) [high, low] = [low, high % low];
  return high;
}
