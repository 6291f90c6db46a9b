import type { NetworkRecord } from "../network/record.ts";

/**
 * Whether the network of this record, which is put in place of another, or gone, has left something that others
 * may have waited for: it is gone itself, or has changed.
 */
export function givesBack(
  before: NetworkRecord | undefined,
  after: NetworkRecord | undefined,
): boolean {
  if (after === undefined) return true;
  return before?.phase === "modify" && after.phase === "stable" && before.current !== after.current;
}
