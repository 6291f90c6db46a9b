import { err, errAsync, ok, okAsync, type Result, ResultAsync, safeTry } from "neverthrow";
import type { NetworkNumber } from "../../model/ids.ts";
import type { ForwardingRule } from "../../model/segment.ts";
import { pause, unlessAborted } from "../driver-call.ts";
import type { Demand } from "./compile/demand.ts";
import { diffPrograms, isEmptyDiff, type ProgramDiff } from "./compile/diff.ts";
import { discrepanciesOf, type NodeDiscrepancy } from "./compile/discrepancies.ts";
import { learnedBy } from "./compile/learn.ts";
import { emptyProgram, type NodeProgram } from "./compile/program.ts";
import { flowsThatTake } from "./foreign-flows.ts";
import type { Converged, Judgement, Prepared, Sent } from "./network-change.ts";
import { OwnNumbers } from "./own-numbers.ts";
import type { SessionError } from "./session-error.ts";
import { DeliveryHistory } from "./statistics/delivery-history.ts";
import { readNetwork } from "./switch-network-read.ts";
import { type NodeProblem, problemsOf } from "./switch-problem.ts";
import { refuseRivals } from "./switch-rivals.ts";
import type { SwitchTools } from "./switch-tools.ts";
import { Turns } from "./turns.ts";
import { wantedProgram } from "./wanted-program.ts";

/** What a node should do for a network, asked for at the moment it is needed. */
export type RulesSource = () => readonly ForwardingRule[];

/**
 * How often a switch is read again that does not show what it said it did, and how long is waited
 * before each time: hardware may take a while after the barrier.
 */
const READ_AGAIN_AFTER_MS = [5, 20, 80, 320] as const;

const ABORTED: SessionError = { type: "aborted" };

const NOT_MASTER: NodeProblem = {
  kind: "not-master",
  message: "the switch is not ours to change any more",
};

/** How often a difference is sent; a second time when something else changed the switch. */
const MAX_ROUNDS = 2;

/**
 * One network on one connected switch: what the switch holds of it, and how that becomes what it
 * should hold. Work is done in turn; other networks go on meanwhile.
 */
export class NetworkOnSwitch {
  /** The work on it. */
  readonly turns: Turns = new Turns();
  /** Since when the switch has delivered as it does. */
  readonly deliveries: DeliveryHistory;
  readonly #tools: SwitchTools;
  readonly #network: NetworkNumber;
  /** What the switch held when it was last read. */
  #program: NodeProgram = emptyProgram;
  /** Whether it still holds that: false from the first message until the result is read back. */
  #isCertain = true;
  /** Whether messages may still be on their way that nobody waits for any more. */
  #isUnsettled = false;
  readonly #numbers: OwnNumbers;
  /** The cookies under which the switch has learned something for this network, or may have. */
  readonly #learned = new Set<bigint>();

  /** A network of which the switch is known to hold nothing. */
  constructor(tools: SwitchTools, network: NetworkNumber) {
    this.#tools = tools;
    this.#network = network;
    this.deliveries = new DeliveryHistory(tools.clock);
    this.#numbers = new OwnNumbers(tools);
  }

  /** Whether the switch holds nothing of the network, and nothing is under way. */
  get isVacant(): boolean {
    const items = this.#program.flows.size + this.#learned.size + this.#numbers.size;
    return !this.turns.isInUse && this.#isCertain && items === 0;
  }

  /** How much it has, or may have, of what the switch has only so much of. */
  get demand(): Demand {
    return this.#numbers.demandWith(this.#program);
  }

  /** What the switch holds of it; undefined where that is not known, or something is under way. */
  get settled(): NodeProgram | undefined {
    return this.#isCertain && !this.turns.isInUse ? this.#program : undefined;
  }

  /**
   * Makes the switch hold what the rules say, sending only what differs, and reads it back.
   * Gives what was different before. `begun` is what was sent already and does not show yet.
   */
  converge(rules: RulesSource, signal: AbortSignal, begun?: Sent): Promise<Converged> {
    return this.turns.inTurn(() => this.#converge(rules(), signal, begun));
  }

  /**
   * Compares what was just read of this network with what the rules say, and sends nothing; only
   * while nothing is under way. `orphans` are groups and meters that no flow uses: those with a
   * number of this network's are its own.
   */
  judge(
    read: NodeProgram,
    orphans: Pick<NodeProgram, "groups" | "meters">,
    rules: readonly ForwardingRule[],
  ): Result<Judgement, readonly NodeProblem[]> {
    this.assume(read, orphans);
    return this.#wanted(rules).map((wanted) => {
      const diff = diffPrograms(this.#program, wanted);
      this.#expectLearned(wanted.learned);
      if (isEmptyDiff(diff)) this.#settle(wanted);
      else this.deliveries.doubt();
      return { wanted, diff };
    });
  }

  /** Whether it is known what the switch holds. */
  get isCertain(): boolean {
    return this.#isCertain;
  }

  /** Notes which groups and meters were just read of this network: their numbers are its own. */
  claim(read: Pick<NodeProgram, "groups" | "meters">): void {
    this.#numbers.claim(read);
  }

  /** Notes what was just read of this network, see {@link judge}. */
  assume(read: NodeProgram, orphans: Pick<NodeProgram, "groups" | "meters">): void {
    this.#hold({ ...read, ...this.#numbers.withOrphans(read, orphans) });
    this.#isCertain = true;
    this.#isUnsettled = false;
  }

  /** What is to be sent, in one's turn: from now on it is not known what the switch holds. */
  prepare(rules: readonly ForwardingRule[]): Result<Prepared, readonly NodeProblem[]> {
    return this.#wanted(rules).map((wanted) => {
      const held = this.#program;
      const diff = diffPrograms(held, wanted);
      this.deliveries.change(held, wanted, isEmptyDiff(diff));
      this.#isCertain = false;
      this.#isUnsettled = true;
      this.#expectLearned(wanted.learned);
      return { wanted, held, diff, mods: this.#forgetting(diff, wanted) };
    });
  }

  /** Ends a change if what was read after it is what is wanted; gives what the switch holds. */
  conclude(
    read: NodeProgram,
    orphans: Pick<NodeProgram, "groups" | "meters">,
    wanted: NodeProgram,
  ): { readonly held: NodeProgram; readonly isDone: boolean } {
    this.assume(read, orphans);
    const held = this.#program;
    this.#isCertain = isEmptyDiff(diffPrograms(held, wanted));
    if (this.#isCertain) this.#settle(wanted);
    return { held, isDone: this.#isCertain };
  }

  /** Reads what the switch holds and says in what it differs from the rules; changes nothing. */
  verify(
    rules: RulesSource,
    signal: AbortSignal,
  ): Promise<Result<readonly NodeDiscrepancy[], readonly NodeProblem[]>> {
    return this.turns.inTurn(async () => {
      const read = await this.#read(signal).mapErr(problemsOf);
      const found = read.andThen((held) =>
        this.#judged(held, rules()).map((wanted) => ({
          wanted,
          own: discrepanciesOf(diffPrograms(held, wanted)),
        })),
      );
      if (found.isErr() || found.value.own.length > 0) {
        this.#isCertain = false;
        this.deliveries.doubt();
      }
      if (found.isErr()) return err(found.error);
      const { wanted, own } = found.value;
      const foreign = await unlessAborted(flowsThatTake(this.#tools, wanted), signal, ABORTED);
      return foreign.mapErr(problemsOf).map((theirs) => [...own, ...theirs]);
    });
  }

  async #converge(
    rules: readonly ForwardingRule[],
    signal: AbortSignal,
    begun: Sent | undefined,
  ): Promise<Converged> {
    const self = this;
    return safeTry(async function* () {
      const changed: ProgramDiff[] = [];
      if (!self.#isCertain && begun === undefined) {
        yield* self.#readAgain(signal).mapErr(problemsOf);
      }
      let sent = begun;
      for (let round = 1; ; round += 1) {
        const { wanted, diff, held } = sent ?? (yield* self.#change(rules, signal));
        changed.push(diff);
        const delaysMs = isEmptyDiff(diff) ? [] : READ_AGAIN_AFTER_MS;
        const left = yield* self.#confirm(held, wanted, delaysMs, signal);
        if (isEmptyDiff(left)) {
          self.#settle(wanted);
          return ok(changed);
        }
        if (round === MAX_ROUNDS) return err([notConfirmed(left)]);
        sent = undefined;
      }
    });
  }

  /** Sends what differs, and reads what that came to. */
  #change(
    rules: readonly ForwardingRule[],
    signal: AbortSignal,
  ): ResultAsync<Sent, readonly NodeProblem[]> {
    return this.prepare(rules).asyncAndThen(({ wanted, diff, mods }) =>
      refuseRivals(this.#tools, diff.flows.missing, signal)
        .andThen(() => this.#send(mods, signal))
        .map((held) => ({ wanted, diff, held })),
    );
  }

  #wanted(rules: readonly ForwardingRule[]): Result<NodeProgram, readonly NodeProblem[]> {
    // Of what was only judged nothing was sent: a switch that has come back empty may have just enough numbers.
    if (this.#isCertain) this.#numbers.keepOnly(this.#program);
    return wantedProgram(this.#tools, this.#network, rules, {
      held: this.#program,
      numbers: this.#numbers,
    });
  }

  /** What the rules come to where the switch holds `held`; no number is taken for it. */
  #judged(
    held: NodeProgram,
    rules: readonly ForwardingRule[],
  ): Result<NodeProgram, readonly NodeProblem[]> {
    const lent = new OwnNumbers(this.#tools);
    const wanted = wantedProgram(this.#tools, this.#network, rules, { held, numbers: lent });
    lent.keepOnly(emptyProgram);
    return wanted;
  }

  /** This was just read: by now the switch may have learned more of what its flows have it learn. */
  #hold(program: NodeProgram): void {
    this.#program = program;
    this.#expectLearned(program.learned);
    if (this.#tools.profile.learns) this.#expectLearned(learnedBy(program.flows.values()));
  }

  #expectLearned(cookies: Iterable<bigint>): void {
    for (const cookie of cookies) this.#learned.add(cookie);
  }

  /** The difference, with all that may have been learned since the switch was read. */
  #forgetting(diff: ProgramDiff, { learned }: NodeProgram): ProgramDiff {
    return { ...diff, unlearned: [...this.#learned].filter((cookie) => !learned.has(cookie)) };
  }

  /** Sends a difference, and reads what the switch holds after it: at once, where that shows it. */
  #send(diff: ProgramDiff, signal: AbortSignal): ResultAsync<NodeProgram, readonly NodeProblem[]> {
    const { sender, retired } = this.#tools;
    if (retired.aborted) return errAsync([NOT_MASTER]);
    const readBack = (): ResultAsync<NodeProgram, SessionError> => this.#readAgain(signal);
    return sender
      .send(diff, this.#program, readBack, signal)
      .orTee(() => {
        this.#isUnsettled = true;
      })
      .mapErr((errors) => errors.flatMap(problemsOf));
  }

  /** Reads until the switch holds what is wanted, or often enough; gives what still differs. */
  #confirm(
    held: NodeProgram,
    wanted: NodeProgram,
    delaysMs: readonly number[],
    signal: AbortSignal,
  ): ResultAsync<ProgramDiff, readonly NodeProblem[]> {
    const diff = diffPrograms(held, wanted);
    const [delayMs, ...later] = delaysMs;
    if (isEmptyDiff(diff) || delayMs === undefined) return okAsync(diff);
    return ResultAsync.fromSafePromise(pause(this.#tools.clock, delayMs, signal))
      .andThen(() => this.#readAgain(signal).mapErr(problemsOf))
      .andThen((program) => this.#confirm(program, wanted, later, signal));
  }

  /** Reads what the switch holds now, after everything that was sent before. */
  #readAgain(signal: AbortSignal): ResultAsync<NodeProgram, SessionError> {
    return this.#read(signal).andTee((program) => this.#hold(program));
  }

  #read(signal: AbortSignal): ResultAsync<NodeProgram, SessionError> {
    const { groups, meters } = this.#numbers;
    const whole = readNetwork(this.#tools, {
      ...{ groups, meters },
      network: this.#network,
      learned: this.#learned,
      isUnsettled: this.#isUnsettled,
    });
    return unlessAborted(whole, signal, ABORTED).andThen((read) => {
      this.#isUnsettled = false;
      return this.#numbers.adopt(read) ? this.#read(signal) : ok(read);
    });
  }

  /** The switch was seen to hold what is wanted: other numbers are free again. */
  #settle(wanted: NodeProgram): void {
    this.#isCertain = true;
    this.deliveries.confirm();
    this.#numbers.keepOnly(wanted);
    for (const cookie of this.#learned) {
      if (!wanted.learned.has(cookie)) this.#learned.delete(cookie);
    }
  }
}

function notConfirmed(left: ProgramDiff): NodeProblem {
  const what = discrepanciesOf(left).map(({ kind, what }) => `${kind} ${what}`);
  return { kind: "not-confirmed", message: `the switch does not show: ${what.join(", ")}` };
}
