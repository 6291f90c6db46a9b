import { expect, test } from "vitest";
import { StoreView } from "../../../src/agent/sharing/store-view.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import type { StoreTransaction } from "../../../src/store/store.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { RemoteStore } from "../../support/remote-store.ts";

test("what was written is known when it is acknowledged, whatever becomes of the value later", async () => {
  const clock = fakeClock();
  const store = new MemoryStore({ clock });
  const remote = new RemoteStore(store, { world: clock, own: clock, delayMs: () => 5 });
  const view = (await clock.until(StoreView.follow(remote)))._unsafeUnwrap();
  const list = [1];
  const transaction: StoreTransaction = {
    compare: [],
    writes: [{ type: "put", key: "kind/a", value: { list } }],
  };
  const committed = await clock.until(view.commit(transaction));
  list.push(2);
  expect(committed.isOk()).toBe(true);
  expect(view.get("kind/a")?.value).toEqual({ list: [1] });
  await clock.advance(100);
  expect(view.get("kind/a")?.value).toEqual({ list: [1] });
});
