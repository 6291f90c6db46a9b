import type { DriverBase } from "../../src/drivers/driver-base.ts";
import { NO_NETWORK, networkOfCookie } from "../../src/drivers/openflow/compile/cookie.ts";
import { type AgentEvent, DcnsAgent, OpenFlowDriver } from "../../src/index.ts";
import type { StoredRecord } from "../../src/store/store.ts";
import { MemoryListener, SimulatedFabric, seededRandom } from "../../src/testing/index.ts";
import { Topology } from "../../src/topology.ts";
import { type FakeClock, fakeClock } from "../../test/support/fake-clock.ts";
import { addForeignEntries, foreignEntries, ourFlows } from "../../test/support/switch-state.ts";
import { diceFrom } from "./dice.ts";
import { ProcessClock } from "./process-clock.ts";
import type { Scenario } from "./scenario.ts";
import { type Connection, FileStorage, SharedStorage, type Storage } from "./storage.ts";
import { WIDE_AREA, WideArea, type WideAreaUser } from "./wide-area.ts";

/** A process with an agent in it: it can die, and it can be stopped for a while. */
interface Process {
  readonly agent: DcnsAgent;
  readonly drivers: readonly DriverBase[];
  readonly connection: Connection;
  readonly wideArea: WideAreaUser | undefined;
  readonly clock: ProcessClock;
  /** The clock of its connections: who dials a dead process is told so. */
  readonly wires: ProcessClock;
  readonly heard: Disposable;
  isStopped: boolean;
}

/** Where a process runs, one after another: switches dial it there. */
interface Place {
  listener: MemoryListener;
  process: Process | undefined;
  /** How many processes there have been. */
  started: number;
}

/**
 * Everything there is in a simulation: a fabric that speaks real OpenFlow in memory, a store that
 * outlives agents, agents, hosts, and one clock that moves only when it is told to.
 */
export class World {
  readonly clock: FakeClock = fakeClock();
  readonly topology: Topology;
  readonly fabric: SimulatedFabric;
  readonly wideArea: WideArea | undefined;
  readonly #storage: Storage;
  readonly #seed: number;
  readonly #scenario: Scenario;
  readonly #heard: (event: AgentEvent) => void;
  readonly #foreign: ReadonlyMap<string, readonly string[]>;
  readonly #places: readonly Place[];
  /** Processes that are dead, and not buried yet. */
  readonly #dead: Process[] = [];
  #isMended = false;

  /** `heard` is told what agents tell. */
  constructor(seed: number, scenario: Scenario, heard: (event: AgentEvent) => void) {
    this.#seed = seed;
    this.#heard = heard;
    this.#scenario = scenario;
    const { clock } = this;
    const dice = diceFrom(seed ^ 0x5eed);
    this.topology = Topology.parse(scenario.document)._unsafeUnwrap();
    this.#storage = scenario.file
      ? new FileStorage(clock, dice, scenario.store)
      : new SharedStorage(clock, dice, scenario.store);
    this.wideArea =
      scenario.wideArea && new WideArea(this.topology, clock, dice, scenario.wideArea);
    this.#places = Array.from({ length: scenario.agents }, () => ({
      listener: new MemoryListener({ clock: this.clock }),
      process: undefined,
      started: 0,
    }));
    this.fabric = new SimulatedFabric({
      topology: this.topology,
      clock: this.clock,
      dial: this.#places.map((place) => (answer) => place.listener.dial(answer)),
      seed,
      bundles: scenario.bundles,
      learns: scenario.learns,
      ...(this.wideArea === undefined ? {} : { carry: this.wideArea.carry }),
    });
    addForeignEntries(this.fabric);
    this.#foreign = new Map(
      [...this.fabric.switches].map(([node, at]) => [node, foreignEntries(at)]),
    );
  }

  /** The agents that are running, and not stopped. */
  get agents(): readonly DcnsAgent[] {
    return this.#places.flatMap(({ process }) =>
      process === undefined || process.isStopped ? [] : [process.agent],
    );
  }

  /** Starts an agent wherever none runs, and waits until they run or have given up. */
  async start(): Promise<void> {
    for (const [index, place] of this.#places.entries()) {
      if (place.process === undefined) await this.#startAt(place, `agent-${index}`);
    }
  }

  async #startAt(place: Place, name: string): Promise<void> {
    const clock = new ProcessClock(this.clock);
    const wires = new ProcessClock(this.clock);
    place.started += 1;
    const { flapDamping, agents, pieces } = this.#scenario;
    const random = seededRandom(this.#seed + place.started);
    const listener = new MemoryListener({ clock: wires, ...(pieces ? { pieces: random } : {}) });
    place.listener = listener;
    const connection = this.#storage.connect(clock, this.#isMended);
    const wideArea = this.wideArea?.connect(clock, name);
    const drivers = {
      campus: new OpenFlowDriver({ listen: listener }),
      ...(wideArea === undefined ? {} : { [WIDE_AREA]: wideArea.driver }),
    };
    const sharing = { agentId: `${name}.${place.started}`, leaseMs: LEASE_MS };
    const started = await this.clock.until(
      connection.open().andThen((store) =>
        DcnsAgent.start({
          topology: this.topology,
          drivers,
          store,
          clock,
          ...(flapDamping ? {} : { flapDamping: false }),
          ...(agents > 1 ? { sharing } : {}),
        }),
      ),
    );
    if (started.isErr()) {
      connection.kill();
      wideArea?.kill();
      clock.die();
      void listener.close();
      return;
    }
    const agent = started.value;
    const heard = agent.events.subscribe((event) => this.#heard(event));
    place.process = {
      agent,
      drivers: Object.values(drivers),
      connection,
      wideArea,
      clock,
      wires,
      heard,
      isStopped: false,
    };
  }

  /** The process of an agent dies this instant. */
  crash(agent: DcnsAgent): void {
    for (const place of this.#places) {
      const { process } = place;
      if (process?.agent !== agent) continue;
      process.connection.kill();
      process.wideArea?.kill();
      process.clock.die();
      process.wires.resume();
      process.heard[Symbol.dispose]();
      this.#dead.push(process);
      place.process = undefined;
      void place.listener.close();
    }
  }

  /**
   * Lets go of the dead. What they wait for never comes, but Node keeps whoever waits for one of
   * several signals; so these are raised. No clock, store or wire does anything for them any more.
   */
  bury(): void {
    for (const { agent, drivers } of this.#dead.splice(0)) {
      void agent.close();
      // The agent would wait for its store before it closes them.
      for (const driver of drivers) void driver.close();
    }
  }

  /** The machine loses its power; it had no process that runs. */
  cutPower(): void {
    this.#storage.cutPower();
  }

  /** The agents whose store does nothing more for them until they are started anew. */
  get broken(): readonly DcnsAgent[] {
    return this.#places.flatMap(({ process }) =>
      process?.connection.isBroken === true ? [process.agent] : [],
    );
  }

  /** The process of an agent is stopped. */
  stop(agent: DcnsAgent): void {
    for (const { process } of this.#places) {
      if (process?.agent !== agent) continue;
      process.isStopped = true;
      process.wires.stop();
      process.wideArea?.stop();
      process.clock.stop();
    }
  }

  /** Processes that were stopped go on. */
  resume(): void {
    for (const { process } of this.#places) {
      if (process === undefined) continue;
      process.isStopped = false;
      process.wires.resume();
      process.clock.resume();
      process.wideArea?.resume();
    }
  }

  /** Faults begin to strike. */
  trouble(): void {
    this.fabric.setFaults(this.#scenario.messages);
  }

  /** No more faults, ever. */
  mend(): void {
    this.#isMended = true;
    this.fabric.setFaults({});
    for (const { process } of this.#places) process?.connection.mend();
    this.wideArea?.mend();
    this.resume();
    for (const link of this.topology.links.keys()) this.fabric.setLink(link, true);
    for (const [node, at] of this.fabric.switches) {
      if (at.powered) at.connect();
      else this.powerOn(node);
    }
  }

  powerOff(node: string): void {
    this.fabric.powerOff(node);
  }

  /** A switch comes back blank, and somebody else puts their rules on it again. */
  powerOn(node: string): void {
    this.fabric.powerOn(node);
    addForeignEntries({ switches: new Map([[node, this.fabric.switchOf(node)]]) });
  }

  /** Whether every node is known to hold what it should, and nothing more. */
  async isClean(): Promise<boolean> {
    const isUp = this.agents.every((one) => one.nodesUp.length === this.topology.nodes.size);
    if (!isUp || this.agents.length === 0) return false;
    const networks = (await this.records()).filter(({ key }) => !key.startsWith("project/"));
    return networks.every(({ value }) => {
      const text = JSON.stringify(value);
      return text.includes('"phase":"stable"') || text.includes('"phase":"reserved"');
    });
  }

  /** What the store holds of networks. */
  async records(): Promise<readonly StoredRecord[]> {
    const all = await this.#storage.records();
    return all.filter(({ key }) => /^(network|quarantine|project|work)\//.test(key));
  }

  /** A switch with a flow of a network that the store knows nothing of: who would remove it? */
  async holdsForgotten(): Promise<string | undefined> {
    const known = new Set((await this.records()).map(({ value }) => numberIn(value)));
    for (const [node, at] of this.fabric.switches) {
      const numbers = ourFlows(at).map(({ cookie }) => networkOfCookie(cookie));
      const forgotten = numbers.find((one) => one !== NO_NETWORK && !known.has(one));
      if (forgotten !== undefined) return `${node} holds flows of ${forgotten}, which is forgotten`;
    }
    return undefined;
  }

  /** A switch on which somebody else's rules are not as they were. */
  foreignTouched(): string | undefined {
    for (const [node, at] of this.fabric.switches) {
      if (at.powered && foreignEntries(at).join() !== this.#foreign.get(node)?.join()) return node;
    }
    return undefined;
  }

  /** Closes the agents and turns the switches off; gives what is left on the clock. */
  async close(): Promise<number> {
    for (const agent of this.agents) await this.clock.until(agent.close());
    this.fabric[Symbol.dispose]();
    this.wideArea?.close();
    this.bury();
    // What is on its way to somebody who is gone still arrives.
    await this.clock.advance(10);
    return this.clock.countTimers();
  }
}

/** The number of the network that a stored value is of, or of what is in quarantine. */
function numberIn(value: unknown): number | undefined {
  const isOfOne = typeof value === "object" && value !== null && "number" in value;
  return isOfOne && typeof value.number === "number" ? value.number : undefined;
}

/** How long an agent may be silent that shares its store. */
const LEASE_MS = 3_000;
