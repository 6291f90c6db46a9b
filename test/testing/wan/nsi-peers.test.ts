import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { MemoryDomain } from "../../../src/drivers/memory-domain.ts";
import type { IncomingRequest } from "../../../src/drivers/oscars/http/http.ts";
import type { PeerName } from "../../../src/drivers/oscars/nsi/peer-profile.ts";
import { OscarsDriver } from "../../../src/drivers/oscars/oscars-driver.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../src/testing/wan/memory-http.ts";
import type { NsiQuirks } from "../../../src/testing/wan/nsi-options.ts";
import { nsiPeerQuirks } from "../../../src/testing/wan/nsi-peers.ts";
import { SimNsiProvider } from "../../../src/testing/wan/sim-nsi-provider.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { value } from "../../support/testbed.ts";

const NSA = "urn:ogf:network:wan.example:2026:nsa";
const campuses = ["west", "east"];
const ends = campuses.map(hostAt);
const stp = (_wan: string, port: string): string => `urn:ogf:network:wan.example:2026::${port}`;

async function start(peer: PeerName, quirks: NsiQuirks) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const requests: IncomingRequest[] = [];
  const sold = { capacity: 500, vlans: VlanSet.default };
  const ports = new Map(campuses.map((port) => [stp("wan", port), sold]));
  const provider = new SimNsiProvider({ nsa: NSA, ports, clock, http, quirks, delayMs: 20 });
  http.serve("http://wan.example", (request) => {
    requests.push(request);
    return provider.handler(request);
  });
  const wan = new OscarsDriver({
    ...{ dialect: "nsi", peer, http, times: { confirmationMs: 20_000 } },
    provider: { nsa: NSA, url: "http://wan.example/provider" },
    requester: {
      nsa: "urn:ogf:network:us.example:2026:nsa",
      callbacks: { url: "http://us.example/" },
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
