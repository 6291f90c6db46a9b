import type { ResultAsync } from "neverthrow";
import type { DcnsAgent } from "../../src/dcns.ts";
import { type DcnsError, describeError } from "../../src/model/errors.ts";
import type { Expected, OpenCall } from "./expectations.ts";
import type { HistoryContext } from "./history-context.ts";

/** Whose networks there are. */
export const PROJECTS: readonly string[] = ["a", "b", "c", "d"];

/** Those who call agents, one at a time for each project; they keep in mind what they are told. */
export class Callers {
  readonly #context: HistoryContext;
  #answeredMs = 0;

  constructor(context: HistoryContext) {
    this.#context = context;
  }

  /** When a caller was last told something. */
  get answeredMs(): number {
    return this.#answeredMs;
  }

  /** A call on a project on which none is open. */
  call(): void {
    const agent = this.#context.dice.pick(this.#context.world.agents);
    const free = PROJECTS.filter((project) => !this.#context.expectations.isBusy(project));
    if (free.length === 0) return;
    const project = this.#context.dice.pick(free);
    const exists = this.#context.expectations.of(project).some((one) => one !== undefined);
    const drawn = this.#context.dice.below(10);
    if (!exists || drawn < 1) this.#setUp(agent, project);
    else if (drawn < 7) this.#modify(agent, project);
    else if (drawn < 9) this.#tearDown(agent, project);
    else this.#verify(agent, project);
  }

  #setUp(agent: DcnsAgent, project: string): void {
    const members = this.#hostPorts(1 + this.#context.dice.below(4));
    const bandwidth = this.#context.dice.pick(RATES);
    const vlan = this.#context.dice.chance(0.6) ? undefined : 100 + this.#context.dice.below(4);
    const protection = this.#context.dice.pick(["none", "restore", "restore", "disjoint"] as const);
    const now = this.#context.world.clock.now();
    const often = this.#context.scenario.scheduled / 100;
    const start = this.#context.dice.chance(often)
      ? now + this.#context.dice.below(30_000)
      : undefined;
    const endMs = this.#context.dice.chance(often)
      ? (start ?? now) + 1_000 + this.#context.dice.below(60_000)
      : Number.POSITIVE_INFINITY;
    const options = {
      protection: members.length > 2 && protection === "disjoint" ? "restore" : protection,
      sharing: this.#context.dice.pick(["hose", "hose", "shared"] as const),
      priority: this.#context.dice.below(3),
      // Before it has seen a switch, an agent does not know what that can do.
      ...(!this.#context.scenario.learns || this.#context.dice.chance(0.3)
        ? { delivery: "flood" as const }
        : {}),
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
    const added = this.#hostPorts(this.#context.dice.below(3));
    const removed = this.#context.dice.chance(0.4)
      ? this.#hostPorts(1).filter((one) => !added.includes(one))
      : [];
    const bandwidth = this.#context.dice.chance(0.3) ? this.#context.dice.pick(RATES) : undefined;
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
    const force = this.#context.dice.chance(0.4);
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
    return this.#context.dice.chance(0.15) ? { timeoutMs: 1 + this.#context.dice.below(300) } : {};
  }

  /** Notes what comes of a call, if its agent lives to say it. */
  #begun(
    call: OpenCall,
    what: string,
    answer: ResultAsync<unknown, DcnsError>,
    goesOn = false,
  ): void {
    this.#context.note(what);
    this.#context.expectations.begin(call);
    void answer.then((result) => {
      // Nobody hears what a dead agent says.
      if (!this.#context.expectations.isOpen(call)) return;
      this.#answeredMs = this.#context.world.clock.now();
      this.#context.note(
        `  ${what.slice(0, 12)}: ${result.isOk() ? "done" : describeError(result.error)}`,
      );
      if (result.isOk()) this.#context.expectations.succeed(call);
      else {
        this.#context.expectations.fail(call, goesOn || UNKNOWN.has(result.error.type));
      }
    });
  }

  #hostPorts(count: number): readonly string[] {
    return this.#context.dice.some([...this.#context.world.topology.touchPoints.keys()], count);
  }
}

const RATES = [10e6, 100e6, 400e6, 800e6];
/** What is heard by callers who cannot know what has become of their call: it may be as it was, or as they asked. */
const UNKNOWN: ReadonlySet<string> = new Set([
  "store-unavailable",
  // Somebody else undoes it, or has seen it done.
  "lease-expired",
]);
