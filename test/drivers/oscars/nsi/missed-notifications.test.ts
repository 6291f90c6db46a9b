import { resolve } from "node:path";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { invalid } from "../../../../scripts/conformance/schemas.ts";
import { DcnsAgent } from "../../../../src/dcns.ts";
import { pause } from "../../../../src/drivers/driver-call.ts";
import { MemoryDriver } from "../../../../src/drivers/memory.ts";
import type { IncomingRequest } from "../../../../src/drivers/oscars/http/http.ts";
import type { NsiMessage } from "../../../../src/drivers/oscars/nsi/message.ts";
import { MissedNotifications } from "../../../../src/drivers/oscars/nsi/missed-notifications.ts";
import type { NsiFault } from "../../../../src/drivers/oscars/nsi/nsi-fault.ts";
import type { PeerName } from "../../../../src/drivers/oscars/nsi/peer-profile.ts";
import type { ChildSummary, Reservation } from "../../../../src/drivers/oscars/nsi/reservation.ts";
import { OscarsDriver } from "../../../../src/drivers/oscars/oscars-driver.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import type { NsiQuirks } from "../../../../src/testing/wan/nsi-options.ts";
import { SimNsiProvider } from "../../../../src/testing/wan/sim-nsi-provider.ts";
import { campusTopology, hostAt } from "../../../support/campuses.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { errorOf, value } from "../../../support/testbed.ts";

const { DCNS_SHARED } = process.env;
const schemas = resolve(DCNS_SHARED ?? "../shared", "data/wan/schemas");
const NSA = "urn:ogf:network:wan.example:2026:nsa";
const campuses = ["west", "east"];
const ends = campuses.map(hostAt);

function stp(_: string, site: string): string {
  return `urn:ogf:network:wan.example:2026:${site}`;
}

/** Two campuses at one NSI domain; `isListening`: whether its callbacks come to us. */
async function world(
  quirks: NsiQuirks,
  { peer = "standard", listens = true }: { peer?: PeerName; listens?: boolean } = {},
) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const sold = { capacity: 1_000, vlans: VlanSet.default };
  const ports = new Map(campuses.map((site) => [stp("wan", site), sold]));
  const provider = new SimNsiProvider({ nsa: NSA, ports, clock, http, quirks, delayMs: 20 });
  const requests: IncomingRequest[] = [];
  http.serve("http://wan.example", (request) => {
    requests.push(request);
    return provider.handler(request);
  });
  const wan = new OscarsDriver({
    ...{ dialect: "nsi", http, peer },
    provider: { nsa: NSA, url: "http://wan.example/" },
    requester: {
      nsa: "urn:ogf:network:us.example:2026:nsa",
      ...(listens ? { callbacks: { url: "http://us.example/" } } : {}),
    },
  });
  const hears = (isThere: boolean): void =>
    http.serve("http://us.example", isThere ? wan.callbacks : undefined);
  hears(true);
  const drivers = { wan, ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])) };
  const topology = campusTopology({ campuses, wans: ["wan"], nameOf: stp });
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  const told: string[] = [];
  agent.events.subscribe(({ type }) => told.push(type));
  const asked = () =>
    requests.map(({ body }) => body).filter((body) => body.includes("queryNotificationSync"));
  /** How often a circuit was asked for. */
  const reserved = () => requests.filter(({ body }) => /<(\w+:)?reserve[\s>]/.test(body)).length;
  const setUp = () => clock.until(agent.setupPhysicalNetwork("p", ends, "100Mbps"));
  return { clock, agent, provider, hears, told, asked, reserved, setUp };
}

describe("notifications that nobody heard", () => {
  test("are asked for at the next look, once each, in words that the schema knows", async () => {
    const { clock, agent, provider, hears, told, asked, setUp } = await world({});
    value(await setUp());
    await clock.advance(60_000);
    const before = asked().length;
    told.length = 0;
    hears(false);
    const [{ connectionId = "" } = {}] = provider.connections;
    provider.setDataPlane(connectionId, false);
    await clock.advance(100);
    provider.setDataPlane(connectionId, true);
    await clock.advance(100);
    hears(true);
    expect(told).toEqual([]);
    await clock.advance(300_000);
    expect(told.filter((type) => type.startsWith("segment"))).toEqual([
      "segment-down",
      "segment-up",
    ]);
    const [question = "", ...more] = asked().slice(before);
    expect(question).toContain("<startNotificationId>2</startNotificationId>");
    expect(more).toEqual([]);
    expect(invalid(schemas, [{ file: "q", text: question, schema: "nsi" }])).toEqual(new Map());
    await clock.until(agent.close());
  });

  test("say nothing against what was heard after them", async () => {
    const { clock, agent, provider, hears, told, asked, setUp } = await world({});
    value(await setUp());
    await clock.advance(60_000);
    told.length = 0;
    const before = asked().length;
    hears(false);
    const [{ connectionId = "" } = {}] = provider.connections;
    provider.setDataPlane(connectionId, false);
    await clock.advance(100);
    hears(true);
    provider.setDataPlane(connectionId, true);
    await clock.advance(300_000);
    expect(asked().slice(before)).toHaveLength(1);
    expect(told.filter((type) => type.startsWith("segment"))).toEqual([]);
    await clock.until(agent.close());
  });

  test.each([true, false])("tell that frames will not pass, at once: heard %s", async (listens) => {
    const { clock, agent, provider, setUp } = await world({ activationFails: true }, { listens });
    const before = clock.now();
    const { causes } = errorOf(await setUp(), "driver-failed");
    expect(causes).toMatchObject([
      {
        kind: "rejected",
        message: `SIM-1: activateFailed, ${NSA} says 00800: a switch does not answer`,
      },
    ]);
    expect(clock.now() - before).toBeLessThan(20_000);
    expect(provider.connections).toEqual([]);
    await clock.until(agent.close());
  });

  test("of circuits that never come up do not have them asked for without a pause", async () => {
    const { clock, agent, provider, reserved, setUp } = await world({});
    value(await setUp());
    provider.quirks = { activationFails: true };
    const [{ connectionId = "" } = {}] = provider.connections;
    provider.forceEnd(connectionId);
    const before = reserved();
    await clock.advance(300_000);
    expect(reserved() - before).toBeGreaterThan(2);
    expect(reserved() - before).toBeLessThan(25);
    await clock.until(agent.close());
  });

  test("tell that a request has come to nobody, also to who only looks", async () => {
    const quirks: NsiQuirks = { losesChildren: true, aggregates: true };
    const { clock, agent, setUp } = await world(quirks, { peer: "safnari", listens: false });
    const failed = await setUp();
    const { causes } = errorOf(failed, "driver-failed");
    expect(causes[0]?.message).toContain("an agent behind the provider is out of reach");
    await clock.until(agent.close());
  });

  test("are not asked for again of a provider that knows no such question", async () => {
    const quirks: NsiQuirks = { queriesNotifications: false };
    const { clock, agent, provider, asked, setUp } = await world(quirks, { listens: false });
    value(await setUp());
    expect(asked()).toHaveLength(1);
    const [{ connectionId = "" } = {}] = provider.connections;
    provider.forceEnd(connectionId);
    await clock.advance(120_000);
    expect(asked()).toHaveLength(1);
    // What has ended is seen all the same, and made anew.
    expect(provider.connections.map((each) => each.states.dataPlaneStatus.active)).toEqual([true]);
    await clock.until(agent.close());
  });

  test("are never asked for of a provider that is known not to tell", async () => {
    const quirks: NsiQuirks = { queriesNotifications: false };
    const { clock, agent, asked, setUp } = await world(quirks, { peer: "opennsa" });
    value(await setUp());
    await clock.advance(60_000);
    expect(asked()).toEqual([]);
    await clock.until(agent.close());
  });
});

describe("a provider that leaves questions unanswered", () => {
  const states = {
    reservationState: "ReserveStart",
    provisionState: "Provisioned",
    lifecycleState: "Created",
    dataPlaneStatus: { active: true, version: 1, versionConsistent: true },
  } as const;
  const never = new AbortController().signal;

  /** So many connections, of which each has a last notification. */
  function summaries(last: number, length = 8): readonly Reservation<ChildSummary>[] {
    return Array.from({ length }, (_, index) => ({
      connectionId: `c${index}`,
      criteria: [],
      requesterNSA: "urn:us",
      connectionStates: states,
      notificationId: last,
    }));
  }

  /** Asks a provider that leaves questions about some connections without an answer for half a minute. */
  function provider(isSilent: (connectionId: string) => boolean) {
    const clock = fakeClock();
    const away = { isSilent };
    const asked: string[] = [];
    const fault: NsiFault = { type: "nsi-unknown", kind: "timeout", message: "no answer" };
    const answer = async (connectionId: string): Promise<Result<NsiMessage, NsiFault>> => {
      asked.push(connectionId);
      if (!away.isSilent(connectionId))
        return ok({ type: "queryNotificationSyncConfirmed", notifications: [] });
      await pause(clock, 30_000, never);
      return err(fault);
    };
    const missed = new MissedNotifications({
      ...{ clock, isAsked: true, hear: () => expect.fail("nothing was told") },
      send: ({ connectionId }) => new ResultAsync(answer(connectionId)),
    });
    /** Looks; which questions that costs, and how long it takes. */
    const look = async (last: number) => {
      const began = clock.now();
      await clock.until(missed.catchUp(summaries(last), never));
      return { asked: asked.splice(0), ms: clock.now() - began };
    };
    return { clock, away, asked, look, missed };
  }

  /** Asks in so many rounds, and then of one that answers; how many questions it gets. */
  async function askedAfter(unanswered: number): Promise<number> {
    const { away, look } = provider(() => true);
    await look(1);
    for (let round = 0; round < unanswered; round += 1) await look(2);
    away.isSilent = () => false;
    return (await look(2)).asked.length;
  }

  test("is asked again when it is back, and not for ever", async () => {
    expect([await askedAfter(1), await askedAfter(2), await askedAfter(3)]).toEqual([8, 8, 0]);
  });

  test("about one connection alone is asked about that one ever more rarely, and as before about the others", async () => {
    const { clock, away, look } = provider((id) => id === "c3");
    await look(1);
    const slow: number[] = [];
    const began = clock.now();
    for (let last = 2; last < 100; last += 1) {
      const { asked, ms } = await look(last);
      if (ms > 0) slow.push(clock.now() - ms - began);
      expect(asked.filter((id) => id !== "c3")).toHaveLength(7);
      await clock.advance(30_000);
    }
    // Looks are half a minute apart; so many of them are held up.
    expect(slow.length).toBeLessThan(8);
    expect(slow.length).toBeGreaterThan(3);
    away.isSilent = () => false;
    await clock.advance(3_600_000);
    expect((await look(100)).asked).toHaveLength(8);
    expect((await look(101)).asked).toHaveLength(8);
  });

  test("about a connection that ended meanwhile leaves nothing behind", async () => {
    const { clock, asked, look, missed } = provider((id) => id === "c3");
    await look(1);
    const looking = missed.catchUp(summaries(2), never);
    await clock.advance(10_000);
    missed.end("c3");
    await clock.until(looking);
    expect(asked.splice(0)).toContain("c3");
    expect(missed.connectionIds).not.toContain("c3");
    missed.begin("c3");
    expect((await look(2)).asked).toEqual(["c3"]);
  });

  test.each([
    ["at once", 0, (id: string) => id === "c3"],
    ["while one waits", 10_000, (id: string) => id === "c3"],
    ["when one has waited for some and waits for others", 35_000, (id: string) => id !== "c0"],
  ] as const)("is asked once about each by looks that overlap: %s", async (_, ms, isSilent) => {
    const { clock, asked, missed } = provider(isSilent);
    await clock.until(missed.catchUp(summaries(1, 40), never));
    const first = missed.catchUp(summaries(2, 40), never);
    await clock.advance(ms);
    await clock.until(Promise.all([first, missed.catchUp(summaries(2, 40), never)]));
    expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
    expect(asked).toHaveLength(40);
  });
});
