import assert from "node:assert/strict";
import type { StoreError } from "../model/errors.ts";
import type { Store, StoreChange, StoredRecord } from "../store/store.ts";
import {
  contents,
  eventually,
  failure,
  put,
  remove,
  type StoreCheck,
  unconditionally,
  value,
  write,
} from "./store-check.ts";
import { leaseChecks } from "./store-conformance-leases.ts";

const commits: readonly StoreCheck[] = [
  {
    name: "begins empty",
    run: async ({ store }) => assert.deepEqual(await value(store.load()), []),
  },
  {
    name: "gives back what was put, ordered by key, with the revision that commit gave",
    run: async ({ store, other }) => {
      const first = await write(store, put("b", { n: [1, null, "x"] }), put("a", true));
      const second = await write(other, put("B", "é\n\u2028\ud800"), put("b", 2));
      assert(second > first);
      const records = [
        { key: "B", value: "é\n\u2028\ud800", revision: second },
        { key: "a", value: true, revision: first },
        { key: "b", value: 2, revision: second },
      ];
      assert.deepEqual(await value(store.load()), records);
      assert.deepEqual(await value(other.load()), records);
    },
  },
  {
    name: "forgets what was deleted, and takes deleting what is not there",
    run: async ({ store }) => {
      await write(store, put("a", 1), put("b", 2));
      await write(store, remove("a"), remove("never"));
      assert.deepEqual(await contents(store), { b: 2 });
    },
  },
  {
    name: "makes the writes of a transaction in order",
    run: async ({ store }) => {
      await write(store, put("a", 1), remove("a"), put("a", 2), put("b", 1), remove("b"));
      assert.deepEqual(await contents(store), { a: 2 });
    },
  },
  {
    name: "writes nothing if one comparison of several does not hold, and says which",
    run: async ({ store }) => {
      const revision = await write(store, put("a", 1));
      const compare = [
        { key: "a", revision },
        { key: "b", revision },
      ];
      const refused = await failure(store.commit({ compare, writes: [put("a", 2), put("c", 3)] }));
      assert.deepEqual(refused, { type: "store-conflict", key: "b" });
      assert.deepEqual(await value(store.load()), [{ key: "a", value: 1, revision }]);
    },
  },
  {
    name: "takes revision 0 to mean that there is no such record",
    run: async ({ store }) => {
      const compare = [{ key: "a", revision: 0 }];
      const revision = await value(store.commit({ compare, writes: [put("a", 1)] }));
      const again = await failure(store.commit({ compare, writes: [put("a", 2)] }));
      assert.deepEqual(again, { type: "store-conflict", key: "a" });
      await value(store.commit({ compare: [{ key: "a", revision }], writes: [remove("a")] }));
      await value(store.commit({ compare, writes: [put("a", 3)] }));
      assert.deepEqual(await contents(store), { a: 3 });
    },
  },
  {
    name: "never gives a record that comes back the revision that it had before",
    run: async ({ store }) => {
      const before = await write(store, put("a", 1));
      await write(store, remove("a"));
      assert((await write(store, put("a", 1))) > before);
    },
  },
  {
    name: "takes a transaction of a hundred comparisons and writes",
    run: async ({ store }) => {
      const keys = Array.from({ length: 100 }, (_, n) => `key-${String(n).padStart(3, "0")}`);
      const compare = keys.map((key) => ({ key, revision: 0 }));
      await value(store.commit({ compare, writes: keys.map((key) => put(key, key)) }));
      assert.deepEqual(
        (await value(store.load())).map(({ key }) => key),
        keys,
      );
    },
  },
  {
    name: "keeps its records apart from what callers do with values later",
    run: async ({ store }) => {
      const list = [1];
      const pending = store.commit(unconditionally(put("a", { list })));
      list.push(2);
      await value(pending);
      const [loaded] = await value(store.load());
      Reflect.set(Object(loaded?.value), "list", []);
      assert.deepEqual(await contents(store), { a: { list: [1] } });
    },
  },
];

const concurrency: readonly StoreCheck[] = [
  {
    name: "lets one of many win that start from the same revision",
    run: async ({ store, other }) => {
      const revision = await write(store, put("counter", 0));
      const compare = [{ key: "counter", revision }];
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 === 0 ? store : other).commit({ compare, writes: [put("counter", n)] }),
        ),
      );
      assert.equal(results.filter((result) => result.isOk()).length, 1);
    },
  },
  {
    name: "loses no step of writers that compare, write and try again",
    run: async ({ store, other }) => {
      const steps = 10;
      const writers = [store, other, store, other];
      await Promise.all(writers.map((writer) => countUp(writer, steps)));
      assert.deepEqual(await contents(store), { counter: steps * writers.length });
    },
  },
];

const watching: readonly StoreCheck[] = [
  {
    name: "tells a watcher first what there is, and then what changes",
    run: async ({ store, other, elapse }) => {
      const first = await write(store, put("b", 1), put("a", 1));
      const changes: StoreChange[] = [];
      const watch = await value(other.watch((change) => changes.push(change)));
      assert.deepEqual(changes, [
        {
          revision: first,
          puts: [
            { key: "a", value: 1, revision: first },
            { key: "b", value: 1, revision: first },
          ],
          deletes: [],
        },
      ]);
      const second = await write(store, put("c", 2), remove("a"), remove("b"));
      await eventually(elapse, () => changes.length > 1);
      const puts = [{ key: "c", value: 2, revision: second }];
      assert.deepEqual(changes[1], { revision: second, puts, deletes: ["a", "b"] });
      watch[Symbol.dispose]();
      await write(store, put("d", 3));
      await elapse(100);
      assert.equal(changes.length, 2);
    },
  },
  {
    name: "tells what was written and keeps it, whatever callers and watchers do with values later",
    run: async ({ store, other, elapse }) => {
      const changes: StoreChange[] = [];
      const watch = await value(other.watch((change) => changes.push(change)));
      const list = [1];
      const pending = store.commit(unconditionally(put("a", { list })));
      list.push(2);
      await value(pending);
      await eventually(elapse, () => changes.length > 1);
      const told = changes[1]?.puts[0]?.value;
      assert.deepEqual(told, { list: [1] });
      Reflect.set(Object(told), "list", []);
      assert.deepEqual(await contents(store), { a: { list: [1] } });
      watch[Symbol.dispose]();
    },
  },
  {
    name: "tells every watcher of all transactions in order, each whole and once",
    run: async ({ store, other, elapse }) => {
      const views = [new View(), new View()];
      const watches = [
        await value(store.watch((change) => views[0]?.follow(change))),
        await value(other.watch((change) => views[1]?.follow(change))),
      ];
      await Promise.all(
        [store, other].map(async (writer, n) => {
          for (let step = 0; step < 20; step++) {
            const unit = `${n}/${step}`;
            await write(writer, put("left", unit), put(`own-${n}`, step), put("right", unit));
          }
        }),
      );
      const records = await value(store.load());
      const last = Math.max(...records.map(({ revision }) => revision));
      for (const view of views) {
        await eventually(elapse, () => view.revision >= last);
        assert.deepEqual(view.records(), records);
        assert.deepEqual(view.faults, []);
      }
      for (const watch of watches) watch[Symbol.dispose]();
    },
  },
];

const life: readonly StoreCheck[] = [
  {
    name: "is closed after close, which may be called again",
    run: async ({ store }) => {
      const pending = store.commit(unconditionally(put("a", 1)));
      await Promise.all([store.close(), store.close()]);
      await value(pending);
      const late: readonly StoreError[] = [
        await failure(store.load()),
        await failure(store.commit(unconditionally(put("a", 2)))),
        await failure(store.watch(() => {})),
        await failure(store.lease(5_000)),
      ];
      assert.deepEqual(new Set(late.map(({ type }) => type)), new Set(["closed"]));
    },
  },
];

/** What every store must do; for each check, a subject without records. */
export const storeConformance: readonly StoreCheck[] = [
  ...commits,
  ...concurrency,
  ...watching,
  ...leaseChecks,
  ...life,
];

/** What a watcher that follows every change believes, and what was wrong with what it was told. */
class View {
  readonly #records = new Map<string, StoredRecord>();
  readonly faults: string[] = [];
  revision = -1;

  follow({ revision, puts, deletes }: StoreChange): void {
    if (revision <= this.revision) this.faults.push(`${revision} after ${this.revision}`);
    this.revision = revision;
    for (const record of puts) this.#records.set(record.key, record);
    for (const key of deletes) this.#records.delete(key);
    const [left, right] = ["left", "right"].map((key) => this.#records.get(key)?.value);
    if (left !== right) this.faults.push(`${revision} tells ${left} without ${right}`);
  }

  records(): readonly StoredRecord[] {
    return [...this.#records.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

async function countUp(store: Store, steps: number): Promise<void> {
  for (let step = 0; step < steps; ) {
    const [record] = await value(store.load());
    const compare = [{ key: "counter", revision: record?.revision ?? 0 }];
    const writes = [put("counter", Number(record?.value ?? 0) + 1)];
    const result = await store.commit({ compare, writes });
    if (result.isOk()) step += 1;
    else assert.equal(result.error.type, "store-conflict");
  }
}
