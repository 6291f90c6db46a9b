import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Result } from "neverthrow";
import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../../src/dcns.ts";
import { MemoryDriver } from "../../../../src/drivers/memory.ts";
import { MemoryDomain } from "../../../../src/drivers/memory-domain.ts";
import { openHttpServer } from "../../../../src/drivers/oscars/http/server-socket.ts";
import { OscarsDriver } from "../../../../src/drivers/oscars/oscars-driver.ts";
import type { RestDialectOptions } from "../../../../src/drivers/oscars/oscars-driver-options.ts";
import type { DcnsError } from "../../../../src/model/errors.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";
import { MemoryStore } from "../../../../src/store/memory-store.ts";
import { systemClock } from "../../../../src/system-clock.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import { SimOscarsServer } from "../../../../src/testing/wan/sim-oscars-server.ts";
import { Topology } from "../../../../src/topology.ts";
import { type FakeClock, fakeClock } from "../../../support/fake-clock.ts";
import { errorOf, value } from "../../../support/testbed.ts";

const sites = ["albq", "losa", "denv"];
const edges = ["albq-cr6:1/1/c15/1", "losa-cr6:2/1/c4/1", "denv-cr6:1/1/c3/1"];
const two = ["albq:eth0", "losa:eth0"];

/** Three campuses of one switch each at the edge ports of one OSCARS domain. */
function topology(): Topology {
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [{ id: "wan", driver: "oscars" }, ...sites.map((id) => ({ id, driver: "memory" }))],
      nodes: [
        { id: "wan1", domain: "wan", ports: sites.map((id, at) => ({ id, name: edges[at] })) },
        ...sites.map((id) => ({ id: `${id}-s`, domain: id, ports: [{ id: "1" }, { id: "2" }] })),
      ],
      links: sites.map((id) => ({ id, a: `${id}-s:2`, b: `wan1:${id}`, capacity: "10Gbps" })),
      hosts: sites.map((host) => ({ host, nic: "eth0", port: `${host}-s:1` })),
    }),
  );
}

interface World {
  readonly clock: FakeClock;
  readonly http: MemoryHttp;
  readonly server: SimOscarsServer;
  readonly domains: readonly MemoryDomain[];
  readonly store: MemoryStore;
}

function inventory() {
  const sold = { capacity: 10_000, vlans: VlanSet.default };
  const inside = [
    "albq-cr6:2/1/c1/1",
    "losa-cr6:2/1/c1/1",
    "albq-cr6:2/1/c2/1",
    "denv-cr6:2/1/c2/1",
  ];
  const [a1 = "", l1 = "", a2 = "", d2 = ""] = inside;
  return {
    ports: new Map([...edges, ...inside].map((urn) => [urn, sold])),
    adjacencies: [
      { a: "albq-cr6", b: a1, y: l1, z: "losa-cr6" },
      { a: "albq-cr6", b: a2, y: d2, z: "denv-cr6" },
    ],
  };
}

function world(
  tokens?: ReadonlySet<string>,
  outsiders: ReadonlyMap<string, "others" | "none"> = new Map(),
): World {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const server = new SimOscarsServer({
    ...inventory(),
    clock,
    buildMs: 2_000,
    ...(tokens === undefined ? {} : { tokens, outsiders }),
  });
  http.serve("http://oscars.example", server.handler);
  return {
    clock,
    http,
    server,
    domains: sites.map(() => new MemoryDomain()),
    store: new MemoryStore(),
  };
}

/** Why the domain refused plans before there was none left. */
function refusals(refused: Result<unknown, DcnsError>): readonly string[] {
  const { refusals = [] } = errorOf(refused, "no-path");
  return refusals.flatMap(({ causes }) => causes.map(({ message }) => message));
}

async function start(
  { clock, http, domains, store }: World,
  options: Partial<RestDialectOptions> = {},
): Promise<DcnsAgent> {
  const wan = new OscarsDriver({ dialect: "rest", url: "http://oscars.example", http, ...options });
  const campuses = sites.map((id, at) => [id, new MemoryDriver(domains[at])] as const);
  const drivers = { wan, ...Object.fromEntries(campuses) };
  return value(await clock.until(DcnsAgent.start({ topology: topology(), drivers, clock, store })));
}

/** The ports and rates of every circuit that is up. */
function circuits({ server }: World): readonly string[] {
  return server.connections
    .filter(({ state }) => state === "ACTIVE")
    .map(({ simple: { fixtures } }) =>
      fixtures.map(({ port, mbps }) => `${port.slice(0, 4)} ${mbps}`).join(", "),
    );
}

function isClean({ server, domains }: World): boolean {
  return server.connections.length + domains.flatMap((each) => [...each.segments]).length === 0;
}

describe("a network across an OSCARS 1 domain", () => {
  test("comes up, gains an end, changes its rate and goes", async () => {
    const its = world();
    const { clock } = its;
    const agent = await start(its);
    value(await clock.until(agent.setupPhysicalNetwork("p", two, "100.5Mbps", 42)));
    expect(circuits(its)).toEqual(["albq 101, losa 101"]);
    const report = value(await clock.until(agent.verifyNetwork("p")));
    expect(report.segments.flatMap(({ discrepancies }) => discrepancies)).toEqual([]);
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "200Mbps")));
    expect(circuits(its)).toEqual(["albq 200, losa 200"]);
    value(await clock.until(agent.modifyPhysicalNetwork("p", ["denv:eth0"], [])));
    expect(circuits(its).map((each) => each.split(", ").length)).toEqual([3]);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(isClean(its)).toBe(true);
    await clock.until(agent.close());
    await clock.advance(1_000_000);
    expect(clock.countTimers()).toBe(0);
  });

  test("is refused with the reason that only a copy of the request brings out", async () => {
    const its = world();
    const { clock, server } = its;
    const agent = await start(its);
    const [port = ""] = edges;
    const other = { junction: "albq-cr6", port, vlan: 4094, strict: true, mbps: 9_950 };
    server.sellElsewhere({ fixtures: [other], pipes: [] });
    const refused = await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps"));
    expect(refusals(refused)).toEqual(["albq-cr6:1/1/c15/1 has 50 Mbps available"]);
    expect(isClean(its)).toBe(true);
    await clock.until(agent.close());
  });

  test("is refused where the domain knows no path of that rate", async () => {
    const its = world();
    const { clock, server } = its;
    const agent = await start(its);
    const ero = ["albq-cr6", "albq-cr6:2/1/c1/1", "losa-cr6:2/1/c1/1", "losa-cr6"];
    const pipe = { a: "albq-cr6", z: "losa-cr6", mbps: 9_950, protect: false, ero, exclude: [] };
    server.sellElsewhere({ fixtures: [], pipes: [pipe] });
    const refused = await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps"));
    expect(refusals(refused)).toEqual(["no path of 100 Mbit/s from albq-cr6 to losa-cr6"]);
    expect(isClean(its)).toBe(true);
    await clock.until(agent.close());
  });

  test("is undone when the domain cannot build it", async () => {
    const its = world();
    const { clock, server } = its;
    server.quirks = { buildFails: true };
    const agent = await start(its);
    const setup = agent.setupPhysicalNetwork("p", two, "100Mbps");
    const failed = await clock.until(setup);
    expect(errorOf(failed, "driver-failed").causes[0]?.message).toContain("could not be built");
    await clock.advance(60_000);
    expect(isClean(its)).toBe(true);
    await clock.until(agent.close());
  });

  test("gets its circuit again when somebody else ends it, and outlives its agent", async () => {
    const its = world();
    const { clock, server } = its;
    const first = await start(its);
    value(await clock.until(first.setupPhysicalNetwork("p", two, "100Mbps")));
    server.forceEnd(server.connections[0]?.simple.connectionId ?? "");
    await clock.advance(120_000);
    expect(circuits(its)).toEqual(["albq 100, losa 100"]);
    const kept = server.connections.map(({ simple }) => simple.connectionId);
    await clock.until(first.close());
    const second = await start(its);
    await clock.advance(60_000);
    expect(server.connections.map(({ simple }) => simple.connectionId)).toEqual(kept);
    await clock.until(second.close());
    const third = await start({ ...its, store: new MemoryStore() });
    await clock.advance(60_000);
    expect(isClean({ ...its, domains: [] })).toBe(true);
    await clock.until(third.close());
  });

  test("gets another id after its circuit was ended before it began: the server stumbles over the old one", async () => {
    const its = world();
    const { clock, server, http } = its;
    const agent = await start(its);
    value(await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps")));
    const [first = ""] = server.ids;
    server.forceEnd(first);
    for (let s = 0; s < 300 && server.connections.at(-1)?.phase !== "RESERVED"; s += 1)
      await clock.advance(1_000);
    const [second = ""] = server.ids;
    const release = { method: "POST", headers: {}, body: second } as const;
    const url = "http://oscars.example/protected/conn/release";
    const limits = { signal: new AbortController().signal, timeoutMs: 1_000 };
    const released = await clock.until(http.send({ ...release, url }, limits));
    expect(JSON.parse(released._unsafeUnwrap().body).what).toBe("DELETED");
    await clock.advance(300_000);
    expect(circuits(its)).toEqual(["albq 100, losa 100"]);
    expect(new Set([first, second, ...server.ids]).size).toBe(3);
    await clock.until(agent.close());
  });

  test("is asked for with another token when the first is stale, and tells nobody of either", async () => {
    const its = world(new Set(["fresh"]));
    const { clock } = its;
    const asked: boolean[] = [];
    const token = async ({ refresh }: { readonly refresh: boolean }): Promise<string> => {
      asked.push(refresh);
      return refresh ? "fresh" : "stale";
    };
    const agent = await start(its, { token });
    value(await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps")));
    expect(asked).toContain(true);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    await clock.until(agent.close());
    const barred = await start(its, { token: async () => "secret" });
    const refused = await clock.until(barred.setupPhysicalNetwork("p", two, "100Mbps"));
    expect(JSON.stringify(errorOf(refused, "driver-failed"))).not.toContain("secret");
    await clock.until(barred.close());
  });

  test.each([
    ["others", "who asks is in none of the groups that may: svc_oscars_user"],
    [
      "none",
      'the server fails at whatever is asked with this token, as it does where one has no "groups"',
    ],
  ] as const)("fails at once where the user of the token is in groups: %s", async (groups, why) => {
    const its = world(new Set(["fresh"]), new Map([["token", groups]]));
    const { clock, http, server } = its;
    let requests = 0;
    http.serve("http://oscars.example", (request) => {
      if (request.path.startsWith("/protected/")) requests += 1;
      return server.handler(request);
    });
    const agent = await start(its, { token: async () => "token" });
    const before = clock.now();
    const refused = await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps"));
    const { causes } = errorOf(refused, "driver-failed");
    expect(causes).toEqual([
      { node: "wan1", kind: "rejected", message: `/protected/hold: ${why}` },
    ]);
    expect(clock.now()).toBe(before);
    const asked = requests;
    await clock.advance(300_000);
    expect(requests).toBe(asked);
    await clock.until(agent.close());
  });

  test("shows its token only where one is wanted, and asks for it only then", async () => {
    const its = world(new Set(["good"]));
    const { clock, http, server } = its;
    const shown: string[] = [];
    http.serve("http://oscars.example", (request) => {
      if (request.headers.has("authorization")) shown.push(request.path);
      return server.handler(request);
    });
    let asked = 0;
    const token = async (): Promise<string> => {
      asked += 1;
      return "good";
    };
    const agent = await start(its, { token });
    value(await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps")));
    await clock.advance(300_000);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(shown.filter((path) => !path.startsWith("/protected/"))).toEqual([]);
    expect(shown.length).toBeGreaterThan(2);
    expect(asked).toBe(shown.length);
    // These do nothing, and say 200.
    expect(shown.filter((path) => path.startsWith("/protected/simple/"))).toEqual([]);
    await clock.until(agent.close());
  });

  test("has the token of a user who may not renewed ever more rarely, and goes on once he may", async () => {
    const outsiders = new Map<string, "others" | "none">();
    const its = world(new Set(["token"]), outsiders);
    const { clock, server } = its;
    const renewed: number[] = [];
    const token = async ({ refresh }: { readonly refresh: boolean }): Promise<string> => {
      if (refresh) renewed.push(clock.now());
      return "token";
    };
    const agent = await start(its, { token });
    value(await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps")));
    outsiders.set("token", "others");
    for (const id of server.ids) server.forceEnd(id);
    await clock.advance(2 * 3_600_000);
    expect(renewed.length).toBeGreaterThan(3);
    expect(renewed.length).toBeLessThan(10);
    outsiders.delete("token");
    await clock.advance(120_000);
    expect(circuits(its)).toEqual(["albq 100, losa 100"]);
    // Who is put out again is taken to be so for the first time.
    const before = renewed.length;
    outsiders.set("token", "others");
    for (const id of server.ids) server.forceEnd(id);
    await clock.advance(200_000);
    expect(renewed.length - before).toBe(2);
    await clock.until(agent.close());
  });

  test("comes up with a token that was issued when its user had come to be in a group that may", async () => {
    const its = world(new Set(["new"]), new Map([["old", "none"]]));
    const { clock } = its;
    const agent = await start(its, { token: async ({ refresh }) => (refresh ? "new" : "old") });
    value(await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps")));
    await clock.until(agent.close());
  });

  test("goes on being told that there is no reason where the token is good", async () => {
    const its = world(new Set(["good"]));
    const { clock, http, server } = its;
    http.serve("http://oscars.example", async (request) =>
      /hold$|cloneable$/.test(request.path) ? { status: 500 } : server.handler(request),
    );
    const agent = await start(its, { token: async () => "good" });
    const refused = await clock.until(agent.setupPhysicalNetwork("p", two, "100Mbps"));
    const { causes } = errorOf(refused, "driver-failed");
    expect(causes[0]?.message).toBe("/protected/hold: the server says 500, and no reason");
    await clock.until(agent.close());
  });

  test("is undone while the server is out of service, and nothing is left when it is back", async () => {
    const its = world();
    const { clock, server } = its;
    const agent = await start(its);
    const setup = agent.setupPhysicalNetwork("p", two, "100Mbps");
    const failed = await clock.until(setup, undefined, () => {
      if (server.connections.some(({ phase }) => phase === "RESERVED"))
        server.quirks = { outOfService: true };
    });
    expect(failed.isErr()).toBe(true);
    server.quirks = {};
    await clock.advance(120_000);
    expect(isClean(its)).toBe(true);
    await clock.until(agent.close());
  });

  test("is asked for over sockets too", async () => {
    const server = new SimOscarsServer({ ...inventory(), clock: systemClock });
    const at = { host: "127.0.0.1", port: 0 };
    const listening = (await openHttpServer(at, server.handler))._unsafeUnwrap();
    const wan = new OscarsDriver({ dialect: "rest", url: `http://127.0.0.1:${listening.port}` });
    const drivers = { wan, ...Object.fromEntries(sites.map((id) => [id, new MemoryDriver()])) };
    const agent = value(await DcnsAgent.start({ topology: topology(), drivers }));
    // The circuit would be up in half a minute; what was held and committed goes again.
    const early = await agent.setupPhysicalNetwork("p", two, "100Mbps", undefined, {
      timeoutMs: 500,
    });
    expect(errorOf(early, "timeout").afterMs).toBe(500);
    expect(server.connections).toEqual([]);
    await agent.close();
    await listening.close();
  });
});

const { DCNS_SHARED } = process.env;
const samples = resolve(DCNS_SHARED ?? "../shared", "data/wan/samples/rest/oscars-1.x");

describe.skipIf(!existsSync(samples))(
  "the simulated server, by the samples of the shared data",
  () => {
    const read = (name: string): string => readFileSync(resolve(samples, name), "utf8");
    const at = Date.UTC(2030, 0, 1, 9);
    const ask = async (server: SimOscarsServer, method: string, path: string, body = "") =>
      server.handler({ method, path, body, headers: new Map() });

    test("answers what is asked in the shape in which the real one does", async () => {
      const clock = fakeClock(at);
      const server = new SimOscarsServer({ ...inventory(), clock });
      const held = await ask(server, "POST", "/protected/hold", read("hold-p2p.request.json"));
      expect(lacks(held.body, read("hold-p2p.response.json"))).toEqual([]);
      const committed = await ask(
        server,
        "POST",
        "/protected/conn/commit",
        read("commit.request.txt"),
      );
      expect(lacks(committed.body, read("commit.response.json"))).toEqual([]);
      const info = await ask(server, "GET", "/api/conn/info/C4KD");
      expect(lacks(info.body, hyphened(read("conn-info-reserved.response.json")))).toEqual([]);
      const simple = await ask(server, "POST", "/api/simple/info", "C4KD");
      expect(lacks(simple.body, read("simple-info.response.json"))).toEqual([]);
      const listed = await ask(server, "POST", "/api/conn/list", read("conn-list.request.json"));
      expect(lacks(listed.body, hyphened(read("conn-list.response.json")))).toEqual([]);
      const paths = await ask(server, "POST", "/api/pce/paths", read("pce-paths.request.json"));
      expect(lacks(paths.body, read("pce-paths.response.json"))).toEqual([]);
      const copy = await ask(
        server,
        "POST",
        "/protected/cloneable",
        read("hold-multipoint.request.json"),
      );
      expect(lacks(copy.body, read("cloneable-invalid.response.json"))).toEqual([]);
      const released = await ask(server, "POST", "/protected/conn/release", "C4KD");
      expect(lacks(released.body, read("release-future.response.json"))).toEqual([]);
      expect((await ask(server, "GET", "/api/conn/info/C4KD")).status).toBe(404);
    });

    test("gives no reason for what it does not hold, and forgets what nobody commits", async () => {
      const clock = fakeClock(at);
      const server = new SimOscarsServer({ ...inventory(), clock });
      await ask(server, "POST", "/protected/hold", read("hold-p2p.request.json"));
      const again = read("hold-p2p.request.json").replace("C4KD", "C4KX");
      const refused = await ask(server, "POST", "/protected/hold", again);
      expect([refused.status, lacks(refused.body, read("error-500-boot.response.json"))]).toEqual([
        500,
        [],
      ]);
      await clock.advance(901_000);
      expect((await ask(server, "POST", "/protected/conn/commit", "C4KD")).status).toBe(404);
    });
  },
);

/** A sample with the names that servers of version 1.2 write. */
function hyphened(sample: string): string {
  return sample.replace(
    /"deployment(State|Intent)"/g,
    (_, word) => `"deployment-${word.toLowerCase()}"`,
  );
}

/** The paths of what `sample` has and `body` has not, or has as something else. */
function lacks(body: string | undefined, sample: string): readonly string[] {
  const compare = (is: unknown, should: unknown, path: string): string[] => {
    if (should === null || is === null) return is === undefined ? [path] : [];
    if (typeof is !== typeof should || Array.isArray(is) !== Array.isArray(should)) return [path];
    if (Array.isArray(should) && Array.isArray(is))
      return should.length > 0 && is.length > 0 ? compare(is[0], should[0], `${path}[]`) : [];
    if (typeof should !== "object" || typeof is !== "object") return [];
    const own = new Map<string, unknown>(Object.entries(is));
    return Object.entries(should).flatMap(([key, each]) =>
      compare(own.get(key), each, `${path}.${key}`),
    );
  };
  return compare(JSON.parse(body ?? "null"), JSON.parse(sample), "");
}
