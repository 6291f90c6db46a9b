/**
 * Numbers in [0, 1) that are the same for the same seed: Marsaglia's xorshift with 32 bits of state
 * (Xorshift RNGs, 2003). Good enough to scatter costs.
 */
export function randomNumbers(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
