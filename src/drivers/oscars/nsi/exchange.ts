import { err, ok, okAsync, type Result, type ResultAsync } from "neverthrow";
import { match } from "ts-pattern";
import type { Clock } from "../../../model/clock.ts";
import { answerOfHost } from "../host-answer.ts";
import type { HttpClient, HttpFault, HttpLimits, HttpResponse } from "../http/http.ts";
import { describeXmlFault } from "../xml/fault.ts";
import { readNsi, writeNsi } from "./envelope.ts";
import type { NsiHeader, SessionSecurityAttribute } from "./header.ts";
import type { NsiMessage } from "./message.ts";
import { PROVIDER_VERSION, soapAction } from "./names.ts";
import { type NsiFault, protocolFault, refused } from "./nsi-fault.ts";

/** A provider, and who asks it. */
export interface NsiPeer {
  /** URNs of the two agents. */
  readonly requesterNSA: string;
  readonly providerNSA: string;
  readonly url: string;
  /** Where this requester takes confirmations; without, it has to ask for them. */
  readonly replyTo?: string;
  /** Besides those of the protocol, such as a proxy's authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  /** In whose name each request is sent, where the provider wants to know. */
  readonly sessionSecurity?: () => Promise<readonly SessionSecurityAttribute[]>;
}

/** With what a provider is asked. */
export interface NsiAsking {
  readonly http: HttpClient;
  readonly clock: Clock;
}

/**
 * Sends one message to a provider and reads its immediate answer. The host application, where it says in
 * whose name, has as long for that as the provider has for its answer.
 */
export function exchange(
  { http, clock }: NsiAsking,
  peer: NsiPeer,
  { correlationId, message }: { readonly correlationId: string; readonly message: NsiMessage },
  limits: HttpLimits,
): ResultAsync<NsiMessage, NsiFault> {
  const header: Omit<NsiHeader, "sessionSecurityAttr"> = {
    protocolVersion: PROVIDER_VERSION,
    correlationId,
    requesterNSA: peer.requesterNSA,
    providerNSA: peer.providerNSA,
    ...(peer.replyTo === undefined ? {} : { replyTo: peer.replyTo }),
    extensions: [],
  };
  const headers = {
    ...peer.headers,
    "content-type": "text/xml; charset=utf-8",
    soapaction: soapAction(message.type),
  };
  return securityOf(peer, clock, limits).andThen((sessionSecurityAttr) => {
    const body = writeNsi({ header: { ...header, sessionSecurityAttr }, body: message });
    return http
      .send({ method: "POST", url: peer.url, headers, body }, limits)
      .mapErr(unknownOutcome)
      .andThen(answerOf);
  });
}

/** What goes wrong with credentials is not told: it may have them in its text. */
function securityOf(
  { sessionSecurity }: NsiPeer,
  clock: Clock,
  { signal, timeoutMs }: HttpLimits,
): ResultAsync<readonly SessionSecurityAttribute[], NsiFault> {
  if (sessionSecurity === undefined) return okAsync([]);
  return answerOfHost(sessionSecurity, { clock, signal, timeoutMs }).mapErr((silence) =>
    match(silence)
      .with("failed", () => protocolFault("no session security attributes are to be had"))
      .with("late", () => {
        const message = `no session security attributes within ${timeoutMs} ms`;
        return unknownOutcome({ kind: "timeout", message });
      })
      .with("aborted", () => unknownOutcome({ kind: "aborted", message: "ended by the caller" }))
      .exhaustive(),
  );
}

function unknownOutcome({ kind, message }: Pick<HttpFault, "kind" | "message">): NsiFault {
  return { type: "nsi-unknown", kind, message };
}

/** Some servers answer with a page of their own where they should send a fault. */
function answerOf({ status, body }: HttpResponse): Result<NsiMessage, NsiFault> {
  const read = readNsi(body);
  if (read.isErr())
    return err(protocolFault(`HTTP ${status} with ${describeXmlFault(read.error)}`));
  const { body: answer } = read.value;
  if (answer.type !== "fault") return ok(answer);
  return err(
    answer.serviceException === undefined
      ? protocolFault(`HTTP ${status}, ${answer.faultcode}: ${answer.faultstring}`)
      : refused(answer.serviceException),
  );
}
