import { expect, test } from "vitest";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { put, unconditionally } from "../../src/testing/store-check.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { describeStore } from "./describe-store.ts";

describeStore("a memory store", async () => {
  const clock = fakeClock();
  const store = new MemoryStore({ clock });
  return { store, other: store, elapse: (ms) => clock.advance(ms), dispose: async () => {} };
});

test("a memory store leaves no timer when it is closed", async () => {
  const clock = fakeClock();
  const store = new MemoryStore({ clock });
  const lease = (await store.lease(5_000))._unsafeUnwrap();
  await store.commit(unconditionally({ type: "put", key: "a", value: 1, lease: lease.id }));
  await store.commit(unconditionally(put("b", 1)));
  expect(clock.countTimers()).toBe(1);
  await store.close();
  expect(clock.countTimers()).toBe(0);
});
