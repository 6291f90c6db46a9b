import { err, ok, type Result } from "neverthrow";
import type { Interval } from "../model/interval.ts";
import type { ScheduleInfo } from "../model/network.ts";

/** When a network is wanted, in milliseconds since the epoch; absent: from now on, and for ever. */
export interface Schedule {
  readonly start?: number;
  /** The first instant at which it is not wanted any more; after `start`. */
  readonly end?: number;
  /** Reserved, and not provisioned before this is taken away, whatever the start. */
  readonly hold?: true;
}

/** Another schedule: what is absent stays as it is, `null` takes a bound away. */
export interface ScheduleChange {
  readonly start?: number | null;
  readonly end?: number | null;
  readonly hold?: boolean;
}

/** What a network holds that is reserved and not provisioned: from its start to its end. */
export function reservedInterval({ start, end }: Schedule = {}): Interval {
  return { start: start ?? Number.NEGATIVE_INFINITY, end: end ?? Number.POSITIVE_INFINITY };
}

/**
 * What a network holds that nodes may have something of. It is held from ever: so no two of these can
 * hold the same, even where one of them has not gone at its end.
 */
export function heldInterval({ end }: Schedule = {}): Interval {
  return { start: Number.NEGATIVE_INFINITY, end: end ?? Number.POSITIVE_INFINITY };
}

/** The instants of both, for schedules of one network that becomes another. */
export function heldByEither(one?: Schedule, other?: Schedule): Interval {
  const [a, b] = [heldInterval(one), heldInterval(other)];
  return { start: a.start, end: Math.max(a.end, b.end) };
}

/** Whether a network is to be reserved now and provisioned later. */
export function startsLater(schedule: Schedule | undefined, now: number): boolean {
  return isHeld(schedule) || (schedule?.start !== undefined && schedule.start > now);
}

/** Whether a network stays reserved until somebody says otherwise. */
export function isHeld(schedule: Schedule | undefined): boolean {
  return schedule?.hold === true;
}

export function changedSchedule(schedule: Schedule = {}, change: ScheduleChange = {}): Schedule {
  const start = change.start === undefined ? schedule.start : (change.start ?? undefined);
  const end = change.end === undefined ? schedule.end : (change.end ?? undefined);
  const hold = change.hold ?? isHeld(schedule);
  return {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(hold ? { hold } : {}),
  };
}

export function sameSchedule(a: Schedule = {}, b: Schedule = {}): boolean {
  return a.start === b.start && a.end === b.end && isHeld(a) === isHeld(b);
}

/** What is wrong with a schedule that is asked for at `now`; undefined if nothing is. */
export function scheduleFault({ start, end }: Schedule, now: number): string | undefined {
  if (end === undefined) return undefined;
  if (start !== undefined && end <= start) return "must be after the start";
  return end <= now ? "must be in the future" : undefined;
}

/** Reads an instant: ISO 8601 with a zone (RFC 3339), or milliseconds since the epoch. */
export function parseInstant(value: number | string): Result<number, string> {
  const ms = typeof value === "number" ? value : instantOf(value);
  return Number.isSafeInteger(ms) && Math.abs(ms) <= LAST_INSTANT
    ? ok(ms)
    : err('must be an instant with its zone, as "2027-01-31T08:00:00Z", or milliseconds');
}

/** As `getNetworkInfo` shows it. */
export function scheduleInfo({ start, end, hold }: Schedule = {}): ScheduleInfo {
  return {
    ...(start === undefined ? {} : { start: isoTime(start) }),
    ...(end === undefined ? {} : { end: isoTime(end) }),
    ...(hold === undefined ? {} : { hold }),
  };
}

export function isoTime(ms: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: writes a given instant, asks for no time
  return new Date(ms).toISOString();
}

/** The last that ECMAScript has (ECMA-262, Time Values and Time Range). */
const LAST_INSTANT = 8_640_000_000_000_000;

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i;

function instantOf(text: string): number {
  // biome-ignore lint/style/noRestrictedGlobals: reads a given instant, asks for no time
  return RFC3339.test(text) ? Date.parse(text) : Number.NaN;
}
