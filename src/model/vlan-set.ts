import { err, ok, type Result } from "neverthrow";
import { type VlanId, vlanId } from "./ids.ts";
import { invariant } from "./invariant.ts";

/** The lowest VLAN ID that may be put on a wire (IEEE 802.1Q, table 9-2: 0 is no VLAN). */
export const MIN_VLAN = 1;
/** The highest VLAN ID that may be put on a wire (IEEE 802.1Q, table 9-2: 4095 is reserved). */
export const MAX_VLAN = 4094;

const WORDS = 4096 / 32;
/** Plain numbers: a typed array of this size has memory of its own, and takes V8 several times as long to copy. */
const NO_WORDS: readonly number[] = Array.from({ length: WORDS }, () => 0);
const WHICH_VLANS = `VLAN IDs are ${MIN_VLAN} to ${MAX_VLAN}`;

/** An immutable set of VLAN IDs from 1 to 4094. */
export class VlanSet {
  static readonly empty: VlanSet = new VlanSet(NO_WORDS);
  /** 1-4094: whatever may be put on a wire. */
  static readonly all: VlanSet = VlanSet.range(MIN_VLAN, MAX_VLAN);
  /** 2-4094: a port's set unless it says otherwise, for VLAN 1 is what switches use by themselves. */
  static readonly default: VlanSet = VlanSet.range(2, MAX_VLAN);

  /** One bit for each ID; never written after construction. */
  readonly #words: readonly number[];
  /** The canonical text, once it was asked for. */
  #text: string | undefined;

  private constructor(words: readonly number[]) {
    this.#words = words;
  }

  /** The set of these IDs, each from 1 to 4094. */
  static of(...ids: readonly number[]): VlanSet {
    const words = NO_WORDS.slice();
    for (const id of ids) addRange(words, id, id);
    return new VlanSet(words);
  }

  /** The set of all IDs from `first` to `last`, both included. */
  static range(first: number, last: number): VlanSet {
    const words = NO_WORDS.slice();
    addRange(words, first, last);
    return new VlanSet(words);
  }

  /**
   * Reads one ID (101) or text of IDs and ranges (`"100-199,205"`), in any order, overlapping or
   * not. The error says what is wrong with `value`; a text that names no VLAN is wrong.
   */
  static parse(value: unknown): Result<VlanSet, string> {
    if (typeof value === "number") return parseRanges([String(value)]);
    if (typeof value !== "string") return err('must be a VLAN ID or text such as "100-199,205"');
    if (value.trim() === "") return err("must name at least one VLAN ID");
    if (value.length > MAX_TEXT_LENGTH) {
      return err(`must have at most ${MAX_TEXT_LENGTH} characters`);
    }
    return parseRanges(value.split(","));
  }

  /** How many IDs there are. */
  get size(): number {
    return this.#words.reduce((sum, word) => sum + countOnes(word), 0);
  }

  get isEmpty(): boolean {
    return VlanSet.empty.includes(this);
  }

  /** Whether all of `other` is in this set. */
  includes(other: VlanSet): boolean {
    const [own, theirs] = [this.#words, other.#words];
    for (let index = 0; index < WORDS; index++) {
      if (((theirs[index] ?? 0) & ~(own[index] ?? 0)) !== 0) return false;
    }
    return true;
  }

  has(id: number): boolean {
    return isVlan(id) && ((this.#words[id >>> 5] ?? 0) & bitOf(id)) !== 0;
  }

  union(other: VlanSet): VlanSet {
    return other === this ? this : this.#merge(other, -1, -1, -1);
  }

  intersect(other: VlanSet): VlanSet {
    return other === this ? this : this.#merge(other, 0, 0, 0);
  }

  /** What is in this set and not in `other`. */
  difference(other: VlanSet): VlanSet {
    return this.#merge(other, 0, -1, 0);
  }

  /** The IDs that are in this set while the one below is not, or the other way round. */
  changes(): VlanSet {
    const words = this.#words.map((word, index) => {
      const below = (word << 1) | ((this.#words[index - 1] ?? 0) >>> 31);
      return word ^ below;
    });
    // 4095 is no VLAN ID.
    words[WORDS - 1] = (words[WORDS - 1] ?? 0) & 0x7fff_ffff;
    return new VlanSet(words);
  }

  with(id: number): VlanSet {
    return this.has(id) ? this : this.#toggled(id);
  }

  without(id: number): VlanSet {
    return this.has(id) ? this.#toggled(id) : this;
  }

  /** The lowest ID. */
  first(): VlanId | undefined {
    const index = this.#words.findIndex((word) => word !== 0);
    return index === -1 ? undefined : lowestIn(this.#words[index] ?? 0, index);
  }

  equals(other: VlanSet): boolean {
    return this.#words.every((word, index) => word === other.#words[index]);
  }

  /** The IDs in ascending order. */
  *[Symbol.iterator](): Generator<VlanId, undefined> {
    for (const [index, word] of this.#words.entries()) {
      for (let rest = word; rest !== 0; rest &= rest - 1) {
        yield lowestIn(rest, index);
      }
    }
  }

  /** Canonical text, equal for equal sets: ascending, longest ranges, no spaces; empty for none. */
  toString(): string {
    this.#text ??= formatRanges(this);
    return this.#text;
  }

  #toggled(id: number): VlanSet {
    invariant(isVlan(id), WHICH_VLANS);
    const words = this.#words.slice();
    words[id >>> 5] = (words[id >>> 5] ?? 0) ^ bitOf(id);
    return new VlanSet(words);
  }

  /**
   * `and` of the words, each of the two and the result negated where its mask has ones. Gives `this`
   * or `other` itself where the result equals it: big topologies then share sets.
   */
  #merge(other: VlanSet, mask: number, otherMask: number, resultMask: number): VlanSet {
    const [own, theirs] = [this.#words, other.#words];
    let [fromOwn, fromTheirs] = [0, 0];
    for (let index = 0; index < WORDS; index++) {
      const a = own[index] ?? 0;
      const b = theirs[index] ?? 0;
      const word = ((a ^ mask) & (b ^ otherMask)) ^ resultMask;
      fromOwn |= word ^ a;
      fromTheirs |= word ^ b;
    }
    if (fromOwn === 0) return this;
    if (fromTheirs === 0) return other;
    const merged = this.#words.slice();
    for (let index = 0; index < WORDS; index++) {
      merged[index] =
        (((own[index] ?? 0) ^ mask) & ((theirs[index] ?? 0) ^ otherMask)) ^ resultMask;
    }
    return new VlanSet(merged);
  }
}

/** Every second ID takes about 10,000 characters; nothing needs more. */
const MAX_TEXT_LENGTH = 20_480;
const RANGE = /^\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?$/;

/** The ID of the lowest bit of a word that is not 0. */
function lowestIn(word: number, index: number): VlanId {
  return vlanId(index * 32 + 31 - Math.clz32(word & -word));
}

function bitOf(id: number): number {
  return 1 << (id & 31);
}

function isVlan(id: number): boolean {
  return Number.isInteger(id) && id >= MIN_VLAN && id <= MAX_VLAN;
}

function addRange(words: number[], first: number, last: number): void {
  invariant(isVlan(first) && isVlan(last), WHICH_VLANS);
  for (let id = first; id <= last; id++) {
    const index = id >>> 5;
    words[index] = (words[index] ?? 0) | bitOf(id);
  }
}

function parseRanges(texts: readonly string[]): Result<VlanSet, string> {
  let set = VlanSet.empty;
  for (const text of texts) {
    const range = parseRange(text);
    if (range.isErr()) return err(range.error);
    set = set.union(range.value);
  }
  return ok(set);
}

function parseRange(text: string): Result<VlanSet, string> {
  const parts = RANGE.exec(text);
  if (parts === null) return err(`"${text.trim()}" is neither a VLAN ID nor a range of them`);
  const first = Number(parts[1]);
  const last = Number(parts[2] ?? first);
  const outside = [first, last].find((id) => !isVlan(id));
  if (outside !== undefined) return err(`VLAN ${outside} is not from ${MIN_VLAN} to ${MAX_VLAN}`);
  if (first > last) return err(`range ${first}-${last} runs backwards`);
  return ok(VlanSet.range(first, last));
}

function countOnes(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function formatRanges(ids: Iterable<number>): string {
  const ranges: { first: number; last: number }[] = [];
  for (const id of ids) {
    const open = ranges.at(-1);
    if (open !== undefined && open.last === id - 1) open.last = id;
    else ranges.push({ first: id, last: id });
  }
  return ranges.map((r) => (r.first === r.last ? `${r.first}` : `${r.first}-${r.last}`)).join();
}
