import { describe, expect, test } from "vitest";
import { MAX_PLANS } from "../../../src/agent/crankback.ts";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { MemoryDomain } from "../../../src/drivers/memory-domain.ts";
import { OscarsDriver } from "../../../src/drivers/oscars/oscars-driver.ts";
import { vlanId } from "../../../src/model/ids.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../src/testing/wan/memory-http.ts";
import type { NsiQuirks } from "../../../src/testing/wan/nsi-options.ts";
import { SimNsiProvider } from "../../../src/testing/wan/sim-nsi-provider.ts";
import type { Topology } from "../../../src/topology.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { errorOf, value } from "../../support/testbed.ts";

const sites = ["west", "east", "south"] as const;
const [west, east, south] = sites.map(hostAt);
const two = [west ?? "", east ?? ""];
const three = [...two, south ?? ""];
const stp = (wan: string, site: string): string => `urn:ogf:network:${wan}:2026:${site}`;
const last = vlanId(4094);

/** A campus of one switch at each site, and wide-area domains each of which has a port at every site. */
class World {
  readonly clock: FakeClock = fakeClock();
  readonly http = new MemoryHttp(this.clock);
  readonly providers: ReadonlyMap<string, SimNsiProvider>;
  readonly campuses = new Map(sites.map((site) => [site, new MemoryDomain()]));
  /** Everything that was committed or programmed anywhere at some step of what was watched. */
  readonly made = new Set<string>();
  readonly #branching: boolean;

  constructor(wans: readonly string[], quirks: NsiQuirks = {}, branching = false) {
    this.#branching = branching;
    this.providers = new Map(wans.map((wan) => [wan, this.#provider(wan, quirks)]));
  }

  async start(): Promise<DcnsAgent> {
    const wans = [...this.providers.keys()];
    const drivers = {
      ...Object.fromEntries([...this.campuses].map(([site, at]) => [site, new MemoryDriver(at)])),
      ...Object.fromEntries(wans.map((wan) => [wan, this.#driver(wan)])),
    };
    const started = DcnsAgent.start({ topology: this.#topology(), drivers, clock: this.clock });
    return value(await this.clock.until(started));
  }

  provider(wan: string): SimNsiProvider {
    const found = this.providers.get(wan);
    if (found === undefined) throw new Error(`no ${wan}`);
    return found;
  }

  /** Has others buy nearly all of a port. */
  sellOut(wan: string, site: string): void {
    this.provider(wan).sellElsewhere({
      capacity: 950,
      ends: [{ port: stp(wan, site), vlan: last }],
    });
  }

  /** Notes what is there that is more than held. */
  readonly look = (): void => {
    for (const [wan, { connections }] of this.providers)
      if (connections.some(({ committed }) => committed !== undefined)) this.made.add(wan);
    for (const [site, { segments }] of this.campuses) if (segments.size > 0) this.made.add(site);
  };

  get circuits(): Readonly<Record<string, number>> {
    const all = [...this.providers].map(([wan, { connections }]) => [wan, connections.length]);
    return Object.fromEntries(all);
  }

  get isClean(): boolean {
    const circuits = Object.values(this.circuits).every((count) => count === 0);
    return circuits && [...this.campuses.values()].every(({ segments }) => segments.size === 0);
  }

  #provider(wan: string, quirks: NsiQuirks): SimNsiProvider {
    const { clock, http } = this;
    const sold = { capacity: 1_000, vlans: VlanSet.default };
    const ports = new Map(sites.map((site) => [stp(wan, site), sold]));
    const made = new SimNsiProvider({
      ...{ nsa: `urn:${wan}:nsa`, ports, clock, http, quirks, delayMs: 20 },
    });
    http.serve(`http://${wan}.example`, made.handler);
    return made;
  }

  #driver(wan: string): OscarsDriver {
    const made = new OscarsDriver({
      dialect: "nsi",
      provider: { nsa: `urn:${wan}:nsa`, url: `http://${wan}.example/` },
      requester: { nsa: "urn:us:nsa", callbacks: { url: `http://us-${wan}.example/` } },
      http: this.http,
    });
    this.http.serve(`http://us-${wan}.example`, made.callbacks);
    return made;
  }

  #topology(): Topology {
    const wans = [...this.providers.keys()];
    return campusTopology({ campuses: sites, wans, branching: this.#branching, nameOf: stp });
  }
}

describe("a wide-area domain that refuses", () => {
  test("is left for another, and nothing was made anywhere before that held", async () => {
    const world = new World(["one", "two"]);
    const { clock } = world;
    const agent = await world.start();
    world.sellOut("one", "east");
    let madeByThen: readonly string[] | undefined;
    const setup = agent.setupPhysicalNetwork("p", two, "100Mbps");
    const look = (): void => {
      world.look();
      if (world.provider("two").connections.length > 0) madeByThen ??= [...world.made];
    };
    const info = value(await clock.until(setup, undefined, look));
    expect(madeByThen).toEqual([]);
    expect(info.segments.map(({ domain }) => domain)).toEqual(["east", "two", "west"]);
    expect(world.circuits).toEqual({ one: 0, two: 1 });
    expect(world.made.has("one")).toBe(false);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(world.isClean).toBe(true);
    await clock.until(agent.close());
  });

  test("is left by a network that grows, and nothing of the network stays there", async () => {
    const world = new World(["one", "two"]);
    const { clock } = world;
    const agent = await world.start();
    value(await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps")));
    expect(world.circuits).toEqual({ one: 1, two: 0 });
    world
      .provider("one")
      .sellElsewhere({ capacity: 500, ends: [{ port: stp("one", "west"), vlan: last }] });
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "600Mbps")));
    expect(world.circuits).toEqual({ one: 0, two: 1 });
    expect(world.provider("two").holdings.map(({ capacity }) => capacity)).toEqual([600]);
    await clock.until(agent.close());
  });

  test("gives other labels than were planned, which both sides take", async () => {
    const world = new World(["one"]);
    const { clock } = world;
    const agent = await world.start();
    const sold = (site: string, first: number, lastSold: number): void => {
      for (const vlan of VlanSet.range(first, lastSold))
        world
          .provider("one")
          .sellElsewhere({ capacity: 1, ends: [{ port: stp("one", site), vlan }] });
    };
    // No label is free at both ends: the domain has to translate, and each campus too.
    sold("west", 100, 149);
    sold("east", 150, 198);
    sold("east", 100, 110);
    const info = value(await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps", 42)));
    const labels = new Map(info.links.map(({ id, vlan }) => [`${id}`, Number(vlan)]));
    expect(labels.get("west-one")).toBeGreaterThanOrEqual(150);
    expect(
      VlanSet.range(111, 149)
        .with(199)
        .has(labels.get("east-one") ?? 0),
    ).toBe(true);
    expect(world.circuits).toEqual({ one: 1 });
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(world.isClean).toBe(true);
    await clock.until(agent.close());
  });

  test("has no label left: the error says so, and nothing stays", async () => {
    const world = new World(["one"]);
    const { clock } = world;
    const agent = await world.start();
    for (const vlan of VlanSet.range(100, 199))
      world
        .provider("one")
        .sellElsewhere({ capacity: 1, ends: [{ port: stp("one", "east"), vlan }] });
    const refused = await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps"));
    expect(errorOf(refused, "vlan-unavailable").refusals?.[0]?.domain).toBe("one");
    expect(world.isClean).toBe(true);
    await clock.until(agent.close());
  });

  test("cannot swap labels: the same one is taken at both of its ends", async () => {
    const world = new World(["one"], { swapsLabels: false });
    const { clock } = world;
    const agent = await world.start();
    // Another network has the label of the first choice at one side.
    for (const project of ["a", "b"]) {
      const info = value(await clock.until(agent.setupPhysicalNetwork(project, two, "10Mbps")));
      expect(new Set(info.links.map(({ vlan }) => vlan)).size).toBe(1);
    }
    await clock.until(agent.close());
  });

  test("cannot branch, though the inventory says that it can: the error names the node", async () => {
    const world = new World(["one"], {}, true);
    const { clock } = world;
    const agent = await world.start();
    const refused = await clock.until(agent.setupPhysicalNetwork("p", three, "10Mbps"));
    const error = errorOf(refused, "no-path");
    expect(error.explanation).toMatchObject({ reason: "branching", nodes: ["one"] });
    expect(error.refusals?.map(({ domain }) => domain)).toEqual(["one"]);
    expect(world.isClean).toBe(true);
    await clock.until(agent.close());
  });

  test("cannot branch: the network branches at a campus that has another domain at hand", async () => {
    const world = new World(["one", "two"], {}, true);
    const { clock } = world;
    const agent = await world.start();
    const info = value(await clock.until(agent.setupPhysicalNetwork("p", three, "10Mbps")));
    expect(info.links).toHaveLength(4);
    expect(world.circuits).toEqual({ one: 1, two: 1 });
    await clock.until(agent.close());
  });

  test("is one of many that refuse: no more than so many are asked, and nothing stays in any", async () => {
    const wans = Array.from({ length: MAX_PLANS + 2 }, (_, at) => `wan${at}`);
    const world = new World(wans);
    const { clock } = world;
    const agent = await world.start();
    for (const wan of wans) world.sellOut(wan, "east");
    const refused = await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps"));
    const error = errorOf(refused, "driver-failed");
    const asked = [...(error.refusals ?? []).map(({ domain }) => domain), error.domain];
    expect(asked).toEqual(wans.slice(0, MAX_PLANS));
    await clock.advance(60_000);
    expect(world.isClean).toBe(true);
    await clock.until(agent.close());
  });
});
