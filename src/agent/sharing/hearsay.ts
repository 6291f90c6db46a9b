import { pause } from "../../drivers/driver-call.ts";
import type { Clock } from "../../model/clock.ts";
import type { StoreView } from "./store-view.ts";

/** How long somebody who was overtaken waits to hear by what, at most. */
const HEARSAY_MS = 200;

/** Listens to what changes from now on. */
export function hear(view: StoreView): Disposable & {
  /** Resolves when a key has changed since, or soon. */
  readonly until: (key: string, clock: Clock) => Promise<void>;
} {
  const changed = new Set<string>();
  const waiting = new Map<string, AbortController>();
  const subscription = view.subscribe(({ puts, deletes }) => {
    for (const key of [...puts.map((one) => one.key), ...deletes]) {
      changed.add(key);
      waiting.get(key)?.abort();
    }
  });
  return {
    until: async (key, clock) => {
      if (changed.has(key)) return;
      const heard = new AbortController();
      waiting.set(key, heard);
      await pause(clock, HEARSAY_MS, heard.signal);
    },
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  };
}
