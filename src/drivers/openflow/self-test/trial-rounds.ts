import { err, ok, type Result, ResultAsync } from "neverthrow";
import { pause } from "../../driver-call.ts";
import type { Feature } from "../compile/features.ts";
import { flowsByKey } from "../compile/holdings.ts";
import { type FlowEntry, flowKey, sameFlow, sameGroup, sameMeter } from "../compile/program.ts";
import type { ModMessage } from "../compile/stages.ts";
import type { Lack } from "../compile/switch-profile.ts";
import type { SessionError } from "../session-error.ts";
import type { SwitchReader } from "../switch-reader.ts";
import { type Answer, type SelfTestBench, sessionError } from "./self-test-bench.ts";
import { fromAll, type Trial, toNobody } from "./trial.ts";
import { add, needOf, remove } from "./trial-messages.ts";

/** How long a switch may take to show what it has confirmed. */
const SHOWN_AFTER_MS = [0, 20, 100] as const;
/** How often a feature has to fail: once may be an accident. */
const ATTEMPTS = 2;

/** What works, and what fails each time that it is tried. */
export async function answersTo(
  bench: SelfTestBench,
  trials: readonly Trial[],
): Promise<Result<Map<Feature, Answer>, SessionError>> {
  let failed: readonly Lack[] = [];
  let left = trials;
  for (let attempt = 1; attempt <= ATTEMPTS && left.length > 0; attempt += 1) {
    const round = await new Round(bench, left).run();
    if (round.isErr()) return err(round.error);
    failed = round.value;
    const features = new Set(failed.map(({ feature }) => feature));
    left = left.filter(({ feature }) => features.has(feature));
  }
  const answers = new Map<Feature, Answer>(trials.map(({ feature }) => [feature, "works"]));
  for (const lack of failed) answers.set(lack.feature, lack);
  return ok(answers);
}

/** What stands where trials are made. */
export function trialFlows(reader: SwitchReader): ResultAsync<readonly FlowEntry[], SessionError> {
  return ResultAsync.combine([reader.matching([toNobody]), reader.matching([fromAll])]).map(
    (found) => found.flat(),
  );
}

/** Some trials made at once: what they need, then their flows; read; removed. */
class Round {
  readonly #bench: SelfTestBench;
  readonly #trials: readonly Trial[];
  readonly #reasons = new Map<Trial, string>();

  constructor(bench: SelfTestBench, trials: readonly Trial[]) {
    this.#bench = bench;
    this.#trials = trials;
  }

  /** Gives what failed; nothing is left behind. */
  async run(): Promise<Result<readonly Lack[], SessionError>> {
    const made = await this.#make();
    const removed = await this.#remove();
    if (made.isErr()) return err(made.error);
    if (removed.isErr()) return err(removed.error);
    return ok([...this.#reasons].map(([{ feature }, reason]) => ({ feature, reason })));
  }

  async #make(): Promise<Result<void, SessionError>> {
    const needs = this.#trials.filter(({ group, meter }) => group ?? meter);
    const sent = await this.#send(needs, (trial) => needOf(trial, "add"));
    if (sent.isErr()) return sent;
    const rest = this.#trials.filter((trial) => !this.#reasons.has(trial));
    const installed = await this.#send(rest, ({ flow }) => add(flow));
    return installed.isErr() ? installed : this.#look();
  }

  /** Notes which of the trials the switch refuses. */
  async #send(
    trials: readonly Trial[],
    messageOf: (trial: Trial) => ModMessage | undefined,
  ): Promise<Result<void, SessionError>> {
    const { session, dialect } = this.#bench;
    const messages = trials.flatMap((trial) => {
      const message = messageOf(trial);
      return message === undefined ? [] : { trial, message: dialect.spoken(message) };
    });
    if (messages.length === 0) return ok(undefined);
    const sent = await session.batch(messages.map(({ message }) => message));
    return sent
      .map(() => undefined)
      .orElse((error) => {
        if (error.type !== "batch-rejected") return err(sessionError(error));
        for (const { index, error: refusal } of error.rejections) {
          const trial = messages[index]?.trial;
          if (trial !== undefined) this.#reasons.set(trial, `${refusal.kind}/${refusal.code}`);
        }
        return ok(undefined);
      });
  }

  /** Notes which of them the switch has taken but does not show. */
  async #look(): Promise<Result<void, SessionError>> {
    const { reader, clock } = this.#bench;
    const taken = this.#trials.filter((trial) => !this.#reasons.has(trial));
    let unseen: readonly Trial[] = taken;
    for (const delayMs of SHOWN_AFTER_MS) {
      if (delayMs > 0) await pause(clock, delayMs, NEVER);
      const read = await ResultAsync.combine([
        trialFlows(reader),
        reader.groups(),
        reader.allMeters(),
      ]);
      if (read.isErr()) return err(read.error);
      const [flows, groups, meters] = read.value;
      const byKey = flowsByKey(flows);
      unseen = taken.filter(({ flow, group, meter }) => {
        const seen = byKey.get(flowKey(flow));
        const seenGroup = group && groups.get(group.group);
        const seenMeter = meter && meters.get(meter.meter);
        const isThere =
          seen !== undefined &&
          sameFlow(seen, flow) &&
          (group === undefined || (seenGroup !== undefined && sameGroup(seenGroup, group))) &&
          (meter === undefined || (seenMeter !== undefined && sameMeter(seenMeter, meter)));
        return !isThere;
      });
      if (unseen.length === 0) break;
    }
    for (const trial of unseen)
      this.#reasons.set(trial, "taken, but not shown as it was asked for");
    return ok(undefined);
  }

  /** Removes everything that may be there, what uses before what is used. */
  async #remove(): Promise<Result<void, SessionError>> {
    const { session, dialect } = this.#bench;
    const flows = this.#trials.map(({ flow }) => remove(flow));
    const needs = this.#trials.flatMap((trial) => needOf(trial, "delete") ?? []);
    for (const messages of [flows, needs]) {
      if (messages.length === 0) continue;
      const removed = await session.batch(messages.map(dialect.spoken));
      // What was never there may be refused; what stays in spite of that is for the audit to find.
      if (removed.isErr() && removed.error.type !== "batch-rejected") {
        return err(sessionError(removed.error));
      }
    }
    return ok(undefined);
  }
}

const NEVER = new AbortController().signal;
