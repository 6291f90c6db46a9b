import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { MemoryDomain } from "../../../src/drivers/memory-domain.ts";
import { OscarsDriver } from "../../../src/drivers/oscars/oscars-driver.ts";
import { vlanId } from "../../../src/model/ids.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { MemoryHttp } from "../../../src/testing/wan/memory-http.ts";
import { SimNsiProvider } from "../../../src/testing/wan/sim-nsi-provider.ts";
import { rowTopology } from "../../support/campuses.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { errorOf, value } from "../../support/testbed.ts";

const ends = ["west:eth0", "east:eth0"];
const stp = (domain: string, port: string): string => `urn:ogf:network:${domain}:2026:${port}`;

const topology = rowTopology({ campuses: ["west", "east"], wans: ["one", "two"], nameOf: stp });

interface World {
  readonly clock: FakeClock;
  readonly http: MemoryHttp;
  readonly one: SimNsiProvider;
  readonly two: SimNsiProvider;
  readonly west: MemoryDomain;
  readonly east: MemoryDomain;
  readonly store: MemoryStore;
}

function world(times: { readonly oneHolds?: number; readonly twoTakes?: number } = {}): World {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const provider = (id: string, options: { delayMs: number; holdSeconds: number }) => {
    const sold = { capacity: 1_000, vlans: VlanSet.default };
    const ports = new Map(["a", "b"].map((port) => [stp(id, port), sold]));
    const made = new SimNsiProvider({ nsa: `urn:${id}:nsa`, ports, clock, http, ...options });
    http.serve(`http://${id}.example`, made.handler);
    return made;
  };
  return {
    clock,
    http,
    one: provider("one", { delayMs: 20, holdSeconds: times.oneHolds ?? 120 }),
    two: provider("two", { delayMs: times.twoTakes ?? 20, holdSeconds: 120 }),
    west: new MemoryDomain(),
    east: new MemoryDomain(),
    store: new MemoryStore(),
  };
}

async function start({ clock, http, west, east, store }: World): Promise<DcnsAgent> {
  const driver = (id: string): OscarsDriver => {
    const made = new OscarsDriver({
      dialect: "nsi",
      provider: { nsa: `urn:${id}:nsa`, url: `http://${id}.example/` },
      requester: { nsa: "urn:us:nsa", callbacks: { url: `http://us-${id}.example/` } },
      http,
    });
    http.serve(`http://us-${id}.example`, made.callbacks);
    return made;
  };
  const drivers = {
    west: new MemoryDriver(west),
    one: driver("one"),
    two: driver("two"),
    east: new MemoryDriver(east),
  };
  const started = DcnsAgent.start({ topology, drivers, clock, store });
  return value(await clock.until(started));
}

function isClean({ one, two, west, east }: World): boolean {
  const segments = [...west.segments, ...east.segments];
  return one.connections.length + two.connections.length + segments.length === 0;
}

/** What has been made anywhere while something went on: nothing, if domains only held. */
function watch({ one, two, west, east }: World): { readonly made: Set<string>; look(): void } {
  const made = new Set<string>();
  const look = (): void => {
    for (const [name, provider] of Object.entries({ one, two }))
      if (provider.connections.some(({ committed }) => committed !== undefined)) made.add(name);
    for (const [name, domain] of Object.entries({ west, east }))
      if (domain.segments.size > 0) made.add(name);
  };
  return { made, look };
}

const lastVlan = [{ port: stp("two", "b"), vlan: vlanId(4094) }];

describe("a network across two wide-area domains", () => {
  test("is made when both hold what it needs", async () => {
    const its = world();
    const { clock, one, two } = its;
    const agent = await start(its);
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    for (const { connections } of [one, two])
      expect(connections.map(({ states }) => states.dataPlaneStatus.active)).toEqual([true]);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(isClean(its)).toBe(true);
    await clock.until(agent.close());
  });

  test("is made nowhere when one of them does not hold it", async () => {
    const its = world();
    const { clock, two } = its;
    const agent = await start(its);
    two.sellElsewhere({ capacity: 950, ends: lastVlan });
    const { made, look } = watch(its);
    const setup = agent.setupPhysicalNetwork("p", ends, "100Mbps");
    const refused = await clock.until(setup, undefined, look);
    const { refusals = [] } = errorOf(refused, "no-path");
    expect(refusals.map(({ domain }) => domain)).toEqual(["two"]);
    expect([...made]).toEqual([]);
    expect(isClean(its)).toBe(true);
    await clock.until(agent.close());
  });

  test("grows when both hold the change, and not where one of them does not", async () => {
    const its = world();
    const { clock, one, two } = its;
    const agent = await start(its);
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    const rates = () => [one, two].map(({ holdings }) => holdings.map((each) => each.capacity));
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "300Mbps")));
    expect(rates()).toEqual([[300], [300]]);
    two.sellElsewhere({ capacity: 500, ends: lastVlan });
    const versions = new Set<number | undefined>();
    const modify = agent.modifyPhysicalNetwork("p", [], [], "600Mbps");
    const refused = await clock.until(modify, undefined, () => {
      for (const { committed } of one.connections) versions.add(committed?.criteria.version);
    });
    expect(errorOf(refused, "no-path").refusals?.map(({ domain }) => domain)).toEqual(["two"]);
    // What the first held was given back: nothing was committed there, and nothing is held.
    expect([...versions]).toEqual([2]);
    expect(rates()).toEqual([[300], [300]]);
    expect(value(agent.getNetworkInfo("p")).state).toBe("active");
    await clock.until(agent.close());
  });

  test("has one version when its agent dies while another is held", async () => {
    const its = world({ twoTakes: 3_000 });
    const { clock, one } = its;
    const first = await start(its);
    value(await clock.until(first.setupPhysicalNetwork("p", ends, "100Mbps")));
    void first.modifyPhysicalNetwork("p", [], [], "300Mbps");
    await clock.advance(1_000);
    expect(one.connections.map(({ held }) => held?.holding.capacity)).toEqual([300]);
    await clock.until(first.close());
    const second = await start(its);
    await clock.advance(60_000);
    expect(one.connections.map(({ held }) => held)).toEqual([undefined]);
    expect(one.holdings.map(({ capacity }) => capacity)).toEqual([100]);
    expect(second.listNetworks().map(({ state }) => state)).toEqual(["active"]);
    await clock.until(second.close());
  });

  test("is undone when a hold ends before all domains hold", async () => {
    const its = world({ oneHolds: 1, twoTakes: 3_000 });
    const { clock } = its;
    const agent = await start(its);
    const refused = await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps"));
    expect(errorOf(refused, "driver-failed").domain).toBe("one");
    await clock.advance(60_000);
    expect(isClean(its)).toBe(true);
    await clock.until(agent.close());
  });

  test("is given back after a restart, where a domain was out of reach when it failed", async () => {
    const its = world();
    const { clock, http, one, two } = its;
    const first = await start(its);
    two.sellElsewhere({ capacity: 950, ends: lastVlan });
    const setup = first.setupPhysicalNetwork("p", ends, "100Mbps");
    const refused = await clock.until(setup, undefined, () => {
      if (one.holdings.length > 0) http.serve("http://one.example", undefined);
    });
    expect(refused.isErr()).toBe(true);
    expect(one.holdings).toHaveLength(1);
    await clock.until(first.close());
    http.serve("http://one.example", one.handler);
    const second = await start(its);
    await clock.advance(60_000);
    expect(isClean(its)).toBe(true);
    await clock.until(second.close());
  });
});
