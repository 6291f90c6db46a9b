/** Raises the signal of whoever waits when there is news. */
export interface News extends Disposable {
  /** A signal for news from now on. */
  next(): AbortSignal;
}

/** News of what `subscribe` tells, until disposed. */
export function newsOf(subscribe: (tell: () => void) => Disposable): News {
  let news = new AbortController();
  const subscription = subscribe(() => news.abort());
  return {
    next: () => {
      news = new AbortController();
      return news.signal;
    },
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  };
}
