import fc from "fast-check";
import { expect, test } from "vitest";
import type { HttpClient, HttpReply } from "../../../src/store/etcd/http-socket.ts";
import { EtcdStore } from "../../../src/store/etcd/index.ts";
import type { StoreChange } from "../../../src/store/store.ts";

/** What one transaction has done to some keys: a value, or nothing for one that is gone. */
type Transaction = ReadonlyMap<string, number | undefined>;

/** What came of the transactions at revisions 1, 2, and so on, revision by revision. */
function changesOf(transactions: readonly Transaction[]): readonly StoreChange[] {
  return transactions.map((writes, n) => ({
    revision: n + 1,
    puts: [...writes].flatMap(([key, value]) =>
      value === undefined ? [] : { key, value, revision: n + 1 },
    ),
    deletes: [...writes].flatMap(([key, value]) => (value === undefined ? key : [])),
  }));
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** An etcd that is empty, and whose one stream of changes says these transactions, so many a message. */
function scripted(transactions: readonly Transaction[], perMessage: readonly number[]): HttpClient {
  const events = changesOf(transactions).map(({ revision, puts, deletes }) => [
    ...puts.map(({ key, value }) => ({
      kv: { key: keyOf(key), value: base64(String(value)), mod_revision: String(revision) },
    })),
    ...deletes.map((key) => ({
      type: "DELETE",
      kv: { key: keyOf(key), mod_revision: String(revision) },
    })),
  ]);
  const messages = perMessage.map((count) => ({
    result: { events: events.splice(0, count).flat() },
  }));
  messages.push({ result: { events: events.flat() } });
  const body = messages.map((message) => `${JSON.stringify(message)}\n`).join("");
  async function* stream(signal: AbortSignal): HttpReply["body"] {
    yield Buffer.from(body);
    await new Promise((_, reject) => signal.addEventListener("abort", reject));
  }
  async function* once(reply: object): HttpReply["body"] {
    yield Buffer.from(JSON.stringify(reply));
  }
  return {
    send: async ({ path, signal }) => ({
      status: 200,
      body: path === "/v3/watch" ? stream(signal) : once({ header: { revision: "0" } }),
    }),
    close: () => undefined,
  };
}

const keyOf = (key: string) => base64(`dcns/record/${key}`);

const transactions = fc.array(
  fc
    .uniqueArray(
      fc.tuple(fc.constantFrom("a", "b", "c"), fc.option(fc.nat(9), { nil: undefined })),
      {
        selector: ([key]) => key,
        minLength: 1,
      },
    )
    .map((writes): Transaction => new Map(writes.sort(([one], [other]) => (one < other ? -1 : 1)))),
  { minLength: 1, maxLength: 6 },
);

test("a watch tells each revision by itself, however many come in one message", async () => {
  await fc.assert(
    fc.asyncProperty(transactions, fc.array(fc.nat(3)), async (made, perMessage) => {
      const http = scripted(made, perMessage);
      const store = (await EtcdStore.open({ endpoints: ["http://etcd"], http }))._unsafeUnwrap();
      const told: StoreChange[] = [];
      const all = new Promise<void>((resolve) => {
        void store.watch((change) => {
          told.push(change);
          if (change.revision === made.length) resolve();
        });
      });
      await all;
      await store.close();
      expect(told.slice(1)).toEqual(changesOf(made));
    }),
  );
});
