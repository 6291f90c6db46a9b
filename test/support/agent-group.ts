import type { Result } from "neverthrow";
import * as v from "valibot";
import { expect } from "vitest";
import { diceFrom } from "../../scripts/sim/dice.ts";
import {
  WIDE_AREA,
  WideArea,
  type WideAreaOptions,
  type WideAreaUser,
} from "../../scripts/sim/wide-area.ts";
import type { AgentEvent } from "../../src/agent/agent-event.ts";
import type { AgentOptions } from "../../src/agent/agent-options.ts";
import { DcnsAgent } from "../../src/dcns.ts";
import type { DriverBase } from "../../src/drivers/driver-base.ts";
import { OpenFlowDriver } from "../../src/drivers/openflow/driver.ts";
import type { DcnsError } from "../../src/model/errors.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import {
  MemoryListener,
  reachability,
  SimulatedFabric,
  seededRandom,
} from "../../src/testing/index.ts";
import type { Topology } from "../../src/topology.ts";
import { campus } from "./campus.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import { PausableClock } from "./pausable-clock.ts";
import { RemoteStore } from "./remote-store.ts";
import { addForeignEntries, allForeignEntries, allOurEntries } from "./switch-state.ts";
import { endsOf, value } from "./testbed.ts";

/** What may be set about an {@link AgentGroup}. */
export interface AgentGroupOptions {
  readonly names?: readonly string[];
  /** Those of them that wait for {@link AgentGroup.launch}. */
  readonly late?: readonly string[];
  readonly topology?: Topology;
  readonly seed?: number;
  readonly agent?: Partial<AgentOptions>;
  /** There where the topology has the domain of `scripts/sim/wide-area.ts`. */
  readonly wideArea?: WideAreaOptions;
  /** Makes the driver of each agent. */
  readonly driver?: (listen: MemoryListener) => DriverBase;
}

/** How long an agent may be silent. */
export const LEASE_MS = 3_000;

/** One of the agents: a process with a clock, a way to the store, and a port that switches dial. */
export interface Member {
  readonly name: string;
  readonly clock: PausableClock;
  readonly store: RemoteStore;
  readonly listener: MemoryListener;
  readonly events: AgentEvent[];
  readonly wideArea: WideAreaUser | undefined;
  agent: DcnsAgent;
  isAlive: boolean;
}

class Harmed extends Error {}

/** Agents that share a store and the switches of a fabric, on one clock and from one seed. */
export class AgentGroup implements AsyncDisposable {
  readonly clock: FakeClock = fakeClock();
  readonly disk: MemoryStore = new MemoryStore({ clock: this.clock });
  readonly topology: Topology;
  readonly fabric: SimulatedFabric;
  readonly wideArea: WideArea | undefined;
  readonly members: Member[] = [];
  readonly #foreign: ReturnType<typeof allForeignEntries>;
  readonly #options: AgentGroupOptions;

  private constructor(options: AgentGroupOptions) {
    const { names = ["a", "b", "c"], topology = campus(), seed = 0, wideArea } = options;
    this.#options = options;
    this.topology = topology;
    const random = seededRandom(seed + 1);
    const parts = names.map((name) => {
      const clock = new PausableClock(this.clock);
      const delayMs = (): number => 1 + Math.floor(random.next() * 4);
      const store = new RemoteStore(this.disk, { world: this.clock, own: clock, delayMs });
      return { name, clock, store, listener: new MemoryListener({ clock }) };
    });
    this.wideArea = wideArea && new WideArea(topology, this.clock, diceFrom(seed), wideArea);
    this.fabric = new SimulatedFabric({
      topology,
      clock: this.clock,
      dial: parts.map(({ listener }) => listener.dial),
      seed,
      ...(this.wideArea === undefined ? {} : { carry: this.wideArea.carry }),
    });
    addForeignEntries(this.fabric);
    this.#foreign = allForeignEntries(this.fabric);
    this.#parts = parts;
  }

  readonly #parts: readonly Pick<Member, "name" | "clock" | "store" | "listener">[];

  /** Starts all agents, and waits until every switch is in service with one of them. */
  static async start(options: AgentGroupOptions = {}): Promise<AgentGroup> {
    const group = new AgentGroup(options);
    const { late = [] } = options;
    group.fabric.connect();
    for (const { name } of group.#parts) if (!late.includes(name)) await group.launch(name);
    await group.untilServed();
    return group;
  }

  /** Starts an agent. */
  async launch(name: string): Promise<void> {
    const { driver = (listen) => new OpenFlowDriver({ listen }), agent: more } = this.#options;
    const part = this.#parts.find((one) => one.name === name);
    if (part === undefined) throw new Error(`who is ${name}?`);
    const wideArea = this.wideArea?.connect(part.clock, name);
    const agent = value(
      await this.run(
        DcnsAgent.start({
          topology: this.topology,
          drivers: {
            campus: driver(part.listener),
            ...(wideArea === undefined ? {} : { [WIDE_AREA]: wideArea.driver }),
          },
          store: part.store,
          clock: part.clock,
          sharing: { agentId: name, leaseMs: LEASE_MS },
          ...more,
        }),
      ),
    );
    const events: AgentEvent[] = [];
    agent.events.subscribe((event) => events.push(event));
    this.members.push({ ...part, agent, events, wideArea, isAlive: true });
  }

  member(name: string): Member {
    const found = this.members.find((one) => one.name === name);
    if (found === undefined) throw new Error(`who is ${name}?`);
    return found;
  }

  agent(name: string): DcnsAgent {
    return this.member(name).agent;
  }

  get living(): readonly Member[] {
    return this.members.filter(({ isAlive }) => isAlive);
  }

  /** The process is gone for ever, in the middle of whatever it did. */
  kill(name: string): void {
    const member = this.member(name);
    member.isAlive = false;
    member.clock.pause();
    member.store.isCut = true;
    member.wideArea?.kill();
  }

  /** The process is stopped. */
  pause(name: string): void {
    this.member(name).clock.pause();
    this.member(name).wideArea?.stop();
  }

  /** The process goes on. */
  resume(name: string): void {
    this.member(name).clock.resume();
    this.member(name).wideArea?.resume();
  }

  /** The agent that serves the wide-area domain. */
  async wideAreaMaster(): Promise<string> {
    const agent = await this.masterOf(`domain/${WIDE_AREA}`);
    if (agent === undefined) throw new Error("nobody serves the wide area");
    return agent;
  }

  /** The agent that has claimed a charge, such as `node/s1`; undefined while none has. */
  async masterOf(charge: string): Promise<string | undefined> {
    const records = (await this.disk.load())._unsafeUnwrap();
    const found = records.find(({ key }) => key === `master/${charge}`);
    return found && v.parse(v.object({ agent: v.string() }), found.value).agent;
  }

  /** Works on a call until so many steps of the clock have gone by, and then does `harm`. */
  async harmAtStep<T>(nth: number, call: PromiseLike<T>, harm: () => void): Promise<void> {
    let steps = 0;
    await this.run(call, () => {
      steps += 1;
      if (steps !== nth) return;
      harm();
      throw new Harmed();
    }).catch((error: unknown) => {
      if (!(error instanceof Harmed)) throw error;
    });
  }

  /** Lets time pass until a call has its result. */
  run<T>(call: PromiseLike<T>, eachStep?: () => void): Promise<T> {
    return this.clock.until(call, 600_000, eachStep);
  }

  /** Waits until all living agents know every switch to be in service. */
  async untilServed(): Promise<void> {
    const nodes = this.topology.nodes.size;
    for (let waited = 0; waited < 60_000; waited += 250) {
      await this.clock.advance(250);
      if (this.living.every(({ agent }) => agent.nodesUp.length === nodes)) return;
    }
    throw new Error(`not served: ${this.living.map(({ agent }) => agent.nodesUp.join())}`);
  }

  /** Every living agent shows the same networks. */
  async expectAgreement(): Promise<readonly NetworkInfo[]> {
    await this.clock.advance(50);
    const [first, ...others] = this.living.map(({ agent }) => agent.listNetworks());
    for (const other of others) expect(other).toEqual(first);
    return first ?? [];
  }

  /** The network joins its ends, and nobody else. */
  expectWhole(info: NetworkInfo): void {
    const { pairs, strays } = reachability(this.fabric, endsOf(info));
    expect(pairs.filter(({ copies }) => copies !== 1)).toEqual([]);
    expect(strays.map(({ hostPort }) => hostPort)).toEqual([]);
    expect(this.fabric.violations).toEqual([]);
  }

  /** What the switches hold of ours. */
  held(): ReturnType<typeof allOurEntries> {
    return allOurEntries(this.fabric);
  }

  /** Nothing is left: on the switches, in the agents, and in the store but for who is there. */
  async expectNothingLeft(): Promise<void> {
    expect(this.held()).toEqual({});
    expect(await this.expectAgreement()).toEqual([]);
    const keys = (await this.disk.load())._unsafeUnwrap().map(({ key }) => key);
    expect(keys.filter((key) => !/^(agent|slot|master|claim)\//.test(key))).toEqual([]);
    expect(allForeignEntries(this.fabric)).toEqual(this.#foreign);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { agent } of this.living) await this.run(agent.close());
    this.fabric[Symbol.dispose]();
    this.wideArea?.close();
    await this.disk.close();
  }
}

/** What a call came to, in one word. */
export function wordOf(result: Result<unknown, DcnsError>): string {
  return result.match(
    () => "ok",
    ({ type }) => type,
  );
}
