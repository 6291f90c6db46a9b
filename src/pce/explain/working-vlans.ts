import { VlanSet } from "../../model/vlan-set.ts";
import { joiningLabels } from "../labels/joining-labels.ts";
import { type NodeBindings, networkVlans } from "../labels/label-assignment.ts";
import { usableLinkLabels } from "../labels/label-classes.ts";
import { attempt, readyEnds } from "../plan/attempt.ts";
import { greatestLoad, leastLoad } from "../plan/edge-load.ts";
import type { NetworkPlan } from "../plan/plan.ts";
import type { Ends, Scene } from "../plan/scene.ts";
import { openArcs } from "./bottleneck.ts";
import { asking } from "./what-if.ts";

/** VLANs with which a request would succeed. */
export interface WorkingVlans {
  readonly vlans: VlanSet;
  /** Whether with no other it would. */
  readonly isComplete: boolean;
}

/** How many plans may be made to find the VLANs that would work. */
export const MAX_VLAN_PLANS = 64;

/**
 * The VLANs, other than those asked for, with which the request would succeed.
 *
 * Where no node translates and every link of a tree reserves the same, these are the ones that are
 * free on enough links to join the endpoints: all are found at once, exactly. Else those are only
 * the ones that could do; they are tried, and a plan for one shows which others its tree would do for
 * as well, and a refusal rules out all that are free in the same places.
 */
export function workingVlans(scene: Scene): WorkingVlans {
  const others = VlanSet.all.difference(scene.request.vlans);
  const ends = readyEnds(asking(scene, { vlans: others }));
  if (ends.isErr()) return { vlans: VlanSet.empty, isComplete: true };
  const { bindings, vlans } = ends.value;
  if (bindings.network.size === 0) return ifAny(scene, vlans);
  const isExact = areJoinedOnesPlanned(scene, ends.value);
  const terminals = [...ends.value.terminals.keys()];
  const joining = joiningLabels({
    graph: scene.graph,
    labels: (link) => scene.availability.labels(link),
    isOpen: openArcs(scene),
    terminals,
    bound: isExact ? terminals.slice(0, 1) : terminals.filter((node) => bindings.network.has(node)),
    vlans,
  });
  return isExact ? { vlans: joining, isComplete: true } : tried(scene, joining, bindings);
}

/** Where no link must have the network's VLAN, it is any of `vlans` or none. */
function ifAny(scene: Scene, vlans: VlanSet): WorkingVlans {
  const planned = attempt(asking(scene, { vlans }));
  if (planned.isOk()) return { vlans, isComplete: true };
  return { vlans: VlanSet.empty, isComplete: planned.error.type !== "search-limit" };
}

/** Whether each label that joins the endpoints is one with which the request succeeds. */
function areJoinedOnesPlanned(scene: Scene, { terminals, rates, bindings }: Ends): boolean {
  const { graph, availability, request, topology } = scene;
  const isEven = terminals.size <= 2 || leastLoad(request, rates) === greatestLoad(request, rates);
  const isFree =
    request.include === undefined &&
    request.maxHops === undefined &&
    request.maxDelayMs === undefined;
  const isRigid = !graph.translates.includes(1) && bindings.own.size === 0;
  const canBranch = [...topology.nodes.values()].every((node) => node.branching);
  return isEven && isFree && isRigid && canBranch && availability.kept.length === 0;
}

/** Those of `vlans` with which the request is planned. */
function tried(scene: Scene, vlans: VlanSet, bindings: NodeBindings): WorkingVlans {
  const sets = [...new Set(usableLinkLabels(scene.availability)), ...bindings.own.values()];
  let working = VlanSet.empty;
  let left = vlans;
  let isCertain = true;
  for (let plans = 0; plans < MAX_VLAN_PLANS; plans++) {
    const vlan = left.first();
    if (vlan === undefined) break;
    const planned = attempt(asking(scene, { vlans: VlanSet.of(vlan) }));
    const settled = planned.isOk()
      ? vlansOn(scene, planned.value, left, bindings)
      : alike(left, vlan, sets);
    if (planned.isOk()) working = working.union(settled);
    else if (planned.error.type === "search-limit") isCertain = false;
    left = left.difference(settled).without(vlan);
  }
  return { vlans: working, isComplete: isCertain && left.isEmpty };
}

/** Those of `vlans` that the network may have on the tree of `plan`. */
function vlansOn(
  { graph, availability }: Scene,
  plan: NetworkPlan,
  vlans: VlanSet,
  bindings: NodeBindings,
): VlanSet {
  const links = plan.links.flatMap(({ link }) => graph.linkOf.get(link) ?? []);
  const labels = (link: number): VlanSet => availability.labels(link);
  return networkVlans({ graph, links, labels, vlans, bindings });
}

/** Those of `vlans` that are in the same ones of `sets` as `vlan`. */
function alike(vlans: VlanSet, vlan: number, sets: readonly VlanSet[]): VlanSet {
  return sets.reduce(
    (same, set) => (set.has(vlan) ? same.intersect(set) : same.difference(set)),
    vlans,
  );
}
