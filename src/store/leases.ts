import { errAsync, ok, okAsync, type ResultAsync } from "neverthrow";
import type { Clock } from "../model/clock.ts";
import type { LeaseExpired, StoreError } from "../model/errors.ts";
import type { StoreLease, StoreWrite } from "./store.ts";

/** What the leases of a store in this process work with. */
export interface LeasesContext {
  readonly clock: Clock;
  /** Deletes every record under a lease that is over. */
  readonly expire: (lease: string) => ResultAsync<unknown, StoreError>;
}

/** The leases of a store that lives in one process: they end with it, at the latest. */
export class Leases {
  readonly #context: LeasesContext;
  readonly #timers = new Map<string, unknown>();
  #last = 0;

  constructor(context: LeasesContext) {
    this.#context = context;
  }

  /** A new lease, which lasts for `ttlMs` milliseconds. */
  grant(ttlMs: number): StoreLease {
    this.#last += 1;
    const id = String(this.#last);
    this.#start(id, ttlMs);
    return {
      id,
      ttlMs,
      renew: () => {
        if (!this.#stop(id)) return errAsync(expired(id));
        this.#start(id, ttlMs);
        return okAsync(undefined);
      },
      revoke: () => (this.#stop(id) ? this.#end(id) : okAsync(undefined)),
    };
  }

  /** The first of these writes whose lease is over. */
  fault(writes: readonly StoreWrite[]): LeaseExpired | undefined {
    for (const write of writes) {
      const lease = write.type === "put" ? write.lease : undefined;
      if (lease !== undefined && !this.#timers.has(lease)) return expired(lease);
    }
    return undefined;
  }

  /** Leaves no timer; nothing expires any more. */
  close(): void {
    for (const id of [...this.#timers.keys()]) this.#stop(id);
  }

  #start(id: string, ttlMs: number): void {
    const end = (): void => {
      this.#timers.delete(id);
      void this.#end(id);
    };
    this.#timers.set(id, this.#context.clock.setTimeout(end, ttlMs));
  }

  /** Whether the lease was running. */
  #stop(id: string): boolean {
    this.#context.clock.clearTimeout(this.#timers.get(id));
    return this.#timers.delete(id);
  }

  #end(id: string): ResultAsync<void, StoreError> {
    return this.#context.expire(id).andThen(() => ok(undefined));
  }
}

function expired(lease: string): LeaseExpired {
  return { type: "lease-expired", lease };
}
