import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type {
  JsonValue,
  Store,
  StoredRecord,
  StoreTransaction,
  StoreWrite,
} from "../../src/store/store.ts";

/** A store to be tested, and how to take away what it leaves. */
export interface StoreUnderTest {
  readonly store: Store;
  dispose(): Promise<void>;
}

export const put = (key: string, value: JsonValue): StoreWrite => ({ type: "put", key, value });
export const remove = (key: string): StoreWrite => ({ type: "delete", key });
export const unconditionally = (...writes: readonly StoreWrite[]): StoreTransaction => ({
  compare: [],
  writes,
});

/** What every store does. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let opened: StoreUnderTest;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      await opened.store.close();
      await opened.dispose();
    });
    const commit = async (transaction: StoreTransaction) =>
      (await opened.store.commit(transaction))._unsafeUnwrap();
    const load = async () => (await opened.store.load())._unsafeUnwrap();

    test("begins empty", async () => {
      expect(await load()).toEqual([]);
    });

    test("gives back what was put, ordered by key, with the revision that commit gave", async () => {
      const first = await commit(unconditionally(put("b", { n: [1, null, "x"] }), put("a", true)));
      const second = await commit(unconditionally(put("B", "é\n\u2028\ud800"), put("b", 2)));
      expect(second).toBeGreaterThan(first);
      expect(await load()).toEqual([
        { key: "B", value: "é\n\u2028\ud800", revision: second },
        { key: "a", value: true, revision: first },
        { key: "b", value: 2, revision: second },
      ]);
    });

    test("forgets what was deleted, and takes deleting what is not there", async () => {
      await commit(unconditionally(put("a", 1), put("b", 2)));
      await commit(unconditionally(remove("a"), remove("never")));
      expect((await load()).map(({ key }) => key)).toEqual(["b"]);
    });

    test("makes the writes of a transaction in order", async () => {
      await commit(
        unconditionally(put("a", 1), remove("a"), put("a", 2), put("b", 1), remove("b")),
      );
      expect((await load()).map(({ key, value }) => [key, value])).toEqual([["a", 2]]);
    });

    test("writes nothing if one comparison of several does not hold", async () => {
      const revision = await commit(unconditionally(put("a", 1)));
      const compare = [
        { key: "a", revision },
        { key: "b", revision },
      ];
      const refused = await opened.store.commit({ compare, writes: [put("a", 2), put("c", 3)] });
      expect(refused._unsafeUnwrapErr()).toEqual({ type: "store-conflict", key: "b" });
      expect(await load()).toEqual([{ key: "a", value: 1, revision }]);
    });

    test("takes revision 0 to mean that there is no such record", async () => {
      const absent = { key: "a", revision: 0 };
      const revision = await commit({ compare: [absent], writes: [put("a", 1)] });
      const again = await opened.store.commit({ compare: [absent], writes: [put("a", 2)] });
      expect(again._unsafeUnwrapErr()).toEqual({ type: "store-conflict", key: "a" });
      await commit({ compare: [{ key: "a", revision }], writes: [remove("a")] });
      await commit({ compare: [absent], writes: [put("a", 3)] });
      expect(await load()).toMatchObject([{ key: "a", value: 3 }]);
    });

    test("never gives a record that comes back the revision that it had before", async () => {
      const before = await commit(unconditionally(put("a", 1)));
      await commit(unconditionally(remove("a")));
      const after = await commit(unconditionally(put("a", 1)));
      expect(after).toBeGreaterThan(before);
    });

    test("lets one of many win that start from the same revision", async () => {
      const revision = await commit(unconditionally(put("counter", 0)));
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          opened.store.commit({ compare: [{ key: "counter", revision }], writes: [put("w", n)] }),
        ).concat(
          Array.from({ length: 20 }, (_, n) =>
            opened.store.commit({
              compare: [{ key: "counter", revision }],
              writes: [put("counter", n)],
            }),
          ),
        ),
      );
      expect(results.slice(0, 20).every((result) => result.isOk())).toBe(true);
      expect(results.slice(20).filter((result) => result.isOk()).length).toBe(1);
    });

    test("keeps its records apart from what callers do with values later", async () => {
      const value = { list: [1] };
      const pending = opened.store.commit(unconditionally(put("a", value)));
      value.list.push(2);
      await pending;
      const [loaded] = await load();
      Reflect.set(Object(loaded?.value), "list", []);
      expect(await load()).toMatchObject([{ value: { list: [1] } }]);
    });

    test("is closed after close, which may be called again", async () => {
      const pending = opened.store.commit(unconditionally(put("a", 1)));
      await Promise.all([opened.store.close(), opened.store.close()]);
      expect((await pending).isOk()).toBe(true);
      expect((await opened.store.load())._unsafeUnwrapErr().type).toBe("closed");
      const late = await opened.store.commit(unconditionally(put("a", 2)));
      expect(late._unsafeUnwrapErr().type).toBe("closed");
    });

    test("holds after any transactions what a map would hold", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(transactions, { maxLength: 30 }), async (list) => {
          await commit(unconditionally(...(await load()).map(({ key }) => remove(key))));
          const model = new Map<string, StoredRecord>();
          for (const transaction of list) {
            const concrete = pinRevisions(transaction, model);
            applyToModel(model, concrete, await opened.store.commit(concrete));
          }
          expect(await load()).toEqual(sorted(model));
        }),
        { numRuns: 30 },
      );
    });
  });
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
