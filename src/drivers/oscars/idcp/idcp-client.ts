import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../../model/clock.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import type { HttpClient } from "../http/http.ts";
import { readXml } from "../xml/read-xml.ts";
import { type IdcpFault, type IdcpVersion, readIdcp, writeIdcp } from "./envelope.ts";
import { soapAction } from "./names.ts";
import { type IdcpRefusal, refusalOf } from "./refusal.ts";
import { type SigningIdentity, signEnvelope } from "./ws-security.ts";

export interface IdcpClientOptions<Message> {
  readonly version: IdcpVersion<Message>;
  /** Where the server takes requests, such as `https://idc.example.net:9001/OSCARS`. */
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

/** Asks an IDCP server in the messages of one version. */
export class IdcpClient<Message extends { readonly type: string }> {
  readonly #options: IdcpClientOptions<Message>;

  constructor(options: IdcpClientOptions<Message>) {
    this.#options = options;
  }

  /** The answer to a request, if it is of the type that is expected. */
  ask<Type extends Message["type"]>(
    request: Message,
    expected: Type,
    signal: AbortSignal,
  ): ResultAsync<Extract<Message, { type: Type }>, IdcpRefusal> {
    const answered = new ResultAsync(this.#exchange(request, signal));
    return answered.andThen((answer): Result<Extract<Message, { type: Type }>, IdcpRefusal> => {
      if (isOf(answer, expected)) return ok(answer);
      return err(circuitFault("rejected", `${request.type} was answered by ${answer.type}`));
    });
  }

  async #exchange(request: Message, signal: AbortSignal): Promise<Result<Message, IdcpRefusal>> {
    const { version, url, http, headers, timeoutMs } = this.#options;
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
    const read = readIdcp(version, sent.value.body);
    if (read.isErr()) {
      const { status } = sent.value;
      const kind = status >= 500 ? "unreachable" : "rejected";
      return err(circuitFault(kind, `${request.type}: HTTP ${status}, and no message`));
    }
    const { body } = read.value;
    return isFault(body) ? err(refusalOf(body)) : ok(body);
  }

  async #textOf(request: Message): Promise<Result<string, CircuitFault>> {
    const { version, identity, clock } = this.#options;
    const plain = writeIdcp(version, { header: [], body: request });
    if (identity === undefined) return ok(plain);
    const created = clock.now();
    const validity = { created, expires: created + SIGNATURE_VALID_MS };
    const root = readXml(plain).mapErr(({ message }) => circuitFault("rejected", message));
    if (root.isErr()) return err(root.error);
    const signed = await signEnvelope(root.value, identity, validity);
    return signed.mapErr(({ message }) => circuitFault("rejected", message));
  }
}

function isOf<Message extends { readonly type: string }, Type extends Message["type"]>(
  message: Message,
  type: Type,
): message is Extract<Message, { type: Type }> {
  return message.type === type;
}

function isFault<Message extends { readonly type: string }>(
  body: Message | IdcpFault,
): body is IdcpFault {
  return body.type === "fault";
}
