import type { Clock } from "../../model/clock.ts";
import type { Dialect } from "./compile/dialect.ts";
import type { IdPool } from "./compile/id-pool.ts";
import type { SwitchProfile } from "./compile/switch-profile.ts";
import type { Drafts } from "./drafts.ts";
import type { ProgramOptions } from "./driver-options.ts";
import type { SwitchSession } from "./session.ts";
import type { SwitchPorts } from "./switch-ports.ts";
import type { SwitchReader } from "./switch-reader.ts";
import type { SwitchSender } from "./switch-sender.ts";

/** What the networks on one connected switch have in common. */
export interface SwitchTools {
  readonly session: SwitchSession;
  readonly reader: SwitchReader;
  readonly sender: SwitchSender;
  readonly dialect: Dialect;
  readonly profile: SwitchProfile;
  readonly ports: SwitchPorts;
  readonly drafts: Drafts;
  readonly groupIds: IdPool;
  readonly meterIds: IdPool;
  readonly clock: Clock;
  /** Raised when nothing must be sent any more that changes the switch. */
  readonly retired: AbortSignal;
  readonly options: ProgramOptions;
}
