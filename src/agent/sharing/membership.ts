import { err, ok, type Result } from "neverthrow";
import { pause } from "../../drivers/driver-call.ts";
import { type Clock, steadyMs } from "../../model/clock.ts";
import type { StoreError } from "../../model/errors.ts";
import { Stopwatch } from "../../model/stopwatch.ts";
import type { Store, StoreLease } from "../../store/store.ts";
import type { StoreView } from "./store-view.ts";

/** What a membership works with. */
export interface MembershipContext {
  readonly store: Store;
  readonly view: StoreView;
  readonly clock: Clock;
  /** What the agent is called; no other has this name. */
  readonly agent: string;
  /** How long an agent may be silent before the others take its part, in milliseconds. */
  readonly leaseMs: number;
  /** Called when the lease is, or must be taken to be, over. */
  readonly lost: () => void;
  /** Called when there is a lease again. */
  readonly joined: () => void;
}

/** What keeps an agent from joining. */
export type JoinError = StoreError | { readonly type: "full" };

const AGENT = "agent/";
/** How often a lease is renewed in the time that it lasts. */
const RENEWALS = 3;
/** For how many times its lease an earlier agent of the same name is waited for. */
const PATIENCE = 2;

/** How many agents may share a store; each takes numbers that no other takes. */
export const SLOTS = 32;
const SLOT = "slot/";

/**
 * An agent's place among those who share a store: a lease that it renews. Once it cannot be sure of
 * the lease any more, by its own clocks and from before it asked for it, it counts as lost; and the
 * agent joins anew as soon as it can.
 */
export class Membership {
  readonly #context: MembershipContext;
  #lease: StoreLease | undefined;
  /** Since when the lease has run; it is over after its time if it is not renewed. */
  #since: Stopwatch | undefined;
  #slot = 0;
  readonly #waiting = new Set<() => void>();
  #timer: unknown;
  /** Resolves when the last renewal has ended. */
  #renewing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(context: MembershipContext) {
    this.#context = context;
  }

  /** The id of the lease; undefined while there is none. */
  get lease(): string | undefined {
    this.#check();
    return this.#lease?.id;
  }

  /** The agents that are there, this one too if it is, in order. */
  get agents(): readonly string[] {
    return this.#context.view.under(AGENT).map(({ key }) => key.slice(AGENT.length));
  }

  /** Resolves once there is a lease, or when `signal` is raised. */
  async untilJoined(signal: AbortSignal): Promise<void> {
    if (this.lease !== undefined || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }

  /** Which of the slots is this agent's for as long as it has this lease. */
  get slot(): number {
    return this.#slot;
  }

  /**
   * Joins for the first time. An earlier agent of the same name is waited for until its lease must be
   * over; `store-conflict` says that it is there all the same.
   */
  async join(): Promise<Result<void, JoinError>> {
    const { clock, leaseMs } = this.#context;
    const giveUpAt = steadyMs(clock) + PATIENCE * leaseMs;
    for (;;) {
      const joined = await this.#join();
      if (joined.isOk()) {
        this.#schedule();
        return joined;
      }
      if (joined.error.type !== "store-conflict" || steadyMs(clock) >= giveUpAt) return joined;
      await pause(clock, leaseMs / RENEWALS, new AbortController().signal);
    }
  }

  /** Leaves: everything under the lease goes at once. */
  async leave(): Promise<void> {
    this.#isClosed = true;
    this.#context.clock.clearTimeout(this.#timer);
    await this.#renewing;
    await this.#lease?.revoke();
    this.#lease = undefined;
  }

  async #join(): Promise<Result<void, JoinError>> {
    const { store, view, clock, agent, leaseMs } = this.#context;
    const slot = this.#freeSlot();
    if (slot === undefined) return err({ type: "full" });
    const began = new Stopwatch(clock);
    const lease = await store.lease(leaseMs);
    if (lease.isErr()) return err(lease.error);
    const keys = [`${AGENT}${agent}`, `${SLOT}${slot}`];
    const { id } = lease.value;
    const written = await view.commit({
      compare: keys.map((key) => ({ key, revision: 0 })),
      writes: keys.map((key) => ({ type: "put", key, value: agent, lease: id })),
    });
    if (written.isErr()) {
      await lease.value.revoke();
      return err(written.error);
    }
    this.#lease = lease.value;
    this.#slot = slot;
    this.#since = began;
    return ok(undefined);
  }

  #freeSlot(): number | undefined {
    const { view } = this.#context;
    const slots = Array.from({ length: SLOTS }, (_, slot) => slot);
    return slots.find((slot) => view.get(`${SLOT}${slot}`) === undefined);
  }

  #schedule(): void {
    const { clock, leaseMs } = this.#context;
    this.#timer = clock.setTimeout(() => {
      this.#renewing = this.#renew();
    }, leaseMs / RENEWALS);
  }

  async #renew(): Promise<void> {
    const { clock, joined } = this.#context;
    this.#check();
    const lease = this.#lease;
    const began = new Stopwatch(clock);
    if (lease === undefined) {
      if ((await this.#join()).isOk() && !this.#isClosed) {
        joined();
        for (const wake of [...this.#waiting]) wake();
      }
    } else {
      const renewed = await lease.renew();
      if (renewed.isOk()) this.#since = began;
      else if (renewed.error.type === "lease-expired") this.#lose();
    }
    this.#check();
    if (!this.#isClosed) this.#schedule();
  }

  /** A process that was stopped for a while finds out here. */
  #check(): void {
    const elapsedMs = this.#since?.elapsedMs() ?? 0;
    if (this.#lease !== undefined && elapsedMs >= this.#lease.ttlMs) this.#lose();
  }

  #lose(): void {
    this.#lease = undefined;
    if (!this.#isClosed) this.#context.lost();
  }
}
