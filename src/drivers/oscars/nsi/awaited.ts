import type { OperationResult } from "./result.ts";

/** Confirmations that have been asked for and have not come. */
export class AwaitedResults {
  readonly #waiting = new Map<string, (result: OperationResult) => void>();

  /**
   * Waits for the result of the request with this correlation id. To be called before the request is
   * sent: a confirmation may come before the acknowledgment of what it confirms.
   */
  expect(correlationId: string): Awaited {
    let settle: (result: OperationResult) => void = () => {};
    const result = new Promise<OperationResult>((resolve) => {
      settle = resolve;
    });
    this.#waiting.set(correlationId, settle);
    return { result, forget: () => void this.#waiting.delete(correlationId) };
  }

  /** Takes a result. False for one that nobody waits for: it came twice, or too late. */
  settle(correlationId: string, result: OperationResult): boolean {
    const settle = this.#waiting.get(correlationId);
    this.#waiting.delete(correlationId);
    settle?.(result);
    return settle !== undefined;
  }

  /** How many are waited for. */
  get size(): number {
    return this.#waiting.size;
  }
}

/** One confirmation that is waited for. */
export interface Awaited {
  readonly result: Promise<OperationResult>;
  /** Waits no longer. */
  readonly forget: () => void;
}
