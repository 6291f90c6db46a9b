import type { Clock } from "../../model/clock.ts";
import type { HttpClient } from "./http/http.ts";
import { BrokerClient } from "./idcp/broker-client.ts";
import { idcp05, idcp06 } from "./idcp/envelope.ts";
import { IdcpClient } from "./idcp/idcp-client.ts";
import type { Message05 } from "./idcp/message-05.ts";
import type { Message06 } from "./idcp/message-06.ts";
import { type IdcpProfile, idcpProfiles } from "./idcp/peer-profile.ts";
import type { IdcpDestination } from "./idcp/post.ts";
import type { IdcpRequests } from "./idcp/requests.ts";
import { requests05 } from "./idcp/requests-05.ts";
import { requests06 } from "./idcp/requests-06.ts";
import { ReservationEvents } from "./idcp/reservation-events.ts";
import type { IdcpDialectOptions, RestDialectOptions } from "./oscars-driver-options.ts";
import { RestClient } from "./rest/rest-client.ts";

/** How long a server may take to answer, in milliseconds, unless it is said otherwise. */
export const DEFAULT_ANSWER_MS = 30_000;

/** What an IDCP server is taken to do. */
export function profileOf({ peer = "oscars-0.6", profile }: IdcpDialectOptions): IdcpProfile {
  return { ...idcpProfiles[peer], ...profile };
}

/** Asks an IDCP server in the messages that it speaks. */
export function idcpRequests(options: IdcpDialectOptions, context: Asking): IdcpRequests {
  const asking = destinationOf(options, options.url, context);
  return profileOf(options).version === "0.5"
    ? requests05(new IdcpClient({ ...asking, version: idcp05 }))
    : requests06(new IdcpClient({ ...asking, version: idcp06 }));
}

/** With what a server is asked. */
interface Asking {
  readonly http: HttpClient;
  readonly clock: Clock;
}

/** What the broker of an IDCP server tells, where the options say that it is to. */
export function idcpEvents(
  options: IdcpDialectOptions,
  context: Asking & { readonly retryMs: number },
): ReservationEvents<Message05> | ReservationEvents<Message06> | undefined {
  const { notifications } = options;
  if (notifications === undefined) return undefined;
  const { version } = profileOf(options);
  const to = destinationOf(options, notifications.broker, context);
  const { clock, retryMs } = context;
  const common = { broker: new BrokerClient(to, version), url: notifications.url, clock, retryMs };
  return version === "0.5"
    ? new ReservationEvents({ ...common, version: idcp05 })
    : new ReservationEvents({ ...common, version: idcp06 });
}

function destinationOf(
  { identity, headers, times = {} }: IdcpDialectOptions,
  url: string,
  { http, clock }: Asking,
): IdcpDestination {
  return {
    ...{ http, clock, url, timeoutMs: times.answerMs ?? DEFAULT_ANSWER_MS },
    ...(headers === undefined ? {} : { headers }),
    ...(identity === undefined ? {} : { identity }),
  };
}

/** Asks an OSCARS 1 server. */
export function restClient(
  { url, token, headers, times = {} }: RestDialectOptions,
  { http, clock }: Asking,
): RestClient {
  return new RestClient({
    ...{ url, http, clock, timeoutMs: times.answerMs ?? DEFAULT_ANSWER_MS },
    ...(headers === undefined ? {} : { headers }),
    ...(token === undefined ? {} : { token }),
  });
}
