import { DisjointSets } from "../graph/disjoint-sets.ts";
import { endsOf } from "../graph/graph.ts";
import { isNodeUsable } from "../plan/attempt.ts";
import type { Scene } from "../plan/scene.ts";

/** The sets of nodes that those links join which `isOpen` allows and the request may use. About O(E). */
export function joinedBy(scene: Scene, isOpen: (link: number) => boolean): DisjointSets {
  const { graph, availability } = scene;
  const sets = new DisjointSets(graph.nodeIds.length);
  for (const arc of graph.arcs) {
    const link = arc >> 1;
    if ((arc & 1) === 0 && availability.isUsable(link) && isOpen(link)) {
      const [a, b] = endsOf(graph, link);
      sets.unite(a, b);
    }
  }
  return sets;
}

/**
 * The host ports of the request, parted into those that usable links join. One at a node that may
 * not be used is by itself, and so is one whose node is known no more.
 */
export function componentsOf(scene: Scene): readonly (readonly string[])[] {
  const { graph, request } = scene;
  const sets = joinedBy(scene, () => true);
  const components = new Map<string, string[]>();
  for (const { touchPoint } of request.endpoints) {
    const node = graph.nodeOf.get(touchPoint.node);
    const isInside = node !== undefined && isNodeUsable(scene, node);
    const key = isInside ? `${sets.find(node)}` : touchPoint.hostPort;
    components.set(key, [...(components.get(key) ?? []), touchPoint.hostPort]);
  }
  return [...components.values()];
}
