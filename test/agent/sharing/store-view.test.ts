import { expect, test } from "vitest";
import { StoreView } from "../../../src/agent/sharing/store-view.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import type { Store } from "../../../src/store/store.ts";

/** A store that tells what there is, and nothing of what is written later. */
function silent(store: Store): Store {
  let hasTold = false;
  return {
    load: () => store.load(),
    commit: (transaction) => store.commit(transaction),
    lease: (ttlMs) => store.lease(ttlMs),
    close: () => store.close(),
    watch: (listener) =>
      store.watch((change) => {
        if (!hasTold) listener(change);
        hasTold = true;
      }),
  };
}

test("what was written is known before it is heard of, whatever becomes of the value later", async () => {
  const view = (await StoreView.follow(silent(new MemoryStore())))._unsafeUnwrap();
  const list = [1];
  const writes = [{ type: "put", key: "kind/a", value: { list } }] as const;
  expect((await view.commit({ compare: [], writes })).isOk()).toBe(true);
  list.push(2);
  expect(view.get("kind/a")?.value).toEqual({ list: [1] });
});
