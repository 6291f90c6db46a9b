import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import type { NsiHeader } from "../drivers/oscars/nsi/header.ts";
import type { Reserve } from "../drivers/oscars/nsi/message.ts";

const UUID = /^urn:uuid:[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$/;
/** RFC 3986, as far as characters go. */
const URI = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;
const MAX_TEXT = 4_096;
const MAX_VERSION = 2 ** 31 - 1;
/** Until the end of 9999: years that every reader of `xsd:dateTime` knows. */
const [FIRST, LAST] = [0, 253_402_300_799_999];

/** What is wrong with a header so that no valid answer could repeat it; undefined if nothing is. */
export function headerFault({
  correlationId,
  requesterNSA,
  providerNSA,
}: NsiHeader): string | undefined {
  if (!UUID.test(correlationId)) return "correlationId: urn:uuid: and a lower-case UUID expected";
  return isUri(requesterNSA) && isUri(providerNSA) ? undefined : "an NSA has a URN";
}

/** Why we cannot tell a peer anything where it wants to be told. An empty address says nowhere. */
export function replyToFault({ replyTo = "" }: NsiHeader): Refusal | undefined {
  if (replyTo === "" || (isUri(replyTo) && /^https?:$/.test(protocolOf(replyTo)))) return undefined;
  return { errorId: "00100", text: "replyTo is no URL of http or https" };
}

/** Why what a reservation says cannot be kept and repeated, whoever asks. */
export function reserveFault({
  description = "",
  globalReservationId = "",
  criteria: { version = 0, schedule, serviceType = "" },
}: Reserve): Refusal | undefined {
  const isLong = [description, serviceType].some((text) => text.length > MAX_TEXT);
  if (isLong) return { errorId: "00100", text: `no more than ${MAX_TEXT} characters, please` };
  if (!isUri(globalReservationId))
    return { errorId: "00100", text: "globalReservationId is no URI" };
  if (version < 0 || version > MAX_VERSION)
    return { errorId: "00100", text: `there can be no version ${version}` };
  const times = [schedule?.startTime, schedule?.endTime];
  const isFar = times.some((time) => typeof time === "number" && (time < FIRST || time > LAST));
  return isFar ? { errorId: "00100", text: "times are of the years 1970 to 9999" } : undefined;
}

function isUri(text: string): boolean {
  return text.length <= MAX_TEXT && URI.test(text);
}

function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : "";
}
