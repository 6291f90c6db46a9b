import { err, ok, type Result, ResultAsync } from "neverthrow";
import { type Clock, steadyMs } from "../../../model/clock.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import { newsOf } from "../news.ts";
import { watchUntil } from "../watch-until.ts";
import { eventOf, lossIn } from "./as-circuit.ts";
import type { Notification, NotificationSource } from "./notification.ts";
import { hasEnded, isActive } from "./operation.ts";
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
 * How long frames may yet take to pass where somebody posted that they will not, and the provider cannot be asked
 * whether it was he, in milliseconds.
 */
const DOUBTFUL_MS = 30_000;

/** Why frames will not pass, and from when on that is believed, by the steady clock. */
interface Loss {
  readonly fault: CircuitFault;
  readonly believedMs: number;
}

/**
 * Does something, and waits until a query says that frames pass by a connection, or that it has ended. A notification
 * gives reason to ask at once; one in an answer, that they will not, ends the wait, and one that was posted, nobody knows
 * by whom, shortens it. All may come before what is done is confirmed.
 */
export function activeAfter(
  { requester, clock, activationMs, pollMs }: ActivationContext,
  { externalId, signal }: { readonly externalId: string; readonly signal: AbortSignal },
  act: () => ResultAsync<void, CircuitFault>,
): ResultAsync<void, CircuitFault> {
  let loss: Loss | undefined;
  const news = newsOf((tell) =>
    requester.subscribe((notification, source) => {
      const event = eventOf(notification, source);
      if (event?.externalId !== externalId) return;
      const isOver = event.event === "up" && source === "asked";
      loss = isOver ? undefined : earlier(loss, lossOf(notification, source));
      tell();
    }),
  );
  const lossOf = (notification: Notification, source: NotificationSource): Loss | undefined => {
    const fault = lossIn(notification);
    const doubtfulMs = source === "asked" ? 0 : DOUBTFUL_MS;
    return fault && { fault, believedMs: steadyMs(clock) + doubtfulMs };
  };
  const look = async (): Promise<Result<void, CircuitFault> | undefined> => {
    const [reservation] = (await requester.query([externalId], signal)).unwrapOr([]);
    if (reservation !== undefined && isActive(reservation)) return ok(undefined);
    const isEnded = reservation !== undefined && hasEnded(reservation);
    if (loss !== undefined && (isEnded || steadyMs(clock) >= loss.believedMs))
      return err(loss.fault);
    return isEnded ? err(circuitFault("rejected", `${externalId} has ended`)) : undefined;
  };
  const late = `${externalId} carried nothing within ${activationMs} ms`;
  const watching = { clock, activationMs, pollMs, signal, told: news.next };
  const active = act().andThen(() => watchUntil(watching, look, circuitFault("rejected", late)));
  return new ResultAsync(Promise.resolve(active).finally(() => news[Symbol.dispose]()));
}

function earlier(one: Loss | undefined, other: Loss | undefined): Loss | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.believedMs < one.believedMs ? other : one;
}
