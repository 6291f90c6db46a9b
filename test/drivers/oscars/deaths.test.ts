import { ok, ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { OpenFlowDriver } from "../../../src/drivers/openflow/driver.ts";
import type { HttpClient, HttpFault, HttpResponse } from "../../../src/drivers/oscars/http/http.ts";
import type { DcnsError } from "../../../src/model/errors.ts";
import { portRef } from "../../../src/model/ids.ts";
import { FileStore } from "../../../src/store/file-store.ts";
import {
  MemoryListener,
  reachability,
  SimulatedFabric,
  seededRandom,
} from "../../../src/testing/index.ts";
import { MemoryHttp } from "../../../src/testing/wan/memory-http.ts";
import { Topology } from "../../../src/topology.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { CircuitPlane } from "../../support/circuit-plane.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type DiskUser, SimDisk } from "../../support/sim-disk.ts";
import {
  type Dialect,
  dialects,
  type SimulatedWan,
  simulatedWan,
} from "../../support/simulated-wan.ts";
import { value } from "../../support/testbed.ts";
import { WatchedStore } from "../../support/watched-store.ts";

class Died extends Error {}

const campuses = ["west", "east", "south"];
const wans = ["wan1", "wan2"];
const hosts = campuses.map(hostAt);
/** What hosts tag their frames with: no link has it. */
const VLAN = 42;
const ORIGIN = "http://wan.example";

/** What an agent dies in. */
const calls: Readonly<
  Record<
    "setup" | "growth" | "teardown" | `${"" | "change of a " | "return of a "}reservation`,
    (agent: DcnsAgent, now: number) => ResultAsync<unknown, DcnsError>
  >
> = {
  setup: (agent) => agent.setupPhysicalNetwork("p", hosts, "100Mbps", VLAN),
  growth: (agent) => agent.modifyPhysicalNetwork("p", hosts.slice(2), [], "300Mbps"),
  teardown: (agent) => agent.teardownPhysicalNetwork("p"),
  reservation: (agent, now) =>
    agent.setupPhysicalNetwork("p", hosts, "100Mbps", VLAN, { schedule: laterThan(now) }),
  "change of a reservation": (agent, now) => {
    const options = { schedule: laterThan(now + HOUR) };
    return agent.modifyPhysicalNetwork("p", [], [], "300Mbps", undefined, options);
  },
  "return of a reservation": (agent) => agent.teardownPhysicalNetwork("p"),
};
type Call = keyof typeof calls;

const HOUR = 3_600_000;

/** What starts some hours later: it is reserved, and not provisioned before. */
function laterThan(now: number) {
  return { start: now + 6 * HOUR, end: now + 9 * HOUR };
}

/** Whether a call is about a network that is reserved. */
function isForLater(call: Call): boolean {
  return call.includes("reservation");
}

/** A switch at each campus, all of one domain, and two nodes of a wide-area domain between them. */
function reality(): Topology {
  const document = campusTopology({ campuses, wans, domain: "wan" }).toDocument();
  const nodes = document.nodes.map((node) =>
    node.domain === "wan"
      ? node
      : {
          ...{ ...node, domain: "campus", datapathId: `0x${campuses.indexOf(node.id) + 1}` },
          ports: node.ports.map((port, at) => ({ ...port, ofPort: at + 1 })),
        },
  );
  const domains = [
    { id: "campus", driver: "openflow" },
    { id: "wan", driver: "oscars" },
  ];
  return Topology.parse({ ...document, domains, nodes })._unsafeUnwrap();
}
const topology = reality();

/** An agent in one process, the disk under it, and a wide-area domain that it reaches or does not. */
class World {
  readonly clock = fakeClock();
  readonly http = new MemoryHttp(this.clock);
  readonly wan: SimulatedWan;
  /** How many requests have gone to the domain. */
  sent = 0;
  /** From which request on the domain is out of reach, and whether that one was carried out. */
  outage: { readonly from: number; readonly carriesOut: boolean } | undefined;
  onLost: () => void = () => {};
  readonly #disk: SimDisk;
  readonly #plane: CircuitPlane;
  readonly #fabric: SimulatedFabric;
  #listener = new MemoryListener({ clock: this.clock });
  #user: DiskUser | undefined;
  #lives = 0;
  store: WatchedStore | undefined;

  constructor(dialect: Dialect) {
    const { clock, http } = this;
    const { next: random } = seededRandom(1);
    this.#disk = new SimDisk({ clock, random, fail: 0, maxDelayMs: 5 });
    const ports = wans.flatMap((wan) => campuses.map((campus) => `${wan}:${campus}`));
    const plane = new CircuitPlane((name) => portRef(this.wan.portOf(name)));
    this.#plane = plane;
    this.wan = simulatedWan(dialect, {
      ...{ clock, http, delayMs: 20, leadSeconds: 0, ports, onCircuit: plane.change },
    });
    this.#fabric = new SimulatedFabric({
      ...{ topology, clock, carry: plane.carry },
      dial: (answer) => this.#listener.dial(answer),
    });
    this.#fabric.connect();
    const { handler } = this.wan.server;
    http.serve(ORIGIN, async (request) => {
      this.sent += 1;
      const { outage } = this;
      if (outage === undefined || this.sent < outage.from) return handler(request);
      if (this.sent > outage.from) return { status: 503 };
      if (outage.carriesOut) await handler(request);
      this.onLost();
      return new Promise(() => {});
    });
  }

  async start(): Promise<DcnsAgent> {
    const { clock } = this;
    this.#lives += 1;
    this.#user = this.#disk.user();
    const opening = FileStore.open("/agent", { disk: this.#user });
    const store = (await clock.until(opening))._unsafeUnwrap();
    this.#listener = new MemoryListener({ clock });
    const times = { pollMs: 500, auditMs: 10_000, answerMs: 5_000 };
    const drivers = {
      campus: new OpenFlowDriver({ listen: this.#listener, learning: "switch" }),
      wan: this.wan.driver(times, this.#alive()),
    };
    this.store = new WatchedStore(store);
    const started = DcnsAgent.start({ topology, drivers, clock, store: this.store });
    return value(await clock.until(started));
  }

  /** The process is gone: what it was writing is there in part, and it does nothing more. */
  async kill(): Promise<void> {
    this.#lives += 1;
    this.store?.kill();
    this.#user?.kill();
    for (const at of this.#fabric.switches.values()) at.breakConnections("the agent died");
    void this.#listener.close();
    await this.clock.settle();
  }

  /** How many flows the switches have. */
  get leftAtCampuses(): number {
    return campuses.reduce((sum, node) => sum + this.#fabric.flowsOf(node).length, 0);
  }

  /** Frames of the network's hosts reach all of `joined`, once, and nobody else; where there are none, the domain carries nothing. */
  expectCarried(joined: readonly string[]): void {
    const { circuits } = this.#plane;
    expect(circuits.size).toBe(joined.length > 0 ? this.wan.server.ids.length : 0);
    const ends = hosts.map((hostPort) => ({ hostPort, vlan: VLAN }));
    const { pairs, strays } = reachability(this.#fabric, ends);
    const isJoined = ({ hostPort }: { readonly hostPort: string }): boolean =>
      joined.includes(hostPort);
    for (const { from, to, copies } of pairs)
      expect([from, to, copies]).toEqual([from, to, isJoined(from) && isJoined(to) ? 1 : 0]);
    expect(strays).toEqual([]);
    expect(this.#fabric.violations).toEqual([]);
  }

  #alive(): HttpClient {
    const life = this.#lives;
    return {
      send: (request, limits) =>
        this.#lives === life
          ? this.http
              .send(request, limits)
              .andThen((answer) => (this.#lives === life ? ok(answer) : never<HttpResponse>()))
          : never<HttpResponse>(),
      close: () => {},
    };
  }
}

function never<T>(): ResultAsync<T, HttpFault> {
  return new ResultAsync(new Promise(() => {}));
}

/** How long switches take to find an agent, and to be audited. */
const CONNECTED_MS = 15_000;

/** A world with what there is before a call, and the agent that is to make it. */
async function readied(dialect: Dialect, call: Call) {
  const its = new World(dialect);
  const { clock } = its;
  const agent = await its.start();
  await clock.advance(CONNECTED_MS);
  if (call !== "setup" && call !== "reservation") {
    const some = call === "growth" ? hosts.slice(0, 2) : hosts;
    const options = isForLater(call) ? { schedule: laterThan(clock.now()) } : {};
    const made = agent.setupPhysicalNetwork("p", some, "100Mbps", VLAN, options);
    value(await clock.until(made));
    its.expectCarried(isForLater(call) ? [] : some);
  }
  await clock.advance(1_000);
  return { its, clock, agent };
}

/** Longer than any look takes to come, and shorter than any hold lasts by itself. */
const SETTLED_MS = 100_000;

/** The next agent finds the domain out of reach, and then within: there is all of the network or nothing. */
async function expectNothingHalf(its: World, call: Call, dialect: Dialect): Promise<void> {
  const { clock, wan } = its;
  const next = await its.start();
  await clock.advance(30_000);
  its.outage = undefined;
  await clock.advance(SETTLED_MS);
  const [network] = next.listNetworks();
  const isCarried = network !== undefined && !isForLater(call);
  its.expectCarried(isCarried ? network.endpoints.map(({ host }) => hostAt(host)) : []);
  if (network === undefined) expect(wan.server.ids).toEqual([]);
  else {
    expect(call).not.toMatch(/teardown|return/);
    expect(network.state).toBe(isForLater(call) ? "scheduled" : "active");
    // OSCARS 1 may join more than two ends, others have a circuit for every two links.
    const [least, most] =
      dialect === "rest" ? [1, 2] : [network.links.length / 2, network.links.length / 2];
    expect(wan.server.ids.length).toBeGreaterThanOrEqual(least);
    expect(wan.server.ids.length).toBeLessThanOrEqual(most);
  }
  await clock.until(next.teardownPhysicalNetwork("p"));
  expect(wan.server.ids).toEqual([]);
  expect(its.leftAtCampuses).toBe(0);
  its.expectCarried([]);
  await its.kill();
}

/** Makes the call until `isTime` to die; true if it was, before the call had ended. */
async function diesIn(
  { its, clock, agent }: Awaited<ReturnType<typeof readied>>,
  call: Call,
  isTime: () => boolean,
): Promise<boolean> {
  let hasDied = false;
  const dying = clock.until(calls[call](agent, clock.now()), undefined, () => {
    if (isTime()) throw new Died();
  });
  await dying.catch((error: unknown) => {
    if (!(error instanceof Died)) throw error;
    hasDied = true;
  });
  await its.kill();
  return hasDied;
}

const everyCall = [
  "setup",
  "growth",
  "teardown",
  "reservation",
  "change of a reservation",
  "return of a reservation",
] as const;

describe.each(dialects)(
  "an agent that dies with a domain that speaks %s out of reach",
  (dialect) => {
    test.each(
      everyCall.flatMap((call) => [
        { call, answer: "no", moment: "at once", afterMs: 0 },
        { call, answer: "a lost", moment: "at once", afterMs: 0 },
        { call, answer: "a lost", moment: "a minute later", afterMs: 60_000 },
      ]),
    )(
      "$moment, when any request of a $call has $answer answer, leaves nothing there",
      async ({ call, answer, afterMs }) => {
        for (let nth = 1; ; nth += 1) {
          const world = await readied(dialect, call);
          const { its, clock } = world;
          its.outage = { from: its.sent + nth, carriesOut: answer === "a lost" };
          let lostAt = Number.POSITIVE_INFINITY;
          its.onLost = () => {
            lostAt = clock.now();
          };
          await diesIn(world, call, () => clock.now() >= lostAt + afterMs);
          if (lostAt === Number.POSITIVE_INFINITY) {
            expect(nth).toBeGreaterThan(2);
            return;
          }
          await expectNothingHalf(its, call, dialect);
        }
      },
      240_000,
    );

    test.each(everyCall)(
      "at any write of a %s leaves nothing there",
      async (call) => {
        for (let nth = 1; ; nth += 1) {
          const world = await readied(dialect, call);
          const { its } = world;
          const first = its.store?.commits ?? 0;
          let isWritten = false;
          if (its.store !== undefined)
            its.store.onCommitted = (number) => {
              if (number !== first + nth) return;
              isWritten = true;
              its.outage = { from: its.sent + 1, carriesOut: false };
            };
          await diesIn(world, call, () => isWritten);
          if (!isWritten) {
            expect(nth).toBeGreaterThan(2);
            return;
          }
          await expectNothingHalf(its, call, dialect);
        }
      },
      240_000,
    );
  },
);
