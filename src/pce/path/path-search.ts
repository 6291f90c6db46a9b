import { err, ok, type Result } from "neverthrow";
import { VlanSet } from "../../model/vlan-set.ts";
import { assignLabels, type Labelling } from "../labels/label-assignment.ts";
import { edgeLoad, type Side } from "../plan/edge-load.ts";
import type { Ends, NoTree, Scene } from "../plan/scene.ts";
import { cheapestLabelPath, type LabelEnd, type SearchLimit } from "./label-path.ts";
import { cheapestPath, type Weight } from "./shortest-path.ts";

/** A tree, or a path, with its labels. */
export interface LabelledTree {
  readonly links: readonly number[];
  readonly labelling: Labelling;
}

/** One of the two ends of a path. */
export interface PathEnd {
  readonly node: number;
  readonly side: Side;
}

/**
 * Finds the cheapest path between two nodes that has the bandwidth in both directions, labels, and
 * no more hops than allowed. Exact; see {@link cheapestLabelPath} for ties and for the bound.
 *
 * First without regard to labels and hops: if that path happens to have both, none is cheaper.
 */
export function findPath(
  scene: Scene,
  ends: Ends,
  from: PathEnd,
  to: PathEnd,
): Result<LabelledTree, NoTree | SearchLimit> {
  const { graph, availability, request } = scene;
  const weight = pathWeight(scene, from.side, to.side);
  const blind = cheapestPath(graph, from.node, to.node, weight);
  if (blind === undefined) return err({ type: "no-tree" });
  const isShort = blind.length <= (request.maxHops ?? blind.length);
  const labelled = isShort ? labelledPath(scene, ends, blind) : undefined;
  if (labelled !== undefined) return ok(labelled);
  const path = cheapestLabelPath({
    graph,
    weight,
    labels: (link) => availability.labels(link),
    vlans: ends.vlans,
    origin: labelEnd(ends, from.node),
    target: labelEnd(ends, to.node),
    ...(request.maxHops === undefined ? {} : { maxHops: request.maxHops }),
  });
  return path.andThen((arcs) => {
    const tree = arcs && labelledPath(scene, ends, arcs);
    return tree === undefined ? err({ type: "no-tree" as const }) : ok(tree);
  });
}

/** Which labels a path may have at an endpoint's node. */
function labelEnd({ bindings, vlans }: Ends, node: number): LabelEnd {
  const isNetwork = bindings.network.has(node);
  const own = bindings.own.get(node) ?? VlanSet.all;
  return { node, isNetwork, labels: isNetwork ? own.intersect(vlans) : own };
}

function pathWeight({ availability, request }: Scene, from: Side, to: Side): Weight {
  const onward = edgeLoad(request, from, to);
  const back = edgeLoad(request, to, from);
  return (arc) => {
    const link = arc >> 1;
    const fits =
      availability.isUsable(link) &&
      availability.residual(arc) >= onward &&
      availability.residual(arc ^ 1) >= back;
    return fits ? availability.cost(link) : Number.POSITIVE_INFINITY;
  };
}

function labelledPath(
  { graph, availability }: Scene,
  { vlans, bindings }: Ends,
  arcs: readonly number[],
): LabelledTree | undefined {
  const links = arcs.map((arc) => arc >> 1);
  const labels = (link: number): VlanSet => availability.labels(link);
  const labelling = assignLabels({ graph, links, labels, vlans, bindings });
  return labelling.isOk() ? { links, labelling: labelling.value } : undefined;
}
