import { expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { httpClient } from "../../../src/drivers/oscars/http/client-socket.ts";
import type { HttpHandler } from "../../../src/drivers/oscars/http/http.ts";
import { openHttpServer } from "../../../src/drivers/oscars/http/server-socket.ts";
import type { PeerName } from "../../../src/drivers/oscars/nsi/peer-profile.ts";
import { OscarsDriver } from "../../../src/drivers/oscars/oscars-driver.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { systemClock } from "../../../src/system-clock.ts";
import { nsiPeerQuirks } from "../../../src/testing/wan/nsi-peers.ts";
import { SimNsiProvider } from "../../../src/testing/wan/sim-nsi-provider.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { value } from "../../support/testbed.ts";

const NSA = "urn:ogf:network:wan.example:2026:nsa";
const campuses = ["west", "east"];
const stp = (_wan: string, port: string): string => `urn:ogf:network:wan.example:2026::${port}`;
const anyPort = { host: "127.0.0.1", port: 0 };

test.each(Object.keys(nsiPeerQuirks) as PeerName[])(
  "a simulated provider like %s is asked, and calls back, over sockets",
  async (peer) => {
    const http = httpClient({ clock: systemClock });
    const ports = new Map(
      campuses.map((port) => [stp("wan", port), { capacity: 500, vlans: VlanSet.default }]),
    );
    // Who is told to begin 30 s later is not waited for here.
    const quirks = { ...nsiPeerQuirks[peer], openStartSeconds: 0 };
    const provider = new SimNsiProvider({ nsa: NSA, ports, clock: systemClock, http, quirks });
    const serving = (await openHttpServer(anyPort, provider.handler))._unsafeUnwrap();
    const encodings: (string | undefined)[] = [];
    let take: HttpHandler = async () => ({ status: 503 });
    const listening = (
      await openHttpServer(anyPort, (request) => {
        encodings.push(request.headers.get("content-encoding"));
        return take(request);
      })
    )._unsafeUnwrap();
    const wan = new OscarsDriver({
      ...{ dialect: "nsi", peer, times: { pollMs: 60_000 } },
      provider: { nsa: NSA, url: `http://127.0.0.1:${serving.port}/provider` },
      requester: {
        nsa: "urn:ogf:network:us.example:2026:nsa",
        callbacks: { url: `http://127.0.0.1:${listening.port}/` },
      },
    });
    take = wan.callbacks;
    const drivers = { wan, west: new MemoryDriver(), east: new MemoryDriver() };
    const topology = campusTopology({ campuses, wans: ["wan"], nameOf: stp });
    const agent = value(await DcnsAgent.start({ topology, drivers }));
    // Looks are too rare to tell anything: what is heard comes by callbacks.
    value(await agent.setupPhysicalNetwork("p", campuses.map(hostAt), "100Mbps"));
    expect(provider.holdings.map(({ capacity }) => capacity)).toEqual([100]);
    value(await agent.teardownPhysicalNetwork("p"));
    expect(provider.connections).toEqual([]);
    expect(new Set(encodings)).toEqual(new Set([quirks.zipsCallbacks ? "gzip" : undefined]));
    await agent.close();
    await Promise.all([serving.close(), listening.close()]);
    http.close();
  },
);
