import type { Dialect } from "./dialect.ts";
import type { Changes, ProgramDiff } from "./diff.ts";
import type { NodeProgram } from "./program.ts";
import { type ModMessage, stagesOf } from "./stages.ts";

/**
 * The messages that turn what a switch holds into what it should hold, for a switch that has bundles:
 * it moves from one to the other at once.
 *
 * Meters are outside: Open vSwitch takes none in a bundle. New ones come before it, when nothing uses
 * them yet, and old ones go after it, when nothing does any more.
 */
export interface BundlePlan {
  readonly before: readonly ModMessage[];
  /** All of this or nothing, in this order. */
  readonly atomic: readonly ModMessage[];
  readonly after: readonly ModMessage[];
  /** Takes `before` back. */
  readonly undo: readonly ModMessage[];
}

/** The messages that carry out a difference from `held` with a bundle. */
export function bundlePlanOf(
  diff: ProgramDiff,
  held: Pick<NodeProgram, "meters">,
  dialect: Dialect,
): BundlePlan {
  const meters = stagesOf({ ...nothing, meters: diff.meters }, dialect);
  const rest = stagesOf({ ...diff, meters: noChanges }, dialect);
  const back = stagesOf({ ...nothing, meters: reversed(diff.meters, held.meters) }, dialect);
  return {
    before: meters.make.flat(),
    atomic: [...rest.make, ...rest.remove].flat(),
    after: meters.remove.flat(),
    undo: [...back.make, ...back.remove].flat(),
  };
}

const noChanges = { missing: [], differing: [], excess: [] };

const nothing: ProgramDiff = {
  flows: noChanges,
  groups: noChanges,
  meters: noChanges,
  unlearned: [],
};

/** What takes back that things were made and changed. */
function reversed<T extends { readonly meter: number }>(
  { missing, differing }: Changes<T>,
  held: ReadonlyMap<number, T>,
): Changes<T> {
  return {
    missing: [],
    differing: differing.flatMap(({ meter }) => held.get(meter) ?? []),
    excess: missing,
  };
}
