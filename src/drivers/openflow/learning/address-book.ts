import type { NetworkNumber } from "../../../model/ids.ts";
import type { Place } from "../compile/taught.ts";

/**
 * When an address that moves again and again is not followed any more (RFC 7432 §15.1): after so many
 * moves within so many seconds it counts as unknown for some time, so that frames for it go to all
 * members, within what may be flooded.
 */
export interface MoveDamping {
  readonly maxMoves: number;
  readonly windowS: number;
  readonly holdS: number;
}

/** Moves and window as RFC 7432 §15.1 has them. */
export const moveDampingDefaults: MoveDamping = { maxMoves: 5, windowS: 180, holdS: 60 };

/** What is to be done about an address that was seen. */
export type Lesson =
  /** Nothing: it is known there. */
  | { readonly type: "known" }
  /** Note that it is there; it was at `from` if that is given. */
  | { readonly type: "learn"; readonly from?: Place }
  /** It moves too much: forget that it was at `from`, and do not listen to it there. */
  | { readonly type: "hold"; readonly forS: number; readonly from?: Place }
  /** So many are known there already that there is room for no more. */
  | { readonly type: "full" };

/** An address that was seen while it was looked where it is. */
export interface Sighting {
  readonly network: NetworkNumber;
  readonly at: Place;
  readonly address: string;
  /** How many addresses may be known there. */
  readonly maxAddresses: number;
  readonly nowMs: number;
}

/** Where an address is, and where it has been. */
interface Entry {
  place: Place | undefined;
  learnedAtMs: number;
  movedAtMs: readonly number[];
  heldUntilMs: number;
}

/** What is sent twice within that time was on its way when the first was answered. */
const SETTLE_MS = 1_000;

/** Where the addresses of each network are at one switch; pure. */
export class AddressBook {
  readonly #damping: MoveDamping;
  readonly #networks = new Map<NetworkNumber, Map<string, Entry>>();
  readonly #counts = new Map<string, number>();

  constructor(damping: MoveDamping) {
    this.#damping = damping;
  }

  /** Takes note of a frame from an address, and says what follows. */
  see(sighting: Sighting): Lesson {
    const { network, at, address, maxAddresses, nowMs } = sighting;
    const entry = this.#networks.get(network)?.get(address);
    if (entry === undefined) return this.#add(sighting);
    if (entry.heldUntilMs > nowMs) {
      return { type: "hold", forS: Math.ceil((entry.heldUntilMs - nowMs) / 1_000) };
    }
    const { place: from } = entry;
    if (from !== undefined && isSame(from, at)) {
      if (nowMs - entry.learnedAtMs < SETTLE_MS) return { type: "known" };
      entry.learnedAtMs = nowMs;
      return { type: "learn" };
    }
    if (this.#count(network, at) >= maxAddresses) return { type: "full" };
    const since = nowMs - this.#damping.windowS * 1_000;
    entry.movedAtMs = [...entry.movedAtMs.filter((ms) => ms > since), nowMs];
    const moved = from === undefined ? {} : { from };
    if (entry.movedAtMs.length > this.#damping.maxMoves) {
      const forS = this.#damping.holdS;
      this.#place(network, entry, undefined);
      entry.movedAtMs = [];
      entry.heldUntilMs = nowMs + forS * 1_000;
      this.#dropHeld(network, nowMs);
      return { type: "hold", forS, ...moved };
    }
    this.#place(network, entry, at);
    entry.learnedAtMs = nowMs;
    return { type: "learn", ...moved };
  }

  /** Where an address is, if that is known. */
  placeOf(network: NetworkNumber, address: string): Place | undefined {
    return this.#networks.get(network)?.get(address)?.place;
  }

  /** Notes that an address is not there any more; false if it was not. */
  forget(network: NetworkNumber, at: Place, address: string): boolean {
    const entries = this.#networks.get(network);
    const entry = entries?.get(address);
    if (entries === undefined || entry?.place === undefined || !isSame(entry.place, at)) {
      return false;
    }
    this.#place(network, entry, undefined);
    entries.delete(address);
    if (entries.size === 0) this.#networks.delete(network);
    return true;
  }

  #add({ network, at, address, maxAddresses, nowMs }: Sighting): Lesson {
    if (this.#count(network, at) >= maxAddresses) return { type: "full" };
    const entry: Entry = {
      place: undefined,
      learnedAtMs: nowMs,
      movedAtMs: [],
      heldUntilMs: 0,
    };
    const entries = this.#networks.get(network) ?? new Map<string, Entry>();
    this.#networks.set(network, entries);
    entries.set(address, entry);
    this.#place(network, entry, at);
    return { type: "learn" };
  }

  /** Forgets addresses that have been held long enough and were not seen since. */
  #dropHeld(network: NetworkNumber, nowMs: number): void {
    const entries = this.#networks.get(network);
    for (const [address, { place, heldUntilMs }] of entries ?? []) {
      if (place === undefined && heldUntilMs <= nowMs) entries?.delete(address);
    }
  }

  #place(network: NetworkNumber, entry: Entry, to: Place | undefined): void {
    for (const [place, step] of [
      [entry.place, -1],
      [to, 1],
    ] as const) {
      if (place === undefined) continue;
      const key = keyOf(network, place);
      const count = (this.#counts.get(key) ?? 0) + step;
      if (count === 0) this.#counts.delete(key);
      else this.#counts.set(key, count);
    }
    entry.place = to;
  }

  #count(network: NetworkNumber, at: Place): number {
    return this.#counts.get(keyOf(network, at)) ?? 0;
  }
}

function isSame(a: Place, b: Place): boolean {
  return a.port === b.port && a.vid === b.vid;
}

function keyOf(network: NetworkNumber, { port, vid }: Place): string {
  return `${network} ${port} ${vid}`;
}
