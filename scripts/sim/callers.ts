import type { ResultAsync } from "neverthrow";
import type { DcnsAgent } from "../../src/dcns.ts";
import { type DcnsError, describeError } from "../../src/model/errors.ts";
import type { Dice } from "./dice.ts";
import type { Expectations, Expected, OpenCall } from "./expectations.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** Whose networks there are. */
export const PROJECTS: readonly string[] = ["a", "b", "c", "d"];

/** What callers need. */
export interface CallersContext {
  readonly world: World;
  readonly scenario: Scenario;
  readonly dice: Dice;
  readonly expectations: Expectations;
  readonly note: (what: string) => void;
}

/** Those who call agents, one at a time for each project; they keep in mind what they are told. */
export class Callers {
  readonly #world: World;
  readonly #scenario: Scenario;
  readonly #dice: Dice;
  readonly #expectations: Expectations;
  readonly #note: (what: string) => void;
  #answeredMs = 0;

  constructor({ world, scenario, dice, expectations, note }: CallersContext) {
    this.#world = world;
    this.#scenario = scenario;
    this.#dice = dice;
    this.#expectations = expectations;
    this.#note = note;
  }

  /** When a caller was last told something. */
  get answeredMs(): number {
    return this.#answeredMs;
  }

  /** A call on a project on which none is open. */
  call(): void {
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
        this.#expectations.fail(call, goesOn || UNKNOWN.has(result.error.type));
      }
    });
  }

  #hostPorts(count: number): readonly string[] {
    return this.#dice.some([...this.#world.topology.touchPoints.keys()], count);
  }
}

const RATES = [10e6, 100e6, 400e6, 800e6];
/** What is heard by callers who cannot know what has become of their call: it may be as it was, or as they asked. */
const UNKNOWN: ReadonlySet<string> = new Set([
  "store-unavailable",
  // Somebody else undoes it, or has seen it done.
  "lease-expired",
]);
