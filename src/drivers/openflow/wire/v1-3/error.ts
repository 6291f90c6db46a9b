// Failures that OpenFlow 1.3 knows through ONF extensions.
import type { ErrorCode, ErrorKind } from "../error.ts";
import { newKindsIn14 } from "../error-names.ts";
import type { OnfError } from "../kit/error.ts";

const FIRST_BUNDLE_ERROR = 2300;

const bundleErrors = newKindsIn14.flatMap(([kind, codes]) =>
  kind === "bundle-failed" ? numbered(kind, FIRST_BUNDLE_ERROR, codes) : [],
);

/** The failures that OpenFlow 1.4 made its own. */
export const onfErrors: readonly OnfError[] = [
  ...bundleErrors,
  ...numbered("flow-mod-failed", 2360, ["bad-priority"]),
  ...numbered("bad-instruction", 2600, ["dup-instruction"]),
  ...numbered("bad-request", 2640, ["multipart-request-timeout", "multipart-reply-timeout"]),
];

function numbered(kind: ErrorKind, first: number, codes: readonly ErrorCode[]): OnfError[] {
  return codes.map((code, index) => ({ number: first + index, kind, code }));
}
