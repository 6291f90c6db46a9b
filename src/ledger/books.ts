import type { Tag } from "../model/attachment.ts";
import { always, type Interval, isEmpty, overlaps } from "../model/interval.ts";
import { VlanSet } from "../model/vlan-set.ts";
import { isVni } from "../model/vni.ts";
import { VniSet } from "../model/vni-set.ts";
import { meanLoad, peakLoad } from "./load.ts";
import { PersistentMap } from "./persistent-map.ts";

/** An amount that somebody has for a time, bit/s; nobody has two of one channel. */
export interface HeldAmount {
  readonly holder: string;
  readonly interval: Interval;
  readonly amount: number;
}

/** A label that somebody has for a time. */
export interface HeldLabel {
  readonly holder: string;
  readonly interval: Interval;
  readonly label: Tag;
}

/**
 * What is promised of one channel; immutable. What is promised for ever is summed up, so that one
 * channel may have thousands of holders.
 */
export class AmountBook {
  static readonly empty: AmountBook = new AmountBook(PersistentMap.empty(), 0, []);
  readonly #held: PersistentMap<HeldAmount>;
  /** The sum of what is held for ever. */
  readonly #lasting: number;
  readonly #timed: readonly HeldAmount[];

  private constructor(
    held: PersistentMap<HeldAmount>,
    lasting: number,
    timed: readonly HeldAmount[],
  ) {
    this.#held = held;
    this.#lasting = lasting;
    this.#timed = timed;
  }

  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  /** Whether what is promised is the same at all times. */
  get isTimeless(): boolean {
    return this.#timed.length === 0;
  }

  /** What `holder` has; undefined where that is nothing. */
  amountOf(holder: string): number | undefined {
    return this.#held.get(holder)?.amount;
  }

  /** With `entry`, in place of what its holder has. */
  with(entry: HeldAmount): AmountBook {
    if (this.#held.get(entry.holder) !== undefined) return this.without(entry.holder).with(entry);
    const held = this.#held.with(entry.holder, entry);
    return isLasting(entry)
      ? new AmountBook(held, this.#lasting + entry.amount, this.#timed)
      : new AmountBook(held, this.#lasting, [...this.#timed, entry]);
  }

  without(holder: string): AmountBook {
    const gone = this.#held.get(holder);
    if (gone === undefined) return this;
    const held = this.#held.without(holder);
    if (!isLasting(gone)) {
      const timed = this.#timed.filter((one) => one !== gone);
      return new AmountBook(held, this.#lasting, timed);
    }
    // Sums beyond what numbers can tell apart are made anew.
    const lasting = Number.isSafeInteger(this.#lasting)
      ? this.#lasting - gone.amount
      : [...held].reduce((sum, [, one]) => sum + (isLasting(one) ? one.amount : 0), 0);
    return new AmountBook(held, lasting, this.#timed);
  }

  /** The most that is promised at any instant of `interval`, bit/s; to others than `except`, if that is given. */
  peak(interval: Interval, except?: string): number {
    if (isEmpty(interval)) return 0;
    const own = except === undefined ? undefined : this.#held.get(except);
    const isPlain = own === undefined || (isLasting(own) && Number.isSafeInteger(this.#lasting));
    if (!isPlain) return this.without(own.holder).peak(interval);
    const lasting = this.#lasting - (own?.amount ?? 0);
    return lasting + (this.#timed.length === 0 ? 0 : peakLoad(this.#timed, interval));
  }

  /** What is promised on the average over `interval`, bit/s; see {@link meanLoad}. */
  mean(interval: Interval): number {
    if (isEmpty(interval)) return 0;
    return this.#lasting + (this.#timed.length === 0 ? 0 : meanLoad(this.#timed, interval));
  }

  /** What is held at some instant of `interval`. */
  *during(interval: Interval): Generator<HeldAmount, void> {
    for (const [, held] of this.#held) if (overlaps(held.interval, interval)) yield held;
  }
}

/** Labels that are held for ever. */
interface Labels {
  readonly vlans: VlanSet;
  readonly vnis: VniSet;
}

const NOTHING: Labels = { vlans: VlanSet.empty, vnis: VniSet.empty };

function withLabel(labels: Labels, label: Tag): Labels {
  if (label === "untagged") return labels;
  return isVni(label)
    ? { ...labels, vnis: labels.vnis.with(label) }
    : { ...labels, vlans: labels.vlans.with(label) };
}

function withoutLabel(labels: Labels, label: Tag): Labels {
  if (label === "untagged") return labels;
  return isVni(label)
    ? { ...labels, vnis: labels.vnis.without(label) }
    : { ...labels, vlans: labels.vlans.without(label) };
}

/** Who has the labels of one link or port; immutable. */
export class LabelBook {
  static readonly empty: LabelBook = new LabelBook(PersistentMap.empty(), NOTHING, []);
  readonly #held: PersistentMap<readonly HeldLabel[]>;
  readonly #lasting: Labels;
  readonly #timed: readonly HeldLabel[];

  private constructor(
    held: PersistentMap<readonly HeldLabel[]>,
    lasting: Labels,
    timed: readonly HeldLabel[],
  ) {
    this.#held = held;
    this.#lasting = lasting;
    this.#timed = timed;
  }

  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  /** Whether what is held is the same at all times. */
  get isTimeless(): boolean {
    return this.#timed.length === 0;
  }

  with(entry: HeldLabel): LabelBook {
    const key = `${entry.label}`;
    const held = this.#held.with(key, [...(this.#held.get(key) ?? []), entry]);
    if (!isLasting(entry)) return new LabelBook(held, this.#lasting, [...this.#timed, entry]);
    return new LabelBook(held, withLabel(this.#lasting, entry.label), this.#timed);
  }

  without(holder: string, label: Tag): LabelBook {
    const key = `${label}`;
    const before = this.#held.get(key) ?? [];
    const rest = before.filter((one) => one.holder !== holder);
    if (rest.length === before.length) return this;
    const held = rest.length === 0 ? this.#held.without(key) : this.#held.with(key, rest);
    const timed = this.#timed.filter((one) => one.holder !== holder || one.label !== label);
    const isHeld = rest.some(isLasting);
    const lasting = isHeld ? this.#lasting : withoutLabel(this.#lasting, label);
    return new LabelBook(held, lasting, timed);
  }

  /** Those of `labels` that nobody has at any instant of `interval`. */
  freeOf(labels: VlanSet, interval: Interval): VlanSet {
    if (isEmpty(interval)) return labels;
    const timed = this.#during(interval).filter((label) => typeof label === "number");
    const free = labels.difference(this.#lasting.vlans);
    return timed.length === 0 ? free : free.difference(VlanSet.of(...timed));
  }

  /** Those of `vnis` that nobody has at any instant of `interval`. */
  freeVnisOf(vnis: VniSet, interval: Interval): VniSet {
    if (isEmpty(interval)) return vnis;
    const timed = this.#during(interval).filter(isVni);
    return vnis.difference(this.#lasting.vnis).difference(VniSet.of(...timed));
  }

  /** The labels that are held at some instant of `interval`, but for those that are held for ever. */
  #during(interval: Interval): readonly Tag[] {
    return this.#timed
      .filter((held) => overlaps(held.interval, interval))
      .map(({ label }) => label);
  }

  /** Who has `label` at some instant of `interval`, in the order in which they got it. */
  holders(label: Tag, interval: Interval): readonly string[] {
    const held = this.#held.get(`${label}`);
    if (held === undefined) return NOBODY;
    return held.filter((one) => overlaps(one.interval, interval)).map(({ holder }) => holder);
  }
}

const NOBODY: readonly string[] = [];

function isLasting({ interval }: { readonly interval: Interval }): boolean {
  return interval.start === always.start && interval.end === always.end;
}

/** The books with `book` at `key`; without, where nobody holds anything. */
export function put<T extends { readonly isEmpty: boolean }>(
  books: PersistentMap<T>,
  key: string,
  book: T | undefined,
): PersistentMap<T> {
  return book === undefined || book.isEmpty ? books.without(key) : books.with(key, book);
}
