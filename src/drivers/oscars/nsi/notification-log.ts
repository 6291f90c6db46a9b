import type { Notification } from "./notification.ts";
import type { ChildSummary, Reservation } from "./reservation.ts";

/** What was told last of whether frames pass by a connection. */
interface LastState extends Pick<Notification, "notificationId" | "timeStamp"> {
  readonly passes: boolean;
}

/** What is known of the notifications of one connection. */
interface Heard {
  /** All until this one have been heard, or were told before anybody here was to hear them. */
  floor: number;
  /** When the last of these was told, as far as that is known. */
  floorMs: number;
  /** Later ones that have come by themselves, and when each was told. */
  readonly come: Map<number, number>;
  state?: LastState;
}

/** What is told twice may bear its time once with and once without what is less than a second. */
const SECOND_MS = 1_000;
/** How many are remembered by themselves; what is further back is not asked for any more. */
const MOST_COME = 128;

/**
 * Which notifications have been heard, so that those that have not can be asked for, and none counts
 * twice, nor against what was told after it. A provider numbers them in the order in which they happen (GFD.212), of
 * each connection or of all together, and a summary shows the last number. One that keeps its count in memory begins
 * again with small numbers when it is started anew, as OpenNSA does: a number is the same, or earlier, only with its time.
 *
 * Only what was asked for here, or is listed, is remembered: of what is over something may be told yet.
 */
export class NotificationLog {
  readonly #heard = new Map<string, Heard>();

  /** The connections that are remembered. */
  get connectionIds(): readonly string[] {
    return [...this.#heard.keys()];
  }

  has(connectionId: string): boolean {
    return this.#heard.has(connectionId);
  }

  /** A connection has just been asked for: whatever is told of it is news. */
  begin(connectionId: string): void {
    this.#heard.set(connectionId, { floor: 0, floorMs: Number.NEGATIVE_INFINITY, come: new Map() });
  }

  /**
   * A connection is listed. What was told of one before it was first seen here is past: its states show what came of
   * it.
   */
  list(reservation: Reservation<ChildSummary>, nowMs: number): void {
    const { connectionId, notificationId = 0 } = reservation;
    if (this.#heard.has(connectionId) || isOver(reservation)) return;
    this.#heard.set(connectionId, { floor: notificationId, floorMs: nowMs, come: new Map() });
  }

  /** A connection is over. */
  end(connectionId: string): void {
    this.#heard.delete(connectionId);
  }

  /** A notification has come by itself; whether it is news. Numbers that say nothing are 0. */
  come(notification: Notification): boolean {
    const { notificationId: id, timeStamp } = notification;
    const heard = this.#heard.get(connectionOf(notification) ?? "");
    if (heard === undefined) return true;
    if (id < 1) return isStanding(heard, notification);
    if (isHeard(heard, notification)) return false;
    heard.come.delete(id);
    heard.come.set(id, timeStamp);
    const [first = id] = heard.come.keys();
    if (heard.come.size > MOST_COME) absorb(heard, first);
    return isStanding(heard, notification);
  }

  /** From which number on there may be some that have not come; undefined where there are none. */
  missingFrom({
    connectionId,
    notificationId: last,
  }: Reservation<ChildSummary>): number | undefined {
    const heard = this.#heard.get(connectionId);
    if (last === undefined || heard === undefined) return undefined;
    while (heard.come.has(heard.floor + 1)) absorb(heard, heard.floor + 1);
    return heard.floor < last ? heard.floor + 1 : undefined;
  }

  /** Those of an answer that are news, in their order; all until `last` have been asked for by then. */
  asked(
    connectionId: string,
    last: number,
    told: readonly Notification[],
  ): readonly Notification[] {
    const heard = this.#heard.get(connectionId);
    // It has ended while it was asked about.
    if (heard === undefined) return [];
    const unheard = told.filter((each) => !isHeard(heard, each));
    heard.floor = Math.max(heard.floor, last);
    heard.floorMs = Math.max(heard.floorMs, ...told.map(({ timeStamp }) => timeStamp));
    for (const id of heard.come.keys()) if (id <= heard.floor) absorb(heard, id);
    return unheard
      .toSorted((a, b) => a.notificationId - b.notificationId)
      .filter((each) => isStanding(heard, each));
  }
}

/** Whether nothing that was told of the connection after this says otherwise. */
function isStanding(heard: Heard, notification: Notification): boolean {
  const passes = passesBy(notification);
  if (passes === undefined) return true;
  const { state } = heard;
  if (state !== undefined && isOlder(notification, state)) return state.passes === passes;
  const { notificationId, timeStamp } = notification;
  heard.state = { notificationId, timeStamp, passes };
  return true;
}

/** Providers go on listing what is over, some for good. */
function isOver({ connectionStates }: Reservation<ChildSummary>): boolean {
  return ["Terminating", "Terminated", "PassedEndTime"].includes(connectionStates.lifecycleState);
}

/** Whether a notification is one of those; what has such a number and was told later is not. */
function isHeard({ floor, floorMs, come }: Heard, notification: Notification): boolean {
  const { notificationId: id, timeStamp } = notification;
  const knownMs = come.get(id);
  return knownMs === undefined
    ? id <= floor && timeStamp < floorMs + SECOND_MS
    : Math.abs(timeStamp - knownMs) < SECOND_MS;
}

/** One that has come by itself need not be remembered by itself any more. */
function absorb(heard: Heard, id: number): void {
  heard.floor = Math.max(heard.floor, id);
  heard.floorMs = Math.max(heard.floorMs, heard.come.get(id) ?? heard.floorMs);
  heard.come.delete(id);
}

/** Whether frames pass, where a notification says so; what has ended does not begin again, however late that is heard. */
function passesBy(notification: Notification): boolean | undefined {
  if (notification.type === "dataPlaneStateChange") return notification.dataPlaneStatus.active;
  return notification.type === "errorEvent" && notification.event !== "forcedEnd"
    ? false
    : undefined;
}

/** By their numbers and their times, or by their times alone where the numbers say nothing. */
function isOlder(
  a: Pick<Notification, "notificationId" | "timeStamp">,
  b: Pick<Notification, "notificationId" | "timeStamp">,
): boolean {
  const areNumbered = a.notificationId > 0 && b.notificationId > 0;
  return areNumbered
    ? a.notificationId < b.notificationId && a.timeStamp <= b.timeStamp
    : a.timeStamp < b.timeStamp;
}

/** Which connection a notification is of; OSCARS says so of a forced end only as where it comes from. */
function connectionOf(notification: Notification): string | undefined {
  if (notification.connectionId !== undefined) return notification.connectionId;
  return "originatingConnectionId" in notification
    ? notification.originatingConnectionId
    : undefined;
}
