import { type Graph, tailOf } from "../graph/graph.ts";
import { type Landmarks, landmarksOf } from "../graph/landmarks.ts";
import type { LinkColumns } from "../graph/link-columns.ts";
import type { MonotoneQueue } from "../graph/monotone-queue.ts";
import { Potentials } from "../graph/potentials.ts";
import { queueFor } from "../graph/queue-choice.ts";
import { SearchLabels } from "./search-labels.ts";
import { type Meeting, SearchSide } from "./search-side.ts";

/** A path to find. */
export interface PathQuery {
  readonly graph: Graph;
  readonly columns: LinkColumns;
  readonly from: number;
  readonly to: number;
  /** What must be free in the direction of the path, bit/s, and in the other. */
  readonly onward: number;
  readonly back: number;
  /** Which links may be used; all of them by default. */
  readonly isUsable?: ((link: number) => boolean) | undefined;
}

/** How to search; whatever is chosen, the path is a cheapest one. */
export interface SearchMeans {
  /** Whether costs are whole numbers, near enough to each other for buckets. */
  readonly hasBuckets: boolean;
  readonly landmarks: Landmarks | undefined;
}

/** The means that are fastest for `query`. */
export function meansFor({ graph, columns }: PathQuery): SearchMeans {
  return {
    hasBuckets: columns.steps === graph.steps && graph.metricRange.areWhole,
    landmarks: landmarksOf(graph),
  };
}

/**
 * Finds the arcs of a cheapest path that has room in both directions; `undefined` if there is none.
 *
 * Two of Dijkstra's searches, from both ends, until no path through what is left can be cheaper
 * (Pohl, Bi-directional Search, 1971; the bound by the least step is that of Sharon, Holte, Felner and
 * Sturtevant, Minimizing Node Expansions in Bidirectional Search with Consistent Heuristics, 2018).
 * Where the graph has landmarks they lead both searches to each other (ALT: Goldberg and Harrelson,
 * 2005). O((V + E) log V), O(V + E + cost) with whole metrics; in practice far less of the graph is
 * seen, and nothing else is touched.
 *
 * Ties go to fewer hops. What is then left is decided by the numbers of nodes and links alone, for
 * each side goes on by all nodes of one cost at a time, in whatever order they are.
 */
export function bidirectionalPath(
  query: PathQuery,
  means: SearchMeans = meansFor(query),
): readonly number[] | undefined {
  const { graph, from, to } = query;
  const { landmarks } = means;
  const { labels, queues } = workspaceOf(graph);
  const [queue, against] = queuesFor(queues, graph, means);
  const meeting: Meeting = { cost: Number.POSITIVE_INFINITY, hops: 0, node: -1 };
  const potentials = landmarks && new Potentials(landmarks, from, to);
  const shared = { query, labels, potentials, meeting };
  const forward = new SearchSide(shared, queue, FORWARD);
  const backward = new SearchSide(shared, against, BACKWARD);
  forward.start(from);
  backward.start(to);
  const bounds = boundsOf(query, means);
  for (;;) {
    const onward = forward.least();
    const back = backward.least();
    if (Math.max(onward, back) === Number.POSITIVE_INFINITY) break;
    if (isOver(meeting, bounds, onward + back)) break;
    if (onward <= back) forward.expand(backward.level);
    else backward.expand(forward.level);
  }
  const path = meeting.node < 0 ? undefined : pathThrough(meeting.node, graph, labels);
  labels.clear();
  return path;
}

/**
 * Of each node, what the path from there to the target of `query` costs at least: as long as that is
 * no more than from its origin exactly, and beyond that just as much.
 */
export function costsAhead(query: PathQuery): Float64Array {
  const { graph, from, to } = query;
  const means = { ...meansFor(query), landmarks: undefined };
  const { labels, queues } = workspaceOf(graph);
  const [queue] = queuesFor(queues, graph, means);
  const meeting: Meeting = { cost: Number.POSITIVE_INFINITY, hops: 0, node: -1 };
  const side = new SearchSide({ query, labels, potentials: undefined, meeting }, queue, BACKWARD);
  side.start(to);
  const isFound = (): boolean => labels.scanned[2 * from + BACKWARD] === 1;
  while (!isFound() && side.least() < Number.POSITIVE_INFINITY) side.expand(0);
  const radius = labels.costs[2 * from + BACKWARD] ?? 0;
  const ahead = new Float64Array(graph.nodeIds.length);
  for (let node = 0; node < ahead.length; node++) {
    ahead[node] = Math.min(labels.costs[2 * node + BACKWARD] ?? 0, radius);
  }
  labels.clear();
  return ahead;
}

const FORWARD = 0;
const BACKWARD = 1;

/** What is known of the steps that a path is made of. */
interface Bounds {
  /** How many times its cost the key of a path is. */
  readonly scale: number;
  /** What a step adds to a key, at least. */
  readonly leastStep: number;
  /** What a step costs, at most. */
  readonly greatestStep: number;
}

function boundsOf({ graph, columns }: PathQuery, { landmarks }: SearchMeans): Bounds {
  const { least, greatest } = graph.metricRange;
  const greatestStep = columns.steps === graph.steps ? greatest : Number.POSITIVE_INFINITY;
  return landmarks === undefined
    ? { scale: 1, leastStep: least, greatestStep }
    : { scale: 2, leastStep: 0, greatestStep };
}

/** Whether no path can be better than `best`, if those not seen yet have a key of `key` or more. */
function isOver(best: Meeting, { scale, leastStep, greatestStep }: Bounds, key: number): boolean {
  const least = key + leastStep;
  if (least !== scale * best.cost) return least > scale * best.cost;
  return best.hops <= Math.ceil(best.cost / greatestStep);
}

function pathThrough(meeting: number, graph: Graph, { via }: SearchLabels): readonly number[] {
  const arcTo = (node: number, side: number): number =>
    graph.arcs[via[2 * node + side] ?? -1] ?? -1;
  const path: number[] = [];
  for (let arc = arcTo(meeting, FORWARD); arc >= 0; arc = arcTo(tailOf(graph, arc), FORWARD))
    path.push(arc);
  path.reverse();
  for (let arc = arcTo(meeting, BACKWARD); arc >= 0; arc = arcTo(tailOf(graph, arc), BACKWARD)) {
    path.push(arc ^ 1);
  }
  return path;
}

/** What searches of one graph use again and again. */
interface Workspace {
  readonly labels: SearchLabels;
  /** By the greatest difference of keys; infinity for heaps. */
  readonly queues: Map<number, readonly [MonotoneQueue, MonotoneQueue]>;
}

const workspaces = new WeakMap<Graph, Workspace>();

function workspaceOf(graph: Graph): Workspace {
  const known = workspaces.get(graph);
  if (known !== undefined) return known;
  const workspace = { labels: new SearchLabels(graph.nodeIds.length), queues: new Map() };
  workspaces.set(graph, workspace);
  return workspace;
}

/** With potentials, a step changes a key by at most four times its cost. */
function queuesFor(
  queues: Workspace["queues"],
  { metricRange }: Graph,
  { hasBuckets, landmarks }: SearchMeans,
): readonly [MonotoneQueue, MonotoneQueue] {
  const span = (landmarks === undefined ? 1 : 4) * metricRange.greatest;
  const size = hasBuckets ? span : Number.POSITIVE_INFINITY;
  const known = queues.get(size);
  if (known !== undefined) return known;
  const made = [queueFor(size), queueFor(size)] as const;
  queues.set(size, made);
  return made;
}
