import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../../src/dcns.ts";
import { MemoryDriver } from "../../../../src/drivers/memory.ts";
import { MemoryDomain } from "../../../../src/drivers/memory-domain.ts";
import { openHttpServer } from "../../../../src/drivers/oscars/http/server-socket.ts";
import { idcp06, readIdcp } from "../../../../src/drivers/oscars/idcp/envelope.ts";
import type { SigningIdentity } from "../../../../src/drivers/oscars/idcp/ws-security.ts";
import { OscarsDriver } from "../../../../src/drivers/oscars/oscars-driver.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";
import { MemoryStore } from "../../../../src/store/memory-store.ts";
import { systemClock } from "../../../../src/system-clock.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import { SimIdcpServer } from "../../../../src/testing/wan/sim-idcp-server.ts";
import { Topology } from "../../../../src/topology.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { errorOf, value } from "../../../support/testbed.ts";

const URL_OF = "http://idc.example/OSCARS";
const urn = (node: string, port: string): string =>
  `urn:ogf:network:domain=testdomain-1:node=${node}:port=${port}:link=*`;
const edges = [urn("node-1-1", "ge-1/1/0"), urn("node-1-2", "ge-1/0/1")];
const ends = ["west:eth0", "east:eth0"];

function topology(): Topology {
  const campus = (id: string) => ({ id, domain: id, ports: [{ id: "1" }, { id: "2" }] });
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [
        { id: "wan", driver: "oscars" },
        ...["w", "e"].map((id) => ({ id, driver: "memory" })),
      ],
      nodes: [
        campus("w"),
        campus("e"),
        {
          ...{ id: "wan1", domain: "wan", branching: false },
          ports: edges.map((name, at) => ({ id: `p${at}`, name })),
        },
      ],
      links: [
        { id: "west", a: "w:2", b: "wan1:p0", capacity: "1Gbps" },
        { id: "east", a: "e:2", b: "wan1:p1", capacity: "1Gbps" },
      ],
      hosts: [
        { host: "west", nic: "eth0", port: "w:1" },
        { host: "east", nic: "eth0", port: "e:1" },
      ],
    }),
  );
}

function portsOf(capacity: number) {
  return new Map(edges.map((each) => [each, { capacity, vlans: VlanSet.default }]));
}

function world(changesActive = false, capacity = 1_000) {
  const store = new MemoryStore();
  const ports = portsOf(capacity);
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const common = { domain: "testdomain-1", clock, delayMs: 3_000 };
  const server = new SimIdcpServer({ ...common, ports, changesActive });
  http.serve("http://idc.example", server.handler);
  const domains = { w: new MemoryDomain(), e: new MemoryDomain() };
  const start = async (from = store): Promise<DcnsAgent> => {
    const wan = new OscarsDriver({ dialect: "idcp", url: URL_OF, http });
    const drivers = { wan, w: new MemoryDriver(domains.w), e: new MemoryDriver(domains.e) };
    const started = DcnsAgent.start({ topology: topology(), drivers, clock, store: from });
    return value(await clock.until(started));
  };
  const rates = () =>
    server.reservations.map(
      ({ status, reservedConstraint }) => `${status} ${reservedConstraint?.bandwidth}`,
    );
  const isClean = () =>
    server.reservations.length + domains.w.segments.size + domains.e.segments.size === 0;
  return { clock, http, server, start, rates, isClean };
}

describe("a network across an OSCARS 0.6 domain", () => {
  test.each([true, false])(
    "comes up, changes its rate where that may be (%s) or comes anew, and goes",
    async (changesActive) => {
      const { clock, server, start, rates, isClean } = world(changesActive);
      const agent = await start();
      value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100.5Mbps", 42)));
      expect(rates()).toEqual(["ACTIVE 101"]);
      const report = value(await clock.until(agent.verifyNetwork("p")));
      expect(report.segments.flatMap(({ discrepancies }) => discrepancies)).toEqual([]);
      const before = server.reservations.map((each) => each.globalReservationId);
      value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "200Mbps")));
      expect(rates()).toEqual(["ACTIVE 200"]);
      const after = server.reservations.map((each) => each.globalReservationId);
      expect(after.join() === before.join()).toBe(changesActive);
      value(await clock.until(agent.teardownPhysicalNetwork("p")));
      expect(isClean()).toBe(true);
      await clock.until(agent.close());
      await clock.advance(10_000);
      expect(clock.countTimers()).toBe(0);
    },
  );

  test("is refused with the reason that the domain's path computation gives", async () => {
    const { clock, start, isClean } = world(false, 50);
    const agent = await start();
    const refused = await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps"));
    expect(errorOf(refused, "no-path").refusals?.[0]?.causes[0]?.message).toBe(
      `PCE_CREATE_FAILED: ${edges[0]} has 50 Mbps left`,
    );
    expect(isClean()).toBe(true);
    await clock.until(agent.close());
  });

  test("is made anew when somebody else ends it, and ended by an agent that does not want it", async () => {
    const { clock, server, start, rates } = world();
    const first = await start();
    value(await clock.until(first.setupPhysicalNetwork("p", ends, "100Mbps")));
    server.forceEnd(server.reservations[0]?.globalReservationId ?? "");
    await clock.advance(90_000);
    expect(rates()).toEqual(["ACTIVE 100"]);
    await clock.until(first.close());
    const other = await start(new MemoryStore());
    await clock.advance(90_000);
    expect(rates()).toEqual([]);
    await clock.until(other.close());
  });

  test("leaves nothing when the server cannot be reached while it is set up", async () => {
    const { clock, http, server, start, isClean } = world();
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
    const common = { domain: "testdomain-1", ports, clock: systemClock, signers };
    const server = new SimIdcpServer(common);
    const at = { host: "127.0.0.1", port: 0 };
    const listening = (await openHttpServer(at, server.handler))._unsafeUnwrap();
    const start = async (identity?: SigningIdentity): Promise<DcnsAgent> => {
      const wan = new OscarsDriver({
        ...{ dialect: "idcp", url: `http://127.0.0.1:${listening.port}/OSCARS` },
        ...{ times: { pollMs: 10 }, ...(identity === undefined ? {} : { identity }) },
      });
      const drivers = { wan, w: new MemoryDriver(), e: new MemoryDriver() };
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

const { DCNS_SHARED } = process.env;
const samples = resolve(DCNS_SHARED ?? "../shared", "data/wan/samples/idcp/v06");

describe.skipIf(!existsSync(samples))(
  "the simulated server, by the samples of the shared data",
  () => {
    test("answers each request with the message that belongs to it", async () => {
      const clock = fakeClock();
      const wide = { capacity: 100_000, vlans: VlanSet.default };
      const all = [...edges, urn("node-2-1", "ge-1/1/1").replace("domain-1", "domain-2")];
      const server = new SimIdcpServer({
        ...{ domain: "testdomain-1", clock },
        ports: new Map(all.map((each) => [each, wide])),
      });
      const post = async (body: string) => {
        const sent = { method: "POST", path: "/OSCARS", headers: new Map(), body };
        const { body: text = "" } = await server.handler(sent);
        return readIdcp(idcp06, text)._unsafeUnwrap().body;
      };
      const ask = async (name: string) => {
        const text = readFileSync(resolve(samples, `${name}.request.xml`), "utf8");
        return post(text.replaceAll(/testdomain-1-\d+/g, "testdomain-1-1"));
      };
      const sampleOf = (name: string) =>
        readIdcp(
          idcp06,
          readFileSync(resolve(samples, `${name}.response.xml`), "utf8"),
        )._unsafeUnwrap().body.type;
      expect((await ask("createReservation")).type).toBe(sampleOf("createReservation"));
      await clock.advance(10);
      for (const name of ["queryReservation", "listReservations-all", "modifyReservation"]) {
        expect((await ask(name)).type).toBe(sampleOf(name.replace("-all", "")));
        await clock.advance(10);
      }
      expect((await ask("createPath")).type).toBe(sampleOf("createPath"));
      // What is just being set up cannot be cancelled.
      expect(await ask("cancelReservation")).toMatchObject({ type: "fault" });
      await clock.advance(10);
      expect((await ask("teardownPath")).type).toBe(sampleOf("teardownPath"));
      await clock.advance(10);
      expect((await ask("cancelReservation")).type).toBe(sampleOf("cancelReservation"));
    });
  },
);
