import fc from "fast-check";
import { expect } from "vitest";
import type { Store, StoredRecord, StoreTransaction, StoreWrite } from "../../src/store/store.ts";
import { remove, unconditionally } from "../../src/testing/store-check.ts";

/** Any transactions leave a store with what a map would hold. */
export async function agreesWithMap(store: Store, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(transactions, { maxLength: 30 }), async (list) => {
      const left = (await store.load())._unsafeUnwrap().map(({ key }) => remove(key));
      await store.commit(unconditionally(...left));
      const model = new Map<string, StoredRecord>();
      for (const transaction of list) {
        const concrete = pinRevisions(transaction, model);
        applyToModel(model, concrete, await store.commit(concrete));
      }
      expect((await store.load())._unsafeUnwrap()).toEqual(sorted(model));
    }),
    { numRuns },
  );
}

const keys = fc.constantFrom("a", "b", "c", "__proto__");
const writes = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("put" as const), key: keys, value: fc.jsonValue() }),
    fc.record({ type: fc.constant("delete" as const), key: keys }),
  ),
  { maxLength: 4 },
);

/** A transaction whose comparisons say whether they are to hold. */
export interface PlannedTransaction {
  readonly compare: readonly { readonly key: string; readonly holds: boolean }[];
  readonly writes: readonly StoreWrite[];
}

export const transactions: fc.Arbitrary<PlannedTransaction> = fc.record({
  compare: fc.array(
    fc.record({ key: keys, holds: fc.integer({ min: 0, max: 5 }).map((n) => n > 0) }),
    { maxLength: 2 },
  ),
  writes: writes.map((list): readonly StoreWrite[] => JSON.parse(JSON.stringify(list))),
});

/** Fills in revisions that hold, or do not, as planned. */
export function pinRevisions(
  { compare, writes }: PlannedTransaction,
  model: ReadonlyMap<string, StoredRecord>,
): StoreTransaction {
  const pinned = compare.map(({ key, holds }) => {
    const revision = model.get(key)?.revision ?? 0;
    return { key, revision: holds ? revision : revision + 1 };
  });
  return { compare: pinned, writes };
}

/** Checks the answer of a store against the model, and makes the model follow. */
export function applyToModel(
  model: Map<string, StoredRecord>,
  { compare, writes }: StoreTransaction,
  answer: Awaited<ReturnType<Store["commit"]>>,
): void {
  const failing = compare.filter((c) => (model.get(c.key)?.revision ?? 0) !== c.revision);
  expect(answer.isOk()).toBe(failing.length === 0);
  if (answer.isErr()) return;
  for (const write of writes) {
    if (write.type === "delete") model.delete(write.key);
    else model.set(write.key, { key: write.key, value: write.value, revision: answer.value });
  }
}

/** What a store that agrees with the model loads. */
export function sorted(model: ReadonlyMap<string, StoredRecord>): readonly StoredRecord[] {
  return [...model.keys()].sort().flatMap((key) => model.get(key) ?? []);
}
