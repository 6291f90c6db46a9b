import type { ResultAsync } from "neverthrow";
import type { DcnsAgent } from "../../src/dcns.ts";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { DcnsError } from "../../src/model/errors.ts";
import { describeError } from "../../src/model/errors.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { ourFlows } from "../../test/support/switch-state.ts";
import { type Dice, diceFrom } from "./dice.ts";
import { Expectations, type Expected, type OpenCall } from "./expectations.ts";
import { faultIn, Traffic } from "./frames.ts";
import { overCommitment } from "./ledger-check.ts";
import { type Scenario, scenarioFrom } from "./scenario.ts";
import { World } from "./world.ts";

/** What came of one seed. */
export interface SimulationResult {
  readonly seed: number;
  readonly steps: number;
  readonly virtualMs: number;
  /** What is wrong, if anything is. */
  readonly fault?: string;
  /** What had happened until then. */
  readonly log: readonly string[];
}

/** Lives through the world of one seed; the same seed gives the same history. */
export async function simulate(seed: number): Promise<SimulationResult> {
  const simulation = new Simulation(seed);
  const thrown: string[] = [];
  const catchOne = (error: unknown): void => {
    thrown.push(textOf(error));
  };
  process.on("unhandledRejection", catchOne);
  process.on("uncaughtException", catchOne);
  const fault = (await simulation.run()) ?? thrown[0];
  process.off("unhandledRejection", catchOne);
  process.off("uncaughtException", catchOne);
  const { steps, virtualMs, log } = simulation;
  return { seed, steps, virtualMs, log, ...(fault === undefined ? {} : { fault }) };
}

function textOf(error: unknown): string {
  return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

const PROJECTS = ["a", "b", "c", "d"];

class Simulation {
  readonly log: string[] = [];
  steps = 0;
  readonly #dice: Dice;
  readonly #scenario: Scenario;
  readonly #world: World;
  readonly #startMs: number;
  readonly #expectations = new Expectations();
  /** When a caller was last told something. */
  #answeredMs = 0;
  readonly #down = new Set<string>();
  readonly #off = new Set<string>();
  readonly #away = new Set<string>();

  constructor(seed: number) {
    this.#dice = diceFrom(seed);
    this.#scenario = scenarioFrom(this.#dice, diceFrom(seed ^ 0xadd));
    this.#world = new World(seed, this.#scenario, (event) => {
      if (TOLD.has(event.type)) this.#note(`  ${JSON.stringify(event)}`);
      if (event.type === "network-rerouted") this.#expectations.hasMoved(event.project);
    });
    this.#startMs = this.#world.clock.now();
  }

  get virtualMs(): number {
    return this.#world.clock.now() - this.#startMs;
  }

  /** Lives through it; gives what is wrong, if anything is. */
  async run(): Promise<string | undefined> {
    try {
      await this.#begin();
      for (let step = 0; step < this.#scenario.steps; step += 1) {
        const fault = await this.#step();
        if (fault !== undefined) return fault;
      }
      return (await this.#calm()) ?? (await this.#clear());
    } catch (error) {
      return textOf(error);
    }
  }

  async #begin(): Promise<void> {
    await this.#world.start();
    this.#world.fabric.connect();
    await this.#world.clock.advance(500);
    this.#world.trouble();
  }

  async #step(): Promise<string | undefined> {
    this.steps += 1;
    await this.#happen();
    await this.#world.clock.advance(this.#dice.pick(PAUSES_MS));
    if (this.#scenario.agents > 1) await this.#untilHeard();
    const fault = this.#check();
    if (await this.#world.isClean()) this.#expectations.allClean();
    return fault;
  }

  /** Goes on until every agent has heard what callers were told. */
  async #untilHeard(): Promise<void> {
    const { clock } = this.#world;
    await clock.advance(HEARSAY_MS);
    while (clock.now() - this.#answeredMs < HEARSAY_MS) await clock.advance(1);
  }

  async #happen(): Promise<void> {
    const { flap, power, disconnect, forget, crash, pause, wideArea } = this.#scenario.mishaps;
    const mishaps: readonly (readonly [number, () => void | Promise<void>])[] = [
      [flap, () => this.#flap()],
      [power, () => this.#power()],
      [disconnect, () => this.#disconnect()],
      [forget, () => this.#forget()],
      [crash, () => this.#crash()],
      [pause, () => this.#pause()],
      [wideArea, () => this.#note(this.#world.wideArea?.mishap() ?? "")],
    ];
    let drawn = this.#dice.below(100);
    for (const [percent, happen] of mishaps) {
      drawn -= percent;
      if (drawn < 0) return happen();
    }
    if (this.#world.agents.length === 0) return this.#start();
    this.#call();
  }

  /** A call on a project on which none is open. */
  #call(): void {
    const agent = this.#dice.pick(this.#world.agents);
    const free = PROJECTS.filter((project) => !this.#expectations.isBusy(project));
    if (free.length === 0) return;
    const project = this.#dice.pick(free);
    const exists = this.#expectations.of(project).some((one) => one !== undefined);
    const drawn = this.#dice.below(10);
    if (!exists || drawn < 1) this.#setUp(agent, project);
    else if (drawn < 7) this.#modify(agent, project);
    else if (drawn < 9) this.#tearDown(agent, project);
    else this.#verify(agent, project);
  }

  #setUp(agent: DcnsAgent, project: string): void {
    const members = this.#hostPorts(1 + this.#dice.below(4));
    const bandwidth = this.#dice.pick(RATES);
    const vlan = this.#dice.chance(0.6) ? undefined : 100 + this.#dice.below(4);
    const protection = this.#dice.pick(["none", "restore", "restore", "disjoint"] as const);
    const now = this.#world.clock.now();
    const often = this.#scenario.scheduled / 100;
    const start = this.#dice.chance(often) ? now + this.#dice.below(30_000) : undefined;
    const endMs = this.#dice.chance(often)
      ? (start ?? now) + 1_000 + this.#dice.below(60_000)
      : Number.POSITIVE_INFINITY;
    const options = {
      protection: members.length > 2 && protection === "disjoint" ? "restore" : protection,
      sharing: this.#dice.pick(["hose", "hose", "shared"] as const),
      priority: this.#dice.below(3),
      // Before it has seen a switch, an agent does not know what that can do.
      ...(!this.#scenario.learns || this.#dice.chance(0.3) ? { delivery: "flood" as const } : {}),
      schedule: {
        ...(start === undefined ? {} : { start }),
        ...(Number.isFinite(endMs) ? { end: endMs } : {}),
      },
      ...this.#limits(),
    };
    const expected: Expected = { members: [...members].sort(), bandwidth, endMs };
    this.#begun(
      { project, outcome: () => expected, by: agent, mayLeave: false },
      `set up ${project} ${members.join(" ")} at ${bandwidth} ${JSON.stringify(options)}`,
      agent.setupPhysicalNetwork(project, members, bandwidth, vlan, options),
    );
  }

  #modify(agent: DcnsAgent, project: string): void {
    const added = this.#hostPorts(this.#dice.below(3));
    const removed = this.#dice.chance(0.4)
      ? this.#hostPorts(1).filter((one) => !added.includes(one))
      : [];
    const bandwidth = this.#dice.chance(0.3) ? this.#dice.pick(RATES) : undefined;
    const outcome = (before: Expected | undefined): Expected | undefined =>
      before && {
        ...before,
        members: [
          ...new Set([...before.members.filter((one) => !removed.includes(one)), ...added]),
        ].sort(),
        bandwidth: bandwidth ?? before.bandwidth,
      };
    this.#begun(
      { project, outcome, by: agent, mayLeave: false },
      `modify ${project} + ${added.join(" ")} - ${removed.join(" ")} at ${bandwidth}`,
      agent.modifyPhysicalNetwork(project, added, removed, bandwidth, undefined, this.#limits()),
    );
  }

  #tearDown(agent: DcnsAgent, project: string): void {
    const force = this.#dice.chance(0.4);
    this.#begun(
      { project, outcome: () => undefined, by: agent, mayLeave: force },
      `tear down ${project}${force ? " by force" : ""}`,
      agent.teardownPhysicalNetwork(project, { force, ...this.#limits() }),
      true,
    );
  }

  #verify(agent: DcnsAgent, project: string): void {
    this.#begun(
      { project, outcome: (before) => before, by: agent, mayLeave: false },
      `verify ${project}`,
      agent.verifyNetwork(project, { timeoutMs: 5_000 }),
    );
  }

  /** Some callers are in a hurry. */
  #limits(): { readonly timeoutMs?: number } {
    return this.#dice.chance(0.15) ? { timeoutMs: 1 + this.#dice.below(300) } : {};
  }

  /** Notes what comes of a call, if its agent lives to say it. */
  #begun(
    call: OpenCall,
    what: string,
    answer: ResultAsync<unknown, DcnsError>,
    goesOn = false,
  ): void {
    this.#note(what);
    this.#expectations.begin(call);
    void answer.then((result) => {
      this.#answeredMs = this.#world.clock.now();
      this.#note(`  ${what.slice(0, 12)}: ${result.isOk() ? "done" : describeError(result.error)}`);
      if (result.isOk()) this.#expectations.succeed(call);
      else {
        const isUnknown = goesOn || result.error.type === "store-unavailable";
        this.#expectations.fail(call, isUnknown);
      }
    });
  }

  #flap(): void {
    const link = this.#dice.pick([...this.#world.topology.links.keys()]);
    const up = this.#down.delete(link);
    if (!up) this.#down.add(link);
    this.#note(`link ${link} ${up ? "up" : "down"}`);
    this.#world.fabric.setLink(link, up);
  }

  #power(): void {
    const node = this.#dice.pick([...this.#world.fabric.switches.keys()]);
    const isOff = this.#off.delete(node);
    this.#note(`switch ${node} ${isOff ? "on" : "off"}`);
    if (isOff) this.#world.powerOn(node);
    else {
      this.#off.add(node);
      this.#world.powerOff(node);
    }
  }

  #disconnect(): void {
    const node = this.#dice.pick([...this.#world.fabric.switches.keys()]);
    if (this.#off.has(node)) return;
    const at = this.#world.fabric.switchOf(node);
    if (this.#away.delete(node)) at.connect();
    else if (this.#dice.chance(0.5)) at.breakConnections();
    else {
      this.#away.add(node);
      at.disconnect();
    }
    this.#note(`switch ${node} ${this.#away.has(node) ? "is cut off" : "dials"}`);
  }

  /** A switch loses a rule of ours, and nobody is told. */
  #forget(): void {
    const node = this.#dice.pick([...this.#world.fabric.switches.keys()]);
    const at = this.#world.fabric.switchOf(node);
    const flows = ourFlows(at);
    if (flows.length === 0) return;
    const { table, priority, match, cookie } = this.#dice.pick(flows);
    this.#note(`switch ${node} forgets a flow`);
    const gone = flowMod({ command: "delete-strict", table, priority, match, cookie });
    at.inject(gone)._unsafeUnwrap();
  }

  async #crash(): Promise<void> {
    if (this.#world.agents.length === 0) return this.#start();
    const agent = this.#dice.pick(this.#world.agents);
    this.#kill(agent);
    if (this.#scenario.file && this.#dice.chance(0.5)) {
      this.#note("the power of its machine is cut");
      this.#world.cutPower();
    }
    if (this.#dice.chance(0.7)) await this.#start();
  }

  #kill(agent: DcnsAgent): void {
    this.#note("an agent dies");
    this.#world.crash(agent);
    this.#expectations.agentDied(agent);
  }

  async #start(): Promise<void> {
    await this.#world.start();
    this.#note(`${this.#world.agents.length} agents run`);
  }

  async #pause(): Promise<void> {
    if (this.#world.agents.length === 0) return;
    this.#note("an agent is stopped for a while");
    this.#world.stop(this.#dice.pick(this.#world.agents));
    await this.#world.clock.advance(this.#dice.pick([10, 500, 8_000, 40_000]));
    this.#world.resume();
  }

  /** What must be so at every moment. */
  #check(): string | undefined {
    const { topology, fabric } = this.#world;
    const [agent] = this.#world.agents;
    const networks = agent?.listNetworks() ?? [];
    const traffic = new Traffic(fabric, PROJECTS, this.#expectations, networks);
    const [loop] = fabric.violations;
    return (
      overCommitment(topology, networks) ??
      (agent && this.#unexpected(networks)) ??
      traffic.send(this.#dice, TAGS) ??
      (loop && `a frame goes round from ${loop.from}`) ??
      this.#foreignTouched()
    );
  }

  #foreignTouched(): string | undefined {
    const node = this.#world.foreignTouched();
    return node && `somebody else's rules on ${node} are not as they were`;
  }

  #unexpected(networks: readonly NetworkInfo[]): string | undefined {
    const now = this.#world.clock.now();
    for (const project of PROJECTS) {
      if (this.#expectations.isBusy(project)) continue;
      const info = networks.find((one) => one.project === project);
      const fault = this.#expectations.observe(project, info, now);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** When all is mended and there was time to take it in, everything is as it should be. */
  async #calm(): Promise<string | undefined> {
    this.#note("all is mended");
    const { clock } = this.#world;
    this.#world.mend();
    for (const agent of this.#world.broken) this.#kill(agent);
    await this.#start();
    if (this.#world.agents.length < this.#scenario.agents)
      return "no agent starts though all is mended";
    await clock.advance(CALM_MS);
    this.#expectations.allClean();
    this.#expectations.allAnswered();
    const fault = this.#check();
    if (fault !== undefined) return fault;
    for (const project of PROJECTS) {
      if (this.#expectations.isBusy(project)) return `a call on ${project} has no answer`;
    }
    return this.#allWhole();
  }

  async #allWhole(): Promise<string | undefined> {
    const { fabric, clock } = this.#world;
    const agent = this.#dice.pick(this.#world.agents);
    for (const info of agent.listNetworks()) {
      const { project, state, schedule } = info;
      if (schedule.end !== undefined && Date.parse(schedule.end) < clock.now() - LATE_MS) {
        return `${project} should have ended at ${schedule.end}`;
      }
      if (state === "scheduled") continue;
      if (state === "degraded" && info.protection === "disjoint") continue;
      if (state !== "active" && state !== "partial") return `${project} is ${state}`;
      const fault = faultIn(fabric, info);
      if (fault !== undefined) return fault;
      const report = await clock.until(agent.verifyNetwork(project));
      if (report.isErr()) return `${project}: ${describeError(report.error)}`;
      if (!report.value.consistent) return `${project}: ${JSON.stringify(report.value.segments)}`;
    }
    return this.#world.wideArea?.faultIn(this.#world.topology, agent.listNetworks());
  }

  /** Takes everything down; then nothing of it is left anywhere. */
  async #clear(): Promise<string | undefined> {
    const { fabric, clock, topology } = this.#world;
    const agent = this.#dice.pick(this.#world.agents);
    for (const { project } of agent.listNetworks()) {
      const ended = await clock.until(agent.teardownPhysicalNetwork(project));
      if (ended.isErr() && ended.error.type !== "network-not-found") {
        return `${project} cannot be torn down: ${describeError(ended.error)}`;
      }
    }
    await clock.advance(5_000);
    for (const [node, at] of fabric.switches) {
      const left = ourFlows(at).length + at.groups().length + at.meters().length - FOREIGN_ENTRIES;
      if (left > 0) return `${node} still holds ${left} entries of ours`;
    }
    const circuit = this.#world.wideArea?.faultIn(topology, []);
    if (circuit !== undefined) return circuit;
    const [left] = await this.#world.records();
    if (left !== undefined) return `the store still holds ${left.key}`;
    for (const { id, nodeA, nodeB, capacity } of topology.links.values()) {
      if (!fabric.switches.has(nodeA) || !fabric.switches.has(nodeB)) continue;
      const ends = [`${nodeA}a:eth1`, `${nodeB}a:eth1`];
      const plan = agent.planPhysicalNetwork("z", ends, capacity);
      if (plan.isErr()) return `${id} is not free: ${describeError(plan.error)}`;
    }
    const timers = await this.#world.close();
    return timers === 0 ? undefined : `${timers} timers are left`;
  }

  #hostPorts(count: number): readonly string[] {
    return this.#dice.some([...this.#world.topology.touchPoints.keys()], count);
  }

  #note(what: string): void {
    this.log.push(`${String(this.virtualMs).padStart(8)} ${what}`);
  }
}

/** The events that are worth to be read in a log. */
const TOLD: ReadonlySet<string> = new Set([
  "network-state",
  "network-removed",
  "network-rerouted",
  "schedule-delayed",
  "quarantine-over",
  "node-down",
]);

const RATES = [10e6, 100e6, 400e6, 800e6];
const TAGS = [100, 101, 102, 103, 104, 3999];
/** Agents hear of what others have written a moment later. */
const HEARSAY_MS = 2;
const PAUSES_MS = [0, 1, 3, 10, 50, 500, 3_000, 20_000];
/** Longer than a schedule, the pause before a node is dialled again, and a damped link. */
const CALM_MS = 180_000;
/** Longer than what could not be done at its time is put off. */
const LATE_MS = 60_000;
/** A group and a meter on every switch are somebody else's. */
const FOREIGN_ENTRIES = 2;
