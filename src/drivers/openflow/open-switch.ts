import { ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { NodeView } from "../../model/domain-view.ts";
import type { SwitchFeatures } from "./channel/channel-effect.ts";
import { dialectOf } from "./compile/dialect.ts";
import { IdPool } from "./compile/id-pool.ts";
import { Drafts } from "./drafts.ts";
import { meterRange, type ProgramOptions } from "./driver-options.ts";
import { LiveSwitch } from "./live-switch.ts";
import { learnedProfile } from "./self-test/learned-profile.ts";
import type { SelfTestRecord } from "./self-test/self-test-record.ts";
import type { SwitchSession } from "./session.ts";
import type { SessionError } from "./session-error.ts";
import { SwitchPorts } from "./switch-ports.ts";
import { readQueues } from "./switch-queues.ts";
import { SwitchReader } from "./switch-reader.ts";

/** What a switch is opened with. */
export interface LiveSwitchContext {
  readonly view: NodeView;
  /** What the switch said of itself when it connected. */
  readonly features: SwitchFeatures;
  readonly clock: Clock;
  readonly options: ProgramOptions;
  /** What was found by trying at this node's switch; absent when nothing may be tried. */
  readonly selfTests?: SelfTestRecord | undefined;
}

/** Learns what a switch is and can do. Nothing may be worked on before it was read and judged. */
export function openSwitch(
  session: SwitchSession,
  { view, features, clock, options, selfTests }: LiveSwitchContext,
): ResultAsync<LiveSwitch, SessionError> {
  const dialect = dialectOf(features.version);
  const reader = new SwitchReader(session, features);
  return ResultAsync.combine([reader.ports(), reader.profile()]).andThen(([ports, said]) => {
    const { groupIds, table, cookiePrefix, burstMs, egressQueues } = options;
    const own = new SwitchPorts(view, ports, egressQueues);
    const meterIds = meterRange(options.meterIds, said.meters?.maxMeter ?? 0);
    const bench = { session, reader, dialect, clock, ports, groupIds, meterIds };
    const marks = { table, cookiePrefix, burstMs };
    const known = readQueues(session, features.version, own).map((queues) => ({
      ...said,
      ...queues,
    }));
    const tested = known.andThen((profile) =>
      learnedProfile(features, selfTests, { ...bench, ...marks, profile }),
    );
    return tested.map(
      (profile) =>
        new LiveSwitch({
          session,
          reader,
          dialect,
          profile,
          clock,
          options,
          ports: own,
          drafts: new Drafts(options, own),
          groupIds: new IdPool(groupIds),
          meterIds: new IdPool(meterIds),
        }),
    );
  });
}
