import type { VlanUnavailable } from "../../model/refusal.ts";
import type { VlanSet } from "../../model/vlan-set.ts";
import { linkIdOf } from "../graph/graph.ts";
import { assignLabels } from "../labels/label-assignment.ts";
import { resolveEnds, vlanPlaces } from "../plan/ends.ts";
import type { LabelsAt, Scene } from "../plan/scene.ts";
import { steinerTree } from "../tree/steiner.ts";
import { workingVlans } from "./working-vlans.ts";

/** Says that `places` have no label in common, and which VLANs would do. */
export function explainPlaces(scene: Scene, places: readonly LabelsAt[]): VlanUnavailable {
  const { vlans } = scene.request;
  const working = workingVlans(scene);
  return {
    type: "vlan-unavailable",
    requested: vlans.toString(),
    wouldWork: working.vlans.toString(),
    isComplete: working.isComplete,
    conflicts: irreducible(places, vlans).map(({ at, labels }) => ({
      at,
      free: labels.toString(),
    })),
  };
}

/** Says where a tree that would do but for its labels has none, and which VLANs would do. */
export function explainLabels(scene: Scene): VlanUnavailable {
  return explainPlaces(scene, conflictOnCheapestTree(scene));
}

function conflictOnCheapestTree(scene: Scene): readonly LabelsAt[] {
  const { graph, availability } = scene;
  const ends = resolveEnds(scene);
  if (ends.isErr()) return [];
  const { terminals, vlans, bindings } = ends.value;
  const links = steinerTree({
    graph,
    terminals: [...terminals.keys()],
    kept: availability.kept,
    weight: (arc) =>
      availability.isUsable(arc >> 1) ? availability.cost(arc >> 1) : Number.POSITIVE_INFINITY,
  });
  const labels = (link: number): VlanSet => availability.labels(link);
  const labelling = assignLabels({ graph, links: links ?? [], labels, vlans, bindings });
  const conflict = labelling.isErr() ? labelling.error.links : (links ?? []);
  return [
    ...vlanPlaces(scene, bindings),
    ...conflict.map((link) => ({ at: linkIdOf(graph, link), labels: labels(link) })),
  ];
}

/** As few of `places` as have no label in common within `labels`; all if they have one. */
function irreducible(places: readonly LabelsAt[], labels: VlanSet): readonly LabelsAt[] {
  const isEmpty = (some: readonly LabelsAt[]): boolean =>
    some.reduce((left, place) => left.intersect(place.labels), labels).isEmpty;
  if (!isEmpty(places)) return places;
  return places.reduce((needed, place) => {
    const rest = needed.filter((other) => other !== place);
    return isEmpty(rest) ? rest : needed;
  }, places);
}
