import { err } from "neverthrow";
import type { Refusal } from "../../drivers/oscars/nsi/answer.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { Reserve } from "../../drivers/oscars/nsi/message.ts";
import type { OperationResult } from "../../drivers/oscars/nsi/result.ts";
import { allows, withStates } from "../../drivers/oscars/nsi/transitions.ts";
import {
  intervalOf,
  type NsiConnection,
  newConnection,
  wantedCriteria,
  withMore,
  withTimes,
} from "./nsi-connection.ts";
import { isStuck, objectionToReserve, objectionToTimes } from "./nsi-demands.ts";
import { grant, granted, type Stock } from "./nsi-ports.ts";

/**
 * What became of a request: the connection as it is now and what to tell, or why not, or nothing that
 * could be understood.
 */
export type Outcome =
  | "silence"
  | "broken"
  | { readonly connection: NsiConnection; readonly result: OperationResult }
  | { readonly connection?: NsiConnection; readonly refusal: Refusal };

/** What a provider has to sell at an instant, and in which way it does. */
export interface NsiMarket extends Omit<Stock, "interval"> {
  readonly now: number;
  readonly newId: () => string;
}

/** A connection, or another version of the one that is known, is held if it can be. */
export function reserved(
  { requesterNSA }: NsiHeader,
  request: Reserve,
  known: NsiConnection | undefined,
  market: NsiMarket,
): Outcome {
  const { quirks, now, newId } = market;
  const objection = objectionToReserve(request, known, quirks, now);
  if (objection !== undefined)
    return typeof objection === "string" || known === undefined
      ? objection
      : { connection: known, ...objection };
  if (known !== undefined && isStuck(known, quirks)) return "silence";
  const { description, globalReservationId } = request;
  const connection =
    known ??
    newConnection({
      ...{ connectionId: newId(), requesterNSA },
      ...(description === undefined ? {} : { description }),
      ...(globalReservationId === undefined ? {} : { globalReservationId }),
    });
  if (!allows(connection, "reserve"))
    return { connection, refusal: { errorId: "00201", text: "a version is held already" } };
  const wanted = withTimes(wantedCriteria(request, connection, quirks), quirks, now);
  if (wanted.p2ps === undefined)
    return { connection, refusal: { errorId: "00101", text: "no service" } };
  const interval = intervalOf(wanted, now);
  const objected = objectionToTimes(wanted, interval, now, quirks);
  const holding =
    objected === undefined ? grant({ ...market, interval }, wanted.p2ps) : err(objected);
  if (holding.isErr()) {
    const failed = withStates(connection, { reservationState: "ReserveFailed" });
    return { connection: failed, refusal: holding.error };
  }
  const criteria = withMore(granted(wanted, holding.value), connection.connectionId, quirks);
  const held = {
    ...withStates(connection, { reservationState: "ReserveHeld" }),
    held: { criteria, holding: holding.value },
  };
  const { connectionId, committed } = held;
  const isOld = quirks.confirmsOldVersion === true && committed !== undefined;
  const shown = isOld ? committed.criteria : criteria;
  return { connection: held, result: { type: "reserveConfirmed", connectionId, criteria: shown } };
}
