import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { MemoryDomain } from "../../../src/drivers/memory-domain.ts";
import type { IncomingRequest } from "../../../src/drivers/oscars/http/http.ts";
import type { PeerName } from "../../../src/drivers/oscars/nsi/peer-profile.ts";
import { OscarsDriver } from "../../../src/drivers/oscars/oscars-driver.ts";
import { describeError } from "../../../src/model/errors.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../src/testing/wan/memory-http.ts";
import type { NsiQuirks, SimNsiProviderOptions } from "../../../src/testing/wan/nsi-options.ts";
import { nsiPeerQuirks } from "../../../src/testing/wan/nsi-peers.ts";
import { SimNsiProvider } from "../../../src/testing/wan/sim-nsi-provider.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { errorOf, value } from "../../support/testbed.ts";

const NSA = "urn:ogf:network:wan.example:2026:nsa";
const campuses = ["west", "east"];
const ends = campuses.map(hostAt);
const stp = (_wan: string, port: string): string => `urn:ogf:network:wan.example:2026::${port}`;

async function start(
  peer: PeerName,
  quirks: NsiQuirks,
  {
    callbacks = true,
    ...more
  }: Partial<Pick<SimNsiProviderOptions, "requesters" | "delayMs" | "holdSeconds">> & {
    readonly callbacks?: boolean;
  } = {},
) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const requests: IncomingRequest[] = [];
  const sold = { capacity: 500, vlans: VlanSet.default };
  const ports = new Map(campuses.map((port) => [stp("wan", port), sold]));
  const provider = new SimNsiProvider({
    nsa: NSA,
    ports,
    clock,
    http,
    quirks,
    delayMs: 20,
    ...more,
  });
  http.serve("http://wan.example", (request) => {
    requests.push(request);
    return provider.handler(request);
  });
  const wan = new OscarsDriver({
    ...{ dialect: "nsi", peer, http, times: { confirmationMs: 20_000 } },
    provider: { nsa: NSA, url: "http://wan.example/provider" },
    requester: {
      nsa: "urn:ogf:network:us.example:2026:nsa",
      ...(callbacks ? { callbacks: { url: "http://us.example/" } } : {}),
    },
  });
  http.serve("http://us.example", wan.callbacks);
  const domains = { west: new MemoryDomain(), east: new MemoryDomain() };
  const drivers = {
    wan,
    west: new MemoryDriver(domains.west),
    east: new MemoryDriver(domains.east),
  };
  const topology = campusTopology({ campuses, wans: ["wan"], nameOf: stp });
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  /** The rates of what carries frames. */
  const rates = () =>
    provider.connections.flatMap(({ states, committed }) =>
      states.dataPlaneStatus.active ? [committed?.holding.capacity] : [],
    );
  const isClean = () =>
    provider.connections.length + domains.west.segments.size + domains.east.segments.size === 0;
  return { clock, agent, provider, requests, rates, isClean };
}

/** Everything that a peer does otherwise, one by one and all at once, and what any may do. */
const anybodys: readonly NsiQuirks[] = [
  { callbacks: "before" },
  { callbacks: "twice" },
  { callbacks: "never" },
  { refusals: "answer" },
  { faults: "framework" },
  { lateFailures: "silence" },
];

const rows = (Object.keys(nsiPeerQuirks) as PeerName[]).flatMap((peer) => {
  const own = nsiPeerQuirks[peer];
  const single = Object.entries(own).map(([key, its]): NsiQuirks => ({ [key]: its }));
  return [own, ...single, ...anybodys].map((quirks) => ({
    ...{ peer, quirks },
    what: quirks === own ? "all that it does" : JSON.stringify(quirks),
  }));
});

describe.each(rows)("a provider like $peer with $what", ({ peer, quirks }) => {
  test("has a circuit set up, changed, not changed where it cannot be, and torn down", async () => {
    const { clock, agent, provider, rates, isClean } = await start(peer, quirks);
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    expect(rates()).toEqual([100]);
    const [made] = provider.connections;
    const { endTime = Number.POSITIVE_INFINITY } = made?.committed?.criteria.schedule ?? {};
    expect((endTime ?? 0) - clock.now()).toBeGreaterThan(3 * 365 * 86_400_000);
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "300Mbps")));
    expect(rates()).toEqual([300]);
    if (quirks.checksCapacity !== false) {
      const refused = await clock.until(agent.modifyPhysicalNetwork("p", [], [], "600Mbps"));
      expect(refused.isErr()).toBe(true);
      await clock.advance(60_000);
      expect(rates()).toEqual([300]);
    }
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "200Mbps")));
    expect(rates()).toEqual([200]);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(isClean()).toBe(true);
    await clock.until(agent.close());
    await clock.advance(1_000_000);
  });
});

/** Only some labels are left at both ends. */
const labelRows = [
  { what: "the lowest", peer: "standard", quirks: {} },
  { what: "any", peer: "supa", quirks: { labels: "random" } },
  { what: "one of the first range", peer: "oscars", quirks: { readsFirstRange: true } },
] as const satisfies readonly { what: string; peer: PeerName; quirks: NsiQuirks }[];

test.each(labelRows)(
  "a provider that gives $what of several labels gives one of those that are left",
  async ({ peer, quirks }) => {
    const { clock, agent, provider, isClean } = await start(peer, quirks);
    // In the way of what is planned first; and of whole ranges, so that what is offered has several.
    const left = { west: [131, 151], east: [141, 152] };
    for (const campus of ["west", "east"] as const)
      for (const vlan of VlanSet.range(100, 199).difference(VlanSet.of(...left[campus])))
        provider.sellElsewhere({ capacity: 0, ends: [{ port: stp("wan", campus), vlan }] });
    const others = new Set<number>();
    for (const project of ["p", "q"]) {
      value(await clock.until(agent.setupPhysicalNetwork(project, ends, "100Mbps")));
    }
    for (const { committed } of provider.connections)
      for (const { vlan } of committed?.holding.ends ?? []) others.add(vlan);
    expect([...others].sort()).toEqual([131, 141, 151, 152]);
    for (const project of ["p", "q"])
      value(await clock.until(agent.teardownPhysicalNetwork(project)));
    expect(isClean()).toBe(true);
    await clock.until(agent.close());
  },
);

test.each(Object.keys(nsiPeerQuirks) as PeerName[])(
  "a slow provider like %s whose confirmations are lost is asked until each step is over",
  async (peer) => {
    const quirks = { ...nsiPeerQuirks[peer], callbacks: "never" } as const;
    // A look every 5 s sees what is on its way twice.
    const { clock, agent, provider, rates, isClean } = await start(peer, quirks, {
      delayMs: 12_000,
    });
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    expect(rates()).toEqual([100]);
    expect(provider.connections[0]?.states).toMatchObject({
      ...{ reservationState: "ReserveStart", provisionState: "Provisioned" },
    });
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(isClean()).toBe(true);
    await clock.until(agent.close());
  },
);

test.each(Object.keys(nsiPeerQuirks) as PeerName[])(
  "a provider like %s is asked all the way where nobody takes its callbacks",
  async (peer) => {
    const quirks: NsiQuirks = nsiPeerQuirks[peer];
    const { clock, agent, rates, isClean } = await start(peer, quirks, { callbacks: false });
    const from = clock.now();
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    const { openStartSeconds = 0 } = quirks;
    expect(clock.now() - from).toBeLessThan(5_000 + openStartSeconds * 1_000);
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "300Mbps")));
    expect(rates()).toEqual([300]);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(isClean()).toBe(true);
    await clock.until(agent.close());
  },
);

test("a provider that passes on what others refuse has their reason told", async () => {
  const { clock, agent, isClean } = await start("safnari", nsiPeerQuirks.safnari);
  const refused = await clock.until(agent.setupPhysicalNetwork("p", ends, "600Mbps"));
  expect(describeError(refused._unsafeUnwrapErr())).toContain(`${NSA}:child says 00705`);
  expect(isClean()).toBe(true);
  await clock.until(agent.close());
});

test("a provider whose agents are out of reach has nothing, and is asked again when they are not", async () => {
  const { clock, agent, provider, rates, isClean } = await start("safnari", nsiPeerQuirks.safnari);
  provider.quirks = { ...nsiPeerQuirks.safnari, losesChildren: true };
  const from = clock.now();
  const refused = await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps"));
  expect(describeError(refused._unsafeUnwrapErr())).toContain("out of reach");
  // Nobody waits for a confirmation that cannot come.
  expect(clock.now() - from).toBeLessThan(20_000);
  provider.quirks = nsiPeerQuirks.safnari;
  await clock.advance(60_000);
  expect(isClean()).toBe(true);
  value(await clock.until(agent.setupPhysicalNetwork("q", ends, "100Mbps")));
  expect(rates()).toEqual([100]);
  value(await clock.until(agent.teardownPhysicalNetwork("q")));
  expect(isClean()).toBe(true);
  await clock.until(agent.close());
});

test("a provider that knows others only says so, and nothing stays", async () => {
  const stranger = { requesters: ["urn:ogf:network:other.example:2026:nsa"] };
  const { clock, agent, isClean } = await start("oscars", {}, stranger);
  const refused = await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps"));
  expect(describeError(errorOf(refused, "driver-failed"))).toContain("00300");
  expect(isClean()).toBe(true);
  await clock.until(agent.close());
});

test.each(Object.keys(nsiPeerQuirks) as PeerName[])(
  "what a provider like %s held for too short a time is not half there",
  async (peer) => {
    const quirks = { ...nsiPeerQuirks[peer], callbacks: "after" } as const;
    // Its confirmation takes longer than it holds anything.
    const times = { holdSeconds: 0.03, delayMs: 40 };
    const { clock, agent, provider, rates, isClean } = await start(peer, quirks, times);
    const refused = await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps"));
    expect(refused.isErr()).toBe(true);
    await clock.advance(200_000);
    expect(rates()).toEqual([]);
    expect(provider.holdings).toEqual([]);
    expect(isClean()).toBe(true);
    await clock.until(agent.close());
  },
);
