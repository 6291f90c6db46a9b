import type { NodeId } from "../../model/ids.ts";
import type { NoPath, VlanUnavailable } from "../../model/refusal.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { endsOf, linkIdOf, NOWHERE, nodeIdOf } from "../graph/graph.ts";
import { assignLabels, type NodeBindings } from "../labels/label-assignment.ts";
import { resolveEnds, vlanPlaces } from "../plan/ends.ts";
import type { Ends, LabelsAt, Scene } from "../plan/scene.ts";
import { commonLabels } from "../tree/common-labels.ts";
import { steinerTree } from "../tree/steiner.ts";
import { degreesOf } from "../tree/tree.ts";
import { treeProblem } from "../tree/tree-problem.ts";
import { without } from "./what-if.ts";
import { workingVlans } from "./working-vlans.ts";

/** Says that `places` have no label in common, and which VLANs would do. */
export function explainPlaces(scene: Scene, places: readonly LabelsAt[]): VlanUnavailable {
  return unavailable(scene, places, scene.request.vlans);
}

/** Whether no tree has labels, as far as that can be told without looking for one. */
export function lacksLabels(scene: Scene): boolean {
  const ends = resolveEnds(scene);
  if (ends.isErr() || scene.graph.translates.includes(1)) return false;
  const problem = treeProblem(without(scene, "include"), ends.value);
  return problem !== undefined && commonLabels(problem).isEmpty;
}

/**
 * Says where a tree that would do but for its labels has none, and which VLANs would do; or, if it
 * has labels, at which nodes it branches though a network must not.
 */
export function explainLabels(scene: Scene): VlanUnavailable | NoPath {
  const ends = resolveEnds(scene);
  if (ends.isErr()) return unavailable(scene, [], scene.request.vlans);
  const { graph, availability } = scene;
  const { vlans, bindings } = ends.value;
  const links = cheapestTree(scene, ends.value);
  const { supply } = availability;
  const labelling = assignLabels({ graph, links, ...supply, vlans, bindings });
  if (labelling.isOk()) {
    const nodes = forbiddenBranches(scene, links);
    return { type: "no-path", explanation: { reason: "branching", nodes } };
  }
  const conflict = labelling.error;
  const places = [
    ...(conflict.isNetwork ? vlanPlaces(scene, bindings) : []),
    ...ownPlaces(scene, conflict.links, bindings),
    ...conflict.links.map((link) => ({ at: linkIdOf(graph, link), labels: supply.labels(link) })),
  ];
  return unavailable(scene, places, conflict.isNetwork ? scene.request.vlans : VlanSet.all);
}

/** A cheapest tree without regard to bandwidth and labels; the endpoints are connected. */
function cheapestTree({ graph, availability }: Scene, { terminals }: Ends): readonly number[] {
  const weight = (arc: number): number =>
    availability.isUsable(arc >> 1) ? availability.cost(arc >> 1) : Number.POSITIVE_INFINITY;
  const query = { graph, terminals: [...terminals.keys()], kept: availability.kept, weight };
  return steinerTree(query) ?? [];
}

/** The nodes of these links where an endpoint that is tagged with a VLAN of its own sets the label. */
function ownPlaces(
  { graph }: Scene,
  links: readonly number[],
  { own }: NodeBindings,
): readonly LabelsAt[] {
  const nodes = new Set(links.flatMap((link) => endsOf(graph, link)));
  return [...own].flatMap(([node, labels]) =>
    nodes.has(node) ? [{ at: nodeIdOf(graph, node), labels }] : [],
  );
}

function unavailable(scene: Scene, places: readonly LabelsAt[], within: VlanSet): VlanUnavailable {
  const working = workingVlans(scene);
  return {
    type: "vlan-unavailable",
    requested: scene.request.vlans.toString(),
    wouldWork: working.vlans.toString(),
    isComplete: working.isComplete,
    conflicts: irreducible(places, within).map(({ at, labels }) => ({
      at,
      free: labels.toString(),
    })),
  };
}

/** As few of `places` as have no label of `within` in common. */
function irreducible(places: readonly LabelsAt[], within: VlanSet): readonly LabelsAt[] {
  const isEmpty = (some: readonly LabelsAt[]): boolean =>
    some.reduce((left, place) => left.intersect(place.labels), within).isEmpty;
  return places.reduce((needed, place) => {
    const rest = needed.filter((other) => other !== place);
    return isEmpty(rest) ? rest : needed;
  }, places);
}

/** The nodes at which more than two links and endpoints meet though no more may. */
function forbiddenBranches(
  { graph, topology, request }: Scene,
  links: readonly number[],
): readonly NodeId[] {
  const degrees = degreesOf(graph, links);
  const ends = request.endpoints.map(({ touchPoint }) => touchPoint.node);
  const nodes = new Set([...ends, ...[...degrees.keys()].map((at) => nodeIdOf(graph, at))]);
  return [...nodes].filter((node) => {
    const meeting = degrees.get(graph.nodeOf.get(node) ?? NOWHERE) ?? 0;
    const own = ends.filter((end) => end === node).length;
    return topology.nodes.get(node)?.branching === false && meeting + own > 2;
  });
}
