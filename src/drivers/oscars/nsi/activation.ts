import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../../model/clock.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import { newsOf } from "../news.ts";
import { watchUntil } from "../watch-until.ts";
import { eventOf, lossIn } from "./as-circuit.ts";
import { isActive } from "./operation.ts";
import type { NsiRequester } from "./requester.ts";

/** What it takes to wait for frames. */
export interface ActivationContext {
  readonly requester: NsiRequester;
  readonly clock: Clock;
  /** How long frames may take to pass after a circuit is provisioned, in milliseconds. */
  readonly activationMs: number;
  /** Between two looks whether they do, where nobody tells. */
  readonly pollMs: number;
}

/**
 * Does something, and waits until a query says that frames pass by a connection; a notification gives reason to ask at once,
 * and one that says that they will not ends the wait. Both may come before what is done is confirmed.
 */
export function activeAfter(
  { requester, clock, activationMs, pollMs }: ActivationContext,
  { externalId, signal }: { readonly externalId: string; readonly signal: AbortSignal },
  act: () => ResultAsync<void, CircuitFault>,
): ResultAsync<void, CircuitFault> {
  let loss: CircuitFault | undefined;
  const news = newsOf((tell) =>
    requester.subscribe((notification) => {
      const event = eventOf(notification);
      if (event?.externalId !== externalId) return;
      loss = event.event === "up" ? undefined : (lossIn(notification) ?? loss);
      tell();
    }),
  );
  const look = async (): Promise<Result<void, CircuitFault> | undefined> => {
    const [reservation] = (await requester.query([externalId], signal)).unwrapOr([]);
    if (reservation !== undefined && isActive(reservation)) return ok(undefined);
    return loss === undefined ? undefined : err(loss);
  };
  const late = `${externalId} carried nothing within ${activationMs} ms`;
  const watching = { clock, activationMs, pollMs, signal, told: news.next };
  const active = act().andThen(() => watchUntil(watching, look, circuitFault("rejected", late)));
  return new ResultAsync(Promise.resolve(active).finally(() => news[Symbol.dispose]()));
}
