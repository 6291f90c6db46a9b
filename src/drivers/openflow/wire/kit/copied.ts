/** Short copies are cut from pieces of memory of this size: memory for each takes longer than to fill it. */
const POOL_BYTES = 8_192;

/** What is longer has memory of its own, so that little is kept by what is kept of a piece. */
const MAX_SHORT_BYTES = 512;

let pool = new Uint8Array(POOL_BYTES);
let used = 0;

/** A copy of `bytes` from `start` to `end`: a view of memory that nothing else is written to. */
export function copied(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const size = end - start;
  if (size > MAX_SHORT_BYTES) return bytes.slice(start, end);
  if (used + size > POOL_BYTES) {
    pool = new Uint8Array(POOL_BYTES);
    used = 0;
  }
  const copy = pool.subarray(used, used + size);
  copy.set(bytes.subarray(start, end));
  used += size;
  return copy;
}
