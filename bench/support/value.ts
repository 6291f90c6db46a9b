import type { Result } from "neverthrow";

/** The value of a result that has to be one. */
export function value<T>(result: Result<T, unknown>): T {
  if (result.isErr()) throw new Error(JSON.stringify(result.error));
  return result.value;
}
