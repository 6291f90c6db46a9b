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
import { Topology } from "../../../src/topology.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { errorOf, value } from "../../support/testbed.ts";

const ends = ["west:eth0", "east:eth0"];
const stp = (domain: string, port: string): string => `urn:ogf:network:${domain}:2026:${port}`;

/** Two campuses, and two wide-area domains in a row between them. */
function topology(): Topology {
  const wan = (id: string) => ({
    id,
    domain: id,
    branching: false,
    ports: ["a", "b"].map((port) => ({ id: port, name: stp(id, port) })),
  });
  const campus = (id: string, domain: string) => ({
    id,
    domain,
    ports: [{ id: "1" }, { id: "2" }],
  });
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [
        { id: "west", driver: "memory" },
        { id: "one", driver: "oscars" },
        { id: "two", driver: "oscars" },
        { id: "east", driver: "memory" },
      ],
      nodes: [campus("w1", "west"), wan("one"), wan("two"), campus("e1", "east")],
      links: [
        { id: "west-one", a: "w1:2", b: "one:a", capacity: "1Gbps" },
        { id: "one-two", a: "one:b", b: "two:a", capacity: "1Gbps" },
        { id: "two-east", a: "two:b", b: "e1:2", capacity: "1Gbps" },
      ],
      hosts: [
        { host: "west", nic: "eth0", port: "w1:1" },
        { host: "east", nic: "eth0", port: "e1:1" },
      ],
    }),
  );
}

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
  const started = DcnsAgent.start({ topology: topology(), drivers, clock, store });
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

  test("does not grow where one of them does not hold the change", async () => {
    const its = world();
    const { clock, one, two } = its;
    const agent = await start(its);
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    two.sellElsewhere({ capacity: 500, ends: lastVlan });
    const refused = await clock.until(agent.modifyPhysicalNetwork("p", [], [], "600Mbps"));
    const { refusals = [] } = errorOf(refused, "no-path");
    expect(refusals.map(({ domain }) => domain)).toEqual(["two"]);
    await clock.advance(60_000);
    for (const { holdings } of [one, two])
      expect(holdings.map(({ capacity }) => capacity)).toEqual([100]);
    await clock.until(agent.close());
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
