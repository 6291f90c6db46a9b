import type { IncomingRequest } from "../../drivers/oscars/http/http.ts";
import type { Refusal } from "../../drivers/oscars/nsi/answer.ts";
import type { Criteria } from "../../drivers/oscars/nsi/criteria.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { Reserve } from "../../drivers/oscars/nsi/message.ts";
import type { OperationRequest } from "../../drivers/oscars/nsi/operation.ts";
import { parseStp } from "../../drivers/oscars/nsi/stp.ts";
import type { Interval } from "../../model/interval.ts";
import type { NsiConnection } from "./nsi-connection.ts";
import type { NsiQuirks } from "./nsi-options.ts";

/** Why a provider does not do what it is asked. */
export type Objection =
  /** It says so. */
  | { readonly refusal: Refusal }
  /** It breaks, and says nothing that could be understood. */
  | "broken"
  /** It says that it has heard, and nothing more for ever. */
  | "silence";

/** What a provider wants of every request beyond the specification. */
export function objectionToRequest(
  { headers }: IncomingRequest,
  { replyTo, correlationId, requesterNSA }: NsiHeader,
  { demands = [] }: NsiQuirks,
  {
    seen,
    requesters = [requesterNSA],
  }: { readonly seen: ReadonlySet<string>; readonly requesters?: readonly string[] | undefined },
): Objection | undefined {
  const action = headers.get("soapaction") ?? "";
  if (demands.includes("quoted-action") && !/^".+"$/.test(action)) return "broken";
  if (demands.includes("reply-to") && replyTo === undefined) return "broken";
  if (demands.includes("reply-url") && !URL.canParse(replyTo ?? "")) return "broken";
  if (!requesters.includes(requesterNSA)) return refusal("00300", `not for ${requesterNSA}`);
  if (demands.includes("fresh-correlation") && seen.has(correlationId))
    return refusal("00101", "the correlationId was used before");
  return undefined;
}

/** What a provider wants of a reservation beyond the specification, or does not take. */
export function objectionToReserve(
  request: Reserve,
  known: NsiConnection | undefined,
  quirks: NsiQuirks,
): Objection | undefined {
  const { startTime, endTime } = request.criteria.schedule ?? {};
  const { nilTimes = "taken" } = quirks;
  if ((startTime === null || endTime === null) && nilTimes !== "taken") return nilTimes;
  return known?.committed === undefined
    ? objectionToFirst(request, quirks)
    : objectionToVersion(request, quirks);
}

/** What is wrong with the times of a reservation. */
export function objectionToTimes(
  { schedule }: Criteria,
  { start, end }: Interval,
  now: number,
  { minimumSeconds = 0, promisesAhead = true }: NsiQuirks,
): Refusal | undefined {
  const { startTime } = schedule ?? {};
  if (end <= now) return { errorId: "00102", text: "the end is in the past" };
  if (end <= start) return { errorId: "00102", text: "the end is not after the start" };
  if (end - start < minimumSeconds * 1000)
    return { errorId: "00200", text: `nothing is sold for less than ${minimumSeconds} s` };
  const isAhead = typeof startTime === "number" && startTime > now;
  return isAhead && !promisesAhead
    ? { errorId: "00103", text: "nothing is reserved ahead of time" }
    : undefined;
}

function objectionToFirst(
  { description, criteria: { version, schedule, p2ps } }: Reserve,
  { demands = [] }: NsiQuirks,
): Objection | undefined {
  if (demands.includes("version") && version === undefined) return "broken";
  if (demands.includes("schedule") && schedule === undefined) return "silence";
  if (demands.includes("description") && description === undefined)
    return refusal("00200", "no description");
  const stps = [p2ps?.sourceSTP, p2ps?.destSTP];
  const hasLabels = stps.every((each) =>
    parseStp(each ?? "")
      .map(({ vlans }) => vlans !== undefined)
      .unwrapOr(false),
  );
  return demands.includes("labels") && !hasLabels ? refusal("00709", "no label") : undefined;
}

/** A first reservation that starts longer ago than is taken. */
export function lateStart(
  { criteria: { schedule } }: Reserve,
  { lateStartSeconds = Number.POSITIVE_INFINITY }: NsiQuirks,
  now: number,
): Objection | undefined {
  const { startTime } = schedule ?? {};
  const isLate = typeof startTime === "number" && now - startTime > lateStartSeconds * 1000;
  return isLate ? refusal("00100", "the start is in the past") : undefined;
}

function objectionToVersion(
  { description, globalReservationId, criteria }: Reserve,
  { modify = "any" }: NsiQuirks,
): Objection | undefined {
  switch (modify) {
    case "any":
      return undefined;
    case "none":
      return refusal("00202", "there is such a connection");
    case "full-service":
      if (description === undefined) return refusal("00200", "null description");
      return criteria.p2ps?.sourceSTP === undefined ? refusal("00100", "missing p2ps") : undefined;
    case "service-with-capacity": {
      const others = [description, globalReservationId, criteria.serviceType];
      const hasMore = [...others, criteria.p2ps?.sourceSTP, criteria.p2ps?.destSTP];
      return hasMore.some((each) => each !== undefined)
        ? refusal("00100", "this is not to be changed")
        : undefined;
    }
  }
}

/** An objection that is said. */
export function refusal(errorId: string, text: string): { readonly refusal: Refusal } {
  return { refusal: { errorId, text } };
}

/** Whether the states of a connection let an abort be asked for. */
export function mayAbort(
  { committed }: NsiConnection,
  { abortsInitial = true }: NsiQuirks,
): boolean {
  return abortsInitial || committed !== undefined;
}

/** Whether a request names a connection that is not there, and need not be. */
export function isUnknown(
  { type, connectionId }: OperationRequest,
  known: NsiConnection | undefined,
  { takesIds }: NsiQuirks,
): boolean {
  const mayBeNew = type === "reserve" && takesIds === true;
  return connectionId !== undefined && known === undefined && !mayBeNew;
}

/** Whether it is told when a request cannot be done. */
export function isHeardOf({ type }: OperationRequest, { lateFailures }: NsiQuirks): boolean {
  const isLate = type === "provision" || type === "release" || type === "terminate";
  return !isLate || lateFailures !== "silence";
}

/** Whether what came of a request leaves no trace. */
export function isForgotten(
  outcome: object,
  known: NsiConnection | undefined,
  { forgetsFailed }: NsiQuirks,
): boolean {
  return forgetsFailed === true && "refusal" in outcome && known === undefined;
}

/** Whether another version has failed, and that is not got rid of. */
export function isStuck({ states }: NsiConnection, { staysFailed }: NsiQuirks): boolean {
  return staysFailed === true && states.reservationState === "ReserveFailed";
}

/** How much longer what is asked takes to come about than to be confirmed, in milliseconds. */
export function buildMsOf({ type }: OperationRequest, { buildSeconds = 0 }: NsiQuirks): number {
  return type === "provision" ? buildSeconds * 1000 : 0;
}
