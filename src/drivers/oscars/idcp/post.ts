import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../../model/clock.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import type { HttpClient, HttpResponse } from "../http/http.ts";
import { readXml } from "../xml/read-xml.ts";
import { type SigningIdentity, signEnvelope } from "./ws-security.ts";

/** Where an IDCP server, or its broker, takes requests, and in whose name they are sent. */
export interface IdcpDestination {
  /** Such as `https://idc.example.net:9001/OSCARS`. */
  readonly url: string;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs every request; needs the packages `xml-crypto` and `@xmldom/xmldom`. */
  readonly identity?: SigningIdentity;
}

/** For how long a signed request is good. */
const SIGNATURE_VALID_MS = 300_000;

/** Sends an envelope, signed where there is somebody to sign it; gives what was answered, whatever its status. */
export function post(
  to: IdcpDestination,
  request: { readonly action: string; readonly text: string },
  signal: AbortSignal,
): ResultAsync<HttpResponse, CircuitFault> {
  const { url, http, headers, timeoutMs } = to;
  const own = { "content-type": `application/soap+xml; charset=utf-8; action="${request.action}"` };
  return new ResultAsync(signedText(to, request.text)).andThen((body) =>
    http
      .send({ method: "POST", url, headers: { ...headers, ...own }, body }, { signal, timeoutMs })
      .mapErr(({ message }) => circuitFault("unreachable", message)),
  );
}

async function signedText(
  { identity, clock }: IdcpDestination,
  plain: string,
): Promise<Result<string, CircuitFault>> {
  if (identity === undefined) return ok(plain);
  const created = clock.now();
  const validity = { created, expires: created + SIGNATURE_VALID_MS };
  const root = readXml(plain).mapErr(({ message }) => circuitFault("rejected", message));
  if (root.isErr()) return err(root.error);
  const signed = await signEnvelope(root.value, identity, validity);
  return signed.mapErr(({ message }) => circuitFault("rejected", message));
}
