import type { Match, OxmField } from "./wire/match.ts";

/** Whether some frame matches both (as `check-overlap` has it, OpenFlow 1.3.5 §6.4). */
export function overlap(some: Match, others: Match): boolean {
  return some.every((one) =>
    others.every((other) => one.field !== other.field || agree(one, other)),
  );
}

/** Whether every frame that `narrow` matches is matched by `wide`, as far as their fields say. */
export function covers(wide: Match, narrow: Match): boolean {
  return wide.every((one) =>
    narrow.some((other) => one.field === other.field && isWithin(other, one) && agree(one, other)),
  );
}

function agree(one: OxmField, other: OxmField): boolean {
  if (one.field === "unknown" || other.field === "unknown") return true;
  const mask = bits(one.mask, ALL) & bits(other.mask, ALL);
  return ((bits(one.value, 0n) ^ bits(other.value, 0n)) & mask) === 0n;
}

/** Whether `narrow` looks at all bits that `wide` looks at. */
function isWithin(narrow: OxmField, wide: OxmField): boolean {
  if (narrow.field === "unknown" || wide.field === "unknown") return false;
  return (bits(wide.mask, ALL) & ~bits(narrow.mask, ALL)) === 0n;
}

const ALL = (1n << 128n) - 1n;

function bits(value: number | bigint | string | undefined, otherwise: bigint): bigint {
  if (value === undefined) return otherwise;
  return BigInt(typeof value === "string" ? `0x${value.replaceAll(":", "")}` : value);
}
