import { describe, expect, test } from "vitest";
import { readNsi, writeNsi } from "../../../src/drivers/oscars/nsi/envelope.ts";
import type { NsiMessage, Reserve } from "../../../src/drivers/oscars/nsi/message.ts";
import { PROVIDER_VERSION } from "../../../src/drivers/oscars/nsi/names.ts";
import { NsiRequester } from "../../../src/drivers/oscars/nsi/requester.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../src/testing/wan/memory-http.ts";
import type { NsiQuirks } from "../../../src/testing/wan/nsi-options.ts";
import { SimNsiProvider } from "../../../src/testing/wan/sim-nsi-provider.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const NSA = "urn:ogf:network:wan.example:2026:nsa";
const US = "urn:ogf:network:us.example:2026:nsa";
const PORT = "urn:ogf:network:wan.example:2026::";
const GLOBAL = "urn:uuid:11111111-0000-4000-8000-000000000001";
const HOUR = 3_600_000;

/** A provider, and somebody who asks it by the messages alone. */
function world(quirks: NsiQuirks) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const sold = { capacity: 500, vlans: VlanSet.default };
  const ports = new Map(["a", "b"].map((name) => [`${PORT}${name}`, sold]));
  const provider = new SimNsiProvider({ nsa: NSA, ports, clock, http, quirks, delayMs: 20 });
  const told: object[] = [];
  http.serve("http://us.example", async ({ body }) => {
    told.push(readNsi(body)._unsafeUnwrap().body);
    return { status: 200 };
  });
  let serial = 0;
  const ask = async (body: NsiMessage) => {
    serial += 1;
    const correlationId = `urn:uuid:00000000-0000-4000-8000-${String(serial).padStart(12, "0")}`;
    const header = {
      ...{ protocolVersion: PROVIDER_VERSION, correlationId, replyTo: "http://us.example/" },
      ...{ requesterNSA: US, providerNSA: NSA, sessionSecurityAttr: [], extensions: [] },
    };
    const text = writeNsi({ header, body });
    const request = { method: "POST", path: "/", headers: new Map(), body: text };
    const answer = await provider.handler(request);
    await clock.advance(50);
    return readNsi(answer.body ?? "")._unsafeUnwrap().body;
  };
  const query = (globalReservationId: readonly string[] = [], connectionId: string[] = []) =>
    ask({ type: "querySummarySync", connectionId, globalReservationId });
  return { clock, http, provider, told, ask, query };
}

function reserve(more: Partial<Reserve> = {}, dest = "b", startTime?: number): Reserve {
  const lists = { parameter: [], inclusion: [], exclusion: [], others: [] };
  return {
    ...{ type: "reserve", description: "d", globalReservationId: GLOBAL, ...more },
    criteria: {
      ...{ version: 0, serviceType: "s", parameter: [], others: [] },
      schedule: startTime === undefined ? {} : { startTime, endTime: startTime + 24 * HOUR },
      p2ps: {
        ...{ capacity: 100, directionality: "Bidirectional", ...lists },
        sourceSTP: `${PORT}a?vlan=100`,
        destSTP: `${PORT}${dest}?vlan=101`,
      },
    },
  };
}

describe("a simulated provider that departs from the specification", () => {
  test("takes the id that a requester has chosen, where it does, and no second time", async () => {
    const chosen = reserve({ connectionId: "OURS" });
    const { ask, provider } = world({ takesIds: true });
    expect(await ask(chosen)).toEqual({ type: "reserveResponse", connectionId: "OURS" });
    expect(provider.ids).toEqual(["OURS"]);
    await ask(chosen);
    expect(provider.ids).toEqual(["OURS"]);
    expect(await world({}).ask(chosen)).toMatchObject({ type: "fault" });
  });

  test.each([
    [300, 299, "reserveConfirmed"],
    [300, 301, "error"],
    [0, 1, "error"],
  ])("takes starts until %i s ago: one of %i s ago is a %s", async (limit, ago, outcome) => {
    const { clock, ask, told } = world({ lateStartSeconds: limit });
    await ask(reserve({}, "b", clock.now() - ago * 1000));
    expect(told).toMatchObject([{ type: outcome }]);
  });

  test("lets frames pass some time after a provision was confirmed", async () => {
    const { clock, ask, told } = world({ buildSeconds: 5 });
    await ask(reserve());
    for (const type of ["reserveCommit", "provision"] as const)
      await ask({ type, connectionId: "SIM-1" });
    expect(told.at(-1)).toMatchObject({ type: "provisionConfirmed" });
    await clock.advance(4_900);
    expect(told.at(-1)).toMatchObject({ type: "provisionConfirmed" });
    await clock.advance(200);
    expect(told.at(-1)).toMatchObject({ type: "dataPlaneStateChange" });
  });

  test.each([true, false])(
    "is stuck in Provisioning by a provision that comes too early, where it is so: %s",
    async (sticksProvisioning) => {
      const { ask, query, told } = world({ sticksProvisioning });
      await ask(reserve());
      await ask({ type: "provision", connectionId: "SIM-1" });
      await ask({ type: "reserveCommit", connectionId: "SIM-1" });
      await ask({ type: "provision", connectionId: "SIM-1" });
      const [, , , last] = told;
      const provisionState = sticksProvisioning ? "Provisioning" : "Provisioned";
      expect(await query()).toMatchObject({
        reservation: [{ connectionStates: { provisionState } }],
      });
      expect(last).toMatchObject({ type: sticksProvisioning ? "error" : "provisionConfirmed" });
    },
  );

  test("takes no two ends at one port, where it does not", async () => {
    for (const [quirks, type] of [
      [{}, "reserveConfirmed"],
      [{ takesHairpins: false }, "reserveFailed"],
    ] as const) {
      const { ask, told } = world(quirks);
      await ask(reserve({}, "a"));
      expect(told).toMatchObject([{ type }]);
    }
  });

  test("finds connections by their global reservation ids, or never answers", async () => {
    const { ask, query } = world({});
    await ask(reserve());
    expect(await query([GLOBAL])).toMatchObject({ reservation: [{ connectionId: "SIM-1" }] });
    expect(await query(["urn:other"])).toMatchObject({ reservation: [] });
    const bad = world({ hangsOnGlobalIds: true });
    const answered = await Promise.race([bad.query([GLOBAL]), bad.clock.advance(HOUR)]);
    expect(answered).toBeUndefined();
    expect(await bad.query()).toMatchObject({ type: "querySummarySyncConfirmed" });
  });

  test("tells of what nobody asked for by the name that it has inside", async () => {
    const { clock, ask, told } = world({ tellsInternalIds: true });
    await ask(reserve());
    await clock.advance(130_000);
    expect(told.at(-1)).toMatchObject({
      ...{ type: "reserveTimeout", connectionId: "SIM-1", originatingConnectionId: "DUD-SIM-1" },
    });
  });

  test("tells that what was asked did not come to whom it was for", async () => {
    const { ask, query, told } = world({ losesChildren: true });
    expect(await ask(reserve())).toMatchObject({ type: "reserveResponse" });
    expect(told).toMatchObject([{ type: "messageDeliveryTimeout", connectionId: "SIM-1" }]);
    expect(await query()).toMatchObject({
      reservation: [{ connectionStates: { reservationState: "ReserveChecking" }, criteria: [] }],
    });
  });
});

test("a requester waits no longer for what was not delivered", async () => {
  const { clock, http, provider } = world({ losesChildren: true });
  http.serve("http://wan.example", provider.handler);
  const requester = new NsiRequester({
    ...{ http, clock, uuid: () => "00000000-0000-4000-9000-000000000001" },
    peer: {
      ...{ requesterNSA: US, providerNSA: NSA, url: "http://wan.example/" },
      replyTo: "http://us.example/",
    },
  });
  http.serve("http://us.example", requester.callbacks);
  const from = clock.now();
  const { description, criteria } = reserve();
  const asked = requester.reserve(
    { ...(description === undefined ? {} : { description }), criteria },
    new AbortController().signal,
  );
  const fault = (await clock.until(asked))._unsafeUnwrapErr();
  expect(fault).toMatchObject({ type: "nsi-unknown", kind: "unreachable" });
  expect(clock.now() - from).toBeLessThan(1_000);
});
