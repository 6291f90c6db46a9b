import type { IdRange } from "../compile/id-pool.ts";

/** The highest numbers of a range that are not in use. */
export function freeIds(
  { first, last }: IdRange,
  used: ReadonlyMap<number, unknown>,
  count: number,
): readonly number[] {
  const free: number[] = [];
  for (let id = last; id >= first && free.length < count; id -= 1) {
    if (!used.has(id)) free.push(id);
  }
  return free;
}
