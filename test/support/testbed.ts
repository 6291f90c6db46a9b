import type { Result } from "neverthrow";
import { expect } from "vitest";
import type { AgentEvent } from "../../src/agent/agent-event.ts";
import type { AgentOptions } from "../../src/agent/agent-options.ts";
import { DcnsAgent } from "../../src/dcns.ts";
import { OpenFlowDriver } from "../../src/drivers/openflow/driver.ts";
import type { OpenFlowDriverOptions } from "../../src/drivers/openflow/driver-options.ts";
import type { OfMessage } from "../../src/drivers/openflow/wire/message.ts";
import { type DcnsError, describeError } from "../../src/model/errors.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Store } from "../../src/store/store.ts";
import {
  type FabricOptions,
  type FaultRates,
  MemoryListener,
  type NetworkEnd,
  reachability,
  SimulatedFabric,
} from "../../src/testing/index.ts";
import type { Topology } from "../../src/topology.ts";
import { campus } from "./campus.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import {
  addForeignEntries,
  allForeignEntries,
  allOurEntries,
  type Entries,
} from "./switch-state.ts";
import { WatchedStore } from "./watched-store.ts";

/** What may be set about a {@link Testbed}. */
export interface TestbedOptions {
  /** Whether the switches have bundles; not when absent. */
  readonly bundles?: boolean;
  readonly topology?: Topology;
  readonly seed?: number;
  readonly faults?: FaultRates;
  readonly agent?: Partial<AgentOptions>;
  readonly driver?: Partial<OpenFlowDriverOptions>;
  /** How many of the switches the agent knows; all when absent. */
  readonly switches?: number;
  /** Whether the switches learn addresses; not when absent. */
  readonly learns?: boolean;
  /** What the switches cannot do; nothing when absent. */
  readonly lacks?: FabricOptions["lacks"];
  /** How many tags of a frame the switches look at; 1 when absent. */
  readonly vlanLimit?: 1 | 2;
  /** What the switches make of meters; just what they are asked for when absent. */
  readonly rounds?: FabricOptions["rounds"];
  /** The most flows that one table of a node's switch takes; very many when absent. */
  readonly maxFlowsPerTable?: FabricOptions["maxFlowsPerTable"];
  /** The queues of each port; none when absent. */
  readonly queues?: FabricOptions["queues"];
}

/**
 * An agent with its OpenFlow driver over simulated switches, in memory and under a clock that stands
 * still between calls: everything that happens is decided by the seed. Switches carry a flow, a group
 * and a meter of somebody else, which must never change.
 */
export class Testbed implements AsyncDisposable {
  readonly clock: FakeClock = fakeClock();
  readonly topology: Topology;
  readonly fabric: SimulatedFabric;
  /** Everything the agents told, in order. */
  readonly events: AgentEvent[] = [];
  /** What agents are started with from now on, beside the drivers. */
  agentOptions: Partial<AgentOptions>;
  /** What their drivers are made with from now on, beside what they listen on. */
  driverOptions: Partial<OpenFlowDriverOptions>;
  readonly #disk: Store = new MemoryStore();
  readonly #foreign: ReturnType<typeof allForeignEntries>;
  #listener: MemoryListener;
  #store: WatchedStore;
  #agent: DcnsAgent | undefined;
  #driver: OpenFlowDriver | undefined;

  private constructor(options: TestbedOptions) {
    this.agentOptions = options.agent ?? {};
    this.driverOptions = options.driver ?? {};
    this.topology = options.topology ?? campus();
    this.#listener = new MemoryListener({ clock: this.clock });
    this.#store = new WatchedStore(this.#disk);
    this.fabric = new SimulatedFabric({
      topology: this.topology,
      clock: this.clock,
      dial: (answer) => this.#listener.dial(answer),
      seed: options.seed ?? 0,
      bundles: options.bundles ?? false,
      learns: options.learns ?? false,
      ...(options.lacks && { lacks: options.lacks }),
      ...(options.vlanLimit && { vlanLimit: options.vlanLimit }),
      ...(options.rounds && { rounds: options.rounds }),
      ...(options.queues && { queues: options.queues }),
      ...(options.maxFlowsPerTable && { maxFlowsPerTable: options.maxFlowsPerTable }),
    });
    addForeignEntries(this.fabric);
    this.#foreign = allForeignEntries(this.fabric);
  }

  /** Builds everything, starts the agent, and waits until every switch is there. */
  static async start(options: TestbedOptions = {}): Promise<Testbed> {
    const bed = new Testbed(options);
    await bed.startAgent();
    bed.fabric.connect();
    await bed.untilAllUp();
    bed.fabric.setFaults(options.faults ?? {});
    return bed;
  }

  get agent(): DcnsAgent {
    if (this.#agent === undefined) throw new Error("no agent is running");
    return this.#agent;
  }

  /** The driver of the agent that was started last. */
  get driver(): OpenFlowDriver {
    if (this.#driver === undefined) throw new Error("no agent was started");
    return this.#driver;
  }

  /** Whether an agent is running: started, and not crashed. */
  get isRunning(): boolean {
    return this.#agent !== undefined;
  }

  /** What the present agent sees of the store. */
  get store(): WatchedStore {
    return this.#store;
  }

  /** Starts an agent with a new driver on the store as it is. */
  async startAgent(): Promise<void> {
    const starting = this.tryStart();
    const own = this.#store;
    const started = value(await this.run(starting));
    // One that has crashed meanwhile is nobody's agent, however its start ends.
    if (own === this.#store) this.#agent = started;
  }

  /** Starts an agent without minding whether that works. */
  tryStart(): PromiseLike<Result<DcnsAgent, DcnsError>> {
    this.#listener = new MemoryListener({ clock: this.clock });
    this.#store = new WatchedStore(this.#disk);
    // Most tests are about switches that learn themselves, or do not.
    const learning = "switch";
    const driver = new OpenFlowDriver({
      listen: this.#listener,
      learning,
      ...this.driverOptions,
    });
    this.#driver = driver;
    const options = { store: this.#store, clock: this.clock, ...this.agentOptions };
    return DcnsAgent.start({
      topology: this.topology,
      drivers: { campus: driver },
      ...options,
    }).map((agent) => {
      agent.events.subscribe((event) => this.events.push(event));
      return agent;
    });
  }

  /** The agent's process dies this instant: it says and writes nothing more. */
  crash(): void {
    this.#store.kill();
    for (const at of this.fabric.switches.values()) at.breakConnections("the agent died");
    void this.#listener.close();
    this.#agent = undefined;
  }

  /** Another agent takes over on the same store, and has every switch. */
  async restart(): Promise<void> {
    await this.startAgent();
    await this.untilAllUp();
  }

  /** Waits until every switch is connected, and has been audited. */
  async untilAllUp(): Promise<void> {
    await this.until(() => this.fabric.connected);
    await this.clock.advance(AUDIT_MS);
  }

  /** Lets time pass until a call has its result. */
  run<T>(call: PromiseLike<T>, eachStep?: () => void): Promise<T> {
    return this.clock.until(call, 600_000, eachStep);
  }

  /** Lets time pass until something is so. */
  async until(holds: () => boolean, maxMs = 60_000): Promise<void> {
    await this.clock.settle();
    let check = (): void => {};
    const held = new Promise<void>((resolve) => {
      check = () => {
        if (holds()) resolve();
      };
      check();
    });
    await this.clock.until(held, maxMs, check);
  }

  /** Sets a network up; it must succeed. */
  async setUp(...args: Parameters<DcnsAgent["setupPhysicalNetwork"]>): Promise<NetworkInfo> {
    return value(await this.run(this.agent.setupPhysicalNetwork(...args)));
  }

  /** Modifies a network; it must succeed. */
  async modify(...args: Parameters<DcnsAgent["modifyPhysicalNetwork"]>): Promise<NetworkInfo> {
    return value(await this.run(this.agent.modifyPhysicalNetwork(...args)));
  }

  /** Tears a network down; it must succeed. */
  async tearDown(...args: Parameters<DcnsAgent["teardownPhysicalNetwork"]>): Promise<void> {
    value(await this.run(this.agent.teardownPhysicalNetwork(...args)));
  }

  /** What is known of a project's network; it must exist. */
  info(project: string): NetworkInfo {
    return value(this.agent.getNetworkInfo(project));
  }

  /** What the switches hold that is ours, by node. */
  held(): Readonly<Record<string, Entries>> {
    return allOurEntries(this.fabric);
  }

  /** Every end of the network hears one copy from every other, and nobody else hears anything. */
  expectWhole(info: NetworkInfo): void {
    this.expectJoined(info);
    const { strays } = reachability(this.fabric, endsOf(info));
    expect(strays.map(({ hostPort }) => hostPort)).toEqual([]);
  }

  /** Every end of the network hears one copy from every other. */
  expectJoined(info: NetworkInfo): void {
    const { pairs } = reachability(this.fabric, endsOf(info));
    expect(pairs.filter(({ copies }) => copies !== 1)).toEqual([]);
    expect(this.fabric.violations).toEqual([]);
  }

  /** Frames sent as this network's hosts would send them reach nobody. */
  expectGone(info: NetworkInfo): void {
    const { pairs, strays } = reachability(this.fabric, endsOf(info));
    expect(pairs.filter(({ copies }) => copies !== 0)).toEqual([]);
    expect(strays).toEqual([]);
  }

  /** The switches hold nothing of ours, and the ledger promises nothing to anybody. */
  expectNothingLeft(): void {
    expect(this.held()).toEqual({});
    expect(this.agent.listNetworks()).toEqual([]);
    this.expectForeignUntouched();
  }

  /** What somebody else put on the switches is as it was. */
  expectForeignUntouched(): void {
    expect(allForeignEntries(this.fabric)).toEqual(this.#foreign);
  }

  /** Counts the messages of some types that reach switches, until disposed. */
  countMessages(...types: readonly OfMessage["type"][]): { count: number } & Disposable {
    return this.#count("to-switch", types);
  }

  /** Counts the messages of some types that switches send, until disposed. */
  countFromSwitches(...types: readonly OfMessage["type"][]): { count: number } & Disposable {
    return this.#count("to-controller", types);
  }

  #count(
    direction: "to-switch" | "to-controller",
    types: readonly OfMessage["type"][],
  ): { count: number } & Disposable {
    const counter = { count: 0, [Symbol.dispose]: () => {} };
    const observers = [...this.fabric.switches.values()].map((at) =>
      at.observe((event) => {
        const isMeant = event.type === "message" && event.direction === direction;
        if (isMeant && types.includes(event.message.type)) counter.count += 1;
      }),
    );
    counter[Symbol.dispose] = () => {
      for (const observer of observers) observer[Symbol.dispose]();
    };
    return counter;
  }

  /** Closes the agent and turns the switches off; what is left on the clock is a leak. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#agent !== undefined) await this.run(this.#agent.close());
    this.fabric[Symbol.dispose]();
  }
}

/** More than an audit takes, even of a switch that delays every answer by some milliseconds. */
const AUDIT_MS = 200;

/** The ends of a network, as its hosts see them. */
export function endsOf(info: NetworkInfo): readonly NetworkEnd[] {
  return info.endpoints.map(({ host, nic, vlan }) => {
    const hostPort = `${host}:${nic}`;
    return vlan === null ? { hostPort } : { hostPort, vlan };
  });
}

/** The value of a result that must be one. */
export function value<T>(result: Result<T, DcnsError>): T {
  if (result.isErr()) throw new Error(describeError(result.error));
  return result.value;
}

/** The error of a result that must be one, and of this type. */
export function errorOf<T, K extends DcnsError["type"]>(
  result: Result<T, DcnsError>,
  type: K,
): Extract<DcnsError, { readonly type: K }> {
  if (result.isOk()) throw new Error(`succeeded instead of ${type}`);
  const { error } = result;
  if (!isOfType(error, type)) throw new Error(`not ${type} but ${describeError(error)}`);
  return error;
}

function isOfType<K extends DcnsError["type"]>(
  error: DcnsError,
  type: K,
): error is Extract<DcnsError, { readonly type: K }> {
  return error.type === type;
}
