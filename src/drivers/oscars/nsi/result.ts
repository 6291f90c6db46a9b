import type { XmlCodec } from "../xml/codec.ts";
import { fieldsIn, type VariantCodecs, type Variants, variants } from "../xml/field.ts";
import { text, token } from "../xml/scalars.ts";
import { struct } from "../xml/struct.ts";
import { type Criteria, criteria } from "./criteria.ts";
import { type ServiceException, serviceException } from "./service-exception.ts";
import { type ConnectionStates, connectionStates } from "./states.ts";

/** A reservation is held as these criteria say, its labels chosen. */
export interface ReserveConfirmed {
  readonly type: "reserveConfirmed";
  readonly connectionId: string;
  readonly globalReservationId?: string;
  readonly description?: string;
  readonly criteria: Criteria;
}

/** A request was done. */
export interface Confirmed {
  readonly type:
    | "reserveCommitConfirmed"
    | "reserveAbortConfirmed"
    | "provisionConfirmed"
    | "releaseConfirmed"
    | "terminateConfirmed";
  readonly connectionId: string;
}

/** A request could not be done, and the reservation has moved to a state that says so. */
export interface Failed {
  readonly type: "reserveFailed" | "reserveCommitFailed";
  readonly connectionId: string;
  readonly connectionStates: ConnectionStates;
  readonly serviceException: ServiceException;
}

/** A request could not be done, and no state has changed. */
export interface RequestError {
  readonly type: "error";
  readonly serviceException: ServiceException;
}

/** What may become of an operation on a reservation. */
export type OperationResult = ReserveConfirmed | Confirmed | Failed | RequestError;

const { required, optional } = fieldsIn("");

/** What consists of the id of a connection alone. */
export const connectionOnly: XmlCodec<{ readonly connectionId: string }> = struct<{
  readonly connectionId: string;
}>({ connectionId: required("connectionId", token) });

const failed = struct<Omit<Failed, "type">>({
  connectionId: required("connectionId", token),
  connectionStates: required("connectionStates", connectionStates),
  serviceException: required("serviceException", serviceException),
});

/** The results by the names of their elements. */
export const resultCodecs: VariantCodecs<OperationResult> = {
  reserveConfirmed: struct<Omit<ReserveConfirmed, "type">>({
    connectionId: required("connectionId", token),
    globalReservationId: optional("globalReservationId", token),
    description: optional("description", text),
    criteria: required("criteria", criteria),
  }),
  reserveFailed: failed,
  reserveCommitConfirmed: connectionOnly,
  reserveCommitFailed: failed,
  reserveAbortConfirmed: connectionOnly,
  provisionConfirmed: connectionOnly,
  releaseConfirmed: connectionOnly,
  terminateConfirmed: connectionOnly,
  error: struct<Omit<RequestError, "type">>({
    serviceException: required("serviceException", serviceException),
  }),
};

export const results: Variants<OperationResult> = variants<OperationResult>(resultCodecs);

/** Whether a message is one of these. */
export function isResult(message: { readonly type: string }): message is OperationResult {
  return results.has(message.type);
}
