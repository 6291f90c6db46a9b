/** A broken assumption of DCNS itself: a defect, never the fault of a caller or of a peer. */
export class InvariantViolation extends Error {
  override readonly name = "InvariantViolation";
}

/** Throws {@link InvariantViolation} unless `condition` holds; `why` says what was assumed. */
export function invariant(condition: boolean, why: string): asserts condition {
  if (!condition) throw new InvariantViolation(why);
}
