import { err, ok, ResultAsync } from "neverthrow";
import { expect } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { OpenFlowDriver } from "../../src/drivers/openflow/driver.ts";
import type { HttpClient, HttpHandler } from "../../src/drivers/oscars/http/http.ts";
import { OscarsDriver } from "../../src/drivers/oscars/oscars-driver.ts";
import { portRef } from "../../src/model/ids.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { NsiProvider, type NsiProviderOptions } from "../../src/nsi-provider/index.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { MemoryListener, reachability, SimulatedFabric } from "../../src/testing/index.ts";
import { MemoryHttp } from "../../src/testing/wan/memory-http.ts";
import { Topology } from "../../src/topology.ts";
import { CircuitPlane } from "../support/circuit-plane.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";
import { simulatedWan } from "../support/simulated-wan.ts";
import { endsOf, value } from "../support/testbed.ts";
import { WatchedStore } from "../support/watched-store.ts";

export const NSA_A = "urn:ogf:network:a.example:2026:nsa";
export const NSA_B = "urn:ogf:network:b.example:2026:nsa";
export const NETWORK_B = "urn:ogf:network:b.example:2026:topology";
export const members = ["vm:eth0", "server:eth0"];

const ports = [
  { id: "1", ofPort: 1 },
  { id: "2", ofPort: 2 },
];
const a1 = { id: "a1", domain: "a", datapathId: "0x1", ports };
const b1 = { id: "b1", domain: "b", datapathId: "0x2", ports };
const cable = { capacity: "1Gbps", vlans: "100-109" };
const openflow = (id: string) => ({ id, driver: "openflow" });

function parsed(document: object): Topology {
  return Topology.parse({ format: "dcns-topology/1", ...document })._unsafeUnwrap();
}

/** What is between the clouds: a cable, or somebody's domain. */
export type Between = "cable" | "wan";

/** What is there: a switch in each cloud, a machine at each, and what is between. */
const realities: Readonly<Record<Between, Topology>> = {
  cable: reality([{ id: "cable", a: "a1:2", b: "b1:2", ...cable }]),
  wan: reality([
    { id: "west", a: "a1:2", b: "wan:west", ...cable },
    { id: "east", a: "wan:east", b: "b1:2", ...cable },
  ]),
};

function reality(links: readonly object[]): Topology {
  const wan = ["west", "east"].map((id) => ({ id }));
  return parsed({
    domains: [openflow("a"), openflow("b"), { id: "wan", driver: "oscars" }],
    nodes: [a1, b1, { id: "wan", domain: "wan", ports: wan }],
    links,
    hosts: [
      { host: "vm", nic: "eth0", port: "a1:1" },
      { host: "server", nic: "eth0", port: "b1:1" },
    ],
  });
}

/** Cloud A knows of cloud B where circuits may end, and how these are reached. */
const topologiesA: Readonly<Record<Between, Topology>> = {
  cable: topologyA([{ id: "cable", a: "a1:2", b: "b:uplink", ...cable }]),
  wan: topologyA([
    { id: "west", a: "a1:2", b: "wan:west", ...cable },
    { id: "east", a: "wan:east", b: "b:uplink", ...cable },
  ]),
};

function topologyA(links: readonly object[]): Topology {
  const oscars = (id: string) => ({ id, driver: "oscars" });
  const cloudB = ["uplink", "server"].map((id) => ({ id, name: `${NETWORK_B}:${id}` }));
  const wan = ["west", "east"].map((id) => ({ id }));
  return parsed({
    domains: [openflow("a"), oscars("cloud-b"), oscars("wan")],
    nodes: [
      a1,
      { id: "b", domain: "cloud-b", branching: false, ports: cloudB },
      { id: "wan", domain: "wan", branching: false, ports: wan },
    ],
    links,
    hosts: [
      { host: "vm", nic: "eth0", port: "a1:1" },
      { host: "server", nic: "eth0", port: "b:server" },
    ],
  });
}

/** Cloud B knows of cloud A the port to it. */
const topologyB = parsed({
  domains: [openflow("b")],
  nodes: [b1],
  links: [],
  hosts: [
    { host: "cloud-a", nic: "uplink", port: "b1:2" },
    { host: "server", nic: "eth0", port: "b1:1" },
  ],
});

/** One cloud's process, from a start to its end or its death: what it reaches of the world. */
class Life {
  readonly store: WatchedStore;
  readonly #http: MemoryHttp;
  #isDead = false;

  constructor(disk: MemoryStore, http: MemoryHttp) {
    this.store = new WatchedStore(disk);
    this.#http = http;
  }

  /** It says and writes nothing more, and answers nobody. */
  die(): void {
    this.#isDead = true;
    this.store.kill();
  }

  /** What it sends by. */
  sending(note: (text: string) => void = () => {}): HttpClient {
    return {
      send: (request, limits) => {
        if (this.#isDead) return new ResultAsync(new Promise(() => {}));
        note(String(request.body ?? ""));
        return this.#http.send(request, limits);
      },
      close: () => {},
    };
  }

  /** What it answers by. */
  answering(handler: HttpHandler): HttpHandler {
    return async (request) => {
      const answer = await handler(request);
      return this.#isDead ? new Promise(() => {}) : answer;
    };
  }
}

const origins = { a: "http://a.example", b: "http://b.example" } as const;
const switches = { a: "a1", b: "b1" } as const;

/** Two clouds, an agent each, on one fabric; A asks B for circuits by NSI. */
export class TwoClouds {
  readonly clock: FakeClock = fakeClock();
  readonly http: MemoryHttp = new MemoryHttp(this.clock);
  readonly fabric: SimulatedFabric;
  /** Every message that went to B. */
  readonly requests: string[] = [];
  /** Every message that B sent: its answers, and what it posted. */
  readonly said: string[] = [];
  readonly #disks = { a: new MemoryStore(), b: new MemoryStore() };
  #lives: { readonly a: Life; readonly b: Life };
  readonly #options: Partial<NsiProviderOptions>;
  readonly #between: Between;
  readonly #wan = simulatedWan("nsi", {
    ...{ clock: this.clock, http: this.http, delayMs: 20 },
    ports: ["wan:west", "wan:east"],
    onCircuit: (change) => {
      const { type, circuit } = change;
      if (type === "down") this.#carried.delete(circuit.id);
      else this.#carried.set(circuit.id, circuit.mbps);
      this.#plane.change(change);
    },
  });
  readonly #plane = new CircuitPlane((name) => portRef(this.#wan.portOf(name)));
  /** The rates of what passes through the domain between, in Mbit/s. */
  readonly #carried = new Map<string, number>();
  /** Whom a switch dials: the cloud that was started last, unless it is turned on again. */
  #dialled = new MemoryListener({ clock: this.clock });
  readonly #listeners = { a: this.#dialled, b: this.#dialled };
  #a: DcnsAgent | undefined;
  #b: DcnsAgent | undefined;
  #provider: NsiProvider | undefined;

  private constructor(options: Partial<NsiProviderOptions>, between: Between) {
    this.#options = options;
    this.#between = between;
    this.#lives = { a: this.#newLife("a"), b: this.#newLife("b") };
    const dial = (answer: Parameters<MemoryListener["dial"]>[0]) => this.#dialled.dial(answer);
    const topology = realities[between];
    const { carry } = this.#plane;
    this.fabric = new SimulatedFabric({ topology, clock: this.clock, dial, carry });
  }

  static async start(
    options: Partial<NsiProviderOptions> = {},
    between: Between = "cable",
  ): Promise<TwoClouds> {
    const its = new TwoClouds(options, between);
    await its.startB();
    await its.startA();
    return its;
  }

  get a(): DcnsAgent {
    if (this.#a === undefined) throw new Error("A is not running");
    return this.#a;
  }

  get b(): DcnsAgent {
    if (this.#b === undefined) throw new Error("B is not running");
    return this.#b;
  }

  get provider(): NsiProvider {
    if (this.#provider === undefined) throw new Error("B provides nothing");
    return this.#provider;
  }

  /** The present process of a cloud. */
  lifeOf(cloud: "a" | "b"): Life {
    return this.#lives[cloud];
  }

  /** One of the clouds dies this instant; its switch goes on. */
  crash(cloud: "a" | "b"): void {
    this.#lives[cloud].die();
    this.http.serve(origins[cloud], undefined);
    // Nobody listens until the next start.
    this.#dialled = new MemoryListener({ clock: this.clock });
    this.fabric.switchOf(switches[cloud]).breakConnections();
    this.#lives = { ...this.#lives, [cloud]: this.#newLife(cloud) };
  }

  /** The switch of a cloud is turned on again, blank, and dials the agent of that cloud. */
  powerOn(cloud: "a" | "b"): void {
    this.#dialled = this.#listeners[cloud];
    this.fabric.switchOf(switches[cloud]).powerOn();
  }

  #newLife(cloud: "a" | "b"): Life {
    return new Life(this.#disks[cloud], this.http);
  }

  /** Starts B's agent and its provider on what the store has. */
  async startB(): Promise<void> {
    const { clock } = this;
    const { store } = this.#lives.b;
    this.#dialled = this.#listeners.b = new MemoryListener({ clock });
    const driver = new OpenFlowDriver({ listen: this.#dialled, learning: "switch" });
    const drivers = { b: driver };
    const starting = DcnsAgent.start({ topology: topologyB, drivers, clock, store });
    this.#b = value(await clock.until(starting));
    if (!this.fabric.switchOf("b1").connected) this.fabric.switchOf("b1").connect();
    await clock.advance(5_000);
    await this.startProvider();
  }

  async startProvider(): Promise<void> {
    const { clock } = this;
    const life = this.#lives.b;
    const { store } = life;
    const started = await clock.until(
      NsiProvider.start({
        agent: this.b,
        nsa: NSA_B,
        networkId: NETWORK_B,
        url: "http://b.example/nsi",
        stps: { uplink: { hostPort: "cloud-a:uplink" }, server: { hostPort: "server:eth0" } },
        policy: {
          admits: ({ requesterNSA }) => requesterNSA === NSA_A,
          allows: ({ requesterNSA }, { capacity }) =>
            requesterNSA === NSA_A && capacity <= 500 ? ok(undefined) : err("too much for you"),
        },
        ...{ store, clock, http: life.sending((text) => this.said.push(text)) },
        ...this.#options,
      }),
    );
    this.#provider = started._unsafeUnwrap();
    this.http.serve(origins.b, life.answering(this.#heard(this.provider.handler)));
  }

  /** Ends B, provider and agent; its switch goes on. */
  async stopB(): Promise<void> {
    this.http.serve(origins.b, undefined);
    await this.clock.until(this.provider.close());
    await this.clock.until(this.b.close());
  }

  /** Starts A's agent on what its store has. */
  async startA(): Promise<void> {
    const { clock } = this;
    const life = this.#lives.a;
    this.#dialled = this.#listeners.a = new MemoryListener({ clock });
    const cloudB = new OscarsDriver({
      dialect: "nsi",
      provider: { nsa: NSA_B, url: "http://b.example/nsi" },
      requester: { nsa: NSA_A, callbacks: { url: "http://a.example/" } },
      http: life.sending(),
    });
    this.http.serve(origins.a, life.answering(cloudB.callbacks));
    const drivers = {
      a: new OpenFlowDriver({ listen: this.#dialled, learning: "switch" }),
      "cloud-b": cloudB,
      wan: this.#wan.driver({}, life.sending()),
    };
    const topology = topologiesA[this.#between];
    const options = { topology, drivers, clock, store: life.store };
    this.#a = value(await clock.until(DcnsAgent.start(options)));
    if (!this.fabric.switchOf("a1").connected) this.fabric.switchOf("a1").connect();
    await clock.advance(5_000);
  }

  async setUp(bw = "100Mbps"): Promise<NetworkInfo> {
    return value(await this.clock.until(this.a.setupPhysicalNetwork("p", members, bw)));
  }

  /** Frames pass between the ends of a network as they should: in the clouds, or through what is between. */
  expectCarried(info: NetworkInfo): void {
    expect(this.copies(info)).toEqual([1, 1]);
    const rates = [...this.#carried.values()];
    if (this.#between === "wan") expect(rates.map((mbps) => mbps * 1e6)).toEqual([info.bandwidth]);
  }

  /** How many copies of each end's broadcast reach the other. */
  copies(info: NetworkInfo): readonly number[] {
    const { pairs, strays } = reachability(this.fabric, endsOf(info));
    expect(strays).toEqual([]);
    return pairs.map(({ copies }) => copies);
  }

  /** Neither cloud has anything of the other's. */
  expectNothing(): void {
    expect(this.a.listNetworks()).toEqual([]);
    expect(this.b.listNetworks()).toEqual([]);
    for (const node of ["a1", "b1"]) expect(this.fabric.flowsOf(node)).toEqual([]);
    expect(this.#wan.server.ids).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.until(this.a.close());
    await this.stopB();
    this.fabric[Symbol.dispose]();
  }

  #heard(handler: HttpHandler): HttpHandler {
    return async (request) => {
      this.requests.push(request.body);
      const answer = await handler(request);
      this.said.push(answer.body ?? "");
      return answer;
    };
  }
}
