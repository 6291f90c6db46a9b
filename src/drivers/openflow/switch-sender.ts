import { err, errAsync, ok, okAsync, ResultAsync } from "neverthrow";
import { type BundlePlan, bundlePlanOf } from "./compile/bundle-plan.ts";
import type { Dialect } from "./compile/dialect.ts";
import type { ProgramDiff } from "./compile/diff.ts";
import type { NodeProgram } from "./compile/program.ts";
import { type ModMessage, stagesOf } from "./compile/stages.ts";
import type { SwitchSession } from "./session.ts";
import type { BatchError, SessionError } from "./session-error.ts";

/** Reads what the switch holds after everything that was sent before. */
export type ReadBack<T> = () => ResultAsync<T, SessionError>;

/** What a switch held of meters that are to change. */
export type MetersHeld = Pick<NodeProgram, "meters">;

/** What a sender works with. */
export interface SenderContext {
  readonly session: SwitchSession;
  readonly dialect: Dialect;
  /** Whether the switch has any. */
  readonly bundles: boolean;
  /**
   * Once that is raised nothing is sent, not even the rest of what was begun: the switch is somebody else's, and may
   * be ours again for other work.
   */
  readonly retired: AbortSignal;
  /** Told of everything that came to nothing. */
  readonly failed: (errors: SendingErrors) => void;
}

/** What was sent came to nothing, or what it came to could not be read. */
export type SendingErrors = readonly (BatchError | SessionError)[];

/**
 * Sends differences to one switch: in a bundle, so that it moves from one state to the next at once,
 * or in stages where it has no bundles, or does not take what we put into them.
 */
export class SwitchSender {
  readonly #session: SwitchSession;
  readonly #dialect: Dialect;
  readonly #retired: AbortSignal;
  readonly #failed: (errors: SendingErrors) => void;
  #bundles: boolean;

  constructor({ session, dialect, bundles, retired, failed }: SenderContext) {
    this.#session = session;
    this.#dialect = dialect;
    this.#bundles = bundles;
    this.#retired = retired;
    this.#failed = failed;
  }

  /**
   * Sends what turns `held` into what is wanted, and gives what is read after that. A bundle that is
   * refused changes nothing; of stages nothing is removed unless everything was made.
   */
  send<T>(
    diff: ProgramDiff,
    held: MetersHeld,
    readBack: ReadBack<T>,
    signal: AbortSignal,
  ): ResultAsync<T, SendingErrors> {
    return this.sendOnce(diff, held, readBack, signal).orElse((errors) => {
      if (!errors.every(({ type }) => type === "bundle-refused")) return errAsync(errors);
      this.#bundles = false;
      return this.sendOnce(diff, held, readBack, signal);
    });
  }

  /** The same for what may be refused because it is too much at once: then nothing else is tried. */
  sendOnce<T>(
    diff: ProgramDiff,
    held: MetersHeld,
    readBack: ReadBack<T>,
    signal: AbortSignal,
  ): ResultAsync<T, SendingErrors> {
    return this.#sendAll(diff, held, readBack, signal).orTee(this.#failed);
  }

  #sendAll<T>(
    diff: ProgramDiff,
    held: MetersHeld,
    readBack: ReadBack<T>,
    signal: AbortSignal,
  ): ResultAsync<T, SendingErrors> {
    if (!this.#bundles) return this.#sendStages(diff, readBack, signal);
    const plan = bundlePlanOf(diff, held, this.#dialect);
    const { before, atomic, after } = plan;
    const isSimple = atomic.length === 0 || atomic.length + before.length + after.length === 1;
    if (isSimple) return this.#sendStages(diff, readBack, signal);
    return this.#sendBundle(plan, readBack, signal);
  }

  #sendBundle<T>(
    { before, atomic, after, undo }: BundlePlan,
    readBack: ReadBack<T>,
    signal: AbortSignal,
  ): ResultAsync<T, SendingErrors> {
    const made = this.#batch(before, signal);
    const prepared = this.#whileOurs(() => this.#session.prepareBundle(atomic, { signal }));
    const isLast = after.length === 0;
    return ResultAsync.combineWithAllErrors([made, prepared] as const)
      .orTee(() => void prepared.andTee((bundle) => bundle.discard()))
      .andThen(([, bundle]) => {
        const committed = this.#whileOurs(() => bundle.commit({ signal })).mapErr(
          (error): SendingErrors => [error],
        );
        return isLast ? this.#readAfter(committed, readBack) : committed;
      })
      .orElse((errors) => this.#takeBack(before.length === 0 ? [] : undo, errors))
      .andThen((read) =>
        read === undefined ? this.#readAfter(this.#batches([after], signal), readBack) : ok(read),
      );
  }

  #sendStages<T>(
    diff: ProgramDiff,
    readBack: ReadBack<T>,
    signal: AbortSignal,
  ): ResultAsync<T, SendingErrors> {
    const { make, remove } = stagesOf(diff, this.#dialect);
    const made = this.#batches(make, signal);
    if (remove.length === 0) return this.#readAfter(made, readBack);
    return made.andThen(() => this.#readAfter(this.#batches(remove, signal), readBack));
  }

  #batches(
    stages: readonly (readonly ModMessage[])[],
    signal: AbortSignal,
  ): ResultAsync<unknown, SendingErrors> {
    return ResultAsync.combineWithAllErrors(stages.map((stage) => this.#batch(stage, signal)));
  }

  #batch(messages: readonly ModMessage[], signal?: AbortSignal): ResultAsync<void, BatchError> {
    return this.#whileOurs(() => this.#session.batch(messages, signal && { signal }));
  }

  #whileOurs<T>(send: () => ResultAsync<T, BatchError>): ResultAsync<T, BatchError> {
    return this.#retired.aborted ? errAsync(GIVEN_UP) : send();
  }

  /** Asks at once, behind what was just sent, unless some of that waits for room. */
  #readAfter<T>(
    sent: ResultAsync<unknown, SendingErrors>,
    readBack: ReadBack<T>,
  ): ResultAsync<T, SendingErrors> {
    const early = this.#session.hasUnsent ? undefined : readBack();
    return sent.andThen(() => (early ?? readBack()).mapErr((error): SendingErrors => [error]));
  }

  /** What was made for a bundle that came to nothing goes, if it is known that it came to nothing. */
  #takeBack(undo: readonly ModMessage[], errors: SendingErrors): ResultAsync<never, SendingErrors> {
    const isKnown = errors.every((e) => e.type === "batch-rejected" || e.type === "bundle-refused");
    const takenBack = isKnown ? this.#batch(undo) : okAsync(undefined);
    return takenBack.orElse(() => ok(undefined)).andThen(() => err(errors));
  }
}

const GIVEN_UP: BatchError = { type: "aborted", sent: 0, rejections: [] };
