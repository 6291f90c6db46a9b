import { okAsync, ResultAsync } from "neverthrow";
import type { SwitchFeatures } from "../channel/channel-effect.ts";
import { OWNER_MASK, ownerCookie } from "../compile/cookie.ts";
import type { Feature } from "../compile/features.ts";
import { pipelineTable, taughtTable } from "../compile/pipeline.ts";
import type { FlowEntry } from "../compile/program.ts";
import { hasGroups, type SwitchProfile } from "../compile/switch-profile.ts";
import type { SessionError } from "../session-error.ts";
import { PORT_CONTROLLER } from "../wire/constants.ts";
import { OPENFLOW_1_0 } from "../wire/version.ts";
import type { SelfTestBench } from "./self-test-bench.ts";
import type { SelfTestRecord, Tested } from "./self-test-record.ts";

/**
 * What a switch can do: what it says, and, where it may be tried, what that shows. Where it may not be,
 * networks that stand go on learning as they do.
 */
export function learnedProfile(
  { datapathId }: SwitchFeatures,
  selfTests: SelfTestRecord | undefined,
  bench: SelfTestBench,
): ResultAsync<SwitchProfile, SessionError> {
  const { profile, reader, table, cookiePrefix } = bench;
  const { description, version, tables, capabilities } = profile;
  const identity = JSON.stringify([datapathId, description, version, tables, capabilities]);
  const tested: ResultAsync<Partial<Tested>, SessionError> = selfTests === undefined
    ? okAsync({})
    : new ResultAsync(selfTests.of(identity, bench));
  return tested.andThen((found) => {
    const known = { ...profile, ...found };
    const { selfTest } = found;
    if (selfTest?.status !== "done") {
      if (!hasGroups(profile)) return okAsync(known);
      return ResultAsync.combine([
        reader.flowsIn(table + pipelineTable.limit, ownerCookie(cookiePrefix), OWNER_MASK),
        reader.flowsIn(table + taughtTable.sources, ownerCookie(cookiePrefix), OWNER_MASK),
      ]).map((flows) => ({ ...known, learns: whoLearns(flows.flat()) ?? profile.learns }));
    }
    const has = (feature: Feature): boolean =>
      !selfTest.lacks.some((lack) => lack.feature === feature);
    return okAsync({
      ...known,
      learns: has("learn") && version !== OPENFLOW_1_0,
      bundles: profile.bundles && has("bundle"),
    });
  });
}

/** Whether the switch learns addresses for networks that stand; undefined if there are none that learn. */
function whoLearns(flows: readonly FlowEntry[]): boolean | undefined {
  const actions = flows.flatMap(({ instructions }) =>
    instructions.flatMap((each) => (each.type === "apply-actions" ? each.actions : [])),
  );
  if (actions.some(({ type }) => type === "nx-learn2")) return true;
  const isShown = actions.some((each) => each.type === "output" && each.port === PORT_CONTROLLER);
  return isShown ? false : undefined;
}
