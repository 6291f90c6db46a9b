import type { IdPool } from "./compile/id-pool.ts";

/** A new number, noted as one's own; undefined when there is none. */
export function take(pool: IdPool, own: Set<number>): number | undefined {
  const id = pool.take();
  if (id !== undefined) own.add(id);
  return id;
}

/** Frees one's own numbers that are not used any more. */
export function free(own: Set<number>, used: ReadonlyMap<number, unknown>, pool: IdPool): void {
  for (const id of own) {
    if (used.has(id)) continue;
    own.delete(id);
    pool.free(id);
  }
}

/** What was read of a network, and what else of it has a number of its own; claims new numbers. */
export function own<T>(
  ids: Set<number>,
  pool: IdPool,
  read: ReadonlyMap<number, T>,
  orphans: ReadonlyMap<number, T>,
): ReadonlyMap<number, T> {
  for (const id of read.keys()) if (pool.claim(id)) ids.add(id);
  if (orphans.size === 0) return read;
  const unused = [...ids].flatMap((id) => {
    const item = orphans.get(id);
    return item === undefined ? [] : [[id, item] as const];
  });
  return unused.length === 0 ? read : new Map([...read, ...unused]);
}
