import { bandwidth } from "../../model/bandwidth.ts";
import type { Excluded, Remedies, Remedy } from "../../model/refusal.ts";
import { attempt } from "../plan/attempt.ts";
import type { Exclusion } from "../plan/plan.ts";
import type { Scene } from "../plan/scene.ts";
import { earliestStart } from "./earliest-start.ts";
import { elementsOf, inclusionOf, leastBound, type TreeBound } from "./explain-bounds.ts";
import { largestRate } from "./largest-rate.ts";
import { asking, greatestRate, patient, restaged, without } from "./what-if.ts";
import { workingVlans } from "./working-vlans.ts";

/** How many exclusions, inclusions or endpoints are each left out by turns. */
export const MAX_LEFT_OUT = 32;

/**
 * Every single change of a refused request with which it is planned, what takes least away first: the
 * VLAN, an exclusion, an inclusion, a bound, the start, the bandwidth, an endpoint. Each was planned. Within a
 * kind in ascending order; some dozens of plans at most for each, and `isComplete` says whether all were tried.
 */
export function remediesOf(scene: Scene): Remedies {
  const kinds = [
    otherVlans(patient(scene)),
    fewerExclusions(patient(scene)),
    fewerInclusions(patient(scene)),
    widerBound(patient(scene), "maxHops"),
    widerBound(patient(scene), "maxDelayMs"),
    laterStart(patient(scene)),
    lessBandwidth(patient(scene)),
    fewerEndpoints(patient(scene)),
  ];
  return {
    changes: kinds.flatMap(({ changes }) => changes),
    isComplete: kinds.every(({ isComplete }) => isComplete),
  };
}

const NONE: Remedies = { changes: [], isComplete: true };

function only(change: Remedy, isComplete: boolean): Remedies {
  return { changes: [change], isComplete };
}

function otherVlans(scene: Scene): Remedies {
  const { vlans, isComplete } = workingVlans(scene);
  return vlans.isEmpty
    ? { changes: [], isComplete }
    : only({ type: "vlans", vlans: vlans.toString() }, isComplete);
}

function fewerExclusions(scene: Scene): Remedies {
  const all = excludedBy(scene.request.exclude);
  return leavingOut(all, (rest, allow) => ({
    scene: restaged(scene, { exclude: exclusionOf(rest) }),
    change: { type: "exclusion", allow },
  }));
}

function fewerInclusions(scene: Scene): Remedies {
  return leavingOut(elementsOf(scene.request.include), (rest, skip) => ({
    scene: asking(scene, { include: inclusionOf(rest) }),
    change: { type: "inclusion", skip },
  }));
}

/** A network of one endpoint joins nobody. */
function fewerEndpoints(scene: Scene): Remedies {
  const { endpoints } = scene.request;
  if (endpoints.length < 3) return NONE;
  return leavingOut(endpoints, (rest, { touchPoint: { hostPort } }) => ({
    scene: asking(scene, { endpoints: rest }),
    change: { type: "endpoint", hostPort },
  }));
}

/** The changes by which one of `all` is left out and the rest is planned. */
function leavingOut<T>(
  all: readonly T[],
  trial: (rest: readonly T[], left: T) => { readonly scene: Scene; readonly change: Remedy },
): Remedies {
  const trials = all.slice(0, MAX_LEFT_OUT).map((left) => {
    const { scene, change } = trial(
      all.filter((other) => other !== left),
      left,
    );
    return { change, planned: attempt(scene) };
  });
  return {
    changes: trials.flatMap(({ change, planned }) => (planned.isOk() ? [change] : [])),
    isComplete:
      all.length <= MAX_LEFT_OUT &&
      trials.every(({ planned }) => planned.isOk() || planned.error.type !== "search-limit"),
  };
}

function widerBound(scene: Scene, bound: TreeBound): Remedies {
  if (scene.request[bound] === undefined) return NONE;
  const unbound = attempt(without(scene, bound));
  if (unbound.isErr()) return { changes: [], isComplete: unbound.error.type !== "search-limit" };
  const { least, isCertain } = leastBound(scene, bound, unbound.value);
  return bound === "maxHops"
    ? only({ type: "hops", maxHops: least }, isCertain)
    : only({ type: "delay", maxDelayMs: least }, isCertain);
}

function laterStart(scene: Scene): Remedies {
  const { start, isCertain } = earliestStart(scene);
  if (start === undefined) return { changes: [], isComplete: isCertain };
  return only({ type: "start", start }, isCertain);
}

function lessBandwidth(scene: Scene): Remedies {
  const largest = largestRate(scene, greatestRate(scene));
  if (largest === undefined || largest.rate === 0) return NONE;
  return only({ type: "bandwidth", bandwidth: bandwidth(largest.rate) }, largest.isTight);
}

/** All that `exclude` names: links, nodes and risk groups, each in ascending order. */
function excludedBy(exclude: Exclusion | undefined): readonly Excluded[] {
  return [
    ...[...(exclude?.links ?? [])].sort().map((link) => ({ type: "link-excluded", link }) as const),
    ...[...(exclude?.nodes ?? [])].sort().map((node) => ({ type: "node-excluded", node }) as const),
    ...[...(exclude?.srlgs ?? [])].sort().map((srlg) => ({ type: "srlg-excluded", srlg }) as const),
  ];
}

function exclusionOf(all: readonly Excluded[]): Exclusion {
  return {
    links: new Set(all.flatMap((e) => (e.type === "link-excluded" ? [e.link] : []))),
    nodes: new Set(all.flatMap((e) => (e.type === "node-excluded" ? [e.node] : []))),
    srlgs: new Set(all.flatMap((e) => (e.type === "srlg-excluded" ? [e.srlg] : []))),
  };
}
