import fc from "fast-check";
import { err, ok } from "neverthrow";
import { describe, expect, test } from "vitest";
import { diceFrom } from "../../scripts/sim/dice.ts";
import { SimStore } from "../../scripts/sim/sim-store.ts";
import { Journal, type JournalEntry } from "../../src/agent/journal.ts";
import { Ledger } from "../../src/ledger.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { networkNumber, projectId } from "../../src/model/ids.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { decideSetup } from "../../src/network/decide.ts";
import type { NetworkRecord } from "../../src/network/record.ts";
import { allLinksUp, topologyResources } from "../../src/pce/index.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { campus } from "../support/campus.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { WatchedStore } from "../support/watched-store.ts";

const topology = campus();
const { target } = decideSetup(
  { topology, ledger: Ledger.over(topologyResources(topology)), linkState: allLinksUp },
  "p",
  {
    endpoints: [{ hostPort: "s1a:eth1" }],
    bandwidth: bandwidth(1),
    vlans: VlanSet.of(101),
    sharing: "hose",
    delivery: "flood",
    protection: "none",
    priority: 0,
  },
)._unsafeUnwrap();

function recordOf(number: number): NetworkRecord {
  const base = { project: projectId("p"), createdAt: 1, updatedAt: 1 };
  return { ...base, number: networkNumber(number), phase: "stable", current: target };
}

const put = (number: number): JournalEntry => ({ type: "network", record: recordOf(number) });
const gone = (number: number): JournalEntry => ({ type: "network-gone", record: recordOf(number) });

async function numbersIn(journal: Journal): Promise<readonly number[]> {
  const { networks } = (await journal.load())._unsafeUnwrap();
  return networks.map(({ number }) => number);
}

describe("Journal", () => {
  test("what is written is there for the next journal, and what is gone is not", async () => {
    const store = new MemoryStore();
    const journal = new Journal(store, fakeClock());
    (await journal.write([put(1), put(2)]))._unsafeUnwrap();
    (await journal.write([gone(1), put(3)]))._unsafeUnwrap();
    expect(await numbersIn(new Journal(store, fakeClock()))).toEqual([2, 3]);
  });

  test("a journal that writes over what another wrote is told, and nothing is written", async () => {
    const store = new MemoryStore();
    const [one, other] = [new Journal(store, fakeClock()), new Journal(store, fakeClock())];
    (await one.write([put(1)]))._unsafeUnwrap();
    const refused = await other.write([put(2), put(1)]);
    expect(refused._unsafeUnwrapErr()).toEqual({ type: "store-conflict", key: "network/1" });
    expect(await numbersIn(new Journal(store, fakeClock()))).toEqual([1]);
    await other.load();
    (await other.write([put(1)]))._unsafeUnwrap();
  });

  test("what a store did not take of an outcome is written with the next entries", async () => {
    const inner = new MemoryStore();
    const store = new WatchedStore(inner);
    const journal = new Journal(store, fakeClock());
    (await journal.write([put(1)]))._unsafeUnwrap();
    store.fail(1, 2);
    expect((await journal.settle([gone(1)])).isErr()).toBe(true);
    expect((await journal.write([put(2)])).isErr()).toBe(true);
    expect(await numbersIn(new Journal(inner, fakeClock()))).toEqual([1]);
    (await journal.write([put(3)]))._unsafeUnwrap();
    expect(await numbersIn(new Journal(inner, fakeClock()))).toEqual([3]);
  });

  test("an outcome that was missed does not undo what was written since", async () => {
    const inner = new MemoryStore();
    const store = new WatchedStore(inner);
    const journal = new Journal(store, fakeClock());
    (await journal.write([put(1)]))._unsafeUnwrap();
    store.fail(1);
    await journal.settle([gone(1)]);
    (await journal.write([put(1)]))._unsafeUnwrap();
    (await journal.write([put(2)]))._unsafeUnwrap();
    expect(await numbersIn(new Journal(inner, fakeClock()))).toEqual([1, 2]);
  });

  test("a setup that is left beside the project's network is forgotten, and written off later", async () => {
    const store = new MemoryStore();
    const { project, number, createdAt, updatedAt } = recordOf(9);
    const left: NetworkRecord = { project, number, createdAt, updatedAt, phase: "setup", target };
    const earlier = new Journal(store, fakeClock());
    (await earlier.write([{ type: "network", record: left }, put(10)]))._unsafeUnwrap();
    const journal = new Journal(store, fakeClock());
    expect(await numbersIn(journal)).toEqual([10]);
    (await journal.write([put(10)]))._unsafeUnwrap();
    const keys = (await store.load())._unsafeUnwrap().map(({ key }) => key);
    expect(keys).toEqual(["network/10"]);
  });

  test("goes on when a store has written without saying so", async () => {
    const store = new MemoryStore();
    let isMute = false;
    const commit = store.commit.bind(store);
    store.commit = (transaction) =>
      commit(transaction).andThen((revision) =>
        isMute ? err({ type: "store-unavailable" as const, message: "no answer" }) : ok(revision),
      );
    const journal = new Journal(store, fakeClock());
    (await journal.write([put(1), put(2)]))._unsafeUnwrap();
    isMute = true;
    expect((await journal.write([put(1), gone(2), put(3)]))._unsafeUnwrapErr().type).toBe(
      "store-unavailable",
    );
    isMute = false;
    (await journal.write([put(1)]))._unsafeUnwrap();
    (await journal.write([put(2), gone(3)]))._unsafeUnwrap();
    expect(await numbersIn(new Journal(store, fakeClock()))).toEqual([1, 2]);
  });

  test("whatever a slow store drops, what is settled last is there in the end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(settlement, { maxLength: 15 }), async (seed, asked) => {
        const clock = fakeClock();
        const disk = new MemoryStore();
        const trouble = { fail: 0.3, failAfterWriting: 0.2, maxDelayMs: 50 };
        const clocks = { world: clock, own: clock };
        const store = new SimStore(disk, clocks, diceFrom(seed), trouble);
        const journal = new Journal(store, clock);
        const last = new Map<number, number | undefined>();
        for (const [index, { number, isGone, pauseMs }] of asked.entries()) {
          const record = { ...recordOf(number), updatedAt: index };
          last.set(number, isGone ? undefined : index);
          void journal.settle([{ type: isGone ? "network-gone" : "network", record }]);
          await clock.advance(pauseMs);
        }
        store.setRates({ ...trouble, fail: 0, failAfterWriting: 0 });
        await clock.advance(120_000);
        const { networks } = (await new Journal(disk, clock).load())._unsafeUnwrap();
        const found = new Map(networks.map((one) => [Number(one.number), one.updatedAt]));
        for (const [number, index] of last) expect(found.get(number)).toBe(index);
      }),
      { numRuns: 200 },
    );
  });
});

const settlement = fc.record({
  number: fc.integer({ min: 1, max: 3 }),
  isGone: fc.boolean(),
  pauseMs: fc.constantFrom(0, 1, 20, 100, 2_000),
});
