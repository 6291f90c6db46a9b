import { describeError } from "../../src/model/errors.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { ourFlows } from "../../test/support/switch-state.ts";
import { PROJECTS } from "./callers.ts";
import type { Dice } from "./dice.ts";
import type { Expectations } from "./expectations.ts";
import { faultIn, Traffic } from "./frames.ts";
import type { HistoryContext } from "./history-context.ts";
import { overCommitment } from "./ledger-check.ts";
import type { World } from "./world.ts";

/** What must hold; each check gives what is wrong, if anything is. */
export class Checks {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #expectations: Expectations;

  constructor({ world, dice, expectations }: HistoryContext) {
    this.#world = world;
    this.#dice = dice;
    this.#expectations = expectations;
  }

  /** What must be so at every moment. */
  async now(): Promise<string | undefined> {
    const { topology, fabric } = this.#world;
    const shown = this.#world.agents.map((agent) => agent.listNetworks());
    const traffic = new Traffic(fabric, PROJECTS, this.#expectations, shown[0] ?? []);
    const [loop] = fabric.violations;
    for (const host of fabric.hosts.values()) host.clear();
    return (
      firstOf(shown, (networks) => overCommitment(topology, networks)) ??
      firstOf(shown, (networks) => this.#unexpected(networks)) ??
      traffic.send(this.#dice, TAGS) ??
      (loop && `a frame goes round from ${loop.from}`) ??
      this.#foreignTouched() ??
      (await this.#world.holdsForgotten())
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

  /** When all is mended and there was time to take it in: every network is whole, and none outlives its end. */
  async allWhole(): Promise<string | undefined> {
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
  async cleared(): Promise<string | undefined> {
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
}

/** What is wrong with the first of those with which something is. */
function firstOf<T>(
  all: readonly T[],
  faultOf: (one: T) => string | undefined,
): string | undefined {
  for (const one of all) {
    const fault = faultOf(one);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const TAGS = [100, 101, 102, 103, 104, 3999];
/** Longer than what could not be done at its time is put off. */
const LATE_MS = 60_000;
/** A group and a meter on every switch are somebody else's. */
const FOREIGN_ENTRIES = 2;
