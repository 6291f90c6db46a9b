import { VlanSet } from "../../model/vlan-set.ts";
import { representativeLabels } from "./label-classes.ts";

/** Sets of labels as bits: of labels that are free in the same places only one has a bit. */
export interface LabelBits {
  /** How many words of 32 bits a set has. */
  readonly words: number;
  /** The bits of any of the sets that it was made for, or of an intersection of some. */
  readonly of: (set: VlanSet) => Uint32Array;
}

/**
 * Bits for sets of labels, such that sets out of `sets` have a label in common just where their bits
 * have one; see {@link representativeLabels}. Exact. O(labels) for each set, once.
 */
export function labelBits(sets: Iterable<VlanSet>): LabelBits {
  const labels = representativeLabels(VlanSet.all, sets);
  const words = Math.max(1, Math.ceil(labels.length / 32));
  const known = new Map<VlanSet, Uint32Array>();
  const of = (set: VlanSet): Uint32Array => {
    const made = known.get(set) ?? new Uint32Array(words);
    if (known.has(set)) return made;
    for (const [at, label] of labels.entries()) {
      if (set.has(label)) made[at >>> 5] = (made[at >>> 5] ?? 0) | (1 << (at & 31));
    }
    known.set(set, made);
    return made;
  };
  return { words, of };
}

/** Leaves in row `row` of `rows` what is in `bits` too; says whether that is anything. */
export function narrow(rows: Uint32Array, row: number, bits: Uint32Array): boolean {
  let any = 0;
  for (let word = 0; word < bits.length; word++) {
    const at = row * bits.length + word;
    const left = (rows[at] ?? 0) & (bits[word] ?? 0);
    rows[at] = left;
    any |= left;
  }
  return any !== 0;
}
