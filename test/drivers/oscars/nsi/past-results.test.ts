import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { invalid } from "../../../../scripts/conformance/schemas.ts";
import type { IncomingRequest } from "../../../../src/drivers/oscars/http/http.ts";
import type { Criteria } from "../../../../src/drivers/oscars/nsi/criteria.ts";
import type { NsiPeer } from "../../../../src/drivers/oscars/nsi/exchange.ts";
import { NsiRequester } from "../../../../src/drivers/oscars/nsi/requester.ts";
import { securityAttribute } from "../../../../src/drivers/oscars/nsi/session-security.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../../src/testing/wan/memory-http.ts";
import type { NsiQuirks } from "../../../../src/testing/wan/nsi-options.ts";
import { SimNsiProvider } from "../../../../src/testing/wan/sim-nsi-provider.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const { DCNS_SHARED } = process.env;
const schemas = resolve(DCNS_SHARED ?? "../shared", "data/wan/schemas");
const NSA = "urn:ogf:network:wan.example:2026:nsa";
const PORT = "urn:ogf:network:wan.example:2026:topology";
const never = new AbortController().signal;

function world(quirks: NsiQuirks, peer: Partial<NsiPeer> = {}) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const port = { capacity: 1_000, vlans: VlanSet.range(100, 109) };
  const ports = new Map(["a", "b"].map((name) => [`${PORT}:${name}`, port]));
  const provider = new SimNsiProvider({ nsa: NSA, ports, clock, http, quirks, delayMs: 20 });
  const requests: IncomingRequest[] = [];
  const answers: string[] = [];
  http.serve("http://wan.example", async (request) => {
    requests.push(request);
    const answer = await provider.handler(request);
    answers.push(answer.body ?? "");
    return answer;
  });
  let uuids = 0;
  const requesterNSA = "urn:ogf:network:us.example:2026:nsa";
  const requester = new NsiRequester({
    peer: { requesterNSA, providerNSA: NSA, url: "http://wan.example/", ...peer },
    ...{ http, clock, queriesResults: true },
    uuid: () => `00000000-0000-4000-9000-${String(++uuids).padStart(12, "0")}`,
  });
  const reserve = (capacity: number) =>
    clock.until(requester.reserve({ description: "d", criteria: wanted(capacity) }, never));
  return { clock, requests, answers, reserve };
}

function wanted(capacity: number): Criteria {
  const lists = { parameter: [], others: [] };
  return {
    ...{ version: 1, schedule: {}, ...lists },
    serviceType: "http://services.ogf.org/nsi/2013/12/descriptions/EVTS.A-GOLE",
    p2ps: {
      ...{ capacity, directionality: "Bidirectional", inclusion: [], exclusion: [], ...lists },
      ...{ sourceSTP: `${PORT}:a?vlan=100-109`, destSTP: `${PORT}:b?vlan=105-109` },
    },
  };
}

describe("what became of a request whose callback was lost", () => {
  test("is asked for, with all that a summary does not say", async () => {
    const { reserve, requests } = world({ callbacks: "never" });
    const held = (await reserve(100))._unsafeUnwrap();
    expect(held.criteria?.p2ps?.destSTP).toBe(`${PORT}:b?vlan=105`);
    const refused = (await reserve(5_000))._unsafeUnwrapErr();
    expect(refused).toMatchObject({ type: "nsi-refused", class: "unavailable" });
    const bodies = requests.map(
      ({ body }, at) => ({ file: `${at}`, text: body, schema: "nsi" }) as const,
    );
    expect(invalid(schemas, bodies)).toEqual(new Map());
  });

  test("shows in a summary alone where the provider knows no more", async () => {
    const { reserve } = world({ callbacks: "never", queriesResults: false });
    expect((await reserve(100))._unsafeUnwrap()).toEqual({ connectionId: "SIM-1", isSeen: true });
    const failed = (await reserve(5_000))._unsafeUnwrapErr();
    expect(failed).toMatchObject({ type: "nsi-protocol" });
    expect(failed.message).toContain("nobody said why");
  });
});

describe("in whose name a request is sent", () => {
  const alice = {
    type: "token",
    name: "alice",
    attributes: { user: ["alice@us.example"], token: ["se<ret", "other"] },
  };

  test("stands in its header, as SAML has it, and not in the answer", async () => {
    const { reserve, requests, answers } = world(
      {},
      { sessionSecurity: async () => [securityAttribute(alice)] },
    );
    await reserve(100);
    expect(requests[0]?.body).toContain("se&#60;ret");
    const bodies = requests.map(
      ({ body }, at) => ({ file: `${at}`, text: body, schema: "nsi" }) as const,
    );
    expect(invalid(schemas, bodies)).toEqual(new Map());
    expect(answers.join()).not.toContain("alice");
  });

  test("is asked before each request, and what goes wrong then is not repeated", async () => {
    const { reserve, requests } = world(
      {},
      { sessionSecurity: () => Promise.reject(new Error("se<ret")) },
    );
    const failed = (await reserve(100))._unsafeUnwrapErr();
    expect(requests).toEqual([]);
    expect(JSON.stringify(failed)).not.toContain("se<ret");
  });
});
