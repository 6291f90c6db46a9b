import { channel } from "node:diagnostics_channel";

/** An unread queue longer than this loses its oldest events: a slow reader must not hold memory. */
const MAX_UNREAD_EVENTS = 10_000;

const listenerFailed = channel("dcns:agent:listener-failed");

/**
 * One stream of events, a discriminated union on `type`, for any number of listeners and readers.
 *
 * A listener that throws disturbs nobody else: the error goes to the diagnostics channel
 * `dcns:agent:listener-failed`.
 */
export class EventStream<E extends { readonly type: string }> implements AsyncIterable<E> {
  readonly #listeners = new Set<(event: E) => void>();
  readonly #readers = new Set<EventReader<E>>();
  #closed = false;

  /** Calls `listener` with every event until disposed. */
  subscribe(listener: (event: E) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Calls `listener` with every event of one type until disposed. */
  on<T extends E["type"]>(
    type: T,
    listener: (event: Extract<E, { readonly type: T }>) => void,
  ): Disposable {
    const isOfType = (event: E): event is Extract<E, { readonly type: T }> => event.type === type;
    return this.subscribe((event) => {
      if (isOfType(event)) listener(event);
    });
  }

  /** Every event from this call on, until `signal` is raised or the stream ends; for `for await`. */
  iterate(signal?: AbortSignal): AsyncIterableIterator<E> {
    const end = (): void => reader.end();
    const reader = new EventReader<E>(() => {
      this.#readers.delete(reader);
      signal?.removeEventListener("abort", end);
    });
    this.#readers.add(reader);
    signal?.addEventListener("abort", end);
    if (this.#closed || signal?.aborted === true) reader.end();
    return reader;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<E> {
    return this.iterate();
  }

  /** Tells everybody, now. */
  emit(event: E): void {
    for (const reader of [...this.#readers]) reader.push(event);
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        listenerFailed.publish({ event, error });
      }
    }
  }

  /** Ends the stream: readers finish what they have, listeners hear nothing more. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    for (const reader of [...this.#readers]) reader.end();
  }
}

/** One reader's unread events. */
class EventReader<E> implements AsyncIterableIterator<E> {
  readonly #unread: E[] = [];
  readonly #forget: () => void;
  readonly #waiting: (() => void)[] = [];
  #ended = false;

  constructor(forget: () => void) {
    this.#forget = forget;
  }

  push(event: E): void {
    if (this.#unread.push(event) > MAX_UNREAD_EVENTS) this.#unread.shift();
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#forget();
    this.#wake();
  }

  async next(): Promise<IteratorResult<E, undefined>> {
    while (true) {
      const value = this.#unread.shift();
      if (value !== undefined) return { done: false, value };
      if (this.#ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async return(): Promise<IteratorResult<E, undefined>> {
    this.#unread.length = 0;
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
