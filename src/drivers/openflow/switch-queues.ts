import { err, ok, okAsync, ResultAsync } from "neverthrow";
import { sameValue } from "../../model/same-value.ts";
import type { SwitchProfile } from "./compile/switch-profile.ts";
import type { SwitchSession } from "./session.ts";
import type { SessionError } from "./session-error.ts";
import type { SwitchPorts } from "./switch-ports.ts";
import { PORT_ANY, PORT_MAX, QUEUE_ALL } from "./wire/constants.ts";
import type { Queue } from "./wire/queue.ts";
import { type OfVersion, OPENFLOW_1_0, OPENFLOW_1_3 } from "./wire/version.ts";

/** What a switch says of its queues. */
type Queues = Pick<SwitchProfile, "queues">;

/**
 * The queues of a switch's ports; none where it tells of none. It is not asked where frames are to
 * leave by none.
 */
export function readQueues(
  session: SwitchSession,
  version: OfVersion,
  ports: SwitchPorts,
): ResultAsync<Queues, SessionError> {
  if (ports.queues().size === 0) return okAsync({});
  const none: readonly Queue[] = [];
  return askForQueues(session, version, ports.all())
    .orElse((error) => (error.type === "rejected" ? ok(none) : err(error)))
    .map((found) => {
      const queues = new Map<number, number[]>();
      for (const { port, queue } of found) queues.set(port, [...(queues.get(port) ?? []), queue]);
      return { queues };
    });
}

/** Whether both say the same. */
export function sameQueues({ queues: a }: Queues, { queues: b }: Queues): boolean {
  return sameValue(a && [...a], b && [...b]);
}

/** One question for all ports from OpenFlow 1.3 on (§7.3.6; 1.4.1 §7.3.5.16), one for each in 1.0. */
function askForQueues(
  session: SwitchSession,
  version: OfVersion,
  ports: readonly number[],
): ResultAsync<readonly Queue[], SessionError> {
  const ofPort = (port: number): ResultAsync<readonly Queue[], SessionError> =>
    session
      .request({ type: "queue-get-config-request", port })
      .map(({ queues }) => queues.map((queue) => (port === PORT_ANY ? queue : { ...queue, port })));
  if (version === OPENFLOW_1_0) {
    const real = ports.filter((port) => port < PORT_MAX);
    return ResultAsync.combine(real.map(ofPort)).map((found) => found.flat());
  }
  if (version === OPENFLOW_1_3) return ofPort(PORT_ANY);
  return session
    .multipart({ type: "queue-desc", port: PORT_ANY, queue: QUEUE_ALL })
    .map((parts) => parts.flatMap(({ queues }) => queues));
}
