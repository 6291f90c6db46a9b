import type { MessageDeliveryTimeout } from "./notification.ts";
import type { OperationResult } from "./result.ts";

/** What becomes of a request: its result, or that it did not come to whom it was for. */
export type RequestOutcome = OperationResult | MessageDeliveryTimeout;

/** Confirmations that have been asked for and have not come. */
export class AwaitedResults {
  readonly #waiting = new Map<string, Waiting>();

  /**
   * Waits for the result of the request with this correlation id. To be called before the request is
   * sent: a confirmation may come before the acknowledgment of what it confirms. What does not `fit` the
   * request is no result of it.
   */
  expect(correlationId: string, fits: (result: RequestOutcome) => boolean = () => true): Awaited {
    let settle: (result: RequestOutcome) => void = () => {};
    let come: RequestOutcome | undefined;
    const result = new Promise<RequestOutcome>((resolve) => {
      settle = (outcome) => {
        come = outcome;
        resolve(outcome);
      };
    });
    this.#waiting.set(correlationId, { fits, settle });
    return { result, come: () => come, forget: () => void this.#waiting.delete(correlationId) };
  }

  /** Takes a result. False for one that nobody waits for: it came twice, too late, or is of something else. */
  settle(correlationId: string, result: RequestOutcome): boolean {
    const waiting = this.#waiting.get(correlationId);
    if (waiting?.fits(result) !== true) return false;
    this.#waiting.delete(correlationId);
    waiting.settle(result);
    return true;
  }

  /** How many are waited for. */
  get size(): number {
    return this.#waiting.size;
  }
}

/** One confirmation that is waited for. */
export interface Awaited {
  readonly result: Promise<RequestOutcome>;
  /** What has come until now. */
  readonly come: () => RequestOutcome | undefined;
  /** Waits no longer. */
  readonly forget: () => void;
}

interface Waiting {
  readonly fits: (result: RequestOutcome) => boolean;
  readonly settle: (result: RequestOutcome) => void;
}
