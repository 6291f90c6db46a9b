import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../../src/dcns.ts";
import { MemoryDriver } from "../../../../src/drivers/memory.ts";
import { writeNsi } from "../../../../src/drivers/oscars/nsi/envelope.ts";
import type { Notification } from "../../../../src/drivers/oscars/nsi/notification.ts";
import type { PeerName } from "../../../../src/drivers/oscars/nsi/peer-profile.ts";
import { OscarsDriver } from "../../../../src/drivers/oscars/oscars-driver.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import type { NsiQuirks } from "../../../../src/testing/wan/nsi-options.ts";
import { SimNsiProvider } from "../../../../src/testing/wan/sim-nsi-provider.ts";
import { campusTopology, hostAt } from "../../../support/campuses.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { nsiHeader } from "../../../support/nsi-header.ts";
import { errorOf, value } from "../../../support/testbed.ts";

const providerNSA = "urn:ogf:network:wan.example:2026:nsa";
const requesterNSA = "urn:ogf:network:us.example:2026:nsa";
const CALLBACKS = "http://us.example/";
const campuses = ["west", "east"];

/** Two campuses at one NSI domain, and somebody who knows where its callbacks are taken. */
async function world({ peer = "standard", quirks = {} }: { peer?: PeerName; quirks?: NsiQuirks }) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const stp = (_: string, site: string) => `urn:ogf:network:wan.example:2026:${site}`;
  const sold = { capacity: 1_000, vlans: VlanSet.default };
  const ports = new Map(campuses.map((site) => [stp("wan", site), sold]));
  const provider = new SimNsiProvider({
    nsa: providerNSA,
    ports,
    clock,
    http,
    quirks,
    delayMs: 20,
  });
  http.serve("http://wan.example", provider.handler);
  const wan = new OscarsDriver({
    ...{ dialect: "nsi", http, peer },
    provider: { nsa: providerNSA, url: "http://wan.example/" },
    requester: { nsa: requesterNSA, callbacks: { url: CALLBACKS } },
  });
  http.serve("http://us.example", wan.callbacks);
  const drivers = { wan, ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])) };
  const topology = campusTopology({ campuses, wans: ["wan"], nameOf: stp });
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  const told: string[] = [];
  agent.events.subscribe(({ type }) => told.push(type));
  const setUp = () => agent.setupPhysicalNetwork("p", campuses.map(hostAt), "100Mbps");
  const id = () => provider.connections[0]?.connectionId ?? "";
  const post = async (body: Notification) => {
    const header = { ...nsiHeader, requesterNSA, providerNSA };
    const headers = {};
    const answered = await clock.until(
      http.send(
        { method: "POST", url: CALLBACKS, headers, body: writeNsi({ header, body }) },
        { signal: new AbortController().signal, timeoutMs: 1_000 },
      ),
    );
    expect(answered._unsafeUnwrap().status).toBe(200);
  };
  return { clock, agent, provider, told, setUp, id, post };
}

/** What somebody says of a connection of which none of it is true. */
function lies(
  connectionId: string,
  timeStamp: number,
): Readonly<Record<"down" | "dataplaneError" | "forcedEnd" | "activateFailed", Notification>> {
  const about = { connectionId, notificationId: 99, timeStamp };
  const origin = { originatingConnectionId: connectionId, originatingNSA: providerNSA };
  const dataPlaneStatus = { active: false, version: 0, versionConsistent: true };
  return {
    down: { type: "dataPlaneStateChange", ...about, dataPlaneStatus },
    dataplaneError: { type: "errorEvent", ...about, ...origin, event: "dataplaneError" },
    forcedEnd: { type: "errorEvent", ...about, ...origin, event: "forcedEnd" },
    activateFailed: { type: "errorEvent", ...about, ...origin, event: "activateFailed" },
  };
}

const peers: readonly PeerName[] = ["standard", "opennsa"];

describe.each(peers)("what anybody could have posted, of a provider like %s", (peer) => {
  test.each(["down", "dataplaneError", "forcedEnd", "activateFailed"] as const)(
    "%s degrades no network whose frames pass",
    async (lie) => {
      const { clock, agent, provider, told, setUp, id, post } = await world({ peer });
      value(await clock.until(setUp()));
      const before = id();
      told.length = 0;
      await post(lies(id(), clock.now())[lie]);
      await clock.advance(120_000);
      expect(told).toEqual([]);
      expect(provider.connections.map(({ connectionId }) => connectionId)).toEqual([before]);
      await clock.until(agent.close());
    },
  );

  test.each(["forcedEnd", "activateFailed"] as const)(
    "%s does not end the wait for frames that come",
    async (lie) => {
      const { clock, agent, provider, setUp, id, post } = await world({
        peer,
        quirks: { buildSeconds: 20 },
      });
      const done = setUp();
      await clock.advance(5_000);
      await post(lies(id(), clock.now())[lie]);
      expect(provider.connections[0]?.states.dataPlaneStatus.active).toBe(false);
      value(await clock.until(done));
      await clock.until(agent.close());
    },
  );
});

test("frames that do not come are not waited for much longer where nobody can be asked who posted that", async () => {
  const { clock, agent, setUp, id, post } = await world({
    peer: "opennsa",
    quirks: { buildSeconds: 300 },
  });
  const done = setUp();
  await clock.advance(5_000);
  const saidMs = clock.now();
  await post(lies(id(), saidMs).activateFailed);
  const { causes } = errorOf(await clock.until(done), "driver-failed");
  expect(causes[0]?.message).toContain("activateFailed");
  expect(clock.now() - saidMs).toBeLessThan(60_000);
  await clock.until(agent.close());
});

test("what has ended is told as soon as the provider says so, asked for a reason or not", async () => {
  const { clock, agent, provider, told, setUp, id } = await world({});
  value(await clock.until(setUp()));
  told.length = 0;
  provider.forceEnd(id());
  await clock.advance(500);
  expect(told).toContain("segment-down");
  await clock.until(agent.close());
});
