import { describe, expect, test } from "vitest";
import type { IncomingRequest } from "../../../../src/drivers/oscars/http/http.ts";
import type { Criteria } from "../../../../src/drivers/oscars/nsi/criteria.ts";
import { readNsi, writeNsi } from "../../../../src/drivers/oscars/nsi/envelope.ts";
import type { Notification } from "../../../../src/drivers/oscars/nsi/notification.ts";
import { NsiRequester } from "../../../../src/drivers/oscars/nsi/requester.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import type { NsiQuirks } from "../../../../src/testing/wan/nsi-options.ts";
import { SimNsiProvider } from "../../../../src/testing/wan/sim-nsi-provider.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const NSA = "urn:ogf:network:wan.example:2026:nsa";
const PORT = "urn:ogf:network:wan.example:2026:topology";
const never = new AbortController().signal;

function world(
  quirks: NsiQuirks = {},
  replyTo: string | undefined = "http://us.example/callbacks",
) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const port = { capacity: 1_000, vlans: VlanSet.range(100, 109) };
  const ports = new Map(["a", "b", "c"].map((name) => [`${PORT}:${name}`, port]));
  const provider = new SimNsiProvider({ nsa: NSA, ports, clock, http, quirks, delayMs: 20 });
  http.serve("http://wan.example", provider.handler);
  let uuids = 0;
  const requester = new NsiRequester({
    peer: {
      requesterNSA: "urn:ogf:network:us.example:2026:nsa",
      providerNSA: NSA,
      url: "http://wan.example/provider",
      ...(replyTo === undefined ? {} : { replyTo }),
    },
    http,
    clock,
    uuid: () => `00000000-0000-4000-9000-${String(++uuids).padStart(12, "0")}`,
  });
  http.serve("http://us.example", (request) => requester.callbacks(request));
  const notified: Notification[] = [];
  requester.subscribe((notification) => notified.push(notification));
  return { clock, http, provider, requester, notified };
}

function wanted(a: string, b: string, capacity = 100): Criteria {
  return {
    version: 1,
    schedule: {},
    serviceType: "http://services.ogf.org/nsi/2013/12/descriptions/EVTS.A-GOLE",
    p2ps: {
      capacity,
      directionality: "Bidirectional",
      sourceSTP: `${PORT}:${a}?vlan=100-109`,
      destSTP: `${PORT}:${b}?vlan=105-109`,
      parameter: [],
      inclusion: [],
      exclusion: [],
      others: [],
    },
    parameter: [],
    others: [],
  };
}

const header = {
  protocolVersion: "application/vnd.ogf.nsi.cs.v2.requester+soap",
  correlationId: "urn:uuid:00000000-0000-4000-8000-000000000001",
  requesterNSA: "urn:ogf:network:us.example:2026:nsa",
  sessionSecurityAttr: [],
  extensions: [],
};

type World = ReturnType<typeof world>;

async function setUp({ clock, requester }: World, criteria = wanted("a", "b")): Promise<string> {
  const held = (
    await clock.until(requester.reserve({ description: "d", criteria }, never))
  )._unsafeUnwrap();
  (await clock.until(requester.commit(held.connectionId, never)))._unsafeUnwrap();
  (await clock.until(requester.provision(held.connectionId, never)))._unsafeUnwrap();
  return held.connectionId;
}

describe("a requester of NSI", () => {
  const ways = ["after", "before", "twice", "never"] as const;

  test.each(ways)(
    "brings a connection up and down when confirmations come %s",
    async (callbacks) => {
      const it = world({ callbacks });
      const { clock, provider, requester } = it;
      const id = await setUp(it);
      await clock.advance(100);
      expect(provider.connections.map(({ states }) => states)).toEqual([
        {
          reservationState: "ReserveStart",
          provisionState: "Provisioned",
          lifecycleState: "Created",
          dataPlaneStatus: { active: true, version: 1, versionConsistent: true },
        },
      ]);
      expect((await clock.until(requester.release(id, never))).isOk()).toBe(true);
      expect((await clock.until(requester.terminate(id, never))).isOk()).toBe(true);
      expect(provider.holdings).toEqual([]);
      expect((await clock.until(requester.terminate(id, never))).isOk()).toBe(true);
      await clock.advance(200_000);
      expect(clock.countTimers()).toBe(0);
    },
  );

  test("learns which labels the provider chose", async () => {
    const { clock, requester } = world();
    const held = await clock.until(requester.reserve({ criteria: wanted("a", "b") }, never));
    const service = held._unsafeUnwrap().criteria?.p2ps;
    expect([service?.sourceSTP, service?.destSTP]).toEqual([
      `${PORT}:a?vlan=105`,
      `${PORT}:b?vlan=105`,
    ]);
  });

  test("is told when frames pass, and when a connection is ended by somebody else", async () => {
    const it = world({ forcedEndWithoutId: true });
    const id = await setUp(it);
    await it.clock.advance(100);
    it.provider.forceEnd(id);
    await it.clock.advance(100);
    expect(
      it.notified.map((each) =>
        each.type === "dataPlaneStateChange" ? each.dataPlaneStatus.active : each.type,
      ),
    ).toEqual([true, false, "errorEvent"]);
  });

  test("tells of everything that is posted, for whoever posts it says what number it has", async () => {
    const it = world();
    const { clock, http, requester, notified } = it;
    const posted: IncomingRequest[] = [];
    http.serve("http://us.example", (request) => {
      posted.push(request);
      return requester.callbacks(request);
    });
    await setUp(it);
    await clock.advance(100);
    const last = posted.at(-1) ?? expect.fail("nothing was told");
    expect(notified.splice(0)).toHaveLength(1);
    await clock.until(requester.callbacks(last));
    expect(notified).toHaveLength(1);
  });

  test.each(["callback", "answer"] as const)(
    "passes on a refusal that comes by %s",
    async (refusals) => {
      const { clock, requester, provider } = world({ refusals });
      const refusal = await clock.until(
        requester.reserve({ criteria: wanted("a", "b", 5_000) }, never),
      );
      expect(refusal._unsafeUnwrapErr()).toMatchObject({
        type: "nsi-refused",
        class: "unavailable",
        message: `${NSA} says 00705: ${PORT}:a has 1000 Mbit/s left, not 5000`,
      });
      expect(provider.holdings).toEqual([]);
    },
  );

  test("changes the capacity of a connection, once that is committed", async () => {
    const it = world();
    const { clock, requester, provider } = it;
    const connectionId = await setUp(it);
    const change = (capacity: number) =>
      clock.until(
        requester.reserve(
          {
            connectionId,
            criteria: { version: 2, schedule: {}, capacity, parameter: [], others: [] },
          },
          never,
        ),
      );
    expect((await change(800))._unsafeUnwrap().criteria?.p2ps?.capacity).toBe(800);
    (await clock.until(requester.abort(connectionId, never)))._unsafeUnwrap();
    expect(provider.holdings.map(({ capacity }) => capacity)).toEqual([100]);
    (await change(900))._unsafeUnwrap();
    (await clock.until(requester.commit(connectionId, never)))._unsafeUnwrap();
    expect(provider.holdings.map(({ capacity }) => capacity)).toEqual([900]);
  });

  test("finds that what it held has gone when it commits too late", async () => {
    const { clock, requester, notified, provider } = world();
    const held = await clock.until(requester.reserve({ criteria: wanted("a", "b") }, never));
    const { connectionId } = held._unsafeUnwrap();
    await clock.advance(121_000);
    expect(notified.map(({ type }) => type)).toEqual(["reserveTimeout"]);
    expect(provider.holdings).toEqual([]);
    const late = (await clock.until(requester.commit(connectionId, never)))._unsafeUnwrapErr();
    expect(late).toMatchObject({ type: "nsi-refused", class: "refused" });
  });

  test("says that nobody knows when neither confirmation nor query comes", async () => {
    const { clock, requester } = world({ callbacks: "never", queries: "refused" });
    const error = (
      await clock.until(requester.reserve({ criteria: wanted("a", "b") }, never))
    )._unsafeUnwrapErr();
    expect(error).toMatchObject({ type: "nsi-unknown", kind: "not-confirmed" });
  });

  test("says that nobody knows when there is no answer, and stops when told to", async () => {
    const { clock, http, requester } = world();
    http.serve("http://wan.example", () => new Promise(() => {}));
    const late = await clock.until(requester.terminate("x", never));
    expect(late._unsafeUnwrapErr()).toMatchObject({ type: "nsi-unknown", kind: "timeout" });
    const abort = new AbortController();
    const call = requester.terminate("x", abort.signal);
    abort.abort();
    expect((await call)._unsafeUnwrapErr()).toMatchObject({ type: "nsi-unknown", kind: "aborted" });
    http.serve("http://wan.example", undefined);
    const nobody = await clock.until(requester.terminate("x", never));
    expect(nobody._unsafeUnwrapErr()).toMatchObject({ type: "nsi-unknown", kind: "unreachable" });
    expect(clock.countTimers()).toBe(0);
  });

  test("takes no confirmation of another kind or connection for the one it waits for", async () => {
    const it = world({ callbacks: "never" });
    const { clock, http, provider, requester } = it;
    const id = await setUp(it);
    // Somebody who has seen the request says what is not so.
    http.serve("http://wan.example", async (request) => {
      const asked = readNsi(request.body)._unsafeUnwrap();
      const answer = await provider.handler(request);
      if (asked.body.type !== "release") return answer;
      const own = { ...header, providerNSA: NSA, ...asked.header };
      for (const body of [
        { type: "terminateConfirmed", connectionId: id },
        { type: "releaseConfirmed", connectionId: "another" },
      ] as const) {
        const posted = {
          method: "POST",
          path: "/",
          headers: new Map(),
          body: writeNsi({ header: own, body }),
        };
        expect((await requester.callbacks(posted)).status).toBe(200);
      }
      return answer;
    });
    const before = clock.now();
    expect((await clock.until(requester.release(id, never))).isOk()).toBe(true);
    // It was seen by looking, and not believed before.
    expect(clock.now() - before).toBeGreaterThanOrEqual(5_000);
  });

  test("acknowledges what comes too late, and does nothing about it", async () => {
    const it = world();
    const { clock, http, provider, requester } = it;
    const late: (() => Promise<unknown>)[] = [];
    const id = await setUp(it);
    http.serve("http://us.example", async (request) => {
      late.push(() => requester.callbacks(request));
      return { status: 200 };
    });
    http.serve("http://wan.example", (request) =>
      request.body.includes("query") ? Promise.resolve({ status: 503 }) : provider.handler(request),
    );
    const released = await clock.until(requester.release(id, never));
    expect(released._unsafeUnwrapErr()).toMatchObject({ kind: "not-confirmed" });
    // Another request is under way when the confirmation of the first comes.
    const again = requester.provision(id, never);
    await clock.settle();
    for (const post of late.splice(0)) expect(await post()).toMatchObject({ status: 200 });
    await clock.advance(1_000);
    for (const post of late.splice(0)) await post();
    expect((await clock.until(again)).isOk()).toBe(true);
    await clock.advance(200_000);
    expect(clock.countTimers()).toBe(0);
  });

  test("acknowledges what it is sent, and listens to its own provider only", async () => {
    const it = world();
    const answer = await it.requester.callbacks({
      method: "POST",
      path: "/",
      headers: new Map(),
      body: "<?xml version='1.0'?><!DOCTYPE a><a/>",
    });
    expect(answer.status).toBe(500);
    expect(answer.body).toContain("a document type is not allowed");
    expect(
      (await it.requester.callbacks({ method: "GET", path: "/", headers: new Map(), body: "" }))
        .status,
    ).toBe(405);
    const post = (providerNSA: string) =>
      it.requester.callbacks({
        method: "POST",
        path: "/",
        headers: new Map(),
        body: writeNsi({
          header: { ...header, providerNSA },
          body: {
            type: "reserveTimeout",
            connectionId: "x",
            notificationId: 1,
            timeStamp: 0,
            timeoutValue: 1,
            originatingConnectionId: "x",
            originatingNSA: providerNSA,
          },
        }),
      });
    expect((await post("urn:ogf:network:other:nsa")).status).toBe(200);
    expect(it.notified).toEqual([]);
    const { status, body } = await post(NSA);
    expect(status).toBe(200);
    expect(readNsi(body ?? "")._unsafeUnwrap().body).toEqual({ type: "acknowledgment" });
    expect(it.notified.map(({ type }) => type)).toEqual(["reserveTimeout"]);
  });
});
