import type { NetworkInfo } from "../../src/model/network.ts";

/** A network as a caller may count on it: whose frames may go where, and until when. */
export interface Expected {
  /** `host:nic`, in order. */
  readonly members: readonly string[];
  /** bit/s. */
  readonly bandwidth: number;
  /** Milliseconds since the epoch; infinite where it has no end. */
  readonly endMs: number;
}

/** What a project may have: one of these, `undefined` standing for no network. */
export type Possible = readonly (Expected | undefined)[];

/** A call that has not been answered. */
export interface OpenCall {
  readonly project: string;
  /** What there is if it succeeds, for each thing that there may be before. */
  readonly outcome: (before: Expected | undefined) => Expected | undefined;
  /** The agent that was called. */
  readonly by: object;
  /** Whether nodes may be left as they were though it succeeds: it does not wait for them. */
  readonly mayLeave: boolean;
}

/**
 * A simple model of the service: of each project, what its callers have been told. A call that was
 * answered has happened, or has changed nothing; one that was not, because the agent died, either.
 */
export class Expectations {
  readonly #possible = new Map<string, Possible>();
  readonly #open = new Set<OpenCall>();
  /** What nodes may still have of calls that were undone or forced while they were out of reach. */
  readonly #left = new Map<string, readonly Expected[]>();
  /** What a store that has not answered may have written; seen when another agent reads it. */
  readonly #unanswered = new Map<string, Possible>();

  /** Whether a call on the project has not been answered. */
  isBusy(project: string): boolean {
    return [...this.#open].some((call) => call.project === project);
  }

  /** Whether nodes may have something of a project that is no more. */
  hasLeft(project: string): boolean {
    return this.#left.has(project);
  }

  of(project: string): Possible {
    return this.#possible.get(project) ?? [undefined];
  }

  /** Everything that a project's nodes may have rules for, calls that are open included. */
  during(project: string): readonly Expected[] {
    const settled = this.of(project);
    const open = [...this.#open].filter((call) => call.project === project);
    const all = [...settled, ...open.flatMap((call) => settled.map(call.outcome))];
    return [...(this.#left.get(project) ?? []), ...all.flatMap((one) => one ?? [])];
  }

  /** Whether the call may still be answered. */
  isOpen(call: OpenCall): boolean {
    return this.#open.has(call);
  }

  begin(call: OpenCall): void {
    this.#open.add(call);
  }

  /** The call has done what it should. */
  succeed(call: OpenCall): void {
    if (!this.#open.delete(call)) return;
    if (call.mayLeave) this.#leave(call);
    this.#possible.set(call.project, distinct(this.of(call.project).map(call.outcome)));
  }

  /** The call has changed nothing; or nobody knows yet, or it goes on by itself. */
  fail(call: OpenCall, isUnknown: boolean): void {
    if (!this.#open.delete(call)) return;
    this.#leave(call);
    if (!isUnknown) return;
    this.#unanswered.set(call.project, [
      ...(this.#unanswered.get(call.project) ?? []),
      ...this.of(call.project).map(call.outcome),
    ]);
    this.#either(call);
  }

  /** Every node has been seen to hold what it should. */
  allClean(): void {
    this.#left.clear();
  }

  /** The store has answered whatever it was asked. */
  allAnswered(): void {
    this.#unanswered.clear();
  }

  /** Nobody will answer the calls to this agent that are open. */
  agentDied(by: object): void {
    for (const call of this.#open) {
      if (call.by !== by) continue;
      this.#leave(call);
      this.#either(call);
      this.#open.delete(call);
    }
    for (const [project, more] of this.#unanswered) {
      this.#possible.set(project, distinct([...this.of(project), ...more]));
    }
  }

  /**
   * Compares with what there is; an explanation if that cannot be. From then on what there is is
   * what is expected.
   */
  observe(project: string, info: NetworkInfo | undefined, nowMs: number): string | undefined {
    const possible = this.of(project);
    const seen = info === undefined ? undefined : seenOf(info);
    const matches = possible.filter((one) => isSame(one, seen) || hasEnded(one, seen, nowMs));
    if (matches.length === 0) {
      return `${project} should be ${possible.map(textOf).join(" or ")} and is ${textOf(seen)}`;
    }
    // What is under way may still be undone, or end.
    const isUnderWay = ["provisioning", "modifying", "releasing"].includes(info?.state ?? "");
    const ends = info?.state === "releasing" ? [undefined] : [];
    if (isUnderWay) this.#possible.set(project, distinct([...possible, ...ends]));
    else this.#possible.set(project, [seen]);
    return undefined;
  }

  /** A network has left a tree that some nodes may still carry out. */
  hasMoved(project: string): void {
    this.#leave({ project, outcome: (before) => before });
  }

  #leave(call: Pick<OpenCall, "project" | "outcome">): void {
    const { project } = call;
    const before = this.of(project);
    const all = [...before, ...before.map(call.outcome)].flatMap((one) => one ?? []);
    this.#left.set(project, [...(this.#left.get(project) ?? []), ...all]);
  }

  #either(call: OpenCall): void {
    const before = this.of(call.project);
    this.#possible.set(call.project, distinct([...before, ...before.map(call.outcome)]));
  }
}

function hasEnded(
  expected: Expected | undefined,
  seen: Expected | undefined,
  nowMs: number,
): boolean {
  return expected !== undefined && seen === undefined && expected.endMs <= nowMs;
}

export function seenOf({ endpoints, bandwidth, schedule }: NetworkInfo): Expected {
  return {
    members: endpoints.map(({ host, nic }) => `${host}:${nic}`).sort(),
    bandwidth,
    endMs: schedule.end === undefined ? Number.POSITIVE_INFINITY : Date.parse(schedule.end),
  };
}

function isSame(a: Expected | undefined, b: Expected | undefined): boolean {
  return textOf(a) === textOf(b);
}

function distinct(all: Possible): Possible {
  return [...new Map(all.map((one) => [textOf(one), one])).values()];
}

function textOf(one: Expected | undefined): string {
  if (one === undefined) return "nothing";
  const end = Number.isFinite(one.endMs) ? ` until ${one.endMs}` : "";
  return `${one.members.join(" ")} at ${one.bandwidth}${end}`;
}
