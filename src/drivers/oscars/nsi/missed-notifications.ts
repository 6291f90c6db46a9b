import type { ResultAsync } from "neverthrow";
import type { NsiMessage, QueryNotification } from "./message.ts";
import type { Notification } from "./notification.ts";
import { NotificationLog } from "./notification-log.ts";
import type { NsiFault } from "./nsi-fault.ts";
import type { ChildSummary, Reservation } from "./reservation.ts";

/** How many connections are asked about at once. */
const AT_ONCE = 16;
/** How often in a row a provider may answer all but this before it is taken to answer no such question. */
const MOST_UNANSWERED = 3;

/**
 * Asks for notifications that have not come: nobody listened, or the message was lost (GFD.212,
 * `queryNotificationSync`). A provider that says it knows no such question is not asked it again.
 */
export class MissedNotifications {
  readonly log: NotificationLog = new NotificationLog();
  readonly #send: (
    message: QueryNotification,
    signal: AbortSignal,
  ) => ResultAsync<NsiMessage, NsiFault>;
  readonly #hear: (notification: Notification) => void;
  #isAsked: boolean;
  #unanswered = 0;

  /** `isAsked`: whether the provider can be. */
  constructor(
    isAsked: boolean,
    send: (message: QueryNotification, signal: AbortSignal) => ResultAsync<NsiMessage, NsiFault>,
    hear: (notification: Notification) => void,
  ) {
    this.#isAsked = isAsked;
    this.#send = send;
    this.#hear = hear;
  }

  /** Tells of each that summaries show and that has not been heard, once and in order. */
  async catchUp(
    reservations: readonly Reservation<ChildSummary>[],
    signal: AbortSignal,
  ): Promise<void> {
    const waiting = this.#isAsked
      ? reservations.filter((each) => this.log.missingFrom(each) !== undefined)
      : [];
    for (let at = 0; at < waiting.length && this.#isAsked; at += AT_ONCE) {
      const some = waiting.slice(at, at + AT_ONCE);
      const answered = await Promise.all(some.map((each) => this.#ask(each, signal)));
      if (signal.aborted) return;
      if (answered.includes(true)) this.#unanswered = 0;
      else if (answered.includes(false)) return this.#leftUnanswered();
    }
  }

  /** It answered with its summaries right before: where it is away, it is asked for none of either. */
  #leftUnanswered(): void {
    this.#unanswered += 1;
    if (this.#unanswered >= MOST_UNANSWERED) this.#isAsked = false;
  }

  /** Whether there was an answer; undefined where that says nothing. */
  async #ask(
    reservation: Reservation<ChildSummary>,
    signal: AbortSignal,
  ): Promise<boolean | undefined> {
    const { connectionId, notificationId: last } = reservation;
    const startNotificationId = this.log.missingFrom(reservation);
    if (startNotificationId === undefined || last === undefined || signal.aborted) return undefined;
    const question = { type: "queryNotificationSync", connectionId, startNotificationId } as const;
    const answer = await this.#send(question, signal);
    if (answer.isErr()) return this.#failed(answer.error);
    if (answer.value.type !== "queryNotificationSyncConfirmed") {
      this.#isAsked = false;
      return true;
    }
    const { notifications } = answer.value;
    const until = Math.max(last, ...notifications.map(({ notificationId }) => notificationId));
    for (const news of this.log.asked(connectionId, until, notifications)) this.#hear(news);
    return true;
  }

  /** What one connection is refused, or the provider's own trouble, says nothing of others. */
  #failed(fault: NsiFault): boolean | undefined {
    if (fault.type === "nsi-unknown") return false;
    if (fault.type === "nsi-protocol" || fault.class === "refused") this.#isAsked = false;
    return undefined;
  }
}
