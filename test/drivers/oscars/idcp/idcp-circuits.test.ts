import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../../src/dcns.ts";
import { MemoryDriver } from "../../../../src/drivers/memory.ts";
import { MemoryDomain } from "../../../../src/drivers/memory-domain.ts";
import type { IncomingRequest } from "../../../../src/drivers/oscars/http/http.ts";
import { openHttpServer } from "../../../../src/drivers/oscars/http/server-socket.ts";
import {
  type IdcpPeerName,
  type IdcpProfile,
  idcpProfiles,
} from "../../../../src/drivers/oscars/idcp/peer-profile.ts";
import type { SigningIdentity } from "../../../../src/drivers/oscars/idcp/ws-security.ts";
import { OscarsDriver } from "../../../../src/drivers/oscars/oscars-driver.ts";
import type { Clock } from "../../../../src/model/clock.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";
import { MemoryStore } from "../../../../src/store/memory-store.ts";
import { systemClock } from "../../../../src/system-clock.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import { SimIdcpServer } from "../../../../src/testing/wan/sim-idcp-server.ts";
import type { Topology } from "../../../../src/topology.ts";
import { rowTopology } from "../../../support/campuses.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { errorOf, value } from "../../../support/testbed.ts";

const URL_OF = "http://idc.example/OSCARS";
const urn = (node: string, port: string): string =>
  `urn:ogf:network:domain=testdomain-1:node=${node}:port=${port}:link=*`;
const edges = [urn("node-1-1", "ge-1/1/0"), urn("node-1-2", "ge-1/0/1")];
const ends = ["west:eth0", "east:eth0"];

function topology([west = "2-4094", east = "2-4094"]: readonly string[] = []): Topology {
  return rowTopology({
    ...{ campuses: ["west", "east"], wans: ["wan"] },
    nameOf: (_wan, port) => (port === "a" ? edges[0] : edges[1]) ?? "",
    vlans: { "west-wan": west, "wan-east": east },
  });
}

function portsOf(capacity: number) {
  return new Map(edges.map((each) => [each, { capacity, vlans: VlanSet.default }]));
}

interface Shape {
  readonly peer?: IdcpPeerName;
  readonly profile?: Partial<IdcpProfile>;
  readonly changesActive?: boolean;
  readonly capacity?: number;
  /** The labels of the links to both campuses; all when absent. */
  readonly vlans?: readonly string[];
  /** By how much the server's clock is behind. */
  readonly behindMs?: number;
}

const peers = ["oscars-0.6", "oscars-0.5", "dragon"] as const;

function world(shape: Shape) {
  const { peer = "oscars-0.6", profile, changesActive = false, capacity = 1_000 } = shape;
  const store = new MemoryStore();
  const ports = portsOf(capacity);
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const behind: Clock = { ...clock, now: () => clock.now() - (shape.behindMs ?? 0) };
  const common = { domain: "testdomain-1", clock: behind, delayMs: 3_000 };
  const { version, swapsLabels } = { ...idcpProfiles[peer], ...profile };
  const server = new SimIdcpServer({ ...common, ports, changesActive, version, swapsLabels });
  const requests: IncomingRequest[] = [];
  http.serve("http://idc.example", (request) => {
    requests.push(request);
    return server.handler(request);
  });
  const domains = { west: new MemoryDomain(), east: new MemoryDomain() };
  const start = async (from = store): Promise<DcnsAgent> => {
    const wan = new OscarsDriver({
      ...{ dialect: "idcp", url: URL_OF, http, peer },
      ...(profile === undefined ? {} : { profile }),
    });
    const drivers = {
      wan,
      west: new MemoryDriver(domains.west),
      east: new MemoryDriver(domains.east),
    };
    const started = DcnsAgent.start({
      topology: topology(shape.vlans),
      drivers,
      clock,
      store: from,
    });
    return value(await clock.until(started));
  };
  const rates = () =>
    server.reservations.map(({ status, reserved }) => `${status} ${reserved?.bandwidth}`);
  const isClean = () =>
    server.reservations.length + domains.west.segments.size + domains.east.segments.size === 0;
  /** The operations that were asked for, in order. */
  const asked = () =>
    requests.map(({ headers }) => {
      const { operation = "" } =
        /OSCARS\/(?<operation>\w+)"$/.exec(headers.get("content-type") ?? "")?.groups ?? {};
      return operation;
    });
  return { clock, http, server, start, rates, isClean, asked };
}

describe.each(peers)("a network across a domain of %s", (peer) => {
  test.each([true, false])(
    "comes up, changes its rate where that may be (%s) or comes anew, and goes",
    async (changesActive) => {
      const { clock, server, start, rates, isClean } = world({ peer, changesActive });
      const agent = await start();
      value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100.5Mbps", 42)));
      expect(rates()).toEqual(["ACTIVE 101"]);
      const report = value(await clock.until(agent.verifyNetwork("p")));
      expect(report.segments.flatMap(({ discrepancies }) => discrepancies)).toEqual([]);
      const before = [...server.ids];
      value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "200Mbps")));
      expect(rates()).toEqual(["ACTIVE 200"]);
      const after = [...server.ids];
      expect(after.join() === before.join()).toBe(changesActive && peer === "oscars-0.6");
      value(await clock.until(agent.teardownPhysicalNetwork("p")));
      expect(isClean()).toBe(true);
      await clock.until(agent.close());
      await clock.advance(10_000);
      expect(clock.countTimers()).toBe(0);
    },
  );

  test("is refused with the reason that the domain's path computation gives", async () => {
    const { clock, start, isClean } = world({ peer, capacity: 50 });
    const agent = await start();
    const refused = await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps"));
    // Why is not said in the older messages: it may be a label, too, and all are offered.
    const { refusals } = errorOf(refused, "no-path");
    expect(refusals?.[0]?.causes[0]?.message).toBe(
      peer === "oscars-0.6"
        ? `PCE_CREATE_FAILED: ${edges[0]} has 50 Mbps left`
        : "testdomain-1-1 is FAILED, and the domain does not say why",
    );
    expect(isClean()).toBe(true);
    await clock.until(agent.close());
  });

  test("is made anew when somebody else ends it, and ended by an agent that does not want it", async () => {
    const { clock, server, start, rates } = world({ peer });
    const first = await start();
    value(await clock.until(first.setupPhysicalNetwork("p", ends, "100Mbps")));
    server.forceEnd(server.ids[0] ?? "");
    await clock.advance(90_000);
    expect(rates()).toEqual(["ACTIVE 100"]);
    await clock.until(first.close());
    const other = await start(new MemoryStore());
    await clock.advance(90_000);
    expect(rates()).toEqual([]);
    await clock.until(other.close());
  });

  test("leaves nothing when the server cannot be reached while it is set up", async () => {
    const { clock, http, server, start, isClean } = world({ peer });
    const agent = await start();
    const setup = agent.setupPhysicalNetwork("p", ends, "100Mbps");
    const failed = await clock.until(setup, undefined, () => {
      if (server.reservations.some(({ status }) => status === "INSETUP"))
        http.serve("http://idc.example", undefined);
    });
    expect(failed.isErr()).toBe(true);
    http.serve("http://idc.example", server.handler);
    await clock.advance(180_000);
    expect(isClean()).toBe(true);
    await clock.until(agent.close());
  });

  test("is asked for in signed messages, and by nobody else", async () => {
    const signers = new Set(["CN=dcns test"]);
    const ports = portsOf(1_000);
    const { version } = idcpProfiles[peer];
    const common = { domain: "testdomain-1", ports, clock: systemClock, signers, version };
    const server = new SimIdcpServer(common);
    const at = { host: "127.0.0.1", port: 0 };
    const listening = (await openHttpServer(at, server.handler))._unsafeUnwrap();
    const start = async (identity?: SigningIdentity): Promise<DcnsAgent> => {
      const wan = new OscarsDriver({
        ...{ dialect: "idcp", url: `http://127.0.0.1:${listening.port}/OSCARS`, peer },
        ...{ times: { pollMs: 10 }, ...(identity === undefined ? {} : { identity }) },
      });
      const drivers = { wan, west: new MemoryDriver(), east: new MemoryDriver() };
      return value(await DcnsAgent.start({ topology: topology(), drivers }));
    };
    const unsigned = await start();
    const refused = await unsigned.setupPhysicalNetwork("p", ends, "100Mbps");
    expect(errorOf(refused, "driver-failed").causes[0]?.message).toContain("not signed");
    await unsigned.close();
    const signed = await start(identityOf("dcns test"));
    value(await signed.setupPhysicalNetwork("p", ends, "100Mbps"));
    expect(server.reservations.map(({ status }) => status)).toEqual(["ACTIVE"]);
    value(await signed.teardownPhysicalNetwork("p"));
    expect(server.reservations).toEqual([]);
    await signed.close();
    await listening.close();
  });
});

describe("an IDCP server", () => {
  test("that sets circuits up by itself is waited for, and never told to", async () => {
    const profile = { pathSetup: "timer-automatic" } as const;
    const { clock, asked, start, rates, isClean } = world({ profile });
    const agent = await start();
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    expect(rates()).toEqual(["ACTIVE 100"]);
    expect(asked()).not.toContain("createPath");
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(isClean()).toBe(true);
    await clock.until(agent.close());
  });

  test("whose switches keep tags is asked for nothing else, and the next plan has one tag", async () => {
    const { clock, server, asked, start } = world({
      peer: "dragon",
      vlans: ["100-109", "105-119"],
    });
    const agent = await start();
    const info = value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    const [a, b] = info.links.map(({ vlan }) => vlan);
    expect(a).toBe(b);
    expect(server.ids).toEqual(["testdomain-1-1"]);
    expect(asked().filter((each) => each === "createReservation")).toHaveLength(1);
    await clock.until(agent.close());
    const none = world({ peer: "dragon", vlans: ["100-104", "105-119"] });
    const other = await none.start();
    const refused = await none.clock.until(other.setupPhysicalNetwork("p", ends, "100Mbps"));
    expect(errorOf(refused, "vlan-unavailable").refusals).toHaveLength(1);
    expect(none.asked()).not.toContain("createReservation");
    await none.clock.until(other.close());
  });

  test.each(["oscars-0.6", "oscars-0.5"] as const)(
    "that lists a hundred at a time loses none of more (%s)",
    async (peer) => {
      const { clock, server, start, rates } = world({ peer });
      const first = await start();
      value(await clock.until(first.setupPhysicalNetwork("p", ends, "1Mbps")));
      // Between them and the one that lives are so many that have ended.
      const { description = "", wanted } = server.reservations[0] ?? {};
      if (wanted === undefined) throw new Error("nothing is reserved");
      for (let at = 0; at < 250; at += 1) server.forceEnd(server.reserve(description, wanted));
      const gri = server.reserve("dcns stray%40wan wan%3Aa%2F7 wan%3Ab%2F7", wanted);
      expect(server.ids).toEqual(["testdomain-1-1", gri]);
      await clock.advance(90_000);
      expect(server.ids).toEqual(["testdomain-1-1"]);
      expect(rates()).toEqual(["ACTIVE 1"]);
      await clock.until(first.close());
    },
  );

  test("whose clock is behind is told to set up a path until it has begun", async () => {
    const { clock, asked, start, rates } = world({ behindMs: 20_000 });
    const agent = await start();
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
    expect(rates()).toEqual(["ACTIVE 100"]);
    expect(asked().filter((each) => each === "createPath").length).toBeGreaterThan(1);
    await clock.until(agent.close());
  });
});

function identityOf(name: string): SigningIdentity {
  const folder = mkdtempSync(join(tmpdir(), "dcns-idcp-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const subject = ["-subj", `/CN=${name}`, "-days", "2", "-keyout", key, "-out", certificate];
  spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject]);
  const read = (file: string): string => readFileSync(file, "utf8");
  const identity = { key: read(key), certificate: read(certificate) };
  rmSync(folder, { recursive: true });
  return identity;
}
