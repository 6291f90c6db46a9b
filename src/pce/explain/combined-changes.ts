import type { Remedy } from "../../model/refusal.ts";
import { attempt } from "../plan/attempt.ts";
import type { Scene } from "../plan/scene.ts";
import { type ChangeKind, changed, changeKinds } from "./change-kinds.ts";
import { patient } from "./what-if.ts";

/** Changes that help together, none of which does without the others. */
export interface Combinations {
  readonly combinations: readonly (readonly Remedy[])[];
  /** Whether every two kinds of change were looked into to the end. */
  readonly isComplete: boolean;
}

/** Of one kind, how many changes are each tried with others. */
export const MAX_COMBINED = 8;

/**
 * The fewest changes of a request with which it is planned, if no single one is enough. Of every two kinds of change
 * (or twice the same) the first pair: what is left out in ascending order, then the earliest start; of numbers the
 * first is the least with the second as wide as can be, then the second is the least with the first, and of
 * VLANs it is all that do with the other change. Where no pair is enough, one combination of more, see {@link irreducible}.
 *
 * For two kinds some dozens of plans at most: first both as wide as they can be; where that fails, nothing else is tried.
 */
export function smallestCombinations(scene: Scene): Combinations {
  const kinds = inOrder.filter((kind) => kind.applies(scene));
  const found = kinds.flatMap((first, at) =>
    kinds.slice(at).map((second) => firstPair(patient(scene), first, second)),
  );
  const pairs = found.flatMap(({ pair }) => (pair === undefined ? [] : [pair]));
  const isComplete = found.every((one) => one.isComplete);
  if (pairs.length > 0) return { combinations: pairs, isComplete };
  const more = irreducible(patient(scene));
  return { combinations: more.length > 1 ? [more] : [], isComplete };
}

/**
 * What is settled first comes first: what has no widest form, then what is left out, then numbers and VLANs, which
 * can be as wide as what was settled before leaves them.
 */
const ORDER: readonly Remedy["type"][] = [
  "endpoint",
  "start",
  "exclusion",
  "inclusion",
  "hops",
  "delay",
  "bandwidth",
  "vlans",
];

const inOrder: readonly ChangeKind[] = [...changeKinds].sort(
  (x, y) => ORDER.indexOf(x.type) - ORDER.indexOf(y.type),
);

interface FirstPair {
  readonly pair?: readonly [Remedy, Remedy];
  readonly isComplete: boolean;
}

function firstPair(scene: Scene, first: ChangeKind, second: ChangeKind): FirstPair {
  const wide = second.widest(scene);
  const both = wide && first.widest(wide);
  const planned = both && attempt(both);
  if (planned?.isErr()) return { isComplete: planned.error.type !== "search-limit" };
  const candidates = first === second || wide === undefined ? undefined : first.helping(wide);
  const changes = candidates?.changes ?? first.all(scene);
  let isComplete = (candidates?.isComplete ?? true) && changes.length <= MAX_COMBINED;
  for (const change of changes.slice(0, MAX_COMBINED)) {
    const others = second.helping(changed(scene, change));
    const [other] = others.changes;
    if (other !== undefined) return { pair: [change, other], isComplete };
    isComplete &&= others.isComplete;
  }
  return { isComplete };
}

/**
 * Changes with which the request is planned while without any one of them it is not; none if it is not with all of
 * them. Each kind in turn, what takes most away first, is put back as far as can be while those after it are as wide
 * as they can be (deletion filter: Chinneck and Dravnieks, Locating Minimal Infeasible Constraint Sets in Linear
 * Programs, 1991). Without starts and endpoints, of which none is the widest. There may be one of fewer changes,
 * but none of two. As many plans as there are changes, and for numbers a bisection.
 */
function irreducible(scene: Scene): readonly Remedy[] {
  const kinds = changeKinds.filter((kind) => kind.applies(scene) && kind.widest(scene)).reverse();
  const made: Remedy[] = [];
  for (const [at, kind] of kinds.entries()) {
    const settled = made.reduce(changed, scene);
    const later = kinds.slice(at + 1);
    const base = later.reduce((wider, { widest }) => widest(wider) ?? wider, settled);
    if (attempt(base).isOk()) continue;
    const parts = kind.all(base);
    const own = parts.length > 0 ? neededOf(base, parts) : kind.helping(base).changes;
    if (own.length === 0) return [];
    made.push(...own);
  }
  return made;
}

/** Of `changes`, with all of which the scene is planned if at all, as few as can be. */
function neededOf(scene: Scene, changes: readonly Remedy[]): readonly Remedy[] {
  const isPlanned = (some: readonly Remedy[]): boolean =>
    attempt(some.reduce(changed, scene)).isOk();
  if (!isPlanned(changes)) return [];
  return changes.reduce((needed, change) => {
    const rest = needed.filter((other) => other !== change);
    return isPlanned(rest) ? rest : needed;
  }, changes);
}
