import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { MemoryDriver } from "../../src/drivers/memory.ts";
import { MemoryDomain } from "../../src/drivers/memory-domain.ts";
import { nodeId } from "../../src/model/ids.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Store } from "../../src/store/store.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";
import { errorOf, value } from "../support/testbed.ts";
import { twoDomains } from "../support/two-domains.ts";

const both = ["west:eth0", "east:eth0"];
const west = nodeId("w1");

interface World {
  readonly clock: FakeClock;
  readonly agent: DcnsAgent;
  readonly domains: { readonly west: MemoryDomain; readonly east: MemoryDomain };
}

async function start(
  domains: World["domains"] = { west: new MemoryDomain(), east: new MemoryDomain() },
  store: Store = new MemoryStore(),
): Promise<World> {
  const clock = fakeClock();
  const drivers = {
    west: new MemoryDriver(domains.west),
    east: new MemoryDriver(domains.east),
  };
  const started = DcnsAgent.start({ topology: twoDomains(), drivers, clock, store });
  return { clock, domains, agent: value(await clock.until(started)) };
}

describe("a network over two domains", () => {
  test("has a segment in each, and leaves nothing in either when it is gone", async () => {
    const { clock, agent, domains } = await start();
    const info = value(await clock.until(agent.setupPhysicalNetwork("p", both, 1e6, 101)));
    expect(info.segments.map(({ domain }) => domain)).toEqual(["east", "west"]);
    expect([...domains.west.segments, ...domains.east.segments]).toHaveLength(2);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect([...domains.west.segments, ...domains.east.segments]).toEqual([]);
    await clock.until(agent.close());
  });

  test("is undone in both when one of them refuses", async () => {
    const { clock, agent, domains } = await start();
    domains.east.rejectNext("the table is full");
    const refused = await clock.until(agent.setupPhysicalNetwork("p", both, 1e6, 101));
    expect(errorOf(refused, "driver-failed").causes[0]?.message).toBe("the table is full");
    expect([...domains.west.segments, ...domains.east.segments]).toEqual([]);
    expect(agent.listNetworks()).toEqual([]);
    await clock.until(agent.close());
  });

  test("a node that comes back while the other domain is still being undone is no one's captive", async () => {
    const { clock, agent, domains } = await start();
    domains.east.delayMs = 200;
    domains.east.rejectNext("no");
    const call = agent.setupPhysicalNetwork("p", both, "600Mbps", 101);
    await clock.advance(50);
    domains.west.setReachable(west, false);
    await clock.advance(230);
    domains.west.setReachable(west, true);
    errorOf(await clock.until(call), "driver-failed");
    const again = agent.setupPhysicalNetwork("q", both, "600Mbps", 101);
    expect(value(await clock.until(again)).state).toBe("active");
    await clock.until(agent.close());
  });
});

describe("a store that takes its time", () => {
  /** A store whose commits take `turns` turns of the event loop. */
  function slow(inner: Store, turns: number): Store {
    const later = async (): Promise<void> => {
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    };
    return {
      load: () => inner.load(),
      commit: (transaction) =>
        inner.commit(transaction).map(async (revision) => {
          await later();
          return revision;
        }),
      watch: (listener) => inner.watch(listener),
      lease: (ttlMs) => inner.lease(ttlMs),
      close: () => inner.close(),
    };
  }

  test.each([0, 5, 12, 20, 50])(
    "lets an agent start on an unfinished teardown whose node is back (%i turns)",
    async (turns) => {
      const store = new MemoryStore();
      const first = await start(undefined, slow(store, turns));
      value(await first.clock.until(first.agent.setupPhysicalNetwork("p", both, 1e6, 101)));
      first.domains.west.setReachable(west, false);
      const stuck = await first.clock.until(first.agent.teardownPhysicalNetwork("p"));
      errorOf(stuck, "driver-failed");
      await first.clock.until(first.agent.close());
      first.domains.west.setReachable(west, true);
      const next = await start(first.domains, slow(store, turns));
      await next.clock.settle();
      expect(next.agent.listNetworks()).toEqual([]);
      expect([...next.domains.west.segments, ...next.domains.east.segments]).toEqual([]);
      await next.clock.until(next.agent.close());
    },
  );
});

test("a call whose signal is raised already is answered at once, whatever goes on before it", async () => {
  const { clock, agent, domains } = await start();
  domains.east.delayMs = 5_000;
  const first = agent.setupPhysicalNetwork("p", both, 1e6, 101);
  await clock.settle();
  const second = agent.modifyPhysicalNetwork("p", [], [], 2e6, undefined, {
    signal: AbortSignal.abort(),
  });
  errorOf(await second, "aborted");
  value(await clock.until(first));
  await clock.until(agent.close());
});
