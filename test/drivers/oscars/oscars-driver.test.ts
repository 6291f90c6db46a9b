import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { MemoryDomain } from "../../../src/drivers/memory-domain.ts";
import type { IncomingRequest } from "../../../src/drivers/oscars/http/http.ts";
import type { PeerName } from "../../../src/drivers/oscars/nsi/peer-profile.ts";
import { OscarsDriver } from "../../../src/drivers/oscars/oscars-driver.ts";
import { vlanId } from "../../../src/model/ids.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { MemoryHttp } from "../../../src/testing/wan/memory-http.ts";
import type { NsiQuirks } from "../../../src/testing/wan/nsi-options.ts";
import { nsiPeerQuirks } from "../../../src/testing/wan/nsi-peers.ts";
import { SimNsiProvider } from "../../../src/testing/wan/sim-nsi-provider.ts";
import { Topology } from "../../../src/topology.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { errorOf, value } from "../../support/testbed.ts";

const NSA = "urn:ogf:network:wan.example:2026:nsa";
const STP = "urn:ogf:network:wan.example:2026:topology";
const ends = ["west:eth0", "east:eth0"];

/** Two campuses of one switch each, a wide-area domain in between, and a second way around it. */
function topology(): Topology {
  const campus = (id: string, domain: string) => ({
    id,
    domain,
    ports: [{ id: "1" }, { id: "2" }, { id: "3" }],
  });
  return Topology.parse({
    format: "dcns-topology/1",
    domains: [
      { id: "west", driver: "memory" },
      { id: "wan", driver: "oscars" },
      { id: "east", driver: "memory" },
    ],
    nodes: [
      campus("w1", "west"),
      campus("e1", "east"),
      {
        id: "wan1",
        domain: "wan",
        branching: false,
        ports: ["a", "b", "c", "d"].map((id) => ({ id, name: `${STP}:${id}` })),
      },
    ],
    links: [
      { id: "west-a", a: "w1:2", b: "wan1:a", capacity: "1Gbps", vlans: "100-109" },
      { id: "east-b", a: "e1:2", b: "wan1:b", capacity: "1Gbps", vlans: "105-119" },
      { id: "west-c", a: "w1:3", b: "wan1:c", capacity: "1Gbps", vlans: "100-109", metric: 5 },
      { id: "east-d", a: "e1:3", b: "wan1:d", capacity: "1Gbps", vlans: "100-119", metric: 5 },
    ],
    hosts: [
      { host: "west", nic: "eth0", port: "w1:1" },
      { host: "east", nic: "eth0", port: "e1:1" },
    ],
  })._unsafeUnwrap();
}

interface World {
  readonly clock: FakeClock;
  readonly http: MemoryHttp;
  readonly provider: SimNsiProvider;
  readonly domains: { readonly west: MemoryDomain; readonly east: MemoryDomain };
  readonly store: Store;
}

function world(quirks: NsiQuirks = {}): World {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const sold = { capacity: 1_000, vlans: VlanSet.range(100, 119) };
  const ports = new Map(["a", "b", "c", "d"].map((id) => [`${STP}:${id}`, sold]));
  const provider = new SimNsiProvider({ nsa: NSA, ports, clock, http, quirks, delayMs: 20 });
  http.serve("http://wan.example", provider.handler);
  const domains = { west: new MemoryDomain(), east: new MemoryDomain() };
  return { clock, http, provider, domains, store: new MemoryStore() };
}

async function start(its: World, peer: PeerName = "standard"): Promise<DcnsAgent> {
  const { clock, http, domains, store } = its;
  const wan = new OscarsDriver({
    dialect: "nsi",
    provider: { nsa: NSA, url: "http://wan.example/provider" },
    requester: {
      nsa: "urn:ogf:network:us.example:2026:nsa",
      callbacks: { url: "http://us.example/" },
    },
    peer,
    http,
  });
  http.serve("http://us.example", wan.callbacks);
  const drivers = {
    west: new MemoryDriver(domains.west),
    wan,
    east: new MemoryDriver(domains.east),
  };
  const started = DcnsAgent.start({ topology: topology(), drivers, clock, store });
  return value(await clock.until(started));
}

/** The ports and VLANs of every circuit, with its rate. */
function circuits({ provider }: World): readonly string[] {
  return provider.holdings
    .map(({ capacity, ends: at }) => {
      const joined = at.map(({ port, vlan }) => `${port.slice(-1)}/${vlan}`).join("-");
      return `${joined} ${capacity}`;
    })
    .sort();
}

function isClean({ provider, domains }: World): boolean {
  const segments = [...domains.west.segments, ...domains.east.segments];
  return provider.connections.length === 0 && segments.length === 0;
}

describe("a network across a wide-area domain", () => {
  test("has a circuit there, in the VLANs and at the rate that were planned", async () => {
    const its = world();
    const { clock } = its;
    const agent = await start(its);
    const info = value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100.5Mbps", 42)));
    expect(info.state).toBe("active");
    const [a, b] = info.links.map(({ vlan }) => vlan);
    expect(info.links.map(({ id }) => id)).toEqual(["east-b", "west-a"]);
    expect(circuits(its)).toEqual([`a/${b}-b/${a} 101`]);
    expect(its.provider.connections.map(({ states }) => states.dataPlaneStatus.active)).toEqual([
      true,
    ]);
    const report = value(await clock.until(agent.verifyNetwork("p")));
    expect(report.segments.flatMap(({ discrepancies }) => discrepancies)).toEqual([]);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(isClean(its)).toBe(true);
    await clock.until(agent.close());
    await clock.advance(200_000);
    expect(clock.countTimers()).toBe(0);
  });

  test.each(["standard", "oscars", "supa", "opennsa"] as const)(
    "changes its rate in the way that %s takes",
    async (peer) => {
      const its = world();
      const { clock, provider } = its;
      const agent = await start(its, peer);
      value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
      const before = provider.connections.map(({ connectionId }) => connectionId);
      value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "300Mbps")));
      expect(circuits(its).map((each) => each.split(" ")[1])).toEqual(["300"]);
      const after = provider.connections.map(({ connectionId }) => connectionId);
      // OpenNSA changes nothing: there, one takes the place of the other.
      expect(after.join() === before.join()).toBe(peer !== "opennsa");
      await clock.until(agent.close());
    },
  );

  test("changes its rate as often as it is told, where every version shows, and an end that is none", async () => {
    const its = world(nsiPeerQuirks.supa);
    const { clock } = its;
    const agent = await start(its, "supa");
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    for (const rate of ["300", "200"]) {
      value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], `${rate}Mbps`)));
      expect(circuits(its).map((each) => each.split(" ")[1])).toEqual([rate]);
      const report = value(await clock.until(agent.verifyNetwork("p")));
      expect(report.segments.flatMap(({ discrepancies }) => discrepancies)).toEqual([]);
    }
    await clock.until(agent.close());
  });

  test.each(["answer", "callback"] as const)(
    "goes another way when the domain has not what was asked, and says so by %s",
    async (refusals) => {
      const its = world({ refusals });
      const { clock, provider } = its;
      const agent = await start(its);
      // What others have bought there shows in no inventory of ours.
      provider.sellElsewhere({ capacity: 950, ends: [{ port: `${STP}:b`, vlan: vlanId(119) }] });
      const info = value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
      expect(info.links.map(({ id }) => id)).toEqual(["east-d", "west-a"]);
      expect(circuits(its)).toHaveLength(1);
      expect(provider.connections).toHaveLength(1);
      value(await clock.until(agent.teardownPhysicalNetwork("p")));
      expect(isClean(its)).toBe(true);
      await clock.until(agent.close());
    },
  );

  test("is made nowhere when the domain has nothing of what was asked, and the error says why", async () => {
    const its = world();
    const { clock, provider } = its;
    const agent = await start(its);
    for (const id of ["b", "d"])
      provider.sellElsewhere({
        capacity: 950,
        ends: [{ port: `${STP}:${id}`, vlan: vlanId(119) }],
      });
    const refused = await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps"));
    const { refusals = [] } = errorOf(refused, "no-path");
    expect(refusals.map(({ domain, causes }) => [domain, causes[0]?.message])).toEqual([
      ["wan", `${NSA} says 00705: ${STP}:b has 50 Mbit/s left, not 100`],
      ["wan", `${NSA} says 00705: ${STP}:d has 50 Mbit/s left, not 100`],
    ]);
    expect(isClean(its)).toBe(true);
    expect(agent.listNetworks()).toEqual([]);
    await clock.until(agent.close());
  });

  test("is undone everywhere when another domain refuses", async () => {
    const its = world();
    const { clock, domains } = its;
    const agent = await start(its);
    domains.east.rejectNext("the table is full");
    const refused = await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps"));
    expect(errorOf(refused, "driver-failed").causes[0]?.message).toBe("the table is full");
    await clock.advance(1_000);
    expect(isClean(its)).toBe(true);
    await clock.until(agent.close());
  });

  test("gets its circuit again when somebody else ends it", async () => {
    const its = world();
    const { clock, provider } = its;
    const agent = await start(its);
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    const before = circuits(its);
    const [lost] = provider.connections;
    provider.forceEnd(lost?.connectionId ?? "");
    await clock.advance(60_000);
    expect(circuits(its)).toEqual(before);
    const active = provider.connections.filter(({ states }) => states.dataPlaneStatus.active);
    expect(active).toHaveLength(1);
    await clock.until(agent.close());
  });

  test("keeps one of several connections that are the same circuit, and ends the others", async () => {
    const its = world();
    const { clock, http, provider } = its;
    const reserves: IncomingRequest[] = [];
    http.serve("http://wan.example", (request) => {
      if (request.body.includes(":reserve>")) reserves.push(request);
      return provider.handler(request);
    });
    const agent = await start(its);
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    const kept = provider.connections.map(({ connectionId }) => connectionId);
    expect(reserves).toHaveLength(1);
    // As an agent leaves them that asks again because it has heard no answer.
    for (const request of [...reserves, ...reserves]) await provider.handler(request);
    expect(provider.connections).toHaveLength(3);
    await clock.advance(60_000);
    expect(provider.connections.map(({ connectionId }) => connectionId)).toEqual(kept);
    expect(circuits(its)).toHaveLength(1);
    await clock.until(agent.close());
  });

  test("survives its agent, and what nobody wants any more is ended", async () => {
    const its = world();
    const { clock, provider } = its;
    const first = await start(its);
    value(await clock.until(first.setupPhysicalNetwork("p", ends, "100Mbps")));
    const kept = provider.connections.map(({ connectionId }) => connectionId);
    await clock.until(first.close());
    const second = await start(its);
    await clock.advance(60_000);
    expect(provider.connections.map(({ connectionId }) => connectionId)).toEqual(kept);
    expect(second.listNetworks().map(({ state }) => state)).toEqual(["active"]);
    await clock.until(second.close());
    const third = await start({ ...its, store: new MemoryStore() });
    await clock.advance(60_000);
    expect(provider.connections).toEqual([]);
    await clock.until(third.close());
  });

  test("leaves nothing when the provider cannot be reached while it is undone", async () => {
    const its = world();
    const { clock, http, provider } = its;
    const agent = await start(its);
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    http.serve("http://wan.example", undefined);
    const stuck = await clock.until(agent.teardownPhysicalNetwork("p"));
    expect(stuck.isErr()).toBe(true);
    expect(provider.connections).toHaveLength(1);
    http.serve("http://wan.example", provider.handler);
    await clock.advance(120_000);
    expect(isClean(its)).toBe(true);
    expect(agent.listNetworks()).toEqual([]);
    await clock.until(agent.close());
  });

  test.each(["before", "twice", "never"] as const)(
    "comes and goes when confirmations come %s",
    async (callbacks) => {
      const its = world({ callbacks });
      const { clock } = its;
      const agent = await start(its);
      value(
        await clock.until(
          agent.setupPhysicalNetwork("p", ends, "100Mbps", undefined, { timeoutMs: 120_000 }),
        ),
      );
      expect(circuits(its)).toHaveLength(1);
      value(await clock.until(agent.teardownPhysicalNetwork("p")));
      expect(isClean(its)).toBe(true);
      await clock.until(agent.close());
    },
  );
});
