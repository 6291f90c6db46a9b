import { resolve } from "node:path";
import { err, ok } from "neverthrow";
import { afterAll, describe, expect, test } from "vitest";
import { canValidate, invalid } from "../../scripts/conformance/schemas.ts";
import type { NsiProviderOptions } from "../../src/nsi-provider/index.ts";
import { type Criteria, RawPeer, type RawRequest, reserve } from "./raw-peer.ts";
import { NETWORK_B, NSA_A, TwoClouds } from "./two-clouds.ts";

const { DCNS_SHARED } = process.env;
const schemas = resolve(DCNS_SHARED ?? "../shared", "data/wan/schemas");
const OTHER = "urn:ogf:network:other.example:2026:nsa";

/** What was said to anybody in this file. */
const peers: RawPeer[] = [];

async function world(options: Partial<NsiProviderOptions> = {}) {
  const its = await TwoClouds.start({
    policy: {
      admits: ({ requesterNSA, replyTo = "" }) =>
        [NSA_A, OTHER].includes(requesterNSA) && !replyTo.includes("//10."),
      allows: (_, { capacity }) => (capacity <= 500 ? ok(undefined) : err("too much for you")),
    },
    ...options,
  });
  const peerOf = (nsa: string, url: string): RawPeer => {
    const peer = new RawPeer(its, nsa, url);
    peers.push(peer);
    return peer;
  };
  const [own, other] = [
    peerOf(NSA_A, "http://peer.example/"),
    peerOf(OTHER, "http://other.example/"),
  ];
  return { its, own, other, [Symbol.asyncDispose]: () => its[Symbol.asyncDispose]() };
}

const errorIdOf = (answer: string): string => /<errorId>(\d+)</.exec(answer)?.[1] ?? answer;

/** What is refused, and how: a number of GFD.235, or nothing where it is no message. */
const refused: readonly (readonly [string, Criteria, RawRequest, string | undefined])[] = [
  ["a correlation id that is none", {}, { correlationId: "hello" }, undefined],
  [
    "one in capitals",
    {},
    { correlationId: `urn:uuid:${"A".repeat(8)}-0000-4000-8000-000000000000` },
    undefined,
  ],
  ["a requester with no URN", {}, { requesterNSA: "% %" }, undefined],
  ["somebody else's provider", {}, { providerNSA: OTHER }, "00100"],
  ["somebody who is not admitted", {}, { requesterNSA: "urn:x" }, "00302"],
  ["a place to reply to that is a file", {}, { replyTo: "file:///etc/passwd" }, "00100"],
  ["one that is no URL", {}, { replyTo: "over there" }, "00100"],
  ["one that the policy does not like", {}, { replyTo: "http://10.0.0.1/" }, "00302"],
  [
    "a start in the year 0",
    { schedule: "<startTime>0000-01-01T00:00:00Z</startTime>" },
    {},
    "00100",
  ],
  [
    "an end in the year 10000",
    { schedule: "<endTime>9999-12-31T23:59:59-14:00</endTime>" },
    {},
    "00100",
  ],
  ["an end without a zone", { schedule: "<endTime>2099-12-31T23:59:59</endTime>" }, {}, undefined],
  [
    "an end before the start",
    {
      schedule:
        "<startTime>2099-01-02T00:00:00Z</startTime><endTime>2099-01-01T00:00:00Z</endTime>",
    },
    {},
    "00100",
  ],
  ["an end that is past", { schedule: "<endTime>2001-01-01T00:00:00Z</endTime>" }, {}, "00100"],
  ["a version that no integer holds", { version: "99999999999" }, {}, "00100"],
  ["a version below zero", { version: "-1" }, {}, "00100"],
  ["a version that is no number", { version: "x" }, {}, undefined],
  ["no capacity", { capacity: "0" }, {}, "00705"],
  ["less than none", { capacity: "-1" }, {}, "00705"],
  ["a capacity that no number holds", { capacity: "9".repeat(30) }, {}, undefined],
  ["more than it may have", { capacity: "501" }, {}, "00302"],
  ["an STP that is unknown", { dest: `${NETWORK_B}:nowhere?vlan=101` }, {}, "00701"],
  ["an STP of another network", { dest: "urn:ogf:network:other:2026:topology:x" }, {}, "00701"],
  ["something that is no STP", { dest: "over there" }, {}, "00709"],
  ["a label that is none", { dest: `${NETWORK_B}:server?vlan=5000` }, {}, "00709"],
  ["two labels", { dest: `${NETWORK_B}:server?vlan=101?vlan=102` }, {}, "00709"],
  ["a label of another kind", { dest: `${NETWORK_B}:server?colour=red` }, {}, "00709"],
  ["a label that is not offered", { source: `${NETWORK_B}:uplink?vlan=4095` }, {}, "00709"],
  ["one direction", { direction: "Unidirectional" }, {}, "00706"],
  ["a route", { rest: '<ero><orderedSTP order="0"><stp>x</stp></orderedSTP></ero>' }, {}, "00707"],
  [
    "a very long route",
    { rest: `<ero>${'<orderedSTP order="0"><stp>x</stp></orderedSTP>'.repeat(40_000)}</ero>` },
    {},
    "00707",
  ],
  [
    "an endless one",
    { rest: `<ero>${'<orderedSTP order="0"><stp>x</stp></orderedSTP>'.repeat(150_000)}</ero>` },
    {},
    undefined,
  ],
  ["a service that is not offered", { serviceType: "urn:x:lambda" }, {}, "00102"],
  ["a parameter", { rest: '<parameter type="x">y</parameter>' }, {}, "00102"],
  ["a description without end", { description: "x".repeat(100_000) }, {}, "00100"],
  ["a global id that is no URI", { globalId: "not % a uri" }, {}, "00100"],
  ["an id of its own choice", { connectionId: "mine" }, {}, "00203"],
];

describe("a provider, to somebody who writes messages by hand", () => {
  test("refuses what it cannot keep or repeat, and has nothing of it", async () => {
    await using one = await world();
    for (const [what, criteria, its, errorId] of refused) {
      const answer = await one.own.ask(reserve(criteria), its);
      if (errorId === undefined) expect(answer, what).toContain("Client</faultcode>");
      else expect(errorIdOf(answer), what).toBe(errorId);
    }
    expect(one.own.heard()).toEqual([]);
    expect(one.its.b.listNetworks()).toEqual([]);
    expect(await one.own.ask("<c:querySummarySync/>")).not.toContain("<reservation>");
  });

  test("refuses what is no message", async () => {
    await using one = await world();
    const good = one.own.message(reserve({}));
    const texts = [
      ...["", "hello", "<a/>", good.slice(0, 700), good.replace("s:Envelope", "s:Letter")],
      good.replace("?>", "?><!DOCTYPE x [<!ENTITY e 'e'>]>"),
      ...["<a>".repeat(100_000), good.replace("by hand", "&#1;"), good.replace("<criteria", "<c")],
      one.own.message(""),
      one.own.message(`${reserve({})}${reserve({})}`),
      one.own.message("<c:frobnicate/>"),
    ];
    for (const text of texts) {
      const { status, body } = await one.own.post(text);
      expect([status, /faultcode>\w+:Client</.test(body)], text.slice(0, 80)).toEqual([500, true]);
    }
    expect(one.its.b.listNetworks()).toEqual([]);
    await one.own.reserve();
  });

  test("tells of both ends at one port that they cannot be joined", async () => {
    await using one = await world();
    const id = await one.own.reserve({ dest: `${NETWORK_B}:uplink?vlan=101` });
    expect(errorIdOf(one.own.told[0] ?? "")).toBe("00100");
    await one.own.on("terminate", id);
    expect(one.own.heard()).toEqual(["reserveFailed", "terminateConfirmed"]);
  });

  test("does nothing twice that is sent twice, and nothing else under the same correlation id", async () => {
    await using one = await world();
    const { own, its } = one;
    const [first, second] = [own.newCorrelationId(), own.newCorrelationId()];
    const asked = own.message(reserve({}), { correlationId: first });
    const answers = await Promise.all([own.post(asked), own.post(asked)]);
    answers.push(await own.post(asked));
    const [id = "", ...same] = answers.map(({ body }) => /<connectionId>([^<]*)</.exec(body)?.[1]);
    expect(same).toEqual([id, id]);
    expect(its.b.listNetworks()).toHaveLength(1);
    expect(own.heard()).toEqual(["reserveConfirmed"]);
    for (let times = 0; times < 2; times += 1) {
      const answer = await own.on("reserveCommit", id, { correlationId: second });
      expect(answer).toContain("acknowledgment");
    }
    expect(own.heard()).toEqual(["reserveCommitConfirmed"]);
    for (const correlationId of [first, second])
      expect(errorIdOf(await own.on("provision", id, { correlationId }))).toBe("00101");
    expect(errorIdOf(await own.ask(reserve({}), { correlationId: second }))).toBe("00101");
    expect(its.b.listNetworks()).toHaveLength(1);
  });

  test("confirms every request to end a connection, each where it wants to be told", async () => {
    await using one = await world();
    const { own, other, its } = one;
    const id = await own.reserve();
    await own.on("reserveCommit", id);
    await own.on("provision", id);
    own.heard();
    // The network cannot be taken down: its end stays under way.
    its.fabric.switchOf("b1").powerOff();
    const ids = Array.from({ length: 3 }, () => own.newCorrelationId());
    const replies = ["http://peer.example/", "http://other.example/", "http://peer.example/"];
    for (const [index, correlationId] of ids.entries()) {
      const replyTo = replies[index] ?? "";
      const ask = () => own.on("terminate", id, { correlationId, replyTo });
      // What comes again is done once.
      expect([await ask(), await ask()].join()).toMatch(/acknowledgment.*acknowledgment/s);
    }
    for (let count = 0; count < 20; count += 1) await own.on("terminate", id, { replyTo: "" });
    expect(errorIdOf(await own.on("terminate", id))).toBe("00201");
    expect([...own.told, ...other.told].join()).not.toContain("terminateConfirmed");
    its.powerOn("b");
    await its.clock.advance(120_000);
    const confirmed = (peer: RawPeer) =>
      peer.told
        .filter((text) => text.includes("terminateConfirmed"))
        .map((text) => /<correlationId>([^<]*)</.exec(text)?.[1]);
    expect(confirmed(own)).toEqual([ids[0], ids[2]]);
    expect(confirmed(other)).toEqual([ids[1]]);
    expect(its.b.listNetworks()).toEqual([]);
  });

  test("confirms them also where it is started anew meanwhile", async () => {
    await using one = await world();
    const { own, its } = one;
    const id = await own.reserve();
    its.fabric.switchOf("b1").powerOff();
    await own.on("reserveCommit", id);
    await own.on("provision", id);
    const ids = [own.newCorrelationId(), own.newCorrelationId()];
    for (const correlationId of ids) await own.on("terminate", id, { correlationId });
    its.crash("b");
    its.fabric.switchOf("b1").powerOn();
    own.told.length = 0;
    await its.startB();
    await its.clock.advance(120_000);
    const confirmed = own.told.filter((text) => text.includes("terminateConfirmed"));
    expect(confirmed.map((text) => ids.findIndex((each) => text.includes(each)))).toEqual([0, 1]);
  });

  test.each([
    "http://services.ogf.org/nsi/2013/07/descriptions/EVTS.A-GOLE",
    "http://services.ogf.org/nsi/2013/07/definitions/EVTS.A-GOLE",
    "{http://schemas.ogf.org/nsi/2013/12/services/point2point}p2ps",
  ])("knows its service by the name %s, too", async (serviceType) => {
    await using one = await world();
    await one.own.reserve({ serviceType });
    expect(one.own.heard()).toEqual(["reserveConfirmed"]);
  });

  test("takes requests in the order that makes sense only, and ends from every state", async () => {
    await using one = await world({ holdSeconds: 30 });
    const { own, its } = one;
    const steps = ["reserveCommit", "provision", "release", "provision", "release"] as const;
    const no = async (id: string, operations: readonly string[]) => {
      for (const each of operations) expect(errorIdOf(await own.on(each, id)), each).toBe("00201");
    };
    for (let stop = 0; stop <= steps.length; stop += 1) {
      const id = await own.reserve();
      await no(id, ["provision", "release"]);
      for (const step of steps.slice(0, stop)) expect(await own.on(step, id)).toContain("ack");
      if (stop > 0) await no(id, ["reserveCommit", "reserveAbort"]);
      expect(await own.on("terminate", id)).toContain("acknowledgment");
      expect(own.heard().at(-1)).toBe("terminateConfirmed");
      for (const each of [...steps, "terminate"])
        expect(errorIdOf(await own.on(each, id)), each).toBe("00203");
      expect(its.b.listNetworks()).toEqual([]);
    }
    const late = await own.reserve();
    await its.clock.advance(40_000);
    await no(late, ["reserveCommit", "provision", "release"]);
    await own.on("terminate", late);
    expect(own.heard()).toEqual(["reserveConfirmed", "reserveTimeout", "terminateConfirmed"]);
    const abandoned = await own.reserve();
    await own.on("reserveAbort", abandoned);
    await no(abandoned, ["reserveCommit", "provision", "release", "reserveAbort"]);
    await own.on("terminate", abandoned);
    expect(its.b.listNetworks()).toEqual([]);
  });

  test("keeps what is released that was not provisioned: nobody else can have it in between", async () => {
    await using one = await world();
    const { own, its } = one;
    const id = await own.reserve();
    await own.on("reserveCommit", id);
    const before = its.b.listNetworks();
    const removed: string[] = [];
    its.b.events.on("network-removed", ({ project }) => removed.push(project));
    await own.on("release", id);
    expect(own.heard()).toEqual(["reserveConfirmed", "reserveCommitConfirmed", "releaseConfirmed"]);
    expect(removed).toEqual([]);
    expect(its.b.listNetworks()).toEqual(before);
    await own.on("provision", id);
    expect(own.heard()).toEqual(["provisionConfirmed", "dataPlaneStateChange"]);
  });

  test("takes versions as they go up, one at a time, and of one connection only", async () => {
    await using one = await world();
    const { own, its } = one;
    const id = await own.reserve({ version: "7" });
    expect(errorIdOf(await own.ask(reserve({ connectionId: id, version: "8" })))).toBe("00201");
    await own.on("reserveCommit", id);
    for (const version of ["0", "6", "7"])
      expect(errorIdOf(await own.ask(reserve({ connectionId: id, version })))).toBe("00100");
    const moved = { connectionId: id, version: "8", dest: `${NETWORK_B}:server?vlan=199` };
    expect(errorIdOf(await own.ask(reserve(moved)))).toBe("00102");
    await own.ask(reserve({ connectionId: id, version: "9", capacity: "300" }));
    expect(errorIdOf(await own.ask(reserve({ connectionId: id, version: "10" })))).toBe("00201");
    await own.on("reserveCommit", id);
    expect(its.b.listNetworks()).toMatchObject([{ bandwidth: 300e6 }]);
    const shown = await own.ask(
      `<c:querySummarySync><connectionId>${id}</connectionId></c:querySummarySync>`,
    );
    expect(shown).toMatch(/<criteria version="9">.*<capacity>300</);
  });

  test.each([
    ["requester", OTHER, undefined],
    ["certificate", NSA_A, "CN=somebody else"],
  ])(
    "shows nothing to another %s, and does nothing for it",
    async (_what, requesterNSA, subject) => {
      await using one = await world();
      const { own, other, its } = one;
      const id = await own.reserve({}, { subject: "CN=us" });
      await own.on("reserveCommit", id, { subject: "CN=us" });
      await own.on("provision", id, { subject: "CN=us" });
      const before = its.b.listNetworks();
      own.told.length = 0;
      const whose = { requesterNSA, ...(subject === undefined ? {} : { subject }) };
      const operations = ["reserveCommit", "reserveAbort", "provision", "release", "terminate"];
      for (const each of operations)
        expect(errorIdOf(await other.on(each, id, whose)), each).toBe("00203");
      const version = reserve({ connectionId: id, version: "2" });
      expect(errorIdOf(await other.ask(version, whose))).toBe("00203");
      // That it exists is not told either.
      const [real, invented] = [
        await other.on("terminate", id, whose),
        await other.on("terminate", "x", whose),
      ];
      const plain = (text: string) =>
        text.replaceAll(id, "x").replace(/urn:uuid:[^<]*/, "urn:uuid:");
      expect(plain(real)).toBe(plain(invented));
      for (const query of ["querySummary", "queryRecursive", "queryNotification", "queryResult"]) {
        for (const form of query === "queryRecursive" ? [query] : [query, `${query}Sync`]) {
          other.told.length = 0;
          const all = query === "querySummary" || query === "queryRecursive";
          const answers = [await other.on(form, id, whose), ...other.told];
          if (all) answers.push(await other.ask(`<c:${form}/>`, whose), ...other.told);
          expect(answers.join(), form).not.toMatch(/<reservation>|<result>|dataPlane|CN=us/);
        }
      }
      expect(own.heard()).toEqual([]);
      expect(its.b.listNetworks()).toEqual(before);
    },
  );

  test("repeats nothing of the header that may be secret", async () => {
    await using one = await world();
    const saml = "urn:oasis:names:tc:SAML:2.0:assertion";
    const extensions = `<sessionSecurityAttr type="token" name="t"><a:Attribute xmlns:a="${saml}" Name="token"><a:AttributeValue>sesame</a:AttributeValue></a:Attribute></sessionSecurityAttr><z:trace xmlns:z="urn:z">sesame</z:trace>`;
    await one.own.reserve({}, { extensions });
    await one.own.ask("<c:querySummary/>", { extensions });
    expect(one.own.heard()).toHaveLength(2);
    expect(one.own.said.join()).not.toContain("sesame");
  });

  test.each([null, "", "http://nowhere.example/"])(
    "serves who cannot be told anything (at %s): he may ask",
    async (replyTo) => {
      await using one = await world();
      const { own, its } = one;
      const id = await own.reserve({}, { replyTo });
      await own.on("reserveCommit", id, { replyTo });
      await own.on("provision", id, { replyTo });
      expect(its.b.listNetworks()).toMatchObject([{ state: "active" }]);
      const results = await own.on("queryResultSync", id, { replyTo });
      expect(
        results.match(/reserveConfirmed|reserveCommitConfirmed|provisionConfirmed/g),
      ).toHaveLength(6);
      if (replyTo !== "http://nowhere.example/")
        expect(errorIdOf(await own.ask("<c:querySummary/>", { replyTo }))).toBe("00101");
      expect(own.told).toEqual([]);
    },
  );

  test("keeps no more for an address that takes nothing than there is room for", async () => {
    await using one = await world();
    const { own, its } = one;
    const description = "x".repeat(4_000);
    for (let count = 0; count < 100; count += 1) await own.reserve({ description, capacity: "1" });
    const query = "<c:querySummary/>";
    const answers: string[] = [];
    const quick = async () => {
      const text = own.message(query, { replyTo: "http://nowhere.example/" });
      const request = { method: "POST", path: "/nsi", headers: new Map(), body: text };
      answers.push((await its.provider.handler(request)).body ?? "");
    };
    for (let count = 0; count < 100; count += 1) await quick();
    const taken = answers.filter((each) => each.includes("acknowledgment"));
    expect(taken.length).toBeGreaterThan(10);
    expect(errorIdOf(answers.at(-1) ?? "")).toBe("00503");
    // Others are told all the same.
    own.told.length = 0;
    await own.ask(query);
    expect(own.heard()).toEqual(["querySummaryConfirmed"]);
    await its.clock.advance(200_000);
    answers.length = 0;
    await quick();
    expect(answers.join()).toContain("acknowledgment");
  });

  test("has the version before again where another one cannot be committed", async () => {
    await using one = await world();
    const { own, its } = one;
    const id = await own.reserve({ capacity: "400" });
    await own.on("reserveCommit", id);
    await own.on("provision", id);
    own.heard();
    await own.ask(reserve({ connectionId: id, version: "1", capacity: "100" }));
    its.fabric.switchOf("b1").powerOff();
    await own.on("reserveCommit", id);
    await its.clock.advance(120_000);
    its.powerOn("b");
    await its.clock.advance(60_000);
    expect(own.heard()).toContain("reserveCommitFailed");
    const query = `<c:querySummarySync><connectionId>${id}</connectionId></c:querySummarySync>`;
    const shown = await own.ask(query);
    expect(shown).toContain("<reservationState>ReserveStart<");
    expect(shown).toMatch(/<criteria version="0">.*<capacity>400</);
    expect(its.b.listNetworks()).toMatchObject([{ bandwidth: 400e6 }]);
    await own.ask(reserve({ connectionId: id, version: "2", capacity: "200" }));
    await own.on("reserveCommit", id);
    expect(its.b.listNetworks()).toMatchObject([{ bandwidth: 200e6 }]);
  });

  test("counts what is over to nobody's connections", async () => {
    await using one = await world({ maxConnectionsPerPeer: 1, holdSeconds: 10 });
    const { own, its } = one;
    const end = new Date(its.clock.now() + 60_000).toISOString();
    const past = await own.reserve({ schedule: `<endTime>${end}</endTime>` });
    await own.on("reserveCommit", past);
    await own.on("provision", past);
    expect(errorIdOf(await own.ask(reserve({})))).toBe("00600");
    await its.clock.advance(60_000);
    await own.reserve();
    expect(errorIdOf(await own.ask(reserve({})))).toBe("00600");
    await its.clock.advance(15_000);
    const failed = await own.reserve({ dest: `${NETWORK_B}:uplink?vlan=101` });
    expect(own.heard()).toContain("reserveFailed");
    await own.reserve();
    // They can be asked about, and ended, for a day.
    for (const id of [past, failed]) expect(await own.on("terminate", id)).toContain("ack");
  });

  afterAll(() => {
    if (!canValidate(schemas)) return;
    const said = peers.flatMap((peer, whose) =>
      peer.said.map((text, at) => ({ file: `${whose} ${at}`, schema: "nsi" as const, text })),
    );
    expect(said.length).toBeGreaterThan(200);
    expect(Object.fromEntries(invalid(schemas, said))).toEqual({});
  });
});
