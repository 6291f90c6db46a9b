import type { Clock } from "../../../model/clock.ts";
import type { Dialect } from "../compile/dialect.ts";
import type { IdRange } from "../compile/id-pool.ts";
import type { Lack, SwitchProfile } from "../compile/switch-profile.ts";
import type { SwitchSession } from "../session.ts";
import type { BatchError, SessionError } from "../session-error.ts";
import type { SwitchReader } from "../switch-reader.ts";
import type { Port } from "../wire/port.ts";

/** What a self-test works with: one connection of a switch that is ours to change. */
export interface SelfTestBench {
  readonly session: SwitchSession;
  readonly reader: SwitchReader;
  readonly dialect: Dialect;
  readonly clock: Clock;
  /** What the switch says of itself. */
  readonly profile: SwitchProfile;
  readonly ports: readonly Port[];
  readonly table: number;
  readonly cookiePrefix: number;
  /** How long a burst every meter lets through, in milliseconds. */
  readonly burstMs: number;
  /** The numbers that are ours. */
  readonly groupIds: IdRange;
  readonly meterIds: IdRange;
}

/** What trying a feature has shown. */
export type Answer = "works" | "unknown" | Lack;

/** What broke while messages were sent; refusals of single ones are not for here. */
export function sessionError(error: BatchError): SessionError {
  return error.type === "batch-rejected" || error.type === "bundle-refused"
    ? { type: "protocol-error", reason: "refused" }
    : error;
}
