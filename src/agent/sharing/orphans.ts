import type { Clock } from "../../model/clock.ts";
import type { NetworkNumber } from "../../model/ids.ts";
import { isUnfinished, type NetworkRecord } from "../../network/record.ts";
import type { Registry } from "../registry.ts";
import type { Membership } from "./membership.ts";
import { ranked } from "./rendezvous.ts";
import type { StoreView } from "./store-view.ts";

/** What a keeper of orphans works with. */
export interface OrphansContext {
  readonly view: StoreView;
  readonly registry: Registry;
  readonly membership: Membership;
  readonly clock: Clock;
  readonly agent: string;
  readonly isOrphan: (record: NetworkRecord) => boolean;
  /** Undoes or finishes what was begun, as far as that is possible now. */
  readonly take: (record: NetworkRecord) => Promise<void>;
}

/** How long everybody waits for those who come before them to take an orphan up. */
const TURN_MS = 2_000;
/** How long after an attempt the next one follows. */
const AGAIN_MS = 5_000;

/** Takes up networks that somebody has begun to work on who is not there any more. */
export class Orphans implements Disposable {
  readonly #context: OrphansContext;
  readonly #unfinished = new Set<NetworkNumber>();
  readonly #timers = new Map<NetworkNumber, unknown>();
  /** What this agent is at. */
  readonly #running = new Map<NetworkNumber, Promise<void>>();
  readonly #subscription: Disposable;
  #isClosed = false;

  constructor(context: OrphansContext) {
    this.#context = context;
    for (const record of context.registry.records()) this.#note(record, record);
    this.#subscription = context.view.subscribe(() => this.considerAll());
    this.considerAll();
  }

  /** Notes what has become of a network. */
  changed(before: NetworkRecord | undefined, after: NetworkRecord | undefined): void {
    this.#note(before, after);
  }

  /** Takes up what may have become an orphan just now. */
  considerAll(): void {
    for (const number of this.#unfinished) this.#consider(number, 0);
  }

  /** Begins nothing more, and waits for what has begun. */
  async close(): Promise<void> {
    this[Symbol.dispose]();
    await Promise.all(this.#running.values());
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#subscription[Symbol.dispose]();
    for (const number of [...this.#timers.keys()]) this.#stop(number);
  }

  #note(before: NetworkRecord | undefined, after: NetworkRecord | undefined): void {
    if (after !== undefined && isUnfinished(after)) this.#unfinished.add(after.number);
    else if (after !== undefined) this.#unfinished.delete(after.number);
    if (before !== undefined && before.number !== after?.number) {
      this.#unfinished.delete(before.number);
    }
  }

  #consider(number: NetworkNumber, delayMs: number): void {
    const { clock, membership, agent } = this.#context;
    // While an attempt is under way the network is no orphan, and the next one follows from its end.
    if (this.#running.has(number)) return;
    const record = this.#orphan(number);
    if (record === undefined) this.#stop(number);
    if (record === undefined || this.#timers.has(number) || this.#isClosed) return;
    const place = ranked(record.project, membership.agents).indexOf(agent);
    if (place < 0) return;
    const timer = clock.setTimeout(() => this.#take(number), delayMs + place * TURN_MS);
    this.#timers.set(number, timer);
  }

  #take(number: NetworkNumber): void {
    const { take, membership } = this.#context;
    this.#stop(number);
    const record = this.#orphan(number);
    if (record === undefined || membership.lease === undefined) return;
    const taking = take(record).then(() => {
      this.#running.delete(number);
      this.#consider(number, AGAIN_MS);
    });
    this.#running.set(number, taking);
  }

  #orphan(number: NetworkNumber): NetworkRecord | undefined {
    const record = this.#context.registry.recordOf(number);
    return record !== undefined && this.#context.isOrphan(record) ? record : undefined;
  }

  #stop(number: NetworkNumber): void {
    this.#context.clock.clearTimeout(this.#timers.get(number));
    this.#timers.delete(number);
  }
}
