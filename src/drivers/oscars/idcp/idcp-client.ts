import { err, ok, type Result, ResultAsync } from "neverthrow";
import { circuitFault } from "../circuit-service.ts";
import { type IdcpFault, type IdcpVersion, readIdcp, writeIdcp } from "./envelope.ts";
import { soapAction } from "./names.ts";
import { type IdcpDestination, post } from "./post.ts";
import { type IdcpRefusal, refusalOf } from "./refusal.ts";

export interface IdcpClientOptions<Message> extends IdcpDestination {
  readonly version: IdcpVersion<Message>;
}

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
    const { version } = this.#options;
    const text = writeIdcp(version, { header: [], body: request });
    const sent = await post(this.#options, { action: soapAction(request.type), text }, signal);
    if (sent.isErr())
      return err({ ...sent.error, message: `${request.type}: ${sent.error.message}` });
    const read = readIdcp(version, sent.value.body);
    if (read.isErr()) {
      const { status } = sent.value;
      const kind = status >= 500 ? "unreachable" : "rejected";
      return err(circuitFault(kind, `${request.type}: HTTP ${status}, and no message`));
    }
    const { body } = read.value;
    return isFault(body) ? err(refusalOf(body)) : ok(body);
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
