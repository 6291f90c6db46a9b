import type { Clock } from "../../model/clock.ts";
import type { HttpClient } from "./http/http.ts";
import { idcp05, idcp06 } from "./idcp/envelope.ts";
import { IdcpClient } from "./idcp/idcp-client.ts";
import { type IdcpProfile, idcpProfiles } from "./idcp/peer-profile.ts";
import type { IdcpRequests } from "./idcp/requests.ts";
import { requests05 } from "./idcp/requests-05.ts";
import { requests06 } from "./idcp/requests-06.ts";
import type { IdcpDialectOptions, RestDialectOptions } from "./oscars-driver-options.ts";
import { RestClient } from "./rest/rest-client.ts";

/** How long a server may take to answer, in milliseconds, unless it is said otherwise. */
export const DEFAULT_ANSWER_MS = 30_000;

/** What an IDCP server is taken to do. */
export function profileOf({ peer = "oscars-0.6", profile }: IdcpDialectOptions): IdcpProfile {
  return { ...idcpProfiles[peer], ...profile };
}

/** Asks an IDCP server in the messages that it speaks. */
export function idcpRequests(
  options: IdcpDialectOptions,
  context: { readonly http: HttpClient; readonly clock: Clock },
): IdcpRequests {
  const { url, identity, headers, times = {} } = options;
  const asking = {
    ...{ ...context, url, timeoutMs: times.answerMs ?? DEFAULT_ANSWER_MS },
    ...(headers === undefined ? {} : { headers }),
    ...(identity === undefined ? {} : { identity }),
  };
  return profileOf(options).version === "0.5"
    ? requests05(new IdcpClient({ ...asking, version: idcp05 }))
    : requests06(new IdcpClient({ ...asking, version: idcp06 }));
}

/** Asks an OSCARS 1 server. */
export function restClient(
  { url, token, headers, times = {} }: RestDialectOptions,
  http: HttpClient,
): RestClient {
  return new RestClient({
    ...{ url, http, timeoutMs: times.answerMs ?? DEFAULT_ANSWER_MS },
    ...(headers === undefined ? {} : { headers }),
    ...(token === undefined ? {} : { token }),
  });
}
