import { errAsync } from "neverthrow";
import type { HttpClient, HttpFault } from "./http.ts";

/**
 * Sends what another client would, while `mayAsk` says so right before; what is under way then ends as
 * it may. Closing ends nothing: the client may serve others.
 */
export function fencedClient(http: HttpClient, mayAsk: () => boolean): HttpClient {
  const fault: HttpFault = {
    type: "http-fault",
    kind: "aborted",
    message: "another agent may serve the domain by now",
  };
  return {
    send: (request, limits) => (mayAsk() ? http.send(request, limits) : errAsync(fault)),
    close: () => {},
  };
}
