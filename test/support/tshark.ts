import { describe } from "vitest";
import { hasTshark } from "../../scripts/vectors/dissection.ts";

/** `describe` for suites that need tshark: skipped where it is missing, but not in CI. */
export function describeWithTshark(title: string, suite: () => void): void {
  const { CI = "" } = process.env;
  describe.skipIf(!hasTshark() && CI === "")(title, suite);
}
