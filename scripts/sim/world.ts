import { type AgentEvent, DcnsAgent, OpenFlowDriver } from "../../src/index.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { MemoryListener, SimulatedFabric } from "../../src/testing/index.ts";
import { Topology } from "../../src/topology.ts";
import { type FakeClock, fakeClock } from "../../test/support/fake-clock.ts";
import { addForeignEntries, foreignEntries } from "../../test/support/switch-state.ts";
import { type Dice, diceFrom } from "./dice.ts";
import { ProcessClock } from "./process-clock.ts";
import type { Scenario } from "./scenario.ts";
import { SimStore } from "./sim-store.ts";

/** A process with an agent in it: it can die, and it can be stopped for a while. */
interface Process {
  readonly agent: DcnsAgent;
  readonly store: SimStore;
  readonly clock: ProcessClock;
  /** The clock of its connections: who dials a dead process is told so. */
  readonly wires: ProcessClock;
}

/**
 * Everything there is in a simulation: a fabric that speaks real OpenFlow in memory, a store that
 * outlives agents, an agent, hosts, and one clock that moves only when it is told to.
 */
export class World {
  readonly clock: FakeClock = fakeClock();
  readonly topology: Topology;
  readonly fabric: SimulatedFabric;
  readonly disk: MemoryStore = new MemoryStore();
  readonly #scenario: Scenario;
  readonly #heard: (event: AgentEvent) => void;
  readonly #dice: Dice;
  readonly #foreign: ReadonlyMap<string, readonly string[]>;
  #listener: MemoryListener;
  #process: Process | undefined;
  #starting: SimStore | undefined;
  #isMended = false;

  /** `heard` is told what agents tell. */
  constructor(seed: number, scenario: Scenario, heard: (event: AgentEvent) => void) {
    this.#heard = heard;
    this.#scenario = scenario;
    this.#dice = diceFrom(seed ^ 0x5eed);
    this.topology = Topology.parse(scenario.document)._unsafeUnwrap();
    this.#listener = new MemoryListener({ clock: this.clock });
    this.fabric = new SimulatedFabric({
      topology: this.topology,
      clock: this.clock,
      dial: (answer) => this.#listener.dial(answer),
      seed,
      bundles: scenario.bundles,
      learns: scenario.learns,
    });
    addForeignEntries(this.fabric);
    this.#foreign = new Map(
      [...this.fabric.switches].map(([node, at]) => [node, foreignEntries(at)]),
    );
  }

  /** The agent that is running, if one is. */
  get agent(): DcnsAgent | undefined {
    return this.#process?.agent;
  }

  /** Starts an agent on the store as it is, and waits until it runs or has given up. */
  async start(): Promise<void> {
    const clock = new ProcessClock(this.clock);
    const wires = new ProcessClock(this.clock);
    const listener = new MemoryListener({ clock: wires });
    const rates = this.#isMended ? calmStore : this.#scenario.store;
    const store = new SimStore(this.disk, this.clock, this.#dice, rates);
    this.#listener = listener;
    this.#starting = store;
    const { flapDamping } = this.#scenario;
    const started = await this.clock.until(
      DcnsAgent.start({
        topology: this.topology,
        drivers: { campus: new OpenFlowDriver({ listen: listener }) },
        store,
        clock,
        ...(flapDamping ? {} : { flapDamping: false }),
      }),
    );
    this.#starting = undefined;
    if (started.isErr()) {
      store.kill();
      clock.die();
      void listener.close();
      return;
    }
    const agent = started.value;
    agent.events.subscribe((event) => this.#heard(event));
    this.#process = { agent, store, clock, wires };
  }

  /** The agent's process dies this instant. */
  crash(): void {
    this.#starting?.kill();
    this.#process?.store.kill();
    this.#process?.clock.die();
    this.#process?.wires.resume();
    this.#process = undefined;
    for (const at of this.fabric.switches.values()) at.breakConnections("the agent died");
    void this.#listener.close();
  }

  /** The agent's process is stopped, or goes on. */
  pause(isPaused: boolean): void {
    for (const clock of [this.#process?.wires, this.#process?.clock]) {
      if (isPaused) clock?.stop();
      else clock?.resume();
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
    this.#process?.store.setRates(calmStore);
    this.pause(false);
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
    if (this.agent?.nodesUp.length !== this.topology.nodes.size) return false;
    const records = (await this.disk.load())._unsafeUnwrap();
    return records.every(({ value }) => {
      const text = JSON.stringify(value);
      return text.includes('"phase":"stable"') || text.includes('"phase":"reserved"');
    });
  }

  /** A switch on which somebody else's rules are not as they were. */
  foreignTouched(): string | undefined {
    for (const [node, at] of this.fabric.switches) {
      if (at.powered && foreignEntries(at).join() !== this.#foreign.get(node)?.join()) return node;
    }
    return undefined;
  }

  /** Closes the agent and turns the switches off; gives what is left on the clock. */
  async close(): Promise<number> {
    const agent = this.#process?.agent;
    if (agent !== undefined) await this.clock.until(agent.close());
    this.fabric[Symbol.dispose]();
    // What is on its way to somebody who is gone still arrives.
    await this.clock.advance(10);
    return this.clock.countTimers();
  }
}

const calmStore = { fail: 0, failAfterWriting: 0, maxDelayMs: 0 };
