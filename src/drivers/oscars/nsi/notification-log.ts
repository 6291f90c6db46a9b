import type { Notification } from "./notification.ts";
import type { ChildSummary, Reservation } from "./reservation.ts";

/** What is known of the notifications of one connection. */
interface Heard {
  /** All until this one have been heard, or were told before anybody here was to hear them. */
  floor: number;
  /** Later ones that have come by themselves. */
  readonly come: Set<number>;
  /** Those that have been asked for, and may yet come by themselves. */
  readonly asked: Set<number>;
}

/**
 * Which notifications have been heard, so that those that have not can be asked for, and none counts
 * twice. A provider numbers them, of each connection or of all together, and a summary shows the last number.
 */
export class NotificationLog {
  readonly #heard = new Map<string, Heard>();

  /** A connection has just been asked for: whatever is told of it is news. */
  begin(connectionId: string): void {
    this.#of(connectionId, 0).floor = 0;
  }

  /** A connection is over. */
  end(connectionId: string): void {
    this.#heard.delete(connectionId);
  }

  /** A notification has come by itself; whether it is news. Numbers that say nothing are 0. */
  come(notification: Notification): boolean {
    const { notificationId: id } = notification;
    const connectionId = connectionOf(notification);
    if (connectionId === undefined || id < 1) return true;
    const heard = this.#of(connectionId, id - 1);
    if (heard.asked.delete(id)) return false;
    heard.come.add(id);
    return true;
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

  /** Those of an answer that are news; all until `last` have been asked for by then. */
  asked(
    connectionId: string,
    last: number,
    told: readonly Notification[],
  ): readonly Notification[] {
    const heard = this.#of(connectionId, last);
    const news = told.filter(
      ({ notificationId: id }) => id > heard.floor && !heard.come.has(id) && !heard.asked.has(id),
    );
    for (const { notificationId } of news) heard.asked.add(notificationId);
    heard.floor = Math.max(heard.floor, last);
    for (const id of heard.come) if (id <= heard.floor) heard.come.delete(id);
    return news;
  }

  #of(connectionId: string, floor: number): Heard {
    const known = this.#heard.get(connectionId);
    if (known !== undefined) return known;
    const heard: Heard = { floor, come: new Set(), asked: new Set() };
    this.#heard.set(connectionId, heard);
    return heard;
  }
}

/** Which connection a notification is of; OSCARS says so of a forced end only as where it comes from. */
function connectionOf(notification: Notification): string | undefined {
  if (notification.connectionId !== undefined) return notification.connectionId;
  return "originatingConnectionId" in notification
    ? notification.originatingConnectionId
    : undefined;
}
