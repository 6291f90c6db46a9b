import { Callers, PROJECTS } from "./callers.ts";
import { Checks } from "./checks.ts";
import { type Dice, diceFrom } from "./dice.ts";
import { Expectations } from "./expectations.ts";
import type { HistoryContext } from "./history-context.ts";
import { Mishaps } from "./mishaps.ts";
import { FIRST_OF_THE_LATEST, type Scenario, scenarioFrom } from "./scenario.ts";
import { World } from "./world.ts";

/** What came of one seed. */
export interface SimulationResult {
  readonly seed: number;
  readonly steps: number;
  readonly virtualMs: number;
  /** What is wrong, if anything is. */
  readonly fault?: string;
  /** What had happened until then, or the end of it. */
  readonly log: readonly string[];
}

/** A history that is longer than that of the seed. */
export interface Soak {
  readonly virtualMs: number;
  /** Called after every step. */
  readonly stepped: (virtualMs: number) => void | Promise<void>;
}

/** Lives through the world of one seed; the same seed gives the same history. */
export async function simulate(seed: number, soak?: Soak): Promise<SimulationResult> {
  const simulation = new Simulation(seed, soak);
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

class Simulation {
  readonly log: string[] = [];
  steps = 0;
  readonly #dice: Dice;
  readonly #scenario: Scenario;
  readonly #soak: Soak | undefined;
  readonly #world: World;
  readonly #startMs: number;
  readonly #expectations = new Expectations();
  /** When an agent saw a network go, called or by itself. */
  #removedMs = 0;
  readonly #callers: Callers;
  readonly #mishaps: Mishaps;
  readonly #checks: Checks;

  constructor(seed: number, soak: Soak | undefined) {
    const dice = diceFrom(seed);
    const latest = seed < FIRST_OF_THE_LATEST ? undefined : diceFrom(seed ^ 0x1a7e);
    const scenario = scenarioFrom(dice, diceFrom(seed ^ 0xadd), latest);
    const expectations = this.#expectations;
    const note = (what: string): void => this.#note(what);
    const world = new World(seed, scenario, (event) => {
      if (TOLD.has(event.type)) note(`  ${JSON.stringify(event)}`);
      if (event.type === "network-rerouted") expectations.hasMoved(event.project);
      if (event.type === "network-removed") this.#removedMs = world.clock.now();
    });
    const context: HistoryContext = { world, scenario, dice, expectations, note };
    this.#dice = dice;
    this.#scenario = scenario;
    this.#soak = soak;
    this.#world = world;
    this.#startMs = world.clock.now();
    this.#callers = new Callers(context);
    this.#mishaps = new Mishaps(context);
    this.#checks = new Checks(context);
  }

  get virtualMs(): number {
    return this.#world.clock.now() - this.#startMs;
  }

  /** Lives through it; gives what is wrong, if anything is. */
  async run(): Promise<string | undefined> {
    try {
      await this.#begin();
      while (this.#goesOn()) {
        const fault = await this.#step();
        if (fault !== undefined) return fault;
      }
      return (await this.#calm()) ?? (await this.#checks.cleared());
    } catch (error) {
      return textOf(error);
    }
  }

  #goesOn(): boolean {
    return this.#soak === undefined
      ? this.steps < this.#scenario.steps
      : this.virtualMs < this.#soak.virtualMs;
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
    const pauses = this.#soak === undefined ? PAUSES_MS : SOAK_PAUSES_MS;
    await this.#world.clock.advance(this.#dice.pick(pauses));
    if (this.#scenario.agents > 1) await this.#untilHeard();
    const fault = await this.#checks.now();
    if (await this.#world.isClean()) this.#expectations.allClean();
    if (this.#soak !== undefined) {
      this.#world.bury();
      await this.#soak.stepped(this.virtualMs);
    }
    return fault;
  }

  async #happen(): Promise<void> {
    if (await this.#mishaps.happen()) return;
    if (this.#world.agents.length === 0) await this.#mishaps.start();
    else this.#callers.call();
  }

  /** Goes on until every agent has heard what callers were told, and what one of them has seen to go. */
  async #untilHeard(): Promise<void> {
    const { clock } = this.#world;
    await clock.advance(HEARSAY_MS);
    const lastMs = (): number => Math.max(this.#callers.answeredMs, this.#removedMs);
    while (clock.now() - lastMs() < HEARSAY_MS) await clock.advance(1);
  }

  /** When all is mended and there was time to take it in, everything is as it should be. */
  async #calm(): Promise<string | undefined> {
    this.#note("all is mended");
    const { clock } = this.#world;
    this.#world.mend();
    for (const agent of this.#world.broken) this.#mishaps.kill(agent);
    await this.#mishaps.start();
    if (this.#world.agents.length < this.#scenario.agents)
      return "no agent starts though all is mended";
    await clock.advance(CALM_MS);
    this.#expectations.allClean();
    this.#expectations.allAnswered();
    const fault = await this.#checks.now();
    if (fault !== undefined) return fault;
    for (const project of PROJECTS) {
      if (this.#expectations.isBusy(project)) return `a call on ${project} has no answer`;
    }
    return this.#checks.allWhole();
  }

  #note(what: string): void {
    this.log.push(`${String(this.virtualMs).padStart(8)} ${what}`);
    if (this.log.length > MAX_LOG) this.log.splice(0, MAX_LOG / 2);
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

/** Longer than any history but that of a soak. */
const MAX_LOG = 2_000;
/** Agents hear of what others have written a moment later. */
const HEARSAY_MS = 2;
const PAUSES_MS = [0, 1, 3, 10, 50, 500, 3_000, 20_000];
const SOAK_PAUSES_MS = [...PAUSES_MS, 60_000, 120_000];
/** Longer than a schedule, the pause before a node is dialled again, and a damped link. */
const CALM_MS = 180_000;
