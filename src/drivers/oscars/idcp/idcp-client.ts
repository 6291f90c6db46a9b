import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../../model/clock.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import type { HttpClient } from "../http/http.ts";
import { readXml } from "../xml/read-xml.ts";
import { type IdcpFault, idcp06, readIdcp, writeIdcp } from "./envelope.ts";
import type { Message06 } from "./message-06.ts";
import { soapAction } from "./names.ts";
import { type SigningIdentity, signEnvelope } from "./ws-security.ts";

export interface IdcpClientOptions {
  /** Where the server takes requests, such as `https://idc.example.net:9001/OSCARS`. */
  readonly url: string;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs every request; needs the packages `xml-crypto` and `@xmldom/xmldom`. */
  readonly identity?: SigningIdentity;
}

/** Why a request was not met; `code` is the server's word where it has one. */
export interface IdcpRefusal extends CircuitFault {
  readonly code?: string;
}

/** For how long a signed request is good. */
const SIGNATURE_VALID_MS = 300_000;
const NOTHING_LEFT = /^PCE_|^RESERVATION_CREATE_FAILED$|^PATH_/;

/** Asks an OSCARS 0.6 server. */
export class IdcpClient {
  readonly #options: IdcpClientOptions;

  constructor(options: IdcpClientOptions) {
    this.#options = options;
  }

  /** The answer to a request, if it is of the type that is expected. */
  ask<Type extends Message06["type"]>(
    request: Message06,
    expected: Type,
    signal: AbortSignal,
  ): ResultAsync<Extract<Message06, { type: Type }>, IdcpRefusal> {
    return new ResultAsync(this.#exchange(request, signal)).andThen((answer) =>
      isOf(answer, expected)
        ? ok(answer)
        : err(circuitFault("rejected", `${request.type} was answered by ${answer.type}`)),
    );
  }

  async #exchange(
    request: Message06,
    signal: AbortSignal,
  ): Promise<Result<Message06, IdcpRefusal>> {
    const { url, http, headers, timeoutMs } = this.#options;
    const text = await this.#textOf(request);
    if (text.isErr()) return err(text.error);
    const action = soapAction(request.type);
    const own = { "content-type": `application/soap+xml; charset=utf-8; action="${action}"` };
    const sent = await http.send(
      { method: "POST", url, headers: { ...headers, ...own }, body: text.value },
      { signal, timeoutMs },
    );
    if (sent.isErr())
      return err(circuitFault("unreachable", `${request.type}: ${sent.error.message}`));
    const read = readIdcp(idcp06, sent.value.body);
    if (read.isErr()) {
      const { status } = sent.value;
      const kind = status >= 500 ? "unreachable" : "rejected";
      return err(circuitFault(kind, `${request.type}: HTTP ${status}, and no message`));
    }
    const { body } = read.value;
    return body.type === "fault" ? err(refusalOf(body)) : ok(body);
  }

  async #textOf(request: Message06): Promise<Result<string, CircuitFault>> {
    const { identity, clock } = this.#options;
    const plain = writeIdcp(idcp06, { header: [], body: request });
    if (identity === undefined) return ok(plain);
    const created = clock.now();
    const validity = { created, expires: created + SIGNATURE_VALID_MS };
    const root = readXml(plain).mapErr(({ message }) => circuitFault("rejected", message));
    if (root.isErr()) return err(root.error);
    const signed = await signEnvelope(root.value, identity, validity);
    return signed.mapErr(({ message }) => circuitFault("rejected", message));
  }
}

function isOf<Type extends Message06["type"]>(
  message: Message06,
  type: Type,
): message is Extract<Message06, { type: Type }> {
  return message.type === type;
}

function refusalOf({ reason, detail }: IdcpFault): IdcpRefusal {
  const code = detail?.errorReport?.errorCode;
  const message = detail?.errorReport?.errorMsg ?? detail?.msg ?? reason;
  const kind = code !== undefined && NOTHING_LEFT.test(code) ? "unavailable" : "rejected";
  return { ...circuitFault(kind, message), ...(code === undefined ? {} : { code }) };
}
