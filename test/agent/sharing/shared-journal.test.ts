import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { Registry } from "../../../src/agent/registry.ts";
import { mirrorRecords } from "../../../src/agent/sharing/record-mirror.ts";
import { SharedJournal } from "../../../src/agent/sharing/shared-journal.ts";
import { StoreView } from "../../../src/agent/sharing/store-view.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { networkNumber, projectId } from "../../../src/model/ids.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { holderOf } from "../../../src/network/claims.ts";
import { decideSetup } from "../../../src/network/decide.ts";
import { currentOf, type NetworkRecord } from "../../../src/network/record.ts";
import { recordFromJson } from "../../../src/network/record-json.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { seededRandom } from "../../../src/testing/index.ts";
import { campus } from "../../support/campus.ts";

const topology = campus();
const hostPorts = ["s1a:eth1", "s2a:eth1", "s3a:eth1", "s3b:eth1", "s4a:eth1", "s4b:eth1"];

/** An agent as far as its books go. */
async function bookkeeper(store: Store, agent: string) {
  const view = (await StoreView.follow(store))._unsafeUnwrap();
  const registry = new Registry(topology);
  const unreadable: string[] = [];
  const following = mirrorRecords(view, registry, {
    changed: () => {},
    quarantineOver: () => {},
    unreadable: (message) => unreadable.push(message),
  });
  const lease = (await store.lease(60_000))._unsafeUnwrap();
  const journal = new SharedJournal({
    ...{ view, agent, lease: () => lease.id },
    agents: () => ["a", "b", "c"],
    topology: () => registry.topology,
  });
  return { agent, view, registry, journal, lease, unreadable, following };
}

type Bookkeeper = Awaited<ReturnType<typeof bookkeeper>>;

/** Decides, intends and settles one network; gives its record, or why there is none. */
async function setUp(
  { registry, journal }: Bookkeeper,
  network: { readonly name: string; readonly number: number; readonly ends: readonly string[] },
  mbps: number,
) {
  const project = projectId(network.name);
  if (registry.record(project) !== undefined) return "exists";
  const decision = decideSetup(registry.view(), holderOf(project), {
    endpoints: [...new Set(network.ends)].sort().map((hostPort) => ({ hostPort })),
    bandwidth: bandwidth(mbps * 1e6),
    vlans: VlanSet.parse("100-104")._unsafeUnwrap(),
    sharing: "hose",
    delivery: "flood",
    protection: "none",
    priority: 0,
  });
  if (decision.isErr()) return decision.error.type;
  const base = { project, number: networkNumber(network.number), createdAt: 1, updatedAt: 1 };
  const begun: NetworkRecord = { ...base, phase: "setup", target: decision.value.target };
  const intent = await journal.write([{ type: "network", record: begun }]);
  if (intent.isErr()) return intent.error.type;
  const done = { ...base, phase: "stable" as const, current: decision.value.target };
  const outcome = await journal.write([{ type: "network", record: done }]);
  return outcome.isOk() ? done : outcome.error.type;
}

/** Adds up what the records in a store promise: shares nothing with the ledger. */
async function expectNothingPromisedTwice(store: Store): Promise<void> {
  const records = (await store.load())._unsafeUnwrap();
  const load = new Map<string, number>();
  const labels = new Set<string>();
  const projects = new Set<string>();
  for (const { key, value } of records.filter((one) => one.key.startsWith("network/"))) {
    const record = recordFromJson(value)._unsafeUnwrap();
    expect(projects.has(record.project), record.project).toBe(false);
    projects.add(record.project);
    const realisation = currentOf(record);
    for (const { link, label, forward, backward } of realisation?.plan.links ?? []) {
      expect(labels.has(`${link} ${label}`), `${key}: label ${label} of ${link}`).toBe(false);
      labels.add(`${link} ${label}`);
      for (const [direction, amount] of Object.entries({ forward, backward })) {
        const sum = (load.get(`${link} ${direction}`) ?? 0) + amount;
        load.set(`${link} ${direction}`, sum);
        expect(sum).toBeLessThanOrEqual(topology.links.get(link)?.capacity ?? 0);
      }
    }
  }
}

let open: Store[] = [];
afterEach(async () => {
  await Promise.all(open.map((store) => store.close()));
  open = [];
});
const newStore = (): Store => {
  const store = new MemoryStore();
  open.push(store);
  return store;
};

describe("agents that keep their books in one store", () => {
  test("promise nothing twice, whatever they decide at once", { timeout: 60_000 }, async () => {
    let conflicts = 0;
    let successes = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const store = newStore();
        const agents = await Promise.all(["a", "b", "c"].map((name) => bookkeeper(store, name)));
        await Promise.all(
          agents.map(async (keeper, index) => {
            const random = seededRandom(seed + index);
            const any = (bound: number): number => Math.floor(random.next() * bound);
            for (let n = 0; n < 8; n += 1) {
              const name = `p${any(12)}`;
              const ends = Array.from({ length: 2 }, () => hostPorts[any(hostPorts.length)] ?? "");
              const number = 1 + index + 3 * n;
              const outcome = await setUp(keeper, { name, number, ends }, 1_000 * (1 + any(4)));
              if (outcome === "store-conflict") conflicts += 1;
              if (typeof outcome !== "string") successes += 1;
              for (let turn = any(20); turn > 0; turn -= 1) await Promise.resolve();
              const own = keeper.registry.records().find(({ phase }) => phase === "stable");
              if (own?.phase !== "stable" || any(3) > 0) continue;
              const teardown = { ...own, phase: "teardown" as const };
              const begun = await keeper.journal.write([{ type: "network", record: teardown }]);
              if (begun.isErr()) continue;
              await keeper.journal.write([{ type: "network-gone", record: teardown }]);
            }
          }),
        );
        await expectNothingPromisedTwice(store);
        await new Promise((resolve) => setImmediate(resolve));
        const [first, ...others] = agents.map(({ registry }) =>
          registry
            .records()
            .map(({ number }) => number)
            .sort(),
        );
        for (const other of others) expect(other).toEqual(first);
        expect(agents.flatMap(({ unreadable }) => unreadable)).toEqual([]);
      }),
      { numRuns: 40 },
    );
    expect(conflicts).toBeGreaterThan(0);
    expect(successes).toBeGreaterThan(100);
  });

  test("do not meet when their networks have no link and no port in common", async () => {
    const store = newStore();
    const [a, b] = [await bookkeeper(store, "a"), await bookkeeper(store, "b")];
    const outcomes = await Promise.all([
      setUp(a, { name: "p", number: 1, ends: ["s1a:eth1"] }, 1),
      setUp(b, { name: "q", number: 2, ends: ["s3a:eth1"] }, 1),
    ]);
    expect(outcomes.filter((outcome) => typeof outcome === "string")).toEqual([]);
  });

  test("give one of two the network of a project, and the one that is late a conflict", async () => {
    const store = newStore();
    const [a, b] = [await bookkeeper(store, "a"), await bookkeeper(store, "b")];
    const outcomes = await Promise.all([
      setUp(a, { name: "p", number: 1, ends: ["s1a:eth1"] }, 1),
      setUp(b, { name: "p", number: 2, ends: ["s3a:eth1"] }, 1),
    ]);
    expect(outcomes.filter((outcome) => outcome === "store-conflict").length).toBe(1);
  });

  test("leave what a dead one had begun to another, whose it is from then on", async () => {
    const store = newStore();
    const [a, b] = [await bookkeeper(store, "a"), await bookkeeper(store, "b")];
    const done = await setUp(a, { name: "p", number: 1, ends: ["s1a:eth1"] }, 1);
    if (typeof done === "string") throw new Error(done);
    const begun: NetworkRecord = { ...done, phase: "teardown" };
    (await a.journal.write([{ type: "network", record: begun }]))._unsafeUnwrap();
    await new Promise((resolve) => setImmediate(resolve));
    expect(b.journal.worker(begun.number)).toBe(a.lease.id);
    (await a.lease.revoke())._unsafeUnwrap();
    await new Promise((resolve) => setImmediate(resolve));
    expect(b.journal.worker(begun.number)).toBeUndefined();
    (await b.journal.write([{ type: "network", record: begun }]))._unsafeUnwrap();
    const late = await a.journal.write([{ type: "network-gone", record: begun }]);
    expect(late._unsafeUnwrapErr().type).toBe("store-conflict");
    (await b.journal.write([{ type: "network-gone", record: begun }]))._unsafeUnwrap();
    expect((await store.load())._unsafeUnwrap().map(({ key }) => key)).not.toContain("network/1");
  });
});
