/** Where chance comes from: a stream of numbers that is the same for the same seed. */
export interface Random {
  /** The next number, uniform in [0, 1). */
  next(): number;
}

/**
 * The Mulberry32 generator (Tommy Ettinger, 2017): 32 bits of state, one addition and two
 * multiplications a number. Good enough to scatter faults, not for cryptography.
 *
 * @param seed - any number; only its low 32 bits count.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/**
 * A seed for one part of a simulation, so that parts draw from streams of their own and what
 * happens in one does not shift the chances of another. The hash is FNV-1a (Fowler, Noll, Vo).
 */
export function derivedSeed(seed: number, part: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of part) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}
