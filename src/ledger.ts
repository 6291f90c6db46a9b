import { err, ok, type Result } from "neverthrow";
import { AmountBook, LabelBook } from "./ledger/books.ts";
import type { Channel, LabelSpace } from "./ledger/channel.ts";
import { PersistentMap } from "./ledger/persistent-map.ts";
import { type Pool, residualOf } from "./ledger/pool.ts";
import type { HolderExists, LabelTaken, OverCommit, ReserveError } from "./ledger/reserve-error.ts";
import type { Tag } from "./model/attachment.ts";
import { type Bandwidth, bandwidth } from "./model/bandwidth.ts";
import type { Interval } from "./model/interval.ts";
import { invariant } from "./model/invariant.ts";
import { VlanSet } from "./model/vlan-set.ts";

/** More than any wire has: the capacity, and the residual, of a channel without a bound. */
export const unlimited: Bandwidth = bandwidth(Number.MAX_SAFE_INTEGER);

/** What there is to promise. What it does not know has no capacity and no labels. */
export interface Resources {
  /** bit/s, or {@link unlimited}. */
  capacity(channel: Channel): Bandwidth;
  /** The VLANs that may be used there. Frames without a tag are a matter of ports alone. */
  labels(space: LabelSpace): VlanSet;
  /** What a channel has in common with others, besides its own capacity; mostly nothing. */
  pools?(channel: Channel): readonly Pool[];
}

/** An amount of a channel, in bit/s. */
export interface ChannelClaim {
  readonly channel: Channel;
  readonly amount: Bandwidth;
}

/** A tag on a link or a port, or the frames without a tag on a port. */
export interface LabelClaim {
  readonly space: LabelSpace;
  readonly label: Tag;
}

/** All that one holder has for one time. Amounts of the same channel add up. */
export interface Claim {
  readonly holder: string;
  readonly interval: Interval;
  readonly bandwidth: readonly ChannelClaim[];
  readonly labels: readonly LabelClaim[];
}

/** Who has how much of a channel, in bit/s. */
export interface Holding {
  readonly holder: string;
  readonly bandwidth: Bandwidth;
}

/**
 * What every link and port has promised: bandwidth of each direction and labels, over time.
 *
 * An immutable value: every change gives a new ledger that shares nearly all with the old one. What
 * is free is always derived from the claims that are there, and no ledger that `reserve` gives has
 * promised more than there is, or a label twice, at any instant. A change and a look-up cost as much
 * as the claims on the channels and spaces concerned, however big the fabric.
 */
export class Ledger {
  readonly #resources: Resources;
  readonly #claims: PersistentMap<Claim>;
  readonly #channels: PersistentMap<AmountBook>;
  readonly #spaces: PersistentMap<LabelBook>;

  private constructor(resources: Resources, books: Books) {
    this.#resources = resources;
    this.#claims = books.claims;
    this.#channels = books.channels;
    this.#spaces = books.spaces;
  }

  /** A ledger that has promised nothing yet. */
  static over(resources: Resources): Ledger {
    return new Ledger(resources, {
      claims: PersistentMap.empty(),
      channels: PersistentMap.empty(),
      spaces: PersistentMap.empty(),
    });
  }

  /**
   * The same claims over other resources. Claims stay even where there is no longer enough for them:
   * what is in use is a fact. Then nothing is free there until enough of them are released.
   */
  withResources(resources: Resources): Ledger {
    return new Ledger(resources, this.#books());
  }

  /** Every claim, in an order that depends on the holders alone. */
  *claims(): Generator<Claim, void> {
    for (const [, claim] of this.#claims) yield claim;
  }

  claimOf(holder: string): Claim | undefined {
    return this.#claims.get(holder);
  }

  /** Takes all of `claim`, or says what is in the way. */
  reserve(claim: Claim): Result<Ledger, ReserveError> {
    if (this.#claims.get(claim.holder) !== undefined) {
      return err({ type: "holder-exists", holder: claim.holder });
    }
    const amounts = amountsByChannel(claim);
    const fault = this.#overCommit(amounts, claim.interval) ?? this.#labelTaken(claim);
    return fault === undefined ? ok(this.#with(claim, amounts)) : err(fault);
  }

  /** Gives back all that `holder` has; the ledger itself if that is nothing. */
  release(holder: string): Ledger {
    const claim = this.#claims.get(holder);
    if (claim === undefined) return this;
    let { claims, channels, spaces } = this.#books();
    claims = claims.without(holder);
    for (const { channel } of claim.bandwidth) {
      channels = put(channels, channel, channels.get(channel)?.without(holder));
    }
    for (const { space, label } of claim.labels) {
      spaces = put(spaces, space, spaces.get(space)?.without(holder, label));
    }
    return new Ledger(this.#resources, { claims, channels, spaces });
  }

  /** Takes `claim` in place of what its holder has, all or nothing. */
  replace(claim: Claim): Result<Ledger, Exclude<ReserveError, HolderExists>> {
    return this.release(claim.holder)
      .reserve(claim)
      .mapErr((error) => {
        invariant(error.type !== "holder-exists", "a released holder holds nothing");
        return error;
      });
  }

  /**
   * Takes `claim` in place of what its holder has, as what is in use already: even where there is less
   * than that, or no such label, today. The error is that of a label that somebody else has.
   */
  keep(claim: Claim): Result<Ledger, Exclude<ReserveError, HolderExists>> {
    const kept = this.withResources(boundless).replace(claim);
    return kept.map((ledger) => ledger.withResources(this.#resources));
  }

  /** All that there is of `channel`; {@link unlimited} if it has no bound. */
  capacity(channel: Channel): Bandwidth {
    return this.#resources.capacity(channel);
  }

  /** The most that can still be promised at every instant of `interval`; {@link unlimited} if so. */
  residual(channel: Channel, interval: Interval): Bandwidth {
    const capacity = this.#resources.capacity(channel);
    const held = this.#channels.get(channel);
    const isWhole = capacity === unlimited || held === undefined;
    const own = isWhole ? capacity : bandwidth(Math.max(0, capacity - held.peak(interval)));
    const left = this.#poolsOf(channel, interval).map(([, residual]) => residual);
    return bandwidth(Math.min(own, ...left));
  }

  /** What is promised of `channel` on the average over `interval`, bit/s; see {@link meanLoad}. */
  meanLoad(channel: Channel, interval: Interval): number {
    return this.#channels.get(channel)?.mean(interval) ?? 0;
  }

  /** Who has some of `channel`, or of its pools, at some instant of `interval`, the biggest first. */
  holders(channel: Channel, interval: Interval): readonly Holding[] {
    const pools = this.#resources.pools?.(channel) ?? [];
    const amounts = new Map<string, number>();
    for (const one of new Set([channel, ...pools.flatMap(({ channels }) => channels)])) {
      for (const { holder, amount } of this.#channels.get(one)?.during(interval) ?? [])
        amounts.set(holder, (amounts.get(holder) ?? 0) + amount);
    }
    return [...amounts]
      .map(([holder, amount]) => ({ holder, bandwidth: bandwidth(amount) }))
      .sort((x, y) => y.bandwidth - x.bandwidth || (x.holder < y.holder ? -1 : 1));
  }

  /** The VLANs of `space` that nobody has at any instant of `interval`. */
  freeLabels(space: LabelSpace, interval: Interval): VlanSet {
    const labels = this.#resources.labels(space);
    return this.#spaces.get(space)?.freeOf(labels, interval) ?? labels;
  }

  /** Whether `space` knows `label` and nobody has it at any instant of `interval`. */
  isFree(space: LabelSpace, label: Tag, interval: Interval): boolean {
    const known = label === "untagged" || this.#resources.labels(space).has(label);
    return known && this.#labelHolders(space, label, interval).length === 0;
  }

  /**
   * Where more, less or something else is held than in `other`; `undefined` if the two are over
   * different resources. The work is that of the changes between the two.
   */
  changesSince(other: Ledger): LedgerChanges | undefined {
    if (this.#resources !== other.#resources) return undefined;
    return {
      channels: this.#channels.keysUnlike(other.#channels),
      spaces: this.#spaces.keysUnlike(other.#spaces),
    };
  }

  #labelHolders(space: LabelSpace, label: Tag, interval: Interval): readonly string[] {
    return this.#spaces.get(space)?.holders(label, interval) ?? [];
  }

  /** What is left of each pool that a channel is in, and of how much that is the sum. */
  #poolsOf(channel: Channel, interval: Interval): readonly (readonly [Pool, Bandwidth])[] {
    const pools = this.#resources.pools?.(channel) ?? [];
    return pools.map((pool) => [
      pool,
      residualOf(pool, (one) => this.#channels.get(one), interval),
    ]);
  }

  #overCommit(amounts: ReadonlyMap<Channel, number>, interval: Interval): OverCommit | undefined {
    for (const [channel, amount] of amounts) {
      const residual = this.residual(channel, interval);
      if (amount > residual) return { type: "over-commit", channel, amount, residual };
      for (const [{ channels }, left] of this.#poolsOf(channel, interval)) {
        const all = channels.reduce((sum, one) => sum + (amounts.get(one) ?? 0), 0);
        if (all > left) return { type: "over-commit", channel, amount: all, residual: left };
      }
    }
    return undefined;
  }

  #labelTaken(claim: Claim): LabelTaken | undefined {
    const own = new Set<string>();
    for (const { space, label } of claim.labels) {
      const key = `${label} ${space}`;
      if (own.has(key) || !this.isFree(space, label, claim.interval)) {
        const others = this.#labelHolders(space, label, claim.interval);
        const holders = own.has(key) ? [claim.holder] : others;
        return { type: "label-taken", space, label, holders };
      }
      own.add(key);
    }
    return undefined;
  }

  #with(claim: Claim, amounts: ReadonlyMap<Channel, number>): Ledger {
    const { holder, interval } = claim;
    let { claims, channels, spaces } = this.#books();
    claims = claims.with(holder, claim);
    for (const [channel, amount] of amounts) {
      if (amount === 0) continue;
      const book = channels.get(channel) ?? AmountBook.empty;
      channels = channels.with(channel, book.with({ holder, interval, amount }));
    }
    for (const { space, label } of claim.labels) {
      const book = spaces.get(space) ?? LabelBook.empty;
      spaces = spaces.with(space, book.with({ holder, interval, label }));
    }
    return new Ledger(this.#resources, { claims, channels, spaces });
  }

  #books(): Books {
    return { claims: this.#claims, channels: this.#channels, spaces: this.#spaces };
  }
}

const boundless: Resources = { capacity: () => unlimited, labels: () => VlanSet.all };

/** What is not the same in two ledgers: the channels and the spaces concerned. */
export interface LedgerChanges {
  readonly channels: Iterable<string>;
  readonly spaces: Iterable<string>;
}

interface Books {
  readonly claims: PersistentMap<Claim>;
  readonly channels: PersistentMap<AmountBook>;
  readonly spaces: PersistentMap<LabelBook>;
}

/** Plain numbers: a sum that no bandwidth can hold is refused like any other that is too much. */
function amountsByChannel(claim: Claim): ReadonlyMap<Channel, number> {
  const amounts = new Map<Channel, number>();
  for (const { channel, amount } of claim.bandwidth) {
    amounts.set(channel, (amounts.get(channel) ?? 0) + amount);
  }
  return amounts;
}

function put<T extends { readonly isEmpty: boolean }>(
  books: PersistentMap<T>,
  key: string,
  book: T | undefined,
): PersistentMap<T> {
  return book === undefined || book.isEmpty ? books.without(key) : books.with(key, book);
}
