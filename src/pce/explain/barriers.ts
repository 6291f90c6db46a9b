import type { Barrier } from "../../model/refusal.ts";
import { endsOf, type Graph, headOf, linkIdOf, nodeIdOf, tailOf } from "../graph/graph.ts";
import { terminalsOf } from "../plan/ends.ts";
import type { Scene } from "../plan/scene.ts";

/**
 * What keeps the endpoints of a request apart: were it out of the way, they would be joined. Empty if
 * no links, usable or not, join them.
 *
 * Of two parts, as few links and nodes are named as can be; more parts are joined one after the other,
 * the nearest first. The ways are found breadth first by the number of barred links and nodes on
 * them, in rings of equal number (Dial, 1969): O(V + E) for each part. The fewest for two parts, near
 * that for more (as Takahashi and Matsuyama, 1980). Ties go to what was come to first.
 */
export function barriersBetween(scene: Scene): readonly Barrier[] {
  const { graph, request } = scene;
  const fabric = fabricOf(scene);
  const [first, ...others] = terminalsOf(graph, request.endpoints).keys();
  if (first === undefined) return [];
  const joined = new Set([first]);
  const barriers = [...(fabric.nodeBarriers[first] ?? [])];
  for (let left = others; left.length > 0; left = left.filter((node) => !joined.has(node))) {
    const way = nearest(fabric, joined, new Set(left));
    if (way === undefined) return [];
    for (const { link, node } of way) {
      joined.add(node);
      barriers.push(...(fabric.linkBarriers[link] ?? []), ...(fabric.nodeBarriers[node] ?? []));
    }
  }
  return [...new Map(barriers.map((barrier) => [JSON.stringify(barrier), barrier])).values()];
}

/** All links, usable or not, and what is to be said against each and against each node. */
interface Fabric {
  readonly graph: Graph;
  /** The arcs that leave each node. */
  readonly leaving: readonly (readonly number[])[];
  readonly linkBarriers: readonly (readonly Barrier[])[];
  readonly nodeBarriers: readonly (readonly Barrier[])[];
}

/** One step of a way: a link, and the node to which it leads. */
interface Step {
  readonly link: number;
  readonly node: number;
}

function fabricOf(scene: Scene): Fabric {
  const { graph } = scene;
  const leaving: number[][] = graph.nodeIds.map(() => []);
  for (const link of graph.linkIds.keys()) {
    const [a, b] = endsOf(graph, link);
    leaving[a]?.push(2 * link);
    leaving[b]?.push(2 * link + 1);
  }
  return {
    graph,
    leaving,
    linkBarriers: [...graph.linkIds.keys()].map((link) => againstLink(scene, link)),
    nodeBarriers: [...graph.nodeIds.keys()].map((node) => againstNode(scene, node)),
  };
}

function againstNode({ graph, topology, request }: Scene, at: number): readonly Barrier[] {
  const node = nodeIdOf(graph, at);
  const isExcluded = request.exclude?.nodes?.has(node) === true;
  return [
    ...(topology.nodes.get(node)?.enabled === true
      ? []
      : [{ type: "node-disabled", node } as const]),
    ...(isExcluded ? [{ type: "node-excluded", node } as const] : []),
  ];
}

/** What is said against its nodes is said there. */
function againstLink(scene: Scene, at: number): readonly Barrier[] {
  const { graph, topology, linkState, request, availability } = scene;
  if (availability.kept.includes(at)) return [];
  const link = linkIdOf(graph, at);
  const inventory = topology.links.get(link);
  const groups = (inventory?.srlg ?? []).filter((srlg) => request.exclude?.srlgs?.has(srlg));
  return [
    ...(inventory?.selfEnabled === true ? [] : [{ type: "link-disabled", link } as const]),
    ...(linkState.isUp(link) ? [] : [{ type: "link-down", link } as const]),
    ...(request.exclude?.links?.has(link) ? [{ type: "link-excluded", link } as const] : []),
    ...(availability.hasPrice(at) ? [] : [{ type: "link-unpriced", link } as const]),
    ...groups.map((srlg) => ({ type: "srlg-excluded", srlg }) as const),
  ];
}

/** The way from `joined` to one of `wanted` that has the fewest barred links and nodes. */
function nearest(
  fabric: Fabric,
  joined: ReadonlySet<number>,
  wanted: ReadonlySet<number>,
): readonly Step[] | undefined {
  const front: Front = { fabric, counts: new Map(), via: new Map(), rings: [[...joined]] };
  for (const node of joined) front.counts.set(node, 0);
  for (let count = 0; count < front.rings.length; count++) {
    for (const node of front.rings[count] ?? []) {
      if (front.counts.get(node) !== count) continue;
      if (wanted.has(node)) return stepsTo(front, node);
      for (const arc of fabric.leaving[node] ?? []) advance(front, arc, count);
    }
  }
  return undefined;
}

/** A search by the number of barred links and nodes. */
interface Front {
  readonly fabric: Fabric;
  /** The least number known for each node. */
  readonly counts: Map<number, number>;
  /** The arc by which each node was come to with that number. */
  readonly via: Map<number, number>;
  /** The nodes to go on from, by their number. */
  readonly rings: number[][];
}

function advance({ fabric, counts, via, rings }: Front, arc: number, count: number): void {
  const node = headOf(fabric.graph, arc);
  const isLinkBarred = (fabric.linkBarriers[arc >> 1] ?? []).length > 0;
  const isNodeBarred = (fabric.nodeBarriers[node] ?? []).length > 0;
  const next = count + (isLinkBarred ? 1 : 0) + (isNodeBarred ? 1 : 0);
  if (next >= (counts.get(node) ?? Number.POSITIVE_INFINITY)) return;
  counts.set(node, next);
  via.set(node, arc);
  const ring = rings[next];
  if (ring === undefined) rings[next] = [node];
  else ring.push(node);
}

function stepsTo({ fabric, via }: Front, node: number): readonly Step[] {
  const steps: Step[] = [];
  let at = node;
  for (let arc = via.get(at); arc !== undefined; arc = via.get(at)) {
    steps.push({ link: arc >> 1, node: at });
    at = tailOf(fabric.graph, arc);
  }
  return steps.reverse();
}
