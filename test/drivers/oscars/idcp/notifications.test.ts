import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../../src/dcns.ts";
import { MemoryDriver } from "../../../../src/drivers/memory.ts";
import { httpClient } from "../../../../src/drivers/oscars/http/client-socket.ts";
import type { IncomingRequest } from "../../../../src/drivers/oscars/http/http.ts";
import { openHttpServer } from "../../../../src/drivers/oscars/http/server-socket.ts";
import { OscarsDriver } from "../../../../src/drivers/oscars/oscars-driver.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";
import { systemClock } from "../../../../src/system-clock.ts";
import { seededRandom } from "../../../../src/testing/random.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import { SimIdcpServer } from "../../../../src/testing/wan/sim-idcp-server.ts";
import { type WanFault, WanFaults } from "../../../../src/testing/wan/wan-faults.ts";
import { campusTopology } from "../../../support/campuses.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { value } from "../../../support/testbed.ts";

const campuses = ["west", "east"];
const ends = ["west:eth0", "east:eth0"];
const urns = Object.fromEntries(
  campuses.map((each) => [`wan:${each}`, `urn:ogf:network:domain=d:node=n:port=${each}:link=*`]),
);
const ports = new Map(
  Object.values(urns).map((urn) => [urn, { capacity: 1_000, vlans: VlanSet.default }]),
);
const topology = () => campusTopology({ campuses, wans: ["wan"] });
const MINUTE_MS = 60_000;

/** A driver that looks by itself once in ten minutes, so that all that is sooner was told. */
async function world(version: "0.6" | "0.5" = "0.6") {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const faults = new WanFaults(clock, seededRandom(1));
  const common = { domain: "d", ports, clock, delayMs: 1_000, version };
  const server = new SimIdcpServer({ ...common, http: faults.carrying(http) });
  const asked: string[] = [];
  http.serve("http://idc.example", (request) => {
    asked.push(operationOf(request));
    return server.handler(request);
  });
  const wan = new OscarsDriver({
    ...{ dialect: "idcp", url: "http://idc.example/OSCARS", http, urns },
    peer: version === "0.6" ? "oscars-0.6" : "oscars-0.5",
    notifications: { broker: "http://idc.example/wsnbroker", url: "http://us.example/" },
    times: { pollMs: 5 * MINUTE_MS, auditMs: 10 * MINUTE_MS, activationMs: 20 * MINUTE_MS },
  });
  http.serve("http://us.example", wan.callbacks);
  const drivers = { wan, west: new MemoryDriver(), east: new MemoryDriver() };
  const agent = value(await clock.until(DcnsAgent.start({ topology: topology(), drivers, clock })));
  const events: string[] = [];
  agent.events.on("network-state", ({ state }) => events.push(state));
  const setUp = async () =>
    value(await clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps")));
  const count = (operation: string): number => asked.filter((each) => each === operation).length;
  const statuses = () => server.reservations.map(({ status }) => status);
  /** Somebody posts an event, in the name of a subscription or in none. */
  const forge = async (name: string, subscription?: string): Promise<number> =>
    (await wan.callbacks(posted(notify(name, server.ids[0] ?? "", subscription)))).status;
  return { clock, http, faults, server, agent, events, asked, count, statuses, setUp, forge };
}

function operationOf({ headers }: IncomingRequest): string {
  const action = headers.get("content-type") ?? "";
  const { name = "" } = /\/(?<name>\w+)"$/.exec(action)?.groups ?? {};
  return name;
}

function posted(body: string, method = "POST"): IncomingRequest {
  return { method, path: "/", headers: new Map(), body };
}

function notify(name: string, gri: string, subscription?: string): string {
  const reference =
    subscription === undefined
      ? ""
      : `<n:SubscriptionReference><a:Address>${subscription}</a:Address></n:SubscriptionReference>`;
  const layer2 =
    "<layer2Info><srcEndpoint>a</srcEndpoint><destEndpoint>b</destEndpoint></layer2Info>";
  const times = "<startTime>1</startTime><endTime>2</endTime><bandwidth>1</bandwidth>";
  return `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><n:Notify
    xmlns:n="http://docs.oasis-open.org/wsn/b-2" xmlns:a="http://www.w3.org/2005/08/addressing">
    <n:NotificationMessage>${reference}<n:Message><event xmlns="http://oscars.es.net/OSCARS/06" id="1">
    <type>${name}</type><timestamp>1</timestamp><resDetails><globalReservationId>${gri}</globalReservationId>
    <login>l</login><description>d</description><createTime>1</createTime><status>FINISHED</status>
    <userRequestConstraint>${times}<pathInfo><pathSetupMode>signal-xml</pathSetupMode>${layer2}</pathInfo>
    </userRequestConstraint></resDetails></event></n:Message></n:NotificationMessage></n:Notify></e:Body></e:Envelope>`;
}

describe.each(["0.6", "0.5"] as const)("a domain of IDCP %s that tells of events", (version) => {
  test("has each change seen when it is done, and is looked at when something has ended", async () => {
    const { clock, server, agent, statuses, setUp } = await world(version);
    const before = clock.now();
    await setUp();
    value(await clock.until(agent.verifyNetwork("p")));
    expect(clock.now() - before).toBeLessThan(10_000);
    server.forceEnd(server.ids[0] ?? "");
    await clock.advance(10_000);
    expect(server.ids).toEqual(["d-2"]);
    expect(statuses()).toEqual(["ACTIVE"]);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(clock.now() - before).toBeLessThan(30_000);
    expect(server.ids).toEqual([]);
    await clock.until(agent.close());
    expect(server.subscriptions).toEqual([]);
    await clock.advance(MINUTE_MS);
    expect(clock.countTimers()).toBe(0);
  });

  test("is subscribed to once, for as long as it is served, and anew when it has forgotten", async () => {
    const { clock, server, agent, count } = await world(version);
    await clock.advance(150 * MINUTE_MS);
    expect(server.subscriptions).toHaveLength(1);
    expect([count("Subscribe"), count("Renew")]).toEqual([1, 5]);
    const [first] = server.subscriptions;
    server.forgetSubscriptions();
    await clock.advance(60 * MINUTE_MS);
    expect(count("Subscribe")).toBe(2);
    expect(server.subscriptions).toHaveLength(1);
    expect(server.subscriptions).not.toContain(first);
    await clock.until(agent.close());
    expect(server.subscriptions).toEqual([]);
  });
});

describe("what is told of a reservation", () => {
  test.each<readonly [string, WanFault | undefined]>([
    ["lost", { type: "drop" }],
    ["not to be had, for the broker has forgotten", undefined],
  ])("is seen at the next look when it is %s", async (_how, fault) => {
    const { clock, server, faults, agent, statuses, setUp } = await world();
    await setUp();
    if (fault === undefined) server.forgetSubscriptions();
    else faults.add(fault);
    server.forceEnd(server.ids[0] ?? "");
    await clock.advance(10_000);
    expect(statuses()).toEqual([]);
    await clock.advance(20 * MINUTE_MS);
    expect(statuses()).toEqual(["ACTIVE"]);
    await clock.until(agent.close());
  });

  test.each<readonly [string, WanFault]>([
    ["twice", { type: "twice" }],
    ["late", { type: "delay", delayMs: 20_000 }],
  ])("may come %s", async (_how, fault) => {
    const { clock, server, faults, agent, statuses, setUp } = await world();
    await setUp();
    faults.add(fault);
    server.forceEnd(server.ids[0] ?? "");
    await clock.advance(40_000);
    expect(server.ids).toEqual(["d-2"]);
    expect(statuses()).toEqual(["ACTIVE"]);
    await clock.until(agent.close());
  });

  test("is a reason to look and no more, for anybody may say it", async () => {
    const { clock, server, agent, events, count, statuses, setUp, forge } = await world();
    await setUp();
    await clock.advance(1_000);
    const [before, heard] = [count("listReservations"), events.length];
    expect(await forge("RESERVATION_PERIOD_FINISHED", "urn:uuid:of-somebody-else")).toBe(202);
    await clock.advance(1_000);
    expect(count("listReservations")).toBe(before);
    expect(await forge("RESERVATION_PERIOD_FINISHED", server.subscriptions[0])).toBe(202);
    await clock.advance(1_000);
    expect(count("listReservations")).toBe(before + 1);
    for (let at = 0; at < 1_000; at += 1) await forge(`PATH_TEARDOWN_${at % 200}`);
    await clock.advance(1_000);
    expect(count("listReservations") - before).toBeLessThan(5);
    expect(events.slice(heard)).toEqual([]);
    expect(statuses()).toEqual(["ACTIVE"]);
    expect(server.ids).toEqual(["d-1"]);
    await clock.until(agent.close());
  });

  test("of one's own requests is no reason to ask the same again at once", async () => {
    const { clock, server, agent, count, setUp } = await world();
    await setUp();
    for (const urn of ports.keys()) server.sellElsewhere(urn, { mbps: 950, vlan: 4094 });
    const before = count("createReservation");
    server.forceEnd(server.ids[0] ?? "");
    await clock.advance(9 * MINUTE_MS);
    expect(count("createReservation") - before).toBe(1);
    await clock.until(agent.close());
  });

  test("is refused where it is no notification", async () => {
    const { clock, agent, server, forge } = await world();
    const wan = new OscarsDriver({
      ...{ dialect: "idcp", url: "http://idc.example/OSCARS", urns, http: new MemoryHttp(clock) },
    });
    expect((await wan.callbacks(posted("<a/>"))).status).toBe(503);
    expect(await forge("<broken")).toBe(400);
    await clock.until(agent.close());
    expect(await forge("PATH_SETUP_COMPLETED", server.subscriptions[0])).toBe(202);
  });

  test("is heard over a port of the driver's own", async () => {
    const http = httpClient({ clock: systemClock });
    const server = new SimIdcpServer({ domain: "d", ports, clock: systemClock, http, delayMs: 20 });
    const at = { host: "127.0.0.1", port: 0 };
    const listening = (await openHttpServer(at, server.handler))._unsafeUnwrap();
    const taken = (await openHttpServer(at, server.handler))._unsafeUnwrap();
    await taken.close();
    const url = `http://127.0.0.1:${listening.port}`;
    const wan = new OscarsDriver({
      ...{ dialect: "idcp", url: `${url}/OSCARS`, urns },
      notifications: {
        broker: `${url}/wsnbroker`,
        url: `http://127.0.0.1:${taken.port}/`,
        listen: { host: "127.0.0.1", port: taken.port },
      },
      times: { pollMs: 600_000, auditMs: 600_000, activationMs: 600_000 },
    });
    const drivers = { wan, west: new MemoryDriver(), east: new MemoryDriver() };
    const agent = value(await DcnsAgent.start({ topology: topology(), drivers }));
    value(await agent.setupPhysicalNetwork("p", ends, "100Mbps"));
    expect(server.reservations.map(({ status }) => status)).toEqual(["ACTIVE"]);
    value(await agent.teardownPhysicalNetwork("p"));
    await agent.close();
    expect(server.subscriptions).toEqual([]);
    await listening.close();
    http.close();
  });
});
