import { FileStore } from "../../src/store/file-store.ts";

/**
 * Opens the store named by its argument and commits until it is killed, several at a time; writes
 * each key to standard output when its commit has been acknowledged.
 */
const [path = ""] = process.argv.slice(2);
const store = (await FileStore.open(path, { rewriteAboveBytes: 20_000 }))._unsafeUnwrap();
const begun = (await store.load())._unsafeUnwrap().length;

async function commitForEver(writer: number): Promise<void> {
  for (let n = 0; ; n++) {
    const key = `${begun}/${writer}/${n}`;
    const committed = await store.commit({
      compare: [{ key, revision: 0 }],
      writes: [{ type: "put", key, value: { padding: "x".repeat(n % 100) } }],
    });
    if (committed.isErr()) throw new Error(JSON.stringify(committed.error));
    process.stdout.write(`${key}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(commitForEver));
