import type { Match } from "../match.ts";

/** The port in a match; undefined when it is not matched. */
export function inPortIn(match: Match): number | undefined {
  for (const each of match) if (each.field === "in_port") return each.value;
  return undefined;
}
