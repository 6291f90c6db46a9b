import { invariant } from "../../../../model/invariant.ts";

/**
 * Gives up on a value that the protocol has no bytes for: a defect of the caller.
 * Its own function, so that the text is made only when it is needed.
 */
export function unencodable(why: string): never {
  invariant(false, why);
}
