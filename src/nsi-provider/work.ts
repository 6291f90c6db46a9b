import type { Result } from "neverthrow";
import { pause } from "../drivers/driver-call.ts";
import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import type { Clock } from "../model/clock.ts";
import type { Connection, Version } from "./connection.ts";
import type { ConnectionBook } from "./connection-book.ts";
import type { Networks } from "./networks.ts";
import type { NsiAsked } from "./options.ts";
import type { Register } from "./register.ts";

/** What work on connections is done with. */
export interface Work {
  readonly book: ConnectionBook;
  readonly register: Register;
  readonly networks: Networks;
  readonly clock: Clock;
  readonly nsa: string;
  readonly holdSeconds: number;
  /** What a version that was granted before would ask for now. */
  readonly askedBy: (version: Version) => Result<NsiAsked, Refusal>;
  readonly closing: AbortSignal;
}

const RETRY_MS = 10_000;

/** A connection as it is now: requests may have been accepted since work on it began. */
export function latest(work: Work, connection: Connection): Connection {
  return work.book.get(connection.connectionId) ?? connection;
}

/** Does what must be done until it is; false when the provider closes before. */
export async function insist(
  work: Work,
  task: () => PromiseLike<Result<void, Refusal>>,
): Promise<boolean> {
  const { clock, closing } = work;
  while (!closing.aborted) {
    const done = await task();
    if (done.isOk()) return true;
    await pause(clock, RETRY_MS, closing);
  }
  return false;
}
