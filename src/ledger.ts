import { err, ok, type Result } from "neverthrow";
import { AmountBook, LabelBook, put } from "./ledger/books.ts";
import { type Channel, type LabelSpace, reverseOf } from "./ledger/channel.ts";
import { amountsByChannel, type Claim, labelKey, labelsByKey, sameTime } from "./ledger/claim.ts";
import { PersistentMap } from "./ledger/persistent-map.ts";
import { type Pool, residualOf } from "./ledger/pool.ts";
import type { HolderExists, LabelTaken, OverCommit, ReserveError } from "./ledger/reserve-error.ts";
import { boundless, type Resources, unlimited } from "./ledger/resources.ts";
import { inUnits, promisedInUnits } from "./ledger/units.ts";
import type { Tag } from "./model/attachment.ts";
import { type Bandwidth, bandwidth } from "./model/bandwidth.ts";
import type { Interval } from "./model/interval.ts";
import type { VlanSet } from "./model/vlan-set.ts";
import { isVni, type LinkLabel } from "./model/vni.ts";
import type { VniSet } from "./model/vni-set.ts";

export type { ChannelClaim, Claim, LabelClaim } from "./ledger/claim.ts";
export { type Resources, unlimited } from "./ledger/resources.ts";

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
  readonly #claims: PersistentMap<Held>;
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
    if (resources.unit === this.#resources.unit) return new Ledger(resources, this.#books());
    // What is promised in other units now is that much more, or less.
    return [...this.claims()].reduce(
      (on, claim) => on.#with({ claim, amounts: on.#amountsOf(claim) }),
      Ledger.over(resources),
    );
  }

  /** Every claim, in an order that depends on the holders alone. */
  *claims(): Generator<Claim, void> {
    for (const [, { claim }] of this.#claims) yield claim;
  }

  claimOf(holder: string): Claim | undefined {
    return this.#claims.get(holder)?.claim;
  }

  /** Takes all of `claim`, or says what is in the way. */
  reserve(claim: Claim): Result<Ledger, ReserveError> {
    return this.#claims.get(claim.holder) === undefined
      ? this.replace(claim)
      : err({ type: "holder-exists", holder: claim.holder });
  }

  /** Why {@link replace} could not take it; undefined if it could. */
  fault(claim: Claim): Exclude<ReserveError, HolderExists> | undefined {
    return this.#fault({ claim, amounts: this.#amountsOf(claim) });
  }

  /**
   * What is promised of `channel` where so much is asked for of it, and of its other direction: whole units,
   * the same both ways.
   */
  promised(channel: Channel, amount: number, reverse: number): number {
    const unit = this.#resources.unit?.(channel);
    return unit === undefined ? amount : inUnits(Math.max(amount, reverse), unit);
  }

  /** The claim with what is promised for it: of each channel one amount. */
  granted(claim: Claim): Claim {
    const amounts = [...this.#amountsOf(claim)];
    const promised = amounts.map(([channel, amount]) => ({ channel, amount: bandwidth(amount) }));
    return { ...claim, bandwidth: promised };
  }

  /** Gives back all that `holder` has; the ledger itself if that is nothing. */
  release(holder: string): Ledger {
    const held = this.#claims.get(holder);
    if (held === undefined) return this;
    let { claims, channels, spaces } = this.#books();
    claims = claims.without(holder);
    for (const channel of held.amounts.keys()) {
      channels = put(channels, channel, channels.get(channel)?.without(holder));
    }
    for (const { space, label } of held.claim.labels) {
      spaces = put(spaces, space, spaces.get(space)?.without(holder, label));
    }
    return new Ledger(this.#resources, { claims, channels, spaces });
  }

  /** Takes `claim` in place of what its holder has, all or nothing; what both have stays as it is. */
  replace(claim: Claim): Result<Ledger, Exclude<ReserveError, HolderExists>> {
    const held = { claim, amounts: this.#amountsOf(claim) };
    const fault = this.#fault(held);
    return fault === undefined ? ok(this.#with(held)) : err(fault);
  }

  /**
   * Takes `claim` in place of what its holder has, as what is in use already: even where there is less
   * than that, or no such label, today. The error is that of a label that somebody else has.
   */
  keep(claim: Claim): Result<Ledger, Exclude<ReserveError, HolderExists>> {
    const { unit } = this.#resources;
    const kept = this.withResources({ ...boundless, ...(unit && { unit }) }).replace(claim);
    return kept.map((ledger) => ledger.withResources(this.#resources));
  }

  /** All that there is of `channel`; {@link unlimited} if it has no bound. */
  capacity(channel: Channel): Bandwidth {
    return this.#resources.capacity(channel);
  }

  /**
   * The most that can still be promised at every instant of `interval`; {@link unlimited} if so. In whole units
   * that is of both directions together.
   */
  residual(channel: Channel, interval: Interval): Bandwidth {
    return this.#left(channel, interval);
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

  /** The VNIs of `space` that nobody has at any instant of `interval`; `undefined` where labels are VLANs. */
  freeVnis(space: LabelSpace, interval: Interval): VniSet | undefined {
    const vnis = this.#resources.vnis?.(space);
    return vnis && (this.#spaces.get(space)?.freeVnisOf(vnis, interval) ?? vnis);
  }

  /** The lowest label of `space`, whatever kind it has, that nobody has in `interval` and that is not `other`. */
  lowestFree(space: LabelSpace, interval: Interval, other?: LinkLabel): LinkLabel | undefined {
    const vnis = this.freeVnis(space, interval);
    if (vnis !== undefined) return (isVni(other) ? vnis.without(other) : vnis).first();
    const vlans = this.freeLabels(space, interval);
    return (typeof other === "number" ? vlans.without(other) : vlans).first();
  }

  /** Whether `space` knows `label` and nobody has it at any instant of `interval`. */
  isFree(space: LabelSpace, label: Tag, interval: Interval): boolean {
    return this.#isKnown(space, label) && this.#labelHolders(space, label, interval).length === 0;
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

  /** Where what is held is not the same at all times. O(channels and spaces of which something is held). */
  changesInTime(): LedgerChanges {
    return { channels: timedKeys(this.#channels), spaces: timedKeys(this.#spaces) };
  }

  #isKnown(space: LabelSpace, label: Tag): boolean {
    if (label === "untagged") return true;
    if (isVni(label)) return this.#resources.vnis?.(space)?.has(label) === true;
    return this.#resources.labels(space).has(label);
  }

  #labelHolders(space: LabelSpace, label: Tag, interval: Interval): readonly string[] {
    return this.#spaces.get(space)?.holders(label, interval) ?? [];
  }

  /** What is left of each pool that a channel is in, and of how much that is the sum. */
  #poolsOf(channel: Channel, interval: Interval): readonly (readonly [Pool, Bandwidth])[] {
    const pools = this.#resources.pools?.(channel);
    if (pools === undefined || pools.length === 0) return NO_POOLS;
    return pools.map((pool) => [
      pool,
      residualOf(pool, (one) => this.#channels.get(one), interval),
    ]);
  }

  /** What can still be promised; what `except` has is not counted where the channel is in no pool. */
  #left(channel: Channel, interval: Interval, except?: string): Bandwidth {
    const unit = this.#resources.unit?.(channel);
    const left = this.#leftOneWay(channel, interval, except);
    if (unit === undefined) return left;
    const both = Math.min(left, this.#leftOneWay(reverseOf(channel), interval, except));
    return both === unlimited ? unlimited : bandwidth(both - (both % unit));
  }

  #leftOneWay(channel: Channel, interval: Interval, except: string | undefined): Bandwidth {
    const capacity = this.#resources.capacity(channel);
    const held = this.#channels.get(channel);
    const isWhole = capacity === unlimited || held === undefined;
    const own = isWhole ? capacity : bandwidth(Math.max(0, capacity - held.peak(interval, except)));
    const pools = this.#poolsOf(channel, interval);
    if (pools.length === 0) return bandwidth(own);
    return bandwidth(Math.min(own, ...pools.map(([, residual]) => residual)));
  }

  /** What is promised for a claim, by channel. */
  #amountsOf(claim: Claim): ReadonlyMap<Channel, number> {
    const amounts = amountsByChannel(claim);
    const { unit } = this.#resources;
    return unit === undefined ? amounts : promisedInUnits(amounts, unit);
  }

  #fault(held: Held): OverCommit | LabelTaken | undefined {
    return this.#overCommit(held) ?? this.#labelTaken(held.claim);
  }

  #overCommit({ claim: { holder, interval }, amounts }: Held): OverCommit | undefined {
    const isPooled = [...amounts.keys()].some((one) => this.#resources.pools?.(one)?.length);
    const ledger = isPooled ? this.release(holder) : this;
    for (const [channel, amount] of amounts) {
      const residual = ledger.#left(channel, interval, holder);
      if (amount > residual) return { type: "over-commit", channel, amount, residual };
      for (const [{ channels }, left] of ledger.#poolsOf(channel, interval)) {
        const all = channels.reduce((sum, one) => sum + (amounts.get(one) ?? 0), 0);
        if (all > left) return { type: "over-commit", channel, amount: all, residual: left };
      }
    }
    return undefined;
  }

  #labelTaken({ holder, interval, labels }: Claim): LabelTaken | undefined {
    const own = new Set<string>();
    for (const one of labels) {
      const { space, label } = one;
      const key = labelKey(one);
      const others = this.#labelHolders(space, label, interval).filter((each) => each !== holder);
      if (own.has(key) || others.length > 0 || !this.#isKnown(space, label)) {
        return { type: "label-taken", space, label, holders: own.has(key) ? [holder] : others };
      }
      own.add(key);
    }
    return undefined;
  }

  /** What is the same in what its holder has is not touched. */
  #with(held: Held): Ledger {
    const { claim } = held;
    const before = this.#claims.get(claim.holder);
    return new Ledger(this.#resources, {
      claims: this.#claims.with(claim.holder, held),
      channels: this.#channelsWith(held, before),
      spaces: this.#spacesWith(claim, before?.claim),
    });
  }

  #channelsWith({ claim, amounts }: Held, before: Held | undefined): PersistentMap<AmountBook> {
    const { holder, interval } = claim;
    let channels = this.#channels;
    for (const channel of before?.amounts.keys() ?? []) {
      if ((amounts.get(channel) ?? 0) > 0) continue;
      channels = put(channels, channel, channels.get(channel)?.without(holder));
    }
    const isThen = before !== undefined && sameTime(before.claim, claim);
    for (const [channel, amount] of amounts) {
      const book = channels.get(channel) ?? AmountBook.empty;
      if (amount === 0 || (isThen && amount === book.amountOf(holder))) continue;
      channels = channels.with(channel, book.with({ holder, interval, amount }));
    }
    return channels;
  }

  #spacesWith(claim: Claim, before: Claim | undefined): PersistentMap<LabelBook> {
    const { holder, interval } = claim;
    const isThen = before !== undefined && sameTime(before, claim);
    const had = labelsByKey(before?.labels ?? []);
    const wanted = isThen ? labelsByKey(claim.labels) : undefined;
    let spaces = this.#spaces;
    for (const [key, { space, label }] of had) {
      if (wanted?.has(key)) continue;
      spaces = put(spaces, space, spaces.get(space)?.without(holder, label));
    }
    for (const one of claim.labels) {
      if (isThen && had.has(labelKey(one))) continue;
      const { space, label } = one;
      const book = spaces.get(space) ?? LabelBook.empty;
      spaces = spaces.with(space, book.with({ holder, interval, label }));
    }
    return spaces;
  }

  #books(): Books {
    return { claims: this.#claims, channels: this.#channels, spaces: this.#spaces };
  }
}

/** A claim, and what is promised for it of each channel. */
interface Held {
  readonly claim: Claim;
  readonly amounts: ReadonlyMap<Channel, number>;
}

const NO_POOLS: readonly (readonly [Pool, Bandwidth])[] = [];

function* timedKeys(books: PersistentMap<{ readonly isTimeless: boolean }>): Generator<string> {
  for (const [key, { isTimeless }] of books) if (!isTimeless) yield key;
}

/** What is not the same in two ledgers, or at two times: the channels and the spaces concerned. */
export interface LedgerChanges {
  readonly channels: Iterable<string>;
  readonly spaces: Iterable<string>;
}

interface Books {
  readonly claims: PersistentMap<Held>;
  readonly channels: PersistentMap<AmountBook>;
  readonly spaces: PersistentMap<LabelBook>;
}
