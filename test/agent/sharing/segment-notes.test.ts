import { expect, test } from "vitest";
import { SegmentNotes } from "../../../src/agent/sharing/segment-notes.ts";
import { StoreView } from "../../../src/agent/sharing/store-view.ts";
import { domainId, networkNumber } from "../../../src/model/ids.ts";
import { segmentIdOf } from "../../../src/network/forwarding.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { RemoteStore } from "../../support/remote-store.ts";

const domain = domainId("wan");
const segment = segmentIdOf({ number: networkNumber(1) }, domain);
const NETWORK_KEY = "network/1";

/** Notes of a domain that is ours, in a store with one network. */
async function start() {
  const clock = fakeClock();
  const store = new MemoryStore({ clock });
  await store.commit({ compare: [], writes: [{ type: "put", key: NETWORK_KEY, value: 1 }] });
  const remote = new RemoteStore(store, { world: clock, own: clock, delayMs: () => 5 });
  const view = (await clock.until(StoreView.follow(remote)))._unsafeUnwrap();
  const notes = new SegmentNotes("outage/", { domain, view, clock, isOurs: () => true });
  const remove = () =>
    store.commit({ compare: [], writes: [{ type: "delete", key: NETWORK_KEY }] });
  const put: string[] = [];
  await store.watch(({ puts }) => {
    put.push(...puts.map(({ key }) => key).filter((key) => key !== NETWORK_KEY));
  });
  const keys = async () => (await store.load())._unsafeUnwrap().map(({ key }) => key);
  return { clock, notes, remove, put, keys };
}

test("what is written of a segment is what is wanted last", async () => {
  const { clock, notes, keys } = await start();
  let wanted: string | undefined = "first";
  const first = notes.bring(segment, () => wanted);
  wanted = "last";
  await clock.until(Promise.all([first, notes.bring(segment, () => wanted)]));
  expect(notes.of(segment)).toBe("last");
  await clock.until(notes.bring(segment, () => undefined));
  expect(await keys()).toEqual([NETWORK_KEY]);
});

test("nothing is written of a network that is gone, also where that is not heard yet", async () => {
  const { clock, notes, remove, put } = await start();
  await remove();
  await clock.until(notes.bring(segment, () => "down"));
  await clock.advance(1_000);
  await clock.until(notes.bring(segment, () => "down"));
  expect(put).toEqual([]);
});
