import { err, ok, type Result } from "neverthrow";
import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import { readNsi } from "../drivers/oscars/nsi/envelope.ts";
import type { NsiMessage } from "../drivers/oscars/nsi/message.ts";
import type { Operation, OperationRequest } from "../drivers/oscars/nsi/operation.ts";
import type { Connection } from "./connection.ts";
import { underWay } from "./under-way.ts";

/**
 * The answer to a request whose correlation id came before, among those of a peer's connections;
 * undefined for a new one. A peer whose answer was lost may send a request again: it hears what it
 * would have heard, and nothing is done twice.
 */
export function repeatOf(
  own: readonly Connection[],
  correlationId: string,
  request: OperationRequest,
): Result<NsiMessage, Refusal> | undefined {
  for (const connection of own) {
    const isSame = wasAsked(connection, correlationId, request.type);
    if (isSame === undefined) continue;
    const { connectionId } = connection;
    const isOther = (request.connectionId ?? connectionId) !== connectionId;
    if (!isSame || isOther)
      return err({ errorId: "00101", text: "the correlationId was used before" });
    return ok(
      request.type === "reserve"
        ? { type: "reserveResponse", connectionId }
        : { type: "acknowledgment" },
    );
  }
  return undefined;
}

/** Whether a request with this id asked for the same; undefined where there was none. */
function wasAsked(
  { pending, alsoTerminating = [], states, told }: Connection,
  correlationId: string,
  operation: Operation,
): boolean | undefined {
  if (alsoTerminating.some((asker) => asker.correlationId === correlationId))
    return operation === "terminate";
  if (Object.values(pending).includes(correlationId)) {
    const { machine, states: during } = underWay[operation];
    const isUnderWay = Object.values({ ...states, ...during }).every((state) =>
      Object.values(states).includes(state),
    );
    return isUnderWay && pending[machine] === correlationId;
  }
  const result = told.find(
    (each) => each.kind === "result" && each.correlationId === correlationId,
  );
  return result === undefined ? undefined : isResultOf(result.text, operation);
}

/** An `error` is the failure of any request. */
function isResultOf(text: string, operation: Operation): boolean {
  const type = readNsi(text)
    .map(({ body }) => body.type)
    .unwrapOr("error");
  return type === "error" || type.replace(/(Confirmed|Failed)$/, "") === operation;
}
