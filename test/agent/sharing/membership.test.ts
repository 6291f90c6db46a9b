import { expect, test } from "vitest";
import { Membership } from "../../../src/agent/sharing/membership.ts";
import { StoreView } from "../../../src/agent/sharing/store-view.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { fakeClock } from "../../support/fake-clock.ts";

test("a store has room for 32 agents, and for another when one has left", async () => {
  const clock = fakeClock();
  const store = new MemoryStore({ clock });
  const view = (await StoreView.follow(store))._unsafeUnwrap();
  const join = async (agent: string) => {
    const options = { store, view, clock, agent, leaseMs: 3_000 };
    const membership = new Membership({ ...options, lost: () => {}, joined: () => {} });
    return { membership, joined: await clock.until(membership.join()) };
  };
  const members: Membership[] = [];
  for (let n = 0; n < 32; n += 1) {
    const { membership, joined } = await join(`agent${n}`);
    expect(joined.isOk()).toBe(true);
    members.push(membership);
  }
  expect(new Set(members.map(({ slot }) => slot)).size).toBe(32);
  const { joined, membership } = await join("late");
  expect(joined._unsafeUnwrapErr()).toEqual({ type: "full" });
  await membership.leave();
  await members.pop()?.leave();
  const another = await join("another");
  expect(another.joined.isOk()).toBe(true);
  for (const each of [...members, another.membership]) await each.leave();
  view[Symbol.dispose]();
  await store.close();
  expect(clock.countTimers()).toBe(0);
});
