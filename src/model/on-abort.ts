/** Who waits for a signal to be raised. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `then` when `signal` is raised, or at once if it has been; never after what this gives has been
 * called. All who wait for one signal share one listener: Node looks through all that there are each
 * time that one comes or goes, and warns of more than ten.
 */
export function onAbort(signal: AbortSignal, then: () => void): () => void {
  if (signal.aborted) {
    then();
    return () => undefined;
  }
  const own = (): void => then();
  const all = waiting.get(signal) ?? waitFor(signal);
  all.add(own);
  return () => {
    if (all.delete(own) && all.size === 0) forget(signal);
  };
}

/** A listener for all who will wait. */
function waitFor(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(signal, all);
  signal.addEventListener("abort", tellAll);
  return all;
}

function forget(signal: AbortSignal): void {
  waiting.delete(signal);
  signal.removeEventListener("abort", tellAll);
}

function tellAll(this: AbortSignal): void {
  const all = waiting.get(this) ?? [];
  forget(this);
  for (const then of all) then();
}
