import { type Graph, tailOf } from "../graph/graph.ts";
import { type Landmarks, landmarksOf } from "../graph/landmarks.ts";
import type { LinkColumns } from "../graph/link-columns.ts";
import type { MonotoneQueue } from "../graph/monotone-queue.ts";
import { Potentials } from "../graph/potentials.ts";
import { queueFor } from "../graph/queue-choice.ts";
import { Meeting } from "./meeting.ts";
import { labelsOf, type SearchLabels } from "./search-labels.ts";
import { SearchSide, type SharedSearch } from "./search-side.ts";

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
  /** Whether to have buckets, if costs are near enough to each other. */
  readonly hasBuckets: boolean;
  readonly landmarks: Landmarks | undefined;
}

/**
 * Finds the arcs of a cheapest path that has room in both directions; `undefined` if there is none.
 *
 * Two of Dijkstra's searches, from both ends, until no path through what is left can be cheaper
 * (Pohl, Bi-directional Search, 1971; the bound by the least step is that of Sharon, Holte, Felner and
 * Sturtevant, Minimizing Node Expansions in Bidirectional Search with Consistent Heuristics, 2018).
 * Where the graph has landmarks they lead both searches to each other (ALT: Goldberg and Harrelson,
 * 2005). O((V + E) log V), O(V + E + cost) with buckets; in practice far less of the graph is seen,
 * and nothing else is touched.
 *
 * Ties go to fewer hops. What is then left is decided by the numbers of nodes and links alone.
 */
export function bidirectionalPath(
  query: PathQuery,
  means: SearchMeans = meansFor(query.graph),
): readonly number[] | undefined {
  const { graph, from, to } = query;
  const search = sharedSearch(query, means);
  const { labels, leastStep, meeting } = search;
  const [queue, against] = queuesFor(query, means);
  const forward = new SearchSide(search, queue, FORWARD);
  const backward = new SearchSide(search, against, BACKWARD);
  forward.start(from);
  backward.start(to);
  for (;;) {
    const onward = forward.level;
    const back = backward.level;
    const key = onward + back + leastStep;
    if (key > meeting.limit || key === Number.POSITIVE_INFINITY) break;
    if (onward <= back) forward.advance(back);
    else backward.advance(onward);
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
  const means = { hasBuckets: true, landmarks: undefined };
  const search = sharedSearch(query, means);
  const { labels } = search;
  const [queue] = queuesFor(query, means);
  const side = new SearchSide(search, queue, BACKWARD);
  side.start(to);
  const origin = 2 * from + BACKWARD;
  while (side.level < Number.POSITIVE_INFINITY && side.level <= (labels.costs[origin] ?? 0)) {
    side.advance(0);
  }
  const radius = labels.costs[origin] ?? 0;
  const ahead = new Float64Array(graph.nodeIds.length);
  for (let node = 0; node < ahead.length; node++) {
    ahead[node] = Math.min(labels.costs[2 * node + BACKWARD] ?? 0, radius);
  }
  labels.clear();
  return ahead;
}

const FORWARD = 0;
const BACKWARD = 1;

function meansFor(graph: Graph): SearchMeans {
  return { hasBuckets: true, landmarks: landmarksOf(graph) };
}

function sharedSearch(query: PathQuery, { landmarks }: SearchMeans): SharedSearch {
  const { graph, columns, from, to } = query;
  const { least, areWhole } = graph.metricRange;
  const range = {
    scale: landmarks === undefined ? 1 : 2,
    greatestStep: columns.greatestStep,
    areWhole: areWhole && columns.steps === graph.steps,
  };
  return {
    query,
    labels: workspaceOf(graph).labels,
    potentials: landmarks && new Potentials(landmarks, from, to),
    meeting: new Meeting(range),
    leastStep: landmarks === undefined ? least : 0,
  };
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
  const workspace = { labels: labelsOf(graph), queues: new Map() };
  workspaces.set(graph, workspace);
  return workspace;
}

/** With potentials, a step changes a key by at most twice its cost and twice its metric. */
function queuesFor(
  { graph, columns }: PathQuery,
  { hasBuckets, landmarks }: SearchMeans,
): readonly [MonotoneQueue, MonotoneQueue] {
  const { queues } = workspaceOf(graph);
  const { greatestStep } = columns;
  const { greatest } = graph.metricRange;
  const span = landmarks === undefined ? greatestStep : 2 * (greatestStep + greatest);
  const size = hasBuckets ? span : Number.POSITIVE_INFINITY;
  const known = queues.get(size);
  if (known !== undefined) return known;
  const made = [queueFor(size), queueFor(size)] as const;
  queues.set(size, made);
  return made;
}
