import { okAsync, type ResultAsync } from "neverthrow";
import { sameValue } from "../../model/same-value.ts";
import type { SwitchProfile } from "./compile/switch-profile.ts";
import type { SessionError } from "./session-error.ts";
import type { SwitchPorts } from "./switch-ports.ts";
import type { SwitchReader } from "./switch-reader.ts";

/** What a switch says of its queues. */
type Queues = Pick<SwitchProfile, "queues">;

/** The queues of a switch's ports; it is not asked where frames are to leave by none. */
export function readQueues(
  reader: SwitchReader,
  ports: SwitchPorts,
): ResultAsync<Queues, SessionError> {
  if (ports.queues().size === 0) return okAsync({});
  return reader.queues(ports.all()).map((queues) => ({ queues }));
}

/** Whether both say the same. */
export function sameQueues({ queues: a }: Queues, { queues: b }: Queues): boolean {
  return sameValue(a && [...a], b && [...b]);
}
