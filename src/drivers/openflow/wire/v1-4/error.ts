// Failures, OpenFlow 1.4.1 §7.5.4.
import type { ErrorCode, ErrorKind } from "../error.ts";
import { errorNames, newIn14, newKindsIn14 } from "../error-names.ts";
import type { ErrorNames } from "../kit/error.ts";

/** Of what kind, the number of the first, and the names. */
export type ErrorAdditions = readonly (readonly [ErrorKind, number, readonly ErrorCode[]])[];

/** The names with those that a later version has more. */
export function extended(names: ErrorNames, additions: ErrorAdditions): ErrorNames {
  return names.map(([kind, codes]) => {
    const all: (ErrorCode | undefined)[] = [...codes];
    for (const [addedKind, first, added] of additions) {
      if (addedKind === kind) {
        for (const [index, code] of added.entries()) all[first + index] = code;
      }
    }
    return [kind, all];
  });
}

/** The names in OpenFlow 1.4. */
export const errorNames14: ErrorNames = extended([...errorNames, ...newKindsIn14], newIn14);
