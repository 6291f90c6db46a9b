import { resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { canValidate, invalid } from "../../scripts/conformance/schemas.ts";
import { readNsaDescription } from "../../src/drivers/oscars/nsi/discovery.ts";
import { readNsi, type SoapFault, writeNsi } from "../../src/drivers/oscars/nsi/envelope.ts";
import type { NsiMessage, Reserve } from "../../src/drivers/oscars/nsi/message.ts";
import { ETHERNET_SERVICE, PROVIDER_VERSION } from "../../src/drivers/oscars/nsi/names.ts";
import { readNmlTopology } from "../../src/drivers/oscars/nsi/nml.ts";
import type { NsiProviderOptions } from "../../src/nsi-provider/index.ts";
import { NETWORK_B, NSA_A, NSA_B, TwoClouds } from "./two-clouds.ts";

const { DCNS_SHARED } = process.env;
const schemas = resolve(DCNS_SHARED ?? "../shared", "data/wan/schemas");

/** Everything that any provider of this file has said. */
const said: {
  readonly file: string;
  readonly schema: "nsi" | "discovery";
  readonly text: string;
}[] = [];

/** A requester that knows only the messages, and cloud B that answers it. */
class Peer {
  readonly its: TwoClouds;
  /** What B has told, unasked or as the outcome of a request, in order. */
  readonly told: (NsiMessage | SoapFault)[] = [];
  #serial = 0;

  constructor(its: TwoClouds) {
    this.its = its;
    its.http.serve("http://peer.example", async ({ body }) => {
      this.told.push(messageOf(body));
      note(this.told.at(-1)?.type ?? "", body);
      return { status: 200 };
    });
  }

  /** Asks something, and gives the answer. */
  async ask(body: NsiMessage): Promise<ReturnType<typeof messageOf>> {
    this.#serial += 1;
    const serial = String(this.#serial).padStart(12, "0");
    const text = writeNsi({
      header: {
        protocolVersion: PROVIDER_VERSION,
        correlationId: `urn:uuid:00000000-0000-4000-8000-${serial}`,
        requesterNSA: NSA_A,
        providerNSA: NSA_B,
        replyTo: "http://peer.example/",
        sessionSecurityAttr: [],
        extensions: [],
      },
      body,
    });
    const request = { method: "POST", path: "/nsi", headers: new Map(), body: text } as const;
    const { body: answer = "" } = await this.its.clock.until(this.its.provider.handler(request));
    note(`answer to ${body.type}`, answer);
    await this.its.clock.advance(2_000);
    return messageOf(answer);
  }

  /** Asks for a circuit from the uplink to the server. */
  async reserve(schedule: { readonly endTime?: number } = {}, capacity = 100): Promise<string> {
    const answer = await this.ask(reserveOf({ schedule, capacity }));
    if (answer.type !== "reserveResponse") throw new Error(`refused: ${JSON.stringify(answer)}`);
    return answer.connectionId;
  }

  async read(path: string): Promise<string> {
    const request = { method: "GET", path, headers: new Map(), body: "" } as const;
    const { body = "" } = await this.its.clock.until(this.its.provider.handler(request));
    return body;
  }

  /** What there is of a connection, as a query shows it. */
  async shown(connectionId: string) {
    const query = { type: "querySummarySync", connectionId: [connectionId] } as const;
    const answer = await this.ask({ ...query, globalReservationId: [] });
    if (answer.type !== "querySummarySyncConfirmed") throw new Error(answer.type);
    return answer.reservation[0];
  }

  /** The kinds of what was told since this was asked last. */
  heard(): readonly string[] {
    return this.told.splice(0).map(({ type }) => type);
  }
}

function note(file: string, text: string): void {
  said.push({ file: `${said.length} ${file}`, schema: "nsi", text });
}

function messageOf(text: string) {
  return readNsi(text)._unsafeUnwrap().body;
}

function reserveOf({
  schedule = {},
  capacity = 100,
  connectionId,
}: {
  readonly schedule?: { readonly endTime?: number };
  readonly capacity?: number;
  readonly connectionId?: string;
}): Reserve {
  const lists = { parameter: [], inclusion: [], exclusion: [], others: [] };
  return {
    type: "reserve",
    ...(connectionId === undefined ? {} : { connectionId }),
    globalReservationId: "urn:uuid:11111111-0000-4000-8000-000000000001",
    description: "for a test",
    criteria: {
      schedule,
      serviceType: ETHERNET_SERVICE,
      p2ps: {
        ...{ capacity, directionality: "Bidirectional", ...lists },
        sourceSTP: `${NETWORK_B}:uplink?vlan=100-105`,
        destSTP: `${NETWORK_B}:server?vlan=100-200`,
      },
      parameter: [],
      others: [],
    },
  };
}

async function peer(options: Partial<NsiProviderOptions> = {}) {
  const its = await TwoClouds.start(options);
  const own = new Peer(its);
  return { its, own, [Symbol.asyncDispose]: () => its[Symbol.asyncDispose]() };
}

/** Whether frames pass through B between its two touch points. */
function passes(its: TwoClouds): boolean {
  return its.fabric.flowsOf("b1").length > 0;
}

describe("a provider, to a requester that knows only the messages", () => {
  test("holds, commits, provisions, releases, provisions again, terminates", async () => {
    await using world = await peer();
    const { its, own } = world;
    const connectionId = await own.reserve();
    expect(own.heard()).toEqual(["reserveConfirmed"]);
    expect(its.b.listNetworks()).toMatchObject([{ state: "scheduled" }]);
    expect(passes(its)).toBe(false);
    await own.ask({ type: "reserveCommit", connectionId });
    await own.ask({ type: "provision", connectionId });
    expect(own.heard()).toEqual([
      "reserveCommitConfirmed",
      "provisionConfirmed",
      "dataPlaneStateChange",
    ]);
    expect(passes(its)).toBe(true);
    await own.ask({ type: "release", connectionId });
    expect([...own.heard()].sort()).toEqual(["dataPlaneStateChange", "releaseConfirmed"]);
    expect(passes(its)).toBe(false);
    expect((await own.shown(connectionId))?.connectionStates).toMatchObject({
      provisionState: "Released",
      lifecycleState: "Created",
      dataPlaneStatus: { active: false },
    });
    await own.ask({ type: "provision", connectionId });
    expect(passes(its)).toBe(true);
    await own.ask({ type: "terminate", connectionId });
    expect(own.heard()).toContain("terminateConfirmed");
    expect(its.b.listNetworks()).toEqual([]);
    expect((await own.shown(connectionId))?.connectionStates.lifecycleState).toBe("Terminated");
  });

  test("gives back what is not committed in time, and says so", async () => {
    await using world = await peer({ holdSeconds: 60 });
    const { its, own } = world;
    const connectionId = await own.reserve();
    await its.clock.advance(59_000);
    const told = own.told.splice(0);
    expect(told.map(({ type }) => type)).toEqual(["reserveConfirmed", "reserveTimeout"]);
    expect(told[1]).toMatchObject({ connectionId, timeoutValue: 60, originatingNSA: NSA_B });
    expect(its.b.listNetworks()).toEqual([]);
    expect(await own.ask({ type: "reserveCommit", connectionId })).toMatchObject({
      type: "fault",
    });
    await own.ask({ type: "reserveAbort", connectionId });
    await own.ask({ type: "terminate", connectionId });
    expect(own.heard()).toContain("terminateConfirmed");
  });

  test("gives back what is aborted: the first version, and another one", async () => {
    await using world = await peer();
    const { its, own } = world;
    const first = await own.reserve();
    await own.ask({ type: "reserveAbort", connectionId: first });
    expect(own.heard()).toEqual(["reserveConfirmed", "reserveAbortConfirmed"]);
    expect(its.b.listNetworks()).toEqual([]);
    const connectionId = await own.reserve();
    await own.ask({ type: "reserveCommit", connectionId });
    await own.ask({ type: "provision", connectionId });
    // The STPs as they were asked for before, with more labels than the one that was granted.
    await own.ask(reserveOf({ connectionId, capacity: 400 }));
    expect(its.b.listNetworks()).toMatchObject([{ bandwidth: 400e6 }]);
    await own.ask({ type: "reserveAbort", connectionId });
    expect(its.b.listNetworks()).toMatchObject([{ bandwidth: 100e6, state: "active" }]);
    expect((await own.shown(connectionId))?.criteria[0]?.p2ps?.capacity).toBe(100);
  });

  test("gives a peer no more connections than it may have, until one has ended", async () => {
    await using world = await peer({ maxConnectionsPerPeer: 1 });
    const { own } = world;
    const first = await own.reserve();
    const refused = await own.ask(reserveOf({}));
    expect(JSON.stringify(refused)).toContain("00600");
    await own.ask(reserveOf({ connectionId: first, capacity: 200 }));
    expect(own.heard()).not.toContain("reserveFailed");
    await own.ask({ type: "reserveAbort", connectionId: first });
    await own.ask({ type: "terminate", connectionId: first });
    await own.reserve();
  });

  test("forgets what ended first when it has as many connections as it may", async () => {
    await using world = await peer({ maxConnections: 2 });
    const { own } = world;
    const ended: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const connectionId = await own.reserve();
      await own.ask({ type: "reserveAbort", connectionId });
      await own.ask({ type: "terminate", connectionId });
      ended.push(connectionId);
    }
    const known = await Promise.all(ended.map(async (one) => (await own.shown(one)) !== undefined));
    expect(known).toEqual([false, true, true]);
    await own.reserve();
    await own.reserve();
    expect(JSON.stringify(await own.ask(reserveOf({})))).toContain("00600");
  });

  test("ends a connection at its end time, which another version may put off", async () => {
    await using world = await peer();
    const { its, own } = world;
    const endTime = its.clock.now() + 100_000;
    const connectionId = await own.reserve({ endTime });
    await own.ask({ type: "reserveCommit", connectionId });
    await own.ask({ type: "provision", connectionId });
    const later = { endTime: endTime + 100_000 };
    await own.ask(reserveOf({ connectionId, schedule: later }));
    await own.ask({ type: "reserveCommit", connectionId });
    await its.clock.advance(100_000);
    expect(passes(its)).toBe(true);
    own.heard();
    await its.clock.advance(100_000);
    expect(passes(its)).toBe(false);
    expect(own.heard()).toEqual(["dataPlaneStateChange"]);
    expect((await own.shown(connectionId))?.connectionStates.lifecycleState).toBe("PassedEndTime");
  });

  test("answers what there is, what it told and what became of requests", async () => {
    await using world = await peer();
    const { own } = world;
    const connectionId = await own.reserve();
    await own.ask({ type: "reserveCommit", connectionId });
    await own.ask({ type: "provision", connectionId });
    const told = own.told.splice(0);
    const notifications = await own.ask({ type: "queryNotificationSync", connectionId });
    expect(notifications).toMatchObject({
      type: "queryNotificationSyncConfirmed",
      notifications: told.filter(({ type }) => type === "dataPlaneStateChange"),
    });
    const results = await own.ask({ type: "queryResultSync", connectionId, startResultId: 2 });
    expect(results).toMatchObject({
      type: "queryResultSyncConfirmed",
      result: [
        { resultId: 2, results: [{ type: "reserveCommitConfirmed" }] },
        { resultId: 3, results: [{ type: "provisionConfirmed" }] },
      ],
    });
    const all = { connectionId: [], globalReservationId: [] };
    for (const type of ["querySummary", "queryRecursive"] as const) {
      expect(await own.ask({ ...all, type })).toEqual({ type: "acknowledgment" });
      const [answer] = own.told.splice(0);
      expect(answer).toMatchObject({
        type: `${type}Confirmed`,
        reservation: [{ connectionId, requesterNSA: NSA_A }],
      });
      if (answer?.type !== "queryRecursiveConfirmed") continue;
      expect(answer.reservation[0]?.criteria[0]?.children).toEqual([]);
    }
    for (const type of ["queryNotification", "queryResult"] as const) {
      expect(await own.ask({ type, connectionId })).toEqual({ type: "acknowledgment" });
      expect(own.heard()).toEqual([`${type}Confirmed`]);
    }
    const nothing = await own.ask({ ...all, type: "querySummarySync", connectionId: ["unknown"] });
    expect(nothing).toMatchObject({ type: "querySummarySyncConfirmed", reservation: [] });
  });

  test("refuses what it cannot give, by the codes of the specification", async () => {
    await using world = await peer();
    const { own } = world;
    const cases = [
      [reserveOf({ capacity: 600 }), "00302"],
      [{ type: "reserveCommit", connectionId: "unknown" }, "00203"],
      [{ type: "acknowledgment" }, "00103"],
    ] as const;
    for (const [asked, errorId] of cases)
      expect(JSON.stringify(await own.ask(asked))).toContain(errorId);
  });

  test("describes itself and where connections may end", async () => {
    await using world = await peer();
    const { own } = world;
    const discovery = await own.read("/nsi/discovery");
    said.push({ file: "discovery", schema: "discovery", text: discovery });
    expect(readNsaDescription(discovery)._unsafeUnwrap()).toMatchObject({
      id: NSA_B,
      networkId: [NETWORK_B],
      interface: [
        { type: PROVIDER_VERSION, href: "http://b.example/nsi" },
        { href: "http://b.example/nsi/topology" },
      ],
    });
    const { id, ports, labelSwapping } = readNmlTopology(
      await own.read("/nsi/topology"),
    )._unsafeUnwrap();
    expect({ id, labelSwapping }).toEqual({ id: NETWORK_B, labelSwapping: true });
    expect(ports.map((port) => port.id).sort()).toEqual([
      `${NETWORK_B}:server`,
      `${NETWORK_B}:uplink`,
    ]);
  });

  afterAll(() => {
    if (!canValidate(schemas)) return;
    expect(said.length).toBeGreaterThan(50);
    expect(Object.fromEntries(invalid(schemas, said))).toEqual({});
  });
});
