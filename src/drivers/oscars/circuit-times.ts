/** When a circuit is wanted, milliseconds since the epoch. Absent: from now on, and for ever. */
export interface Times {
  readonly start?: number;
  readonly end?: number;
}

/**
 * Where an end has to be said, what has none is asked for until 2038-01-01T00:00:00Z, in seconds: some servers
 * count in 31 bits.
 */
export const LAST_END_S = 2_145_916_800;

/**
 * The same without an end that comes later than all servers can count. The network ends then all the
 * same, and its circuits with it.
 */
export function countable({ end = Number.POSITIVE_INFINITY, ...times }: Times): Times {
  return end < LAST_END_S * 1000 ? { ...times, end } : times;
}

/** An end as a server shows it, in seconds, in milliseconds; undefined where it means that there is none. */
export function endOf(seconds: number): number | undefined {
  return seconds < LAST_END_S ? seconds * 1000 : undefined;
}

/**
 * What starts sooner than this is asked for from now on: by a clock that is ahead of ours, it may have
 * begun already, and some servers begin nothing at once.
 */
export const AHEAD_MS = 60_000;

/**
 * What a domain ends sooner than it is wanted is asked for again so long before: time enough for some twenty looks, and for
 * a domain that is away for a while.
 */
export const RENEWAL_MS = 600_000;

/** When to ask for a start; undefined: from now on. */
export function startAhead({ start }: Times, now: number): number | undefined {
  return start !== undefined && start - now > AHEAD_MS ? start : undefined;
}

/** Whether both come to the same, as exactly as a domain keeps its times; what has begun has begun. */
export function sameTimes(one: Times, other: Times, now: number, toleranceMs: number): boolean {
  const startOf = ({ start = now }: Times): number => Math.max(start, now + AHEAD_MS);
  const endOf = ({ end = Number.POSITIVE_INFINITY }: Times): number => end;
  return (
    isNear(startOf(one), startOf(other), toleranceMs) &&
    isNear(endOf(one), endOf(other), toleranceMs)
  );
}

/**
 * Whether a time does for what is wanted: it has begun when that begins, or within a minute, and lasts as long, but for a
 * minute, or for more than `leadMs` from now.
 */
export function lastsFor(found: Times, wanted: Times, now: number, leadMs: number): boolean {
  const { start = now, end = Number.POSITIVE_INFINITY } = found;
  const { start: from = now, end: until = Number.POSITIVE_INFINITY } = wanted;
  const hasBegun = start - Math.max(from, now) <= AHEAD_MS;
  return hasBegun && (end >= until - AHEAD_MS || end - now > leadMs);
}

/** Whether some instant is in the one and not in the other. */
export function isBeyond(one: Times, other: Times): boolean {
  const startOf = ({ start = Number.NEGATIVE_INFINITY }: Times): number => start;
  const endOf = ({ end = Number.POSITIVE_INFINITY }: Times): number => end;
  return startOf(one) < startOf(other) || endOf(one) > endOf(other);
}

/** Whether no instant is in both. */
export function areApart(one: Times, other: Times): boolean {
  const { end = Number.POSITIVE_INFINITY } = one;
  const { end: otherEnd = Number.POSITIVE_INFINITY } = other;
  const { start = Number.NEGATIVE_INFINITY } = one;
  const { start: otherStart = Number.NEGATIVE_INFINITY } = other;
  return end <= otherStart || otherEnd <= start;
}

function isNear(one: number, other: number, toleranceMs: number): boolean {
  return one === other || Math.abs(one - other) <= toleranceMs;
}

/**
 * Whether a time is over, or will be within a minute: by a clock that is ahead of ours a domain has ended
 * what ends then.
 */
export function isEnding({ end }: Times, now: number): boolean {
  return end !== undefined && end - now <= AHEAD_MS;
}
