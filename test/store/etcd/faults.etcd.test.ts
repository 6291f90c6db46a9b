import { afterAll, beforeAll, expect, test } from "vitest";
import { EtcdStore, type EtcdStoreOptions } from "../../../src/store/etcd/index.ts";
import type { StoreChange } from "../../../src/store/store.ts";
import { seededRandom } from "../../../src/testing/random.ts";
import { contents, put, remove, unconditionally } from "../../../src/testing/store-check.ts";
import { EtcdCluster } from "../../lab/etcd-cluster.ts";
import { describeEtcd } from "../../support/etcd.ts";
import { type Loss, LossyClient } from "./lossy-client.ts";

let prefixes = 0;
const newPrefix = (): string => {
  prefixes += 1;
  return `faults-${prefixes}/`;
};
const opened = async (options: EtcdStoreOptions) => (await EtcdStore.open(options))._unsafeUnwrap();
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describeEtcd("an etcd store whose messages get lost", () => {
  let etcd: EtcdCluster;
  beforeAll(async () => {
    etcd = await EtcdCluster.start();
  });
  afterAll(() => etcd[Symbol.asyncDispose]());

  const isTxn = (path: string): boolean => path === "/v3/kv/txn";

  /** A store whose nth transactions fare as listed; all else goes well. */
  async function scripted(losses: readonly Loss[], prefix = newPrefix()) {
    const script = [...losses];
    const http = new LossyClient((path) => (isTxn(path) ? (script.shift() ?? "none") : "none"));
    const store = await opened({ endpoints: etcd.endpoints, prefix, http });
    const other = await opened({ endpoints: etcd.endpoints, prefix });
    return { store, other, http };
  }

  test.each([
    [["request"]],
    [["reply"]],
    [["reply", "reply", "request", "reply"]],
    [["late", "reply", "late"]],
  ] as const)("makes a transaction once, and says so: %j", async (losses) => {
    const { store, other, http } = await scripted(losses);
    const compare = [{ key: "a", revision: 0 }];
    const revision = (await store.commit({ compare, writes: [put("a", 1)] }))._unsafeUnwrap();
    expect((await other.load())._unsafeUnwrap()).toEqual([{ key: "a", value: 1, revision }]);
    await other.commit(unconditionally(remove("a")));
    await http.release();
    expect(await contents(other)).toEqual({});
    await Promise.all([store.close(), other.close()]);
  });

  test.each([[["request"]], [["reply"]], [["late"]], [["late", "reply", "late"]]] as const)(
    "never makes a transaction that it has called a conflict: %j",
    async (losses) => {
      const { store, other, http } = await scripted(losses);
      await other.commit(unconditionally(put("a", "theirs")));
      const compare = [{ key: "a", revision: 0 }];
      const refused = await store.commit({ compare, writes: [put("a", "ours")] });
      expect(refused._unsafeUnwrapErr()).toEqual({ type: "store-conflict", key: "a" });
      await other.commit(unconditionally(remove("a")));
      await http.release();
      expect(await contents(other)).toEqual({});
      await Promise.all([store.close(), other.close()]);
    },
  );

  test("loses no step and makes none twice, whatever is lost", { timeout: 60_000 }, async () => {
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed);
      const prefix = newPrefix();
      const lose = (path: string): Loss => {
        if (path === "/v3/watch" || random.next() > 0.3) return "none";
        return isTxn(path) && random.next() < 0.3
          ? "late"
          : random.next() < 0.5
            ? "reply"
            : "request";
      };
      const clients = [new LossyClient(lose), new LossyClient(lose)];
      const stores = await Promise.all(
        clients.map((http) =>
          opened({ endpoints: etcd.endpoints, prefix, http, random: () => random.next() }),
        ),
      );
      const steps = await Promise.all(
        [...stores, ...stores].map(async (store) => {
          let made = 0;
          for (let n = 0; n < 15; n++) {
            const [record] = (await store.load())._unsafeUnwrap();
            const compare = [{ key: "counter", revision: record?.revision ?? 0 }];
            const writes = [put("counter", Number(record?.value ?? 0) + 1)];
            const result = await store.commit({ compare, writes });
            if (result.isOk()) made += 1;
            else expect(result.error.type).toBe("store-conflict");
            if (n % 5 === 0) for (const client of clients) await client.release();
          }
          return made;
        }),
      );
      for (const client of clients) await client.release();
      const made = steps.reduce((sum, one) => sum + one, 0);
      expect(made).toBeGreaterThan(10);
      const plain = await opened({ endpoints: etcd.endpoints, prefix });
      expect(await contents(plain)).toEqual({ counter: made });
      await Promise.all([...stores, plain].map((store) => store.close()));
    }
  });

  test("says that it does not know when nobody answers in time", async () => {
    const http = new LossyClient((path) => (isTxn(path) ? "reply" : "none"));
    const store = await opened({
      endpoints: etcd.endpoints,
      prefix: newPrefix(),
      http,
      timeoutMs: 300,
    });
    const unknown = await store.commit(unconditionally(put("a", 1)));
    expect(unknown._unsafeUnwrapErr()).toMatchObject({
      type: "store-unavailable",
      message: expect.stringContaining("the reply was lost"),
    });
    await store.close();
  });

  test("refuses what etcd would not take, before it is sent", async () => {
    const store = await opened({ endpoints: etcd.endpoints, prefix: newPrefix() });
    const many = Array.from({ length: 128 }, (_, n) => put(`key-${n}`, n));
    expect((await store.commit(unconditionally(...many)))._unsafeUnwrapErr()).toEqual({
      type: "store-unavailable",
      message: "a transaction of 130 operations, and etcd takes 128",
    });
    expect((await store.commit(unconditionally(...many.slice(2)))).isOk()).toBe(true);
    const large = store.commit(unconditionally(put("a", "x".repeat(1_600_000))));
    expect((await large)._unsafeUnwrapErr()).toMatchObject({
      message: expect.stringContaining("and etcd takes 1572864"),
    });
    await store.commit(unconditionally(put("a", "x".repeat(1_500_000))));
    expect((await store.load())._unsafeUnwrap()[0]?.value).toHaveLength(1_500_000);
    await store.close();
  });

  test("refuses what is more than it is told that etcd takes", async () => {
    const bounds = { maxTxnOps: 5, maxRequestBytes: 1_000 };
    const store = await opened({ endpoints: etcd.endpoints, prefix: newPrefix(), ...bounds });
    const many = Array.from({ length: 4 }, (_, n) => put(`key-${n}`, n));
    expect((await store.commit(unconditionally(...many)))._unsafeUnwrapErr()).toMatchObject({
      message: "a transaction of 6 operations, and etcd takes 5",
    });
    expect((await store.commit(unconditionally(...many.slice(1)))).isOk()).toBe(true);
    const large = await store.commit(unconditionally(put("a", "x".repeat(1_000))));
    expect(large._unsafeUnwrapErr()).toMatchObject({
      message: expect.stringContaining("and etcd takes 1000"),
    });
    await store.close();
  });

  test("reads more records than come in one answer, all of one revision", async () => {
    const prefix = newPrefix();
    const store = await opened({ endpoints: etcd.endpoints, prefix });
    for (let batch = 0; batch < 12; batch++) {
      const writes = Array.from({ length: 100 }, (_, n) => put(`${batch}-${n}`, "y".repeat(500)));
      (await store.commit(unconditionally(...writes)))._unsafeUnwrap();
    }
    expect((await store.load())._unsafeUnwrap().length).toBe(1_200);
    await store.close();
  });

  /** A client whose streams of changes can be cut off, until that is mended. */
  function severable() {
    let isCut = false;
    const broken = new AbortController();
    const http = new LossyClient((path) => (path === "/v3/watch" && isCut ? "request" : "none"));
    const inner = http.send.bind(http);
    http.send = (request) =>
      inner(
        request.path === "/v3/watch" && !broken.signal.aborted
          ? { ...request, signal: AbortSignal.any([request.signal, broken.signal]) }
          : request,
      );
    return {
      http,
      cut: () => {
        isCut = true;
        broken.abort();
      },
      mend: () => {
        isCut = false;
      },
    };
  }

  test("tells what went and came back while a stream was broken in the order of that", async () => {
    const prefix = newPrefix();
    const { http, cut, mend } = severable();
    const store = await opened({ endpoints: etcd.endpoints, prefix, http });
    const other = await opened({ endpoints: etcd.endpoints, prefix });
    const changes: StoreChange[] = [];
    const watch = await store.watch((change) => void changes.push(change));
    cut();
    const revisions: number[] = [];
    for (const write of [put("a", 1), remove("a"), put("a", 2), put("last", 1)]) {
      revisions.push((await other.commit(unconditionally(write)))._unsafeUnwrap());
    }
    mend();
    while (changes.at(-1)?.puts.at(-1)?.key !== "last") await sleep(10);
    const [first, gone, again, last] = revisions;
    expect(changes.slice(1)).toEqual([
      { revision: first, puts: [{ key: "a", value: 1, revision: first }], deletes: [] },
      { revision: gone, puts: [], deletes: ["a"] },
      { revision: again, puts: [{ key: "a", value: 2, revision: again }], deletes: [] },
      { revision: last, puts: [{ key: "last", value: 1, revision: last }], deletes: [] },
    ]);
    watch._unsafeUnwrap()[Symbol.dispose]();
    await Promise.all([store.close(), other.close()]);
  });

  test("follows every change over streams that break, and over what etcd has forgotten", async () => {
    const prefix = newPrefix();
    const { http, cut, mend } = severable();
    const store = await opened({ endpoints: etcd.endpoints, prefix, http });
    const other = await opened({ endpoints: etcd.endpoints, prefix });
    await other.commit(unconditionally(put("gone", 1), put("changed", 1), put("kept", 1)));
    const seen = new Map<string, unknown>();
    const changes: StoreChange[] = [];
    const watch = await store.watch((change) => {
      changes.push(change);
      for (const { key, value } of change.puts) seen.set(key, value);
      for (const key of change.deletes) seen.delete(key);
    });
    await other.commit(unconditionally(put("first", 1)));
    while (!seen.has("first")) await sleep(10);
    cut();
    await other.commit(unconditionally(remove("gone"), put("changed", 2)));
    const { revision } = (await other.load())._unsafeUnwrap()[0] ?? { revision: 0 };
    const now = (await other.commit(unconditionally(put("new", 1))))._unsafeUnwrap();
    await fetch(`${etcd.endpoints[0]}/v3/kv/compaction`, {
      method: "POST",
      body: JSON.stringify({ revision: String(now) }),
    });
    expect(now).toBeGreaterThan(revision);
    mend();
    while (!seen.has("new")) await sleep(10);
    expect(Object.fromEntries(seen)).toEqual({ changed: 2, first: 1, kept: 1, new: 1 });
    expect(changes.at(-1)?.deletes).toEqual(["gone"]);
    expect(changes.at(-1)?.puts.map(({ key }) => key)).toEqual(["changed", "new"]);
    await other.commit(unconditionally(put("after", 1)));
    while (!seen.has("after")) await sleep(10);
    watch._unsafeUnwrap()[Symbol.dispose]();
    await Promise.all([store.close(), other.close()]);
  });
});

describeEtcd("an etcd store over three members", () => {
  let etcd: EtcdCluster;
  beforeAll(async () => {
    etcd = await EtcdCluster.start({ members: 3 });
    await etcd.leader();
  });
  afterAll(() => etcd[Symbol.asyncDispose]());

  test("loses nothing that it acknowledged, and tells it all, while leaders are killed and paused", {
    timeout: 90_000,
  }, async () => {
    const prefix = newPrefix();
    const { endpoints } = etcd;
    const store = await opened({ endpoints, prefix });
    const other = await opened({ endpoints: endpoints.toReversed(), prefix });
    const told = new Set<string>();
    const watch = await other.watch(({ puts }) => {
      for (const { key } of puts) told.add(key);
    });
    const acknowledged: string[] = [];
    let isOver = false;
    let longestGapMs = 0;
    const writing = [0, 1].map(async (writer) => {
      for (let n = 0; !isOver; n++) {
        const key = `${writer}/${n}`;
        const begun = Date.now();
        const compare = [{ key, revision: 0 }];
        const result = await store.commit({ compare, writes: [put(key, n)] });
        expect(result._unsafeUnwrap()).toBeGreaterThan(0);
        longestGapMs = Math.max(longestGapMs, Date.now() - begun);
        acknowledged.push(key);
        await sleep(2);
      }
    });
    for (const harm of ["kill", "pause"] as const) {
      await sleep(500);
      const leader = await etcd.leader();
      if (harm === "kill") await etcd.kill(leader);
      else etcd.pause(leader);
      await sleep(4_000);
      if (harm === "kill") etcd.restart(leader);
      else etcd.resume(leader);
      await sleep(500);
    }
    isOver = true;
    await Promise.all(writing);
    const held = new Set((await other.load())._unsafeUnwrap().map(({ key }) => key));
    expect(acknowledged.filter((key) => !held.has(key))).toEqual([]);
    for (let ms = 0; told.size < held.size && ms < 15_000; ms += 50) await sleep(50);
    expect([...held].filter((key) => !told.has(key))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(50);
    expect(longestGapMs).toBeLessThan(10_000);
    watch._unsafeUnwrap()[Symbol.dispose]();
    await Promise.all([store.close(), other.close()]);
  });
});
