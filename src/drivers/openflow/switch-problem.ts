import { match } from "ts-pattern";
import type { DriverCause } from "../../model/errors.ts";
import type { CommandMessage } from "./channel/message-roles.ts";
import { matchText } from "./compile/program.ts";
import { type BatchError, describeSessionError, type SessionError } from "./session-error.ts";
import type { ErrorMessage } from "./wire/error.ts";
import type { OfMessage } from "./wire/message.ts";

/** What went wrong at one switch: a {@link DriverCause} that does not say yet at which node. */
export type NodeProblem = Pick<DriverCause, "kind" | "message" | "blocked">;

/** Says in the words of drivers why a switch did not do or tell what it was asked. */
export function problemsOf(error: SessionError | BatchError): readonly NodeProblem[] {
  return match(error)
    .with({ type: "batch-rejected" }, ({ rejections }) =>
      rejections.map(({ request, error }) => rejected(request, error)),
    )
    .with({ type: "bundle-refused" }, (e): readonly NodeProblem[] => [
      { kind: "rejected", message: describeSessionError(e) },
    ])
    .with({ type: "rejected" }, ({ request, error }) => [rejected(request, error)])
    .with(
      { type: "aborted" },
      { type: "timeout" },
      { type: "session-closed" },
      { type: "not-up" },
      { type: "too-many-outstanding" },
      { type: "protocol-error" },
      (e): readonly NodeProblem[] => [{ kind: "unreachable", message: describeSessionError(e) }],
    )
    .exhaustive();
}

/** OpenFlow 1.3.5 §6.3.4. */
const IS_SLAVE: NodeProblem = { kind: "not-master", message: "another controller is the master" };

/** What a slave hears in OpenFlow 1.0 (Open vSwitch). */
const NOT_PERMITTED = "bad-request/eperm";

/**
 * The same where a switch that speaks OpenFlow 1.0 is ours by a claim: what it does not permit, it permits to
 * who has claimed it since. Nothing else tells there of a later claim.
 */
export function asMasterOfOld(problem: NodeProblem): NodeProblem {
  return problem.kind === "rejected" && problem.message.endsWith(NOT_PERMITTED)
    ? IS_SLAVE
    : problem;
}

function rejected(request: OfMessage | CommandMessage, error: ErrorMessage): NodeProblem {
  if (error.kind === "bad-request" && error.code === "is-slave") return IS_SLAVE;
  return { kind: "rejected", message: `${subjectOf(request)}: ${error.kind}/${error.code}` };
}

function subjectOf(request: OfMessage): string {
  switch (request.type) {
    case "flow-mod":
      return `flow ${matchText(request.match)}`;
    case "group-mod":
      return `group ${request.group}`;
    case "meter-mod":
      return `meter ${request.meter}`;
    default:
      return request.type;
  }
}
