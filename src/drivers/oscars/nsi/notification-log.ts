import type { Notification } from "./notification.ts";
import type { ChildSummary, Reservation } from "./reservation.ts";

/** What is known of the notifications of one connection. */
interface Heard {
  /** All until this one have been heard, or were told before anybody here was to hear them. */
  floor: number;
  /** Later ones that have come by themselves. */
  readonly come: Set<number>;
}

/** What was told last of whether frames pass by a connection. */
interface LastState extends Pick<Notification, "notificationId" | "timeStamp"> {
  readonly passes: boolean;
}

/**
 * Which notifications have been heard, so that those that have not can be asked for, and none counts
 * twice, nor against what was told after it. A provider numbers them in the order in which they happen (GFD.212), of
 * each connection or of all together, and a summary shows the last number.
 */
export class NotificationLog {
  readonly #heard = new Map<string, Heard>();
  readonly #states = new Map<string, LastState>();

  /** A connection has just been asked for: whatever is told of it is news. */
  begin(connectionId: string): void {
    this.#of(connectionId, 0).floor = 0;
  }

  /** A connection is over. */
  end(connectionId: string): void {
    this.#heard.delete(connectionId);
    this.#states.delete(connectionId);
  }

  /** A notification has come by itself; whether it is news. Numbers that say nothing are 0. */
  come(notification: Notification): boolean {
    const { notificationId: id } = notification;
    const connectionId = connectionOf(notification);
    if (connectionId === undefined) return true;
    if (id < 1) return this.#isStanding(connectionId, notification);
    const heard = this.#of(connectionId, id - 1);
    if (id <= heard.floor || heard.come.has(id)) return false;
    heard.come.add(id);
    return this.#isStanding(connectionId, notification);
  }

  /**
   * From which number on there may be some that have not come; undefined where there are none. What was
   * told of a connection before it was first seen here is past: its states show what came of it.
   */
  missingFrom({
    connectionId,
    notificationId: last,
  }: Reservation<ChildSummary>): number | undefined {
    if (last === undefined) return undefined;
    const heard = this.#of(connectionId, last);
    while (heard.come.delete(heard.floor + 1)) heard.floor += 1;
    return heard.floor < last ? heard.floor + 1 : undefined;
  }

  /** Those of an answer that are news, in their order; all until `last` have been asked for by then. */
  asked(
    connectionId: string,
    last: number,
    told: readonly Notification[],
  ): readonly Notification[] {
    const heard = this.#of(connectionId, last);
    const unheard = told.filter(
      ({ notificationId: id }) => id > heard.floor && !heard.come.has(id),
    );
    heard.floor = Math.max(heard.floor, last);
    for (const id of heard.come) if (id <= heard.floor) heard.come.delete(id);
    return unheard
      .toSorted((a, b) => a.notificationId - b.notificationId)
      .filter((each) => this.#isStanding(connectionId, each));
  }

  /** Whether nothing that was told of the connection after this says otherwise. */
  #isStanding(connectionId: string, notification: Notification): boolean {
    const passes = passesBy(notification);
    if (passes === undefined) return true;
    const known = this.#states.get(connectionId);
    if (known !== undefined && isOlder(notification, known)) return known.passes === passes;
    const { notificationId, timeStamp } = notification;
    this.#states.set(connectionId, { notificationId, timeStamp, passes });
    return true;
  }

  #of(connectionId: string, floor: number): Heard {
    const known = this.#heard.get(connectionId);
    if (known !== undefined) return known;
    const heard: Heard = { floor, come: new Set() };
    this.#heard.set(connectionId, heard);
    return heard;
  }
}

/** Whether frames pass, where a notification says so; what has ended does not begin again, however late that is heard. */
function passesBy(notification: Notification): boolean | undefined {
  if (notification.type === "dataPlaneStateChange") return notification.dataPlaneStatus.active;
  return notification.type === "errorEvent" && notification.event !== "forcedEnd"
    ? false
    : undefined;
}

/** By their numbers, or by their times where these say nothing. */
function isOlder(
  a: Pick<Notification, "notificationId" | "timeStamp">,
  b: Pick<Notification, "notificationId" | "timeStamp">,
): boolean {
  const areNumbered = a.notificationId > 0 && b.notificationId > 0;
  return areNumbered ? a.notificationId < b.notificationId : a.timeStamp < b.timeStamp;
}

/** Which connection a notification is of; OSCARS says so of a forced end only as where it comes from. */
function connectionOf(notification: Notification): string | undefined {
  if (notification.connectionId !== undefined) return notification.connectionId;
  return "originatingConnectionId" in notification
    ? notification.originatingConnectionId
    : undefined;
}
