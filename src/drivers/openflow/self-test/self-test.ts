import { err, ok, type Result, ResultAsync, safeTry } from "neverthrow";
import {
  isOurs,
  NETWORK_MASK,
  NO_NETWORK,
  networkCookie,
  OWNER_MASK,
  ownerCookie,
} from "../compile/cookie.ts";
import type { Feature } from "../compile/features.ts";
import { matchText } from "../compile/program.ts";
import type { Lack, SelfTest, SwitchProfile } from "../compile/switch-profile.ts";
import type { SessionError } from "../session-error.ts";
import { PORT_MAX } from "../wire/constants.ts";
import { freeIds } from "./free-ids.ts";
import { secondTagAnswer } from "./second-tag.ts";
import { type Answer, type SelfTestBench, sessionError } from "./self-test-bench.ts";
import { type Trial, type TrialSetting, trialsOf } from "./trial.ts";
import { add, remove } from "./trial-messages.ts";
import { answersTo, trialFlows } from "./trial-rounds.ts";

/**
 * Addresses are learned by the agent where the switch seems not to; networks go on as they are. And the frame
 * that shows whether a second tag is seen is not sent where one could take it.
 */
const NOT_BESIDE_NETWORKS: ReadonlySet<Feature> = new Set(["learn", "match-second-tag"]);

/** What came of trying. */
export type Tried =
  | {
      readonly status: "done";
      readonly lacks: readonly Lack[];
      /** Whether everything was tried, and showed whether it works. */
      readonly isWhole: boolean;
    }
  | Extract<SelfTest, { status: "not-done" }>;

/**
 * Tries what programs need on a switch: each feature by a flow that no frame can match, of the lowest
 * priority, under the cookie of no network; and by a group and a meter with numbers that are ours and
 * that the switch does not use. All is read back, removed, and seen to be gone. Whether frames with two tags
 * are told, a frame of ours shows that goes through the tables and comes back. What a crash leaves is removed by the audit of the next connection, flows by the switch itself after a minute.
 *
 * Nothing is tried where networks of ours are already, but for what is `known` to be lacking: none of them
 * has any of that. Nor is anything where somebody else has such flows. What is known to be lacking is so
 * until it is seen to work. An error says that nothing was found out.
 */
export async function selfTest(
  bench: SelfTestBench,
  known?: readonly Lack[],
): Promise<Result<Tried, SessionError>> {
  return safeTry(async function* () {
    const carries = yield* carriesNetworks(bench);
    if (carries && known === undefined) return ok(notDone("it carries networks already"));
    const strangers = yield* strangersIn(bench);
    if (strangers !== undefined) return ok(notDone(`somebody else's flow is there: ${strangers}`));
    const all = yield* trialsFor(bench);
    const wasLacking = (feature: Feature): boolean =>
      known?.some((lack) => lack.feature === feature) ?? false;
    const isTried = (feature: Feature): boolean =>
      !carries || (wasLacking(feature) && !NOT_BESIDE_NETWORKS.has(feature));
    const answers = yield* await answersTo(
      bench,
      all.filter(({ feature }) => isTried(feature)),
    );
    if (bench.profile.bundles && isTried("bundle")) {
      const works = all.find(({ feature }) => {
        const answer = answers.get(feature);
        return answer === undefined ? !wasLacking(feature) : answer === "works";
      });
      answers.set("bundle", yield* await bundleAnswer(bench, works));
    }
    if (answers.get("match-second-tag") === "works") {
      answers.set("match-second-tag", yield* await secondTagAnswer(bench, somePort(bench)));
    }
    return ok(judged(answers, known ?? [], !carries));
  });
}

/** What follows from what was tried, and from what is known. */
function judged(
  answers: ReadonlyMap<Feature, Answer>,
  known: readonly Lack[],
  isAllTried: boolean,
): Tried {
  const failed = [...answers.values()].flatMap((answer) =>
    typeof answer === "string" ? [] : [answer],
  );
  if (failed.some(({ reason }) => isNotOurs(reason)))
    return notDone("somebody else has become its master meanwhile");
  const seen = failed.filter(({ reason }) => !isFull(reason));
  const isSure = (feature: Feature): boolean =>
    answers.get(feature) === "works" || seen.some((lack) => lack.feature === feature);
  return {
    status: "done",
    lacks: [...seen, ...known.filter(({ feature }) => !isSure(feature))],
    isWhole: isAllTried && [...answers.keys()].every(isSure),
  };
}

function notDone(reason: string): Extract<SelfTest, { status: "not-done" }> {
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

/** Carries out a bundle with one trial in it. */
async function bundleAnswer(
  { session, dialect }: SelfTestBench,
  trial: Trial | undefined,
): Promise<Result<Answer, SessionError>> {
  if (trial === undefined) return ok("unknown");
  const message = dialect.spoken(add(trial.flow));
  const done = await session.prepareBundle([message]).andThen((bundle) => bundle.commit());
  const removed = await session.batch([dialect.spoken(remove(trial.flow))]);
  if (removed.isErr() && removed.error.type !== "batch-rejected") {
    return err(sessionError(removed.error));
  }
  if (done.isOk()) return ok("works");
  if (done.error.type === "bundle-refused") {
    const { kind, code } = done.error.error;
    return ok({ feature: "bundle", reason: `${kind}/${code}` });
  }
  if (done.error.type === "batch-rejected") {
    return ok({ feature: "bundle", reason: "a flow that is taken by itself is refused in one" });
  }
  return err(sessionError(done.error));
}
