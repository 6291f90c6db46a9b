import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { describeError } from "../../src/model/errors.ts";
import { FileStore, type FileStoreOptions } from "../../src/store/file-store.ts";
import { encodeBatch } from "../../src/store/journal.ts";
import type { StoredRecord } from "../../src/store/store.ts";
import { put, remove, unconditionally } from "../../src/testing/store-check.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { describeStore } from "./describe-store.ts";
import { applyToModel, pinRevisions, sorted, transactions } from "./store-model.ts";

let folder = "";
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dcns-file-store-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const newPath = () => join(folder, `journal-${files++}`);
const opened = async (path: string, options?: FileStoreOptions) =>
  (await FileStore.open(path, options))._unsafeUnwrap();
const refusal = async (path: string) =>
  describeError((await FileStore.open(path))._unsafeUnwrapErr()).replace(
    "the store is unavailable: ",
    "",
  );
const keysIn = async (store: FileStore) =>
  (await store.load())._unsafeUnwrap().map(({ key }) => key);

/** A closed journal of a snapshot and three lines, whose last put the key `last`. */
async function someJournal(): Promise<string> {
  const path = newPath();
  const store = await opened(path);
  for (const key of ["first", "second", "last"]) await store.commit(unconditionally(put(key, key)));
  await store.close();
  return path;
}

for (const [name, options] of [
  ["a file store", {}],
  ["a file store that rewrites its journal all the time", { rewriteAboveBytes: 0 }],
] as const) {
  describeStore(name, async () => {
    const clock = fakeClock();
    const store = await opened(newPath(), { ...options, clock });
    return { store, other: store, elapse: (ms) => clock.advance(ms), dispose: async () => {} };
  });
}

describe("a file store opened again", () => {
  test("has the records and revisions that it had", async () => {
    const path = newPath();
    const store = await opened(path);
    await store.commit(unconditionally(put("a", 1), put("b", { deep: ["é", null] })));
    await store.commit(unconditionally(remove("a"), put("c", "\ud800")));
    const before = (await store.load())._unsafeUnwrap();
    await store.close();
    const again = await opened(path);
    expect((await again.load())._unsafeUnwrap()).toEqual(before);
    const next = await again.commit(unconditionally(put("d", 1)));
    expect(next._unsafeUnwrap()).toBe(3);
    await again.close();
  });

  test("agrees with a map after any transactions and restarts", async () => {
    const steps = fc.array(
      fc.oneof({ weight: 4, arbitrary: transactions }, fc.constant("reopen")),
      {
        maxLength: 25,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(0, 300, 1e6), async (list, rewriteAboveBytes) => {
        const path = newPath();
        const model = new Map<string, StoredRecord>();
        let store = await opened(path, { rewriteAboveBytes });
        for (const step of list) {
          if (typeof step === "string") {
            await store.close();
            store = await opened(path, { rewriteAboveBytes });
          } else {
            const transaction = pinRevisions(step, model);
            applyToModel(model, transaction, await store.commit(transaction));
          }
          expect((await store.load())._unsafeUnwrap()).toEqual(sorted(model));
        }
        await store.close();
      }),
      { numRuns: 40 },
    );
  });
});

describe("a file store opened by a symbolic link", () => {
  test("is the one that the link leads to, and has its one writer", async () => {
    const [path, other] = [newPath(), newPath()];
    await symlink(path, other);
    const store = await opened(path, { rewriteAboveBytes: 0 });
    expect(await refusal(other)).toContain(`${path}.lock is held by`);
    await store.commit(unconditionally(put("a", 1)));
    await store.close();
    const again = await opened(other, { rewriteAboveBytes: 0 });
    await again.commit(unconditionally(put("b", 1)));
    await again.close();
    const last = await opened(path);
    expect(await keysIn(last)).toEqual(["a", "b"]);
    await last.close();
  });
});

describe("a file store opened after its process has ended", () => {
  test("has nothing of what was under a lease, and says so in its journal", async () => {
    const path = newPath();
    const store = await opened(path, { clock: fakeClock() });
    const lease = (await store.lease(5_000))._unsafeUnwrap();
    const held = { type: "put", key: "held", value: 1, lease: lease.id } as const;
    await store.commit(unconditionally(held, put("free", 1)));
    await store.close();
    for (let round = 0; round < 2; round++) {
      const again = await opened(path);
      expect(await keysIn(again)).toEqual(["free"]);
      await again.close();
    }
    expect((await readFile(path, "utf8")).trimEnd().split("\n").length).toBe(3);
  });
});

/** A line as any format has it. */
function encodedLine(content: object): string {
  const text = JSON.stringify(content);
  return `${createHash("sha256").update(text).digest("hex").slice(0, 32)} ${text}\n`;
}

describe("a journal of the first format", () => {
  const first = [
    'e31ebd309ffbe2804db6c645bf644117 {"format":"dcns-journal/1","revision":2,"records":[{"key":"a","value":{"n":1},"revision":1}]}',
    '101e04f636ecc30bb2b43993c786d57f {"revision":3,"transactions":[[{"type":"put","key":"b","value":"é"}],[{"type":"delete","key":"a"}]]}',
    "",
  ].join("\n");

  test("is read, and is of the present format from then on", async () => {
    const path = newPath();
    await writeFile(path, first);
    const store = await opened(path);
    expect((await store.load())._unsafeUnwrap()).toEqual([{ key: "b", value: "é", revision: 3 }]);
    await store.commit(unconditionally(put("c", 1)));
    await store.close();
    const text = await readFile(path, "utf8");
    expect(text).toContain('{"format":"dcns-journal/2","revision":4,"records":[{"key":"b",');
    const again = await opened(path);
    expect(await keysIn(again)).toEqual(["b", "c"]);
    await again.close();
  });

  test("that was cut off by a crash is read as far as it goes", async () => {
    const path = newPath();
    await writeFile(path, first.slice(0, -3));
    const store = await opened(path);
    expect(await keysIn(store)).toEqual(["a"]);
    await store.close();
  });

  test("with damage is refused, and left as it is", async () => {
    const path = newPath();
    const damaged = first.replace('"n":1', '"n":2');
    await writeFile(path, damaged);
    expect(await refusal(path)).toBe(`${path}: line 1 is damaged`);
    expect(await readFile(path, "utf8")).toBe(damaged);
  });

  test("of a later format than this program knows is refused", async () => {
    const path = newPath();
    await writeFile(path, encodedLine({ format: "dcns-journal/3", revision: 0, records: [] }));
    expect(await refusal(path)).toContain(`${path}: line 1 `);
  });
});

describe("a journal that was cut off by a crash", () => {
  test("loses its last line and no other, wherever that was cut", async () => {
    const path = await someJournal();
    const whole = await readFile(path);
    const lastLine = whole.lastIndexOf("\n", -2) + 1;
    for (let length = lastLine; length < whole.length; length += 7) {
      const cut = newPath();
      await writeFile(cut, whole.subarray(0, length));
      const store = await opened(cut);
      expect(await keysIn(store)).toEqual(["first", "second"]);
      const revision = await store.commit(unconditionally(put("next", 1)));
      expect(revision._unsafeUnwrap()).toBe(3);
      await store.close();
      const again = await opened(cut);
      expect(await keysIn(again)).toEqual(["first", "next", "second"]);
      await again.close();
    }
  });

  test("loses a last line of which blocks were never written", async () => {
    const path = await someJournal();
    const writer = await opened(path);
    await writer.commit(unconditionally(put("long", "x".repeat(2_000))));
    await writer.close();
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0, 1_024, 1_536));
    const store = await opened(path);
    expect(await keysIn(store)).toEqual(["first", "last", "second"]);
    await store.close();
  });
});

describe("a journal with any other damage", () => {
  test("is refused with the line named, and left as it is", async () => {
    const path = await someJournal();
    const bytes = await readFile(path);
    const secondLine = bytes.indexOf("\n") + 1;
    bytes.writeUInt8(bytes.readUInt8(secondLine + 50) ^ 1, secondLine + 50);
    await writeFile(path, bytes);
    expect(await refusal(path)).toBe(`${path}: line 2 is damaged`);
    expect(await readFile(path)).toEqual(bytes);
  });

  test.each([
    ["x", 5],
    ["\0", 5],
    ["x", 1],
  ])("is refused when its last line is whole and wrong: %j", async (byte, fromEnd) => {
    const path = await someJournal();
    const bytes = await readFile(path);
    const at = bytes.length - fromEnd;
    await writeFile(path, bytes.fill(byte, at, at + 1));
    expect(await refusal(path)).toBe(`${path}: line 4 is damaged`);
    expect(await readFile(path)).toEqual(bytes);
  });

  test("is refused when a line is missing, or there twice", async () => {
    const path = await someJournal();
    const [snapshot, first, second, last] = (await readFile(path, "utf8")).split("\n");
    await writeFile(path, [snapshot, first, last, ""].join("\n"));
    expect(await refusal(path)).toBe(`${path}: line 3 has revision 3, not 2`);
    await writeFile(path, [snapshot, first, first, second, ""].join("\n"));
    expect(await refusal(path)).toBe(`${path}: line 3 has revision 1, not 2`);
  });

  test("is refused when it is of another format, empty, or no journal at all", async () => {
    const path = newPath();
    await writeFile(path, "");
    expect(await refusal(path)).toBe(`${path}: line 1 has no end`);
    await writeFile(path, '{"some":"json"}\n');
    expect(await refusal(path)).toBe(`${path}: line 1 is damaged`);
    await writeFile(path, encodeBatch({ revision: 1, transactions: [] }));
    expect(await refusal(path)).toContain(`${path}: line 1 `);
  });

  test("is let go, so that it can be opened when it has been mended", async () => {
    const path = await someJournal();
    const whole = await readFile(path);
    await writeFile(path, "x\n");
    await refusal(path);
    await writeFile(path, whole);
    const store = await opened(path);
    expect(await keysIn(store)).toEqual(["first", "last", "second"]);
    await store.close();
  });
});

describe("a journal that has grown", () => {
  test("is rewritten when it is twice what its records need, and stays small", async () => {
    const path = newPath();
    const store = await opened(path, { rewriteAboveBytes: 4_000 });
    let largest = 0;
    for (let n = 0; n < 300; n++) {
      await store.commit(unconditionally(put(`key-${n % 10}`, { n, padding: "x".repeat(50) })));
      largest = Math.max(largest, (await stat(path)).size);
    }
    expect(largest).toBeLessThan(6_000);
    await store.close();
    const again = await opened(path);
    expect((await again.load())._unsafeUnwrap().map(({ revision }) => revision)).toEqual(
      Array.from({ length: 10 }, (_, n) => 291 + n),
    );
    await again.close();
  });
});

describe("commits that come while the disk is busy", () => {
  test("are written as one line", async () => {
    const path = newPath();
    const store = await opened(path);
    const pending = Array.from({ length: 50 }, (_, n) =>
      store.commit(unconditionally(put(`key-${n}`, n))),
    );
    const revisions = (await Promise.all(pending)).map((result) => result._unsafeUnwrap());
    expect(revisions).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(3);
    await store.close();
  });
});

describe("a disk that fails", () => {
  test("makes the store unavailable until it is opened anew", async () => {
    const path = newPath();
    const store = await opened(path);
    await store.commit(unconditionally(put("a", 1)));
    const handle = await open(path);
    const broken = vi
      .spyOn(Object.getPrototypeOf(handle), "datasync")
      .mockRejectedValueOnce(new Error("EIO: i/o error, fdatasync"));
    await handle.close();
    const answers = await Promise.all([
      store.commit(unconditionally(put("b", 1))),
      store.commit(unconditionally(put("c", 1))),
    ]);
    broken.mockRestore();
    const error = { type: "store-unavailable", message: "EIO: i/o error, fdatasync" };
    expect(answers.map((answer) => answer._unsafeUnwrapErr())).toEqual([error, error]);
    expect((await store.commit(unconditionally(put("d", 1))))._unsafeUnwrapErr()).toEqual(error);
    expect((await store.load())._unsafeUnwrapErr()).toEqual(error);
    await store.close();
    const again = await opened(path);
    expect(await keysIn(again)).toContain("a");
    await again.close();
  });

  test("refuses to open where nothing can be written", async () => {
    expect(await refusal(join(folder, "nowhere", "journal"))).toContain("ENOENT");
  });
});

describe("a writer that is killed", () => {
  test("loses no commit that it acknowledged, and leaves a lock that the next one takes over", {
    timeout: 30_000,
  }, async () => {
    const path = newPath();
    const script = join(import.meta.dirname, "committing-process.ts");
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      const writer = spawn(process.execPath, ["--import", "tsx", script, path], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      const exit = once(writer, "close");
      writer.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.length > 2_000 + round * 777) writer.kill("SIGKILL");
      });
      await exit;
      acknowledged.push(...output.slice(0, output.lastIndexOf("\n")).split("\n"));
      const store = await opened(path);
      const held = new Set(await keysIn(store));
      expect(acknowledged.filter((key) => !held.has(key))).toEqual([]);
      await store.close();
    }
    expect(acknowledged.length).toBeGreaterThan(500);
    const left = (await readdir(folder)).filter((name) => name.startsWith(`${basename(path)}.`));
    expect(left).toEqual([]);
  });
});
