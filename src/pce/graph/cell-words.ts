/**
 * A node and the room on the way to it in one whole number of 31 bits: the node in the lower bits, as many
 * as the graph's nodes take, and above them the room, rounded down, as a floating-point number of Mbit/s
 * of which the mantissa has what bits are left. Of two words for one node the one with more room is greater,
 * so that one comparison says whether there is room for certain.
 *
 * Rounding never makes room: {@link CellWords.needed} is rounded up. Where nodes take 17 bits, up to a
 * thousandth is lost, and rates such as 1, 10 or 40 Gbit/s are exact.
 */
export class CellWords {
  /** Leaves the node of a word. */
  readonly nodeMask: number;
  readonly #nodeBits: number;
  readonly #mantissaBits: number;

  /** For a graph of so many nodes, up to 2^24. */
  constructor(nodeCount: number) {
    this.#nodeBits = Math.max(1, 32 - Math.clz32(nodeCount - 1));
    this.nodeMask = 2 ** this.#nodeBits - 1;
    this.#mantissaBits = 31 - EXPONENT_BITS - this.#nodeBits;
  }

  /** The word for `node` and so much room, bit/s; without room also if there is less than one Mbit/s. */
  of(node: number, room: number): number {
    const amount = Math.min(Math.floor(room / UNIT), MOST);
    return node + (amount < 1 ? 0 : this.#codeOf(amount) * 2 ** this.#nodeBits);
  }

  /** What a word must be at least so that there is room for `demand`, bit/s, for certain. */
  needed(demand: number): number {
    const amount = Math.max(1, Math.ceil(demand / UNIT));
    if (amount > MOST) return MORE_THAN_ANY;
    const code = this.#codeOf(amount);
    return (this.#isExact(amount) ? code : code + 1) * 2 ** this.#nodeBits;
  }

  /** Ascends with `amount`, from 1 on. */
  #codeOf(amount: number): number {
    const exponent = 31 - Math.clz32(amount);
    const mantissa = Math.floor((amount - 2 ** exponent) * 2 ** (this.#mantissaBits - exponent));
    return 1 + exponent * 2 ** this.#mantissaBits + mantissa;
  }

  #isExact(amount: number): boolean {
    const exponent = 31 - Math.clz32(amount);
    return Number.isInteger(amount * 2 ** (this.#mantissaBits - exponent));
  }
}

/** No word is as great. */
export const MORE_THAN_ANY = 0x7fff_ffff;

const EXPONENT_BITS = 5;
/** The greatest amount: its exponent is 30, so that no code overflows. */
const MOST = 0x7fff_ffff;
const UNIT = 1e6;
