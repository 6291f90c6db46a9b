import type { VlanUnavailable } from "../../model/errors.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { linkIdOf } from "../graph/graph.ts";
import { assignLabels } from "../labels/label-assignment.ts";
import { labelClasses, usableLinkLabels } from "../labels/label-classes.ts";
import { attempt } from "../plan/attempt.ts";
import { resolveEnds, vlanPlaces } from "../plan/ends.ts";
import type { LabelsAt, Scene } from "../plan/scene.ts";
import { steinerTree } from "../tree/steiner.ts";
import { asking } from "./what-if.ts";

/** Says that `places` have no label in common, and which VLANs would do. */
export function explainPlaces(scene: Scene, places: readonly LabelsAt[]): VlanUnavailable {
  const { vlans } = scene.request;
  return {
    type: "vlan-unavailable",
    requested: vlans.toString(),
    wouldWork: workingVlans(scene).toString(),
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

/**
 * The VLANs, other than those asked for, with which the request would succeed. One of each class of
 * VLANs that are available in the same places is tried; where there are too many classes, these are
 * all that is named.
 */
function workingVlans(scene: Scene): VlanSet {
  const others = VlanSet.all.difference(scene.request.vlans);
  const open = resolveEnds(asking(scene, { vlans: others }));
  if (open.isErr()) return VlanSet.empty;
  const { bindings, vlans } = open.value;
  const isFelt = bindings.network.size > 0;
  const sets = isFelt ? [...bindings.own.values(), ...usableLinkLabels(scene.availability)] : [];
  const { classes, isExact } = labelClasses(vlans, sets);
  return classes.reduce((working, set) => {
    const tried = lowestOf(set);
    const works = attempt(asking(scene, { vlans: tried })).isOk();
    return works ? working.union(isExact ? set : tried) : working;
  }, VlanSet.empty);
}

function lowestOf(set: VlanSet): VlanSet {
  const first = set.first();
  return first === undefined ? VlanSet.empty : VlanSet.of(first);
}
