import type { SimpleConnection } from "../../drivers/oscars/rest/simple-connection.ts";
import type { SimOscarsServerOptions } from "./oscars-options.ts";

const CONNECTION_ID = /^[a-zA-Z][a-zA-Z0-9_-]{3,11}$/;
const DEFAULT_LEAD_S = 30;
const GRACE_S = 300;
const MINIMUM_S = 900;

/** A connection with the begin that it will really have; undefined for one that cannot be. */
export function scheduled(
  wanted: SimpleConnection,
  now: number,
  { leadSeconds = DEFAULT_LEAD_S }: SimOscarsServerOptions,
): SimpleConnection | undefined {
  if (isTooLate(wanted, now) || !CONNECTION_ID.test(wanted.connectionId)) return undefined;
  const begin = Math.max(wanted.begin, now + leadSeconds);
  return wanted.end - begin < MINIMUM_S ? undefined : { ...wanted, begin };
}

/** Whether a connection should have begun so long ago that the server does not take it. */
export function isTooLate({ begin }: SimpleConnection, now: number): boolean {
  return begin + GRACE_S < now;
}
