import { err, ok, type Result, ResultAsync, safeTry } from "neverthrow";
import { pause } from "../../driver-call.ts";
import {
  isOurs,
  NETWORK_MASK,
  NO_NETWORK,
  networkCookie,
  OWNER_MASK,
  ownerCookie,
} from "../compile/cookie.ts";
import type { Feature } from "../compile/features.ts";
import { flowsByKey } from "../compile/holdings.ts";
import { flowKey, matchText, sameFlow, sameGroup, sameMeter } from "../compile/program.ts";
import type { ModMessage } from "../compile/stages.ts";
import type { Lack, SelfTest, SwitchProfile } from "../compile/switch-profile.ts";
import type { SessionError } from "../session-error.ts";
import type { SwitchReader } from "../switch-reader.ts";
import { PORT_MAX } from "../wire/constants.ts";
import { freeIds } from "./free-ids.ts";
import { secondTagLack } from "./second-tag.ts";
import { type SelfTestBench, sessionError } from "./self-test-bench.ts";
import { fromAll, type Trial, type TrialSetting, toNobody, trialsOf } from "./trial.ts";
import { add, needOf, remove } from "./trial-messages.ts";

/** How long a switch may take to show what it has confirmed. */
const SHOWN_AFTER_MS = [0, 20, 100] as const;
/** How often a feature has to fail: once may be an accident. */
const ATTEMPTS = 2;

/**
 * Tries what programs need on a switch: each feature by a flow that no frame can match, of the lowest
 * priority, under the cookie of no network; and by a group and a meter with numbers that are ours and
 * that the switch does not use. All is read back, removed, and seen to be gone. Whether frames with two tags
 * are told, a frame of ours shows that goes through the tables and comes back. What a crash leaves is removed by the audit of the next connection, flows by the switch itself after a minute.
 *
 * Nothing is tried where networks of ours are already, nor where somebody else has such flows. An
 * error says that nothing was found out.
 *
 * What was seen to be `lacking` before is tried alone, also where networks are: none of them has any of
 * that, but for addresses, which the agent learns instead; these they go on learning as they do.
 */
export async function selfTest(
  bench: SelfTestBench,
  lacking?: readonly Lack[],
): Promise<Result<SelfTest, SessionError>> {
  return safeTry(async function* () {
    const carries = yield* carriesNetworks(bench);
    if (carries && lacking === undefined) return ok(notDone("it carries networks already"));
    const strangers = yield* strangersIn(bench);
    if (strangers !== undefined) return ok(notDone(`somebody else's flow is there: ${strangers}`));
    const isTried = (feature: Feature): boolean =>
      lacking?.some((lack) => lack.feature === feature && !(carries && feature === "learn")) ??
      true;
    const all = yield* trialsFor(bench);
    const trials = all.filter(({ feature }) => isTried(feature));
    const untried = (lacking ?? []).filter(
      ({ feature }) => feature !== "bundle" && !trials.some((trial) => trial.feature === feature),
    );
    let failed = yield* await failing(bench, trials);
    const isLacking = (feature: Feature): boolean =>
      [...failed, ...untried].some((lack) => lack.feature === feature);
    const works = all.find(({ feature }) => !isLacking(feature));
    if (bench.profile.bundles && isTried("bundle")) {
      failed = [...failed, ...(yield* await bundleLack(bench, works))];
    }
    if (isTried("match-second-tag") && !isLacking("match-second-tag")) {
      failed = [...failed, ...(yield* await secondTagLack(bench, somePort(bench)))];
    }
    if (failed.some(({ reason }) => isNotOurs(reason))) {
      return ok(notDone("somebody else has become its master meanwhile"));
    }
    const lacks = failed.filter(({ reason }) => !isFull(reason));
    return ok<SelfTest>({ status: "done", lacks: [...untried, ...lacks] });
  });
}

/** What fails each time that it is tried. */
async function failing(
  bench: SelfTestBench,
  trials: readonly Trial[],
): Promise<Result<readonly Lack[], SessionError>> {
  let failed: readonly Lack[] = [];
  let left = trials;
  for (let attempt = 1; attempt <= ATTEMPTS && left.length > 0; attempt += 1) {
    const round = await new Round(bench, left).run();
    if (round.isErr()) return round;
    failed = round.value;
    const features = new Set(failed.map(({ feature }) => feature));
    left = left.filter(({ feature }) => features.has(feature));
  }
  return ok(failed);
}

function notDone(reason: string): SelfTest {
  return { status: "not-done", reason };
}

/** Refusals that say nothing of what a switch can do at another time. */
function isFull(reason: string): boolean {
  return /table-full|tables-full|out-of-groups|out-of-meters|eperm/.test(reason);
}

/** Refusals of a switch that may not be changed now, whatever is asked. */
function isNotOurs(reason: string): boolean {
  return /^bad-request\/(eperm|is-slave)$/.test(reason);
}

/** Whether the switch holds flows of ours beside those for trials and probes. */
function carriesNetworks({
  reader,
  cookiePrefix,
}: SelfTestBench): ResultAsync<boolean, SessionError> {
  const ours = reader.countFlows(ownerCookie(cookiePrefix), OWNER_MASK);
  const idle = reader.countFlows(networkCookie(cookiePrefix, NO_NETWORK), NETWORK_MASK);
  return ResultAsync.combine([ours, idle]).map(([all, without]) => all > without);
}

/** A flow of somebody else that may stand where trials are made. */
function strangersIn({
  reader,
  cookiePrefix,
}: SelfTestBench): ResultAsync<string | undefined, SessionError> {
  return trialFlows(reader).map((flows) => {
    const stranger = flows.find(({ cookie }) => !isOurs(cookie, cookiePrefix));
    return stranger === undefined ? undefined : matchText(stranger.match);
  });
}

function trialFlows(reader: SwitchReader) {
  return ResultAsync.combine([reader.matching([toNobody]), reader.matching([fromAll])]).map(
    (found) => found.flat(),
  );
}

function trialsFor(bench: SelfTestBench): ResultAsync<readonly Trial[], SessionError> {
  const { reader, profile, groupIds, meterIds, table, cookiePrefix } = bench;
  return ResultAsync.combine([reader.groups(), reader.allMeters()]).map(([groups, meters]) => {
    const types = profile.groups?.types ?? 0;
    const [first, second, third] = freeIds(groupIds, groups, 3);
    return trialsOf({
      version: profile.version,
      table,
      tables: profile.tables,
      cookiePrefix,
      port: somePort(bench),
      groups: types === 0 ? [] : [first, second, third].flatMap((id) => id ?? []),
      meter: profile.meters === undefined ? undefined : freeIds(meterIds, meters, 1)[0],
      ...(profile.meterSteps && { meterSteps: profile.meterSteps }),
      queue: someQueue(profile),
    });
  });
}

function somePort({ ports }: SelfTestBench): number {
  return ports.find(({ port }) => port < PORT_MAX)?.port ?? 1;
}

/** A queue of some port. */
function someQueue({ queues = new Map() }: SwitchProfile): TrialSetting["queue"] {
  for (const [port, [queue]] of queues) if (queue !== undefined) return { port, queue };
  return undefined;
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

/** Carries out a bundle with one trial in it. */
async function bundleLack(
  { session, dialect }: SelfTestBench,
  trial: Trial | undefined,
): Promise<Result<readonly Lack[], SessionError>> {
  if (trial === undefined) return ok([]);
  const message = dialect.spoken(add(trial.flow));
  const done = await session.prepareBundle([message]).andThen((bundle) => bundle.commit());
  const removed = await session.batch([dialect.spoken(remove(trial.flow))]);
  if (removed.isErr() && removed.error.type !== "batch-rejected") {
    return err(sessionError(removed.error));
  }
  if (done.isOk()) return ok([]);
  if (done.error.type === "bundle-refused") {
    const { kind, code } = done.error.error;
    return ok([{ feature: "bundle", reason: `${kind}/${code}` }]);
  }
  if (done.error.type === "batch-rejected") {
    return ok([{ feature: "bundle", reason: "a flow that is taken by itself is refused in one" }]);
  }
  return err(sessionError(done.error));
}

const NEVER = new AbortController().signal;
