import { ok, type Result } from "neverthrow";
import { pause } from "../drivers/driver-call.ts";
import { type Clock, steadyMs } from "../model/clock.ts";
import type { DcnsError } from "../model/errors.ts";
import type { ProjectId } from "../model/ids.ts";
import { holderOf } from "../network/claims.ts";
import type { Decision } from "../network/decide.ts";
import type { NetworkRecord, StableRecord } from "../network/record.ts";
import {
  decideRestoration,
  decideRestorationOf,
  type HurtNetwork,
} from "../network/restoration.ts";
import { heldInterval } from "../network/schedule.ts";
import type { Budget } from "../pce/index.ts";
import { changeEvents } from "./change-events.ts";
import { type Lost, withCrankback } from "./crankback.ts";
import { Deadline } from "./deadline.ts";
import { givesBack } from "./gives-back.ts";
import type { UnaskedContext } from "./unasked-context.ts";

/** How long agents are given that do not know a topology yet, in milliseconds, each time. */
const BEHIND_MS = 500;

/** What a restorer works with. */
export interface RestorerContext extends UnaskedContext {
  /** How long is waited for more of a failure to be heard of, in milliseconds. */
  readonly windowMs: number;
  /** How long all networks of one round are planned together, in milliseconds. */
  readonly budgetMs: number;
}

/** What became of a network that could not stay as it was. */
export interface RestorationOutcome {
  readonly project: ProjectId;
  readonly error?: DcnsError;
}

/**
 * Gives networks that cannot stay as they are other trees; their tags, members and rates stay.
 *
 * Whatever happens within a short window is answered by one round: all networks hurt are planned
 * together, by priority and then by age, and move at once. Those that have to wait for others to leave
 * their trees move in the next round. A network without another way waits until something changes.
 */
export class Restorer implements Disposable {
  readonly #context: RestorerContext;
  #timer: unknown;
  #isScheduled = false;

  constructor(context: RestorerContext) {
    this.#context = context;
  }

  /** Something has changed, for the worse or for the better: soon all that are hurt are restored. */
  schedule(): void {
    const { registry, clock, closing, windowMs } = this.#context;
    if (this.#isScheduled || closing.aborted || !registry.mayHaveHurt) return;
    this.#isScheduled = true;
    this.#timer = clock.setTimeout(() => {
      this.#isScheduled = false;
      void this.#restoreHurt();
    }, windowMs);
  }

  /** A record has been put in place of another, or is gone: that may make room, or leave it hurt. */
  changed(before: NetworkRecord | undefined, after: NetworkRecord | undefined): void {
    if (givesBack(before, after)) this.schedule();
  }

  /** Restores these networks, whatever they have asked for, when the calls on them have ended. */
  async restore(projects: readonly ProjectId[]): Promise<readonly RestorationOutcome[]> {
    const outcomes = new Map<ProjectId, RestorationOutcome>();
    let left = projects;
    while (left.length > 0) {
      const { ended, next } = await this.#round(left);
      for (const one of ended) outcomes.set(one.project, one);
      left = next;
    }
    const { attempts } = this.#context.books;
    const refused = projects.filter((project) => {
      const outcome = outcomes.get(project);
      return outcome === undefined || (attempts > 1 && isOfOthers(outcome.error));
    });
    const alone = await Promise.all(refused.map((project) => this.#restoreAlone(project)));
    for (const one of alone) outcomes.set(one.project, one);
    return [...outcomes.values()];
  }

  [Symbol.dispose](): void {
    this.#context.clock.clearTimeout(this.#timer);
  }

  async #restoreHurt(): Promise<void> {
    const { registry, serial, isTurn } = this.#context;
    const hurt = registry.records().filter(({ project }) => {
      const record = this.#hurt(project);
      if (record === undefined || !isTurn(project)) return false;
      // Whoever has no place on the topology is to leave it, whatever it has asked for.
      return record.current.spec.protection !== "none" || !registry.canStay(record.current);
    });
    const [idle, busy] = [true, false].map((isIdle) =>
      hurt.map(({ project }) => project).filter((project) => serial.isIdle(project) === isIdle),
    );
    for (const project of busy ?? []) void serial.run(project, async () => this.schedule());
    let left: readonly ProjectId[] = idle ?? [];
    while (left.length > 0) left = (await this.#round(left)).next;
    await this.#leaveLost();
  }

  /** Moves networks of which a domain has lost a part that it does not bring back. */
  async #leaveLost(): Promise<void> {
    const { registry, serial, isTurn } = this.#context;
    const lost = registry.records().filter((record) => this.#lostOf(record) !== undefined);
    await Promise.all(
      lost.map(({ project, number }) =>
        serial.run(project, async () => {
          const record = registry.recordOf(number);
          const its = record && this.#lostOf(record);
          if (its !== undefined && isTurn(project))
            await this.#move(its.record, { lost: its.lost });
        }),
      ),
    );
  }

  #lostOf(
    record: NetworkRecord,
  ): { readonly record: StableRecord; readonly lost: Lost } | undefined {
    const { registry, closing } = this.#context;
    if (record.phase !== "stable" || closing.aborted) return undefined;
    const { schedule, protection } = record.current.spec;
    const refused = registry.outages.refusedOf(record.number);
    if (refused.length === 0 || protection === "none") return undefined;
    return { record, lost: { refused, interval: heldInterval(schedule) } };
  }

  /** Has the turn of all these projects at once, and begins every move before anything else happens. */
  async #round(projects: readonly ProjectId[]): Promise<{
    readonly ended: readonly RestorationOutcome[];
    readonly next: readonly ProjectId[];
  }> {
    const { serial, registry, clock, budgetMs, closing } = this.#context;
    const turns = await Promise.all(
      projects.map(async (project) => [project, await serial.take(project)] as const),
    );
    const hurt = closing.aborted ? [] : turns.flatMap(([project]) => this.#hurt(project) ?? []);
    const byHolder = new Map(hurt.map((record) => [holderOf(record.project), record]));
    const networks = hurt.sort((x, y) => x.number - y.number).map(hurtNetwork);
    const decided = decideRestoration(registry.view(), networks, budgetOf(clock, budgetMs));
    const isMoving = new Set<ProjectId>();
    const moves = decided.moves.flatMap(({ holder, decision }) => {
      const record = byHolder.get(holder);
      if (record === undefined) return [];
      isMoving.add(record.project);
      return [{ record, moved: this.#move(record, { decided: decision }) }];
    });
    const projectOf = (holder: string): readonly ProjectId[] => {
      const record = byHolder.get(holder);
      return record === undefined ? [] : [record.project];
    };
    for (const [project, leave] of turns) if (!isMoving.has(project)) leave();
    const leaves = new Map(turns);
    const ended = await Promise.all(
      moves.map(async ({ record: { project }, moved }): Promise<RestorationOutcome> => {
        const outcome = await moved;
        leaves.get(project)?.();
        return outcome.isErr() ? { project, error: outcome.error } : { project };
      }),
    );
    const hasMoved = ended.some(({ error }) => error === undefined);
    const waiting = hasMoved ? decided.waiting.flatMap(projectOf) : [];
    // Another agent was quicker to take what these were to have: they are decided anew.
    const overtaken = ended.filter(({ error }) => error?.type === "store-conflict");
    const again = overtaken.map(({ project }) => project);
    return {
      ended: ended.filter((one) => !overtaken.includes(one)),
      next: [...waiting, ...decided.notTried.flatMap(projectOf), ...again],
    };
  }

  /** Waits for other agents that are at it, or do not know the topology yet on which it is planned. */
  async #restoreAlone(project: ProjectId): Promise<RestorationOutcome> {
    const { serial, books, clock, closing } = this.#context;
    return serial.run(project, async () => {
      for (let attempt = 1; ; attempt += 1) {
        await books.untilFree(project, closing);
        const record = this.#hurt(project);
        if (record === undefined) return { project };
        const moved = await this.#move(record);
        if (moved.isOk()) return { project };
        const { error } = moved;
        const isLast = attempt === books.attempts || closing.aborted;
        if (isLast || !isOfOthers(error)) return { project, error };
        await pause(clock, BEHIND_MS, closing);
      }
    });
  }

  /** Moves a network as was decided or, where it was not or a domain refuses that, as is found for it alone. */
  async #move(
    record: StableRecord,
    { decided, lost }: { readonly decided?: Decision; readonly lost?: Lost } = {},
  ): Promise<Result<NetworkRecord, DcnsError>> {
    const { registry, transactions, clock, closing, timeoutMs, emit } = this.#context;
    const deadline = new Deadline(clock, { operation: "restoration", timeoutMs, closing });
    const network = hurtNetwork(record);
    let first = decided;
    const moved = await withCrankback<NetworkRecord>({
      clock,
      deadline,
      holder: network.holder,
      ...(lost === undefined ? {} : { lost }),
      view: () => registry.view(),
      decide: (view) => {
        const decision = first === undefined ? decideRestorationOf(view, network) : ok(first);
        first = undefined;
        return decision;
      },
      carryOut: async (decision) => {
        const done = await transactions.change(record, record.project, decision, deadline);
        if (done.isOk()) for (const event of changeEvents(record, decision)) emit(event);
        return done;
      },
    });
    deadline[Symbol.dispose]();
    return moved;
  }

  /** The record of a network to which nothing is being done, if it cannot stay as it is. */
  #hurt(project: ProjectId): StableRecord | undefined {
    const { registry } = this.#context;
    const record = registry.record(project);
    return record?.phase === "stable" && !registry.isSound(record.current) ? record : undefined;
  }
}

/** Whether an error is gone once other agents have done what they are about to do. */
function isOfOthers(error: DcnsError | undefined): boolean {
  if (error?.type === "store-conflict") return true;
  return (
    error?.type === "driver-failed" && error.causes.some(({ kind }) => kind === "misconfigured")
  );
}

function hurtNetwork({ project, current }: StableRecord): HurtNetwork {
  return { holder: holderOf(project), current };
}

/** Spent so many milliseconds after it was first asked, so that something is always tried. */
function budgetOf(clock: Clock, ms: number): Budget {
  let end: number | undefined;
  const isSpent = (): boolean => {
    end ??= steadyMs(clock) + ms;
    return steadyMs(clock) > end;
  };
  return { isSpent };
}
