import { err, ok, okAsync, type ResultAsync } from "neverthrow";
import { unlessAborted } from "../driver-call.ts";
import { OWNER_MASK, ownerCookie } from "./compile/cookie.ts";
import { type FlowEntry, flowKey, matchText } from "./compile/program.ts";
import type { SessionError } from "./session-error.ts";
import { type NodeProblem, problemsOf } from "./switch-problem.ts";
import type { SwitchTools } from "./switch-tools.ts";

/**
 * Looks whether flows of somebody else stand exactly where ours are to be added: adding would replace
 * them (OpenFlow 1.3.5 §6.4; `check-overlap` does not prevent that in Open vSwitch). Then each is an
 * error of kind `conflict`.
 */
export function refuseRivals(
  tools: SwitchTools,
  added: readonly FlowEntry[],
  signal: AbortSignal,
): ResultAsync<void, readonly NodeProblem[]> {
  return unlessAborted(rivalsOf(tools, added), signal, { type: "aborted" } as const)
    .mapErr(problemsOf)
    .andThen((rivals) => (rivals.size === 0 ? ok(undefined) : err([...rivals.values()])));
}

/** What stands in the way of which of these flows, by {@link flowKey}. */
export function rivalsOf(
  { reader, options }: SwitchTools,
  added: readonly FlowEntry[],
): ResultAsync<ReadonlyMap<string, NodeProblem>, SessionError> {
  if (added.length === 0) return okAsync(new Map());
  return reader
    .othersInPlaceOf(added, ownerCookie(options.cookiePrefix), OWNER_MASK)
    .map((rivals) => new Map(rivals.map((rival) => [flowKey(rival), inTheWay(rival)])));
}

function inTheWay({ match, cookie }: FlowEntry): NodeProblem {
  const whose = `cookie 0x${cookie.toString(16)}`;
  return {
    kind: "conflict",
    message: `a flow of somebody else is in the way (${whose}): ${matchText(match)}`,
  };
}
