import { createServer } from "node:http";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { DcnsAgent, MemoryDriver, nodeListener, OscarsDriver } from "../../../../src/index.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";
import { systemClock } from "../../../../src/system-clock.ts";
import {
  type ClientTls,
  httpClient,
  openHttpServer,
  type ServerTls,
  SimNsiProvider,
} from "../../../../src/testing/index.ts";
import { Authority } from "../../../support/authority.ts";
import { campusTopology, hostAt } from "../../../support/campuses.ts";
import { value } from "../../../support/testbed.ts";

const campuses = ["west", "east"];
const nsa = "urn:ogf:network:wan.example:2026:nsa";
const authority = new Authority();
afterAll(() => authority[Symbol.dispose]());

function stp(_: string, site: string): string {
  return `urn:ogf:network:wan.example:2026:${site}`;
}

/** A provider on a socket, of which nothing is known but by its callbacks. */
async function served({ tls, client }: { tls?: ServerTls; client?: ClientTls } = {}) {
  const http = httpClient({ clock: systemClock, ...(client === undefined ? {} : { tls: client }) });
  const ports = new Map(
    campuses.map((site) => [stp("wan", site), { capacity: 1_000, vlans: VlanSet.default }]),
  );
  const provider = new SimNsiProvider({ nsa, ports, clock: systemClock, http, delayMs: 20 });
  const at = { host: "127.0.0.1", port: 0, ...(tls === undefined ? {} : { tls }) };
  const server = (await openHttpServer(at, provider.handler))._unsafeUnwrap();
  onTestFinished(async () => {
    await server.close();
    http.close();
  });
  const url = `${tls === undefined ? "http" : "https"}://localhost:${server.port}/`;
  return { provider, url, times: { pollMs: 600_000, auditMs: 600_000, activationMs: 600_000 } };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const taken = (
    await openHttpServer({ host: "127.0.0.1", port: 0 }, async () => ({ status: 404 }))
  )._unsafeUnwrap();
  await taken.close();
  return taken.port;
}

/** Sets a network up across the domain and tears it down. */
async function useOf(wan: OscarsDriver, provider: SimNsiProvider): Promise<void> {
  const topology = campusTopology({ campuses, wans: ["wan"], nameOf: stp });
  const drivers = { wan, ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])) };
  const agent = value(await DcnsAgent.start({ topology, drivers }));
  value(await agent.setupPhysicalNetwork("p", campuses.map(hostAt), "100Mbps"));
  expect(provider.connections.map(({ states }) => states.dataPlaneStatus.active)).toEqual([true]);
  value(await agent.teardownPhysicalNetwork("p"));
  expect(provider.connections.map(({ states }) => states.lifecycleState)).not.toContain("Created");
  await agent.close();
}

describe("callbacks of an NSI provider", () => {
  test("come to a port of the driver's own, by TLS with certificates on both sides", async () => {
    const identity = (name: string) => {
      const { key, cert } = authority.issue(name);
      return { key, cert, ca: authority.cert };
    };
    const [local, us] = [identity("localhost"), identity("us")];
    const { provider, url, times } = await served({ tls: local, client: identity("wan") });
    const port = await freePort();
    const listen = { host: "127.0.0.1", port, tls: local };
    const wan = new OscarsDriver({
      ...{ dialect: "nsi", provider: { nsa, url }, tls: us, times },
      requester: {
        nsa: "urn:ogf:network:us.example:2026:nsa",
        callbacks: { url: `https://localhost:${port}/nsi`, listen },
      },
    });
    await useOf(wan, provider);
  });

  test("come to a server of the host's own, in which they are mounted", async () => {
    const { provider, url, times } = await served();
    const port = await freePort();
    const host = createServer();
    await new Promise<void>((resolve) => host.listen(port, "127.0.0.1", resolve));
    const wan = new OscarsDriver({
      ...{ dialect: "nsi", provider: { nsa, url }, times },
      requester: {
        nsa: "urn:ogf:network:us.example:2026:nsa",
        callbacks: { url: `http://127.0.0.1:${port}/nsi` },
      },
    });
    host.on("request", nodeListener(wan.callbacks));
    await useOf(wan, provider);
    await new Promise((resolve) => host.close(resolve));
  });
});
