import { createHash } from "node:crypto";
import type { Segment } from "../../model/segment.ts";

/** What a digest says of a domain that holds nothing. */
export const NOTHING = "";

/** Says what is asked of a domain, in few characters; generations do not matter. */
export function digestOf(segment: Segment | undefined): string {
  if (segment === undefined) return NOTHING;
  const { id, ends, nodes, schedule } = segment;
  const asked = schedule === undefined ? [id, ends, nodes] : [id, ends, nodes, schedule];
  const text = JSON.stringify(asked, inOrder);
  return createHash("sha256").update(text).digest("base64url").slice(0, DIGEST_LENGTH);
}

const DIGEST_LENGTH = 22;

/** A replacer that makes texts of equal values equal: a stored object may have its keys in another order. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
