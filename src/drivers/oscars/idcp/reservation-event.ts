import type { CircuitEvent } from "../circuit-service.ts";

/** What a broker told; who says so is not known, so it is a reason to ask the server, and no more. */
export interface ReservationEvent {
  /** A word such as `PATH_SETUP_COMPLETED`; `MISSED` for all that may have happened unheard. */
  readonly name: string;
  /** Which reservation it is about, where that is said. */
  readonly gri?: string;
}

/** Something may have happened that nobody has told. */
export const MISSED: ReservationEvent = { name: "MISSED" };

/** What comes of a request, which whoever sent it waits for, and what announces the future. */
const AS_ASKED =
  /^RESERVATION_(CREATE|MODIFY)_|^(RESERVATION_CANCEL|PATH_SETUP)_FAILED$|_CONFIRMED$|_EXPIRES_IN_/;

/** What an event gives reason to look for; undefined for what nobody needs to know but who waits for it. */
export function circuitEventOf({ name, gri }: ReservationEvent): CircuitEvent | undefined {
  if (AS_ASKED.test(name)) return undefined;
  const about = gri === undefined ? {} : { externalId: gri };
  return { ...about, event: name === "PATH_SETUP_COMPLETED" ? "up" : "changed" };
}
