import { err, ok, type Result } from "neverthrow";
import { invariant } from "./invariant.ts";
import { MAX_VNI, MIN_VNI, type Vni, vni, vniNumber } from "./vni.ts";

/** All identifiers from the first to the last. */
type Range = readonly [first: number, last: number];

/**
 * An immutable set of VXLAN network identifiers from 1 to 2^24 - 1, as ranges: what is free of a link, and
 * what is taken from the bottom, is few of them however many identifiers there are.
 */
export class VniSet {
  static readonly empty: VniSet = new VniSet([]);
  static readonly all: VniSet = new VniSet([[MIN_VNI, MAX_VNI]]);

  /** Ascending; between two of them an identifier is missing. */
  readonly #ranges: readonly Range[];

  private constructor(ranges: readonly Range[]) {
    this.#ranges = ranges;
  }

  static of(...ids: readonly Vni[]): VniSet {
    return new VniSet(merged(ids.map((id) => [vniNumber(id), vniNumber(id)] as const)));
  }

  /** Reads text of identifiers and ranges (`"10000-19999,30000"`); the error says what is wrong with it. */
  static parse(text: string): Result<VniSet, string> {
    if (text.trim() === "") return err("must name at least one VNI");
    if (text.length > MAX_TEXT_LENGTH)
      return err(`must have at most ${MAX_TEXT_LENGTH} characters`);
    const ranges: Range[] = [];
    for (const part of text.split(",")) {
      const range = parseRange(part);
      if (range.isErr()) return err(range.error);
      ranges.push(range.value);
    }
    return ok(new VniSet(merged(ranges)));
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  has(id: Vni): boolean {
    return this.#at(vniNumber(id)) !== undefined;
  }

  /** The lowest. */
  first(): Vni | undefined {
    const [lowest] = this.#ranges;
    return lowest && vni(lowest[0]);
  }

  with(id: Vni): VniSet {
    const number = vniNumber(id);
    return this.has(id) ? this : new VniSet(merged([...this.#ranges, [number, number]]));
  }

  without(id: Vni): VniSet {
    const number = vniNumber(id);
    const found = this.#at(number);
    if (found === undefined) return this;
    const parts = this.#ranges.flatMap((range): readonly Range[] => {
      if (range !== found) return [range];
      const [first, last] = range;
      return [
        ...(first < number ? [[first, number - 1] as const] : []),
        ...(number < last ? [[number + 1, last] as const] : []),
      ];
    });
    return new VniSet(parts);
  }

  /** What is in this set and not in `other`. O(n + m) for n and m ranges. */
  difference(other: VniSet): VniSet {
    const left: Range[] = [];
    let next = 0;
    for (const [first, last] of this.#ranges) {
      let from = first;
      while (from <= last) {
        const [start, end] = other.#ranges[next] ?? NO_MORE;
        if (end < from) {
          next++;
          continue;
        }
        if (start > from) left.push([from, Math.min(start - 1, last)]);
        from = end + 1;
      }
    }
    return new VniSet(left);
  }

  /** Canonical text, equal for equal sets: ascending, longest ranges, no spaces; empty for none. */
  toString(): string {
    return this.#ranges
      .map(([first, last]) => (first === last ? first : `${first}-${last}`))
      .join();
  }

  /** The range that has `number`, by bisection. */
  #at(number: number): Range | undefined {
    let [low, high] = [0, this.#ranges.length - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const range = this.#ranges[middle];
      if (range === undefined) return undefined;
      if (number < range[0]) high = middle - 1;
      else if (number > range[1]) low = middle + 1;
      else return range;
    }
    return undefined;
  }
}

/** A range beyond all others. */
const NO_MORE: Range = [MAX_VNI + 1, MAX_VNI + 1];
const MAX_TEXT_LENGTH = 20_480;
const RANGE = /^\s*(\d{1,8})\s*(?:-\s*(\d{1,8})\s*)?$/;

function parseRange(text: string): Result<Range, string> {
  const parts = RANGE.exec(text);
  if (parts === null) return err(`"${text.trim()}" is neither a VNI nor a range of them`);
  const first = Number(parts[1]);
  const last = Number(parts[2] ?? first);
  const outside = [first, last].find((id) => id < MIN_VNI || id > MAX_VNI);
  if (outside !== undefined) return err(`VNI ${outside} is not from ${MIN_VNI} to ${MAX_VNI}`);
  return first > last ? err(`range ${first}-${last} runs backwards`) : ok([first, last]);
}

function merged(ranges: readonly Range[]): readonly Range[] {
  const joined: Range[] = [];
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
    const before = joined.at(-1);
    invariant(first >= MIN_VNI && last <= MAX_VNI, "VNIs have 24 bits, not all of them zero");
    if (before === undefined || before[1] < first - 1) joined.push([first, last]);
    else joined[joined.length - 1] = [before[0], Math.max(before[1], last)];
  }
  return joined;
}
