import { err, ok, okAsync, type ResultAsync } from "neverthrow";
import type { Circuit } from "../circuit.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import { endOf, isEnding, lastsFor, RENEWAL_MS, sameTimes, type Times } from "../circuit-times.ts";
import { isCarriedOut } from "../terms-granted.ts";
import { type CircuitConnectionContext, intervalOf } from "./circuit-connection.ts";
import { foundIn } from "./circuit-state.ts";
import { ConnectionLookup } from "./connection-lookup.ts";
import { modifyAnswer } from "./operation.ts";
import { post } from "./rest-client.ts";

/** A circuit that is to have another end. */
export interface EndChange {
  readonly externalId: string;
  readonly wanted: Circuit;
  /** What the server said yes to, to have what it has; undefined where nobody knows. */
  readonly asked: Circuit | undefined;
}

/**
 * Has a server give a circuit another end, if it has not, and reads back what it has made of that: that it takes a change
 * does not say that it is so.
 */
export function changeEnd(
  context: CircuitConnectionContext,
  change: EndChange,
  signal: AbortSignal,
): ResultAsync<void, CircuitFault> {
  const { clock, client, mark } = context;
  const { externalId: id, wanted } = change;
  const lookup = new ConnectionLookup(client);
  const look = () =>
    lookup.info(id, signal).map((found) => found && foundIn(found, mark)[0]?.circuit);
  const { ending: timestamp } = intervalOf(wanted, clock.now());
  const json = { connectionId: id, type: "END", timestamp };
  return look().andThen((before) => {
    if (before !== undefined && isGranted(before, change, clock.now())) return okAsync(undefined);
    return client
      .read(modifyAnswer, post("/protected/modify/schedule", { json }), signal)
      .andThen(({ success, explanation }) =>
        look().andThen((after) =>
          isDone(success, { before, after }, change, clock.now())
            ? ok(undefined)
            : err(circuitFault("unavailable", `the end of ${id} stays: ${explanation}`)),
        ),
      );
  });
}

/** Whether a circuit has the times that are wanted of it, as the server keeps them. */
export function haveSameTimes(found: Times, wanted: Times, now: number): boolean {
  const { times, toleranceMs } = timesKept(wanted, found, now);
  return sameTimes(found, times, now, toleranceMs);
}

/** Whether there is nothing to ask for: it is so, or is what the server makes of that, and not to be renewed yet. */
function isGranted(found: Circuit, { wanted, asked }: EndChange, now: number): boolean {
  if (haveSameTimes(found, wanted, now)) return true;
  const isSame = asked !== undefined && sameTimes(asked, wanted, now, 0);
  return isSame && lastsFor(found, wanted, now, RENEWAL_MS);
}

/** Whether it is so; or the server has taken it, and made of it what it does. */
function isDone(
  success: boolean,
  seen: Record<"before" | "after", Circuit | undefined>,
  change: EndChange,
  now: number,
): boolean {
  const isSo = seen.after !== undefined && haveSameTimes(seen.after, change.wanted, now);
  return isSo || (success && isChanged(seen, change, now));
}

/** Whether the server has made of the end what it does. The rate is not the matter here. */
function isChanged(
  { before, after }: Record<"before" | "after", Circuit | undefined>,
  { wanted, asked }: EndChange,
  now: number,
): boolean {
  if (before === undefined || after === undefined) return false;
  if (haveSameTimes(after, wanted, now)) return true;
  const { times, toleranceMs } = timesKept(wanted, after, now);
  const { mbps } = after;
  const terms = {
    ...{ before: { ...before, mbps }, after, wanted: { ...times, mbps } },
    asked: asked === undefined ? undefined : { ...asked, mbps },
  };
  return isCarriedOut(terms, now, toleranceMs) !== "no";
}

/** Times go over the wire in seconds. */
const SECOND_MS = 1_000;
/** What the server adds to an end that comes too soon, and a second. */
const MOVED_MS = 61_000;

/** The times that the server keeps for those that are wanted of a circuit that was `found`, and how exactly. */
function timesKept(
  wanted: Times,
  found: Times,
  now: number,
): { readonly times: Times; readonly toleranceMs: number } {
  const end = endOf(intervalOf(wanted, found.start ?? now).ending);
  const { start } = wanted;
  // An end within a minute is put off, and so is a beginning, from which the shortest time counts.
  const isLonger = end !== undefined && end - (wanted.end ?? end) >= SECOND_MS;
  const times = {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  };
  return { times, toleranceMs: isLonger || isEnding(wanted, now) ? MOVED_MS : SECOND_MS };
}
