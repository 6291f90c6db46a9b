import { err } from "neverthrow";
import type { Refusal } from "../../drivers/oscars/nsi/answer.ts";
import type { Criteria } from "../../drivers/oscars/nsi/criteria.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { Reserve } from "../../drivers/oscars/nsi/message.ts";
import type { OperationResult } from "../../drivers/oscars/nsi/result.ts";
import { allows, withStates } from "../../drivers/oscars/nsi/transitions.ts";
import {
  intervalOf,
  type NsiConnection,
  namesOf,
  newConnection,
  wantedCriteria,
  withMore,
  withTimes,
} from "./nsi-connection.ts";
import { isStuck, lateStart, objectionToReserve, objectionToTimes } from "./nsi-demands.ts";
import type { NsiQuirks } from "./nsi-options.ts";
import { grant, granted, type Holding, objectionToPorts, type Stock } from "./nsi-ports.ts";

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
  const objection = objectionToReserve(request, known, quirks);
  if (objection !== undefined)
    return typeof objection === "string" || known === undefined
      ? objection
      : { connection: known, ...objection };
  if (known !== undefined && isStuck(known, quirks)) return "silence";
  const connection =
    known ?? newConnection({ connectionId: newId(), requesterNSA, ...namesOf(request) }, quirks);
  if (!allows(connection, "reserve"))
    return { connection, refusal: { errorId: "00201", text: "a version is held already" } };
  const wanted = withTimes(wantedCriteria(request, connection, quirks), quirks, now);
  if (wanted.p2ps === undefined)
    return { connection, refusal: { errorId: "00101", text: "no service" } };
  const misplaced = objectionToPorts(market, wanted.p2ps);
  const late = known?.committed === undefined ? lateStart(request, quirks, now) : undefined;
  if (misplaced === undefined && late !== undefined) return late;
  const interval = intervalOf(wanted, now);
  const objected = misplaced ?? objectionToTimes(wanted, interval, now, quirks);
  const holding =
    objected === undefined ? grant({ ...market, interval }, wanted.p2ps) : err(objected);
  if (holding.isErr()) {
    const failed = withStates(connection, { reservationState: "ReserveFailed" });
    return { connection: failed, refusal: holding.error };
  }
  return heldWith(connection, granted(wanted, holding.value), holding.value, quirks);
}

/** A connection with a version that is held, as it is confirmed. */
function heldWith(
  connection: NsiConnection,
  given: Criteria,
  holding: Holding,
  quirks: NsiQuirks,
): Outcome {
  const { connectionId, committed } = connection;
  const criteria = withMore(given, connectionId, quirks);
  const held = {
    ...withStates(connection, { reservationState: "ReserveHeld" }),
    held: { criteria, holding },
  };
  const isOld = quirks.confirmsOldVersion === true && committed !== undefined;
  const shown = isOld ? committed.criteria : criteria;
  return {
    connection: held,
    result: { type: "reserveConfirmed", connectionId, ...namesOf(held), criteria: shown },
  };
}
