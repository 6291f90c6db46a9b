import { channel } from "node:diagnostics_channel";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { pause } from "../drivers/driver-call.ts";
import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import type { Clock } from "../model/clock.ts";
import type { NsiAsked, NsiPeerIdentity, NsiPolicy, NsiReader } from "./options.ts";

const policyFailed = channel("dcns:nsi-provider:policy-failed");

const ANSWER_MS = 10_000;
/** Why the policy gave no answer is nobody's business but the host application's. */
const unanswered: Refusal = { errorId: "00500", text: "whether you may could not be found out" };

/**
 * Asks the host application's policy, within bounds: where it throws, says something that is no answer,
 * or takes longer than ten seconds, nothing is allowed. What it threw goes to the diagnostics channel
 * `dcns:nsi-provider:policy-failed`.
 */
export class Counsel {
  readonly #policy: NsiPolicy;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;

  constructor(policy: NsiPolicy, clock: Clock, closing: AbortSignal) {
    this.#policy = policy;
    this.#clock = clock;
    this.#closing = closing;
  }

  /** Whether a peer may speak to us. */
  admits(peer: NsiPeerIdentity): Promise<Result<void, Refusal>> {
    const { admits } = this.#policy;
    return this.#ask("admits", async () =>
      (await admits(peer)) === true
        ? ok(undefined)
        : err({ errorId: "00302", text: "you are not admitted" }),
    );
  }

  /** Whether a peer may have what it asks for. */
  allows(peer: NsiPeerIdentity, asked: NsiAsked): Promise<Result<void, Refusal>> {
    const { allows } = this.#policy;
    return this.#ask("allows", async () =>
      (await allows(peer, asked))
        .map(() => undefined)
        .mapErr((text) => ({ errorId: "00302", text: String(text) })),
    );
  }

  /** Whether somebody may read a document; everybody may where the policy does not say. */
  reads(reader: NsiReader): Promise<Result<void, Refusal>> {
    const { reads = () => true } = this.#policy;
    return this.#ask("reads", async () =>
      (await reads(reader)) === true
        ? ok(undefined)
        : err({ errorId: "00302", text: "not for you" }),
    );
  }

  #ask(
    question: keyof NsiPolicy,
    answer: () => Promise<Result<void, Refusal>>,
  ): Promise<Result<void, Refusal>> {
    const failed = (error: unknown): Refusal => {
      policyFailed.publish({ question, error });
      return unanswered;
    };
    const over = new AbortController();
    const enough = AbortSignal.any([this.#closing, over.signal]);
    const said = ResultAsync.fromPromise(answer(), failed).andThen((each) => each);
    const late = pause(this.#clock, ANSWER_MS, enough).then(() => err(unanswered));
    return Promise.race([said, late]).finally(() => over.abort());
  }
}
