import type { ResultAsync } from "neverthrow";
import { type Clock, steadyMs } from "../../../model/clock.ts";
import { GrowingRest } from "../growing-rest.ts";
import type { NsiMessage, QueryNotification } from "./message.ts";
import type { Notification } from "./notification.ts";
import { NotificationLog } from "./notification-log.ts";
import type { NsiFault } from "./nsi-fault.ts";
import type { ChildSummary, Reservation } from "./reservation.ts";

/** How many connections are asked about at once. */
const AT_ONCE = 16;
/** How often in a row a provider may answer all but this before it is taken to answer no such question. */
const MOST_UNANSWERED = 3;

/** What it takes to ask. */
export interface MissedNotificationsContext {
  readonly clock: Clock;
  /** Whether the provider can be asked. */
  readonly isAsked: boolean;
  readonly send: (
    message: QueryNotification,
    signal: AbortSignal,
  ) => ResultAsync<NsiMessage, NsiFault>;
  /** Takes what had not come. */
  readonly hear: (notification: Notification) => void;
}

/**
 * Asks for notifications that have not come: nobody listened, or the message was lost (GFD.212,
 * `queryNotificationSync`). A provider that says it knows no such question is not asked it again; a connection for
 * which it never answers is asked about ever more rarely, for each question holds up a look.
 */
export class MissedNotifications {
  readonly #context: MissedNotificationsContext;
  readonly #log = new NotificationLog();
  /** Connections that somebody is asking about. */
  readonly #asking = new Set<string>();
  /** Connections for which there was no answer. */
  readonly #resting = new Map<string, GrowingRest>();
  #isAsked: boolean;
  /** Whether it has ever answered one. */
  #answers = false;
  #unanswered = 0;

  constructor(context: MissedNotificationsContext) {
    this.#context = context;
    this.#isAsked = context.isAsked;
  }

  /** A connection has just been asked for. */
  begin(connectionId: string): void {
    this.#log.begin(connectionId);
  }

  /** A connection is over. */
  end(connectionId: string): void {
    this.#log.end(connectionId);
    this.#resting.delete(connectionId);
  }

  /** The connections that are remembered. */
  get connectionIds(): readonly string[] {
    return this.#log.connectionIds;
  }

  /**
   * A notification has come by itself, and need not be asked for; but that something has failed is, where it can be:
   * anybody may have posted it.
   */
  come(notification: Notification): void {
    if (notification.type !== "errorEvent" || !this.#isAsked) this.#log.come(notification);
  }

  /** Tells of each that summaries show and that has not been heard, once and in order. */
  async catchUp(
    reservations: readonly Reservation<ChildSummary>[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const each of reservations) this.#log.list(each, this.#context.clock.now());
    if (!this.#isAsked) return;
    const waiting = reservations.values();
    const silent: string[] = [];
    let isAnswered = false;
    const ask = async (): Promise<void> => {
      for (const each of waiting) {
        const isAway = silent.length > 0 && !isAnswered;
        if (!this.#isAsked || isAway || signal.aborted) return;
        const answered = await this.#ask(each, signal);
        if (answered === true) isAnswered = true;
        else if (answered === false) silent.push(each.connectionId);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    for (const id of silent) this.#asking.delete(id);
    if (signal.aborted) return;
    if (isAnswered) this.#answers = true;
    if (this.#answers) for (const id of silent) this.#rest(id);
    else if (silent.length > 0) this.#leftUnanswered();
  }

  #isResting(connectionId: string): boolean {
    return this.#resting.get(connectionId)?.isOver(steadyMs(this.#context.clock)) === false;
  }

  /** It answered with its summaries right before: where it is away, it is asked for none of either. */
  #leftUnanswered(): void {
    this.#unanswered += 1;
    if (this.#unanswered >= MOST_UNANSWERED) this.#isAsked = false;
  }

  #rest(connectionId: string): void {
    // It has ended meanwhile.
    if (!this.#log.has(connectionId)) return;
    const rest = this.#resting.get(connectionId) ?? new GrowingRest();
    rest.begin(steadyMs(this.#context.clock));
    this.#resting.set(connectionId, rest);
  }

  /** Whether there was an answer; undefined where that says nothing. */
  async #ask(
    reservation: Reservation<ChildSummary>,
    signal: AbortSignal,
  ): Promise<boolean | undefined> {
    const { connectionId, notificationId: last } = reservation;
    const startNotificationId = this.#log.missingFrom(reservation);
    if (startNotificationId === undefined || last === undefined) return undefined;
    // Another look may have come to it first.
    if (this.#asking.has(connectionId) || this.#isResting(connectionId)) return undefined;
    const question = { type: "queryNotificationSync", connectionId, startNotificationId } as const;
    this.#asking.add(connectionId);
    const answer = await this.#context.send(question, signal);
    // Where there is none, no other look is to ask before this one has ended, and knows what that means.
    const isSilent = answer.isErr() && answer.error.type === "nsi-unknown";
    if (!isSilent) this.#asking.delete(connectionId);
    if (answer.isErr()) return this.#failed(answer.error);
    if (answer.value.type !== "queryNotificationSyncConfirmed") {
      this.#isAsked = false;
      return true;
    }
    this.#resting.delete(connectionId);
    const { notifications } = answer.value;
    const until = Math.max(last, ...notifications.map(({ notificationId }) => notificationId));
    for (const news of this.#log.asked(connectionId, until, notifications))
      this.#context.hear(news);
    return true;
  }

  /** What one connection is refused, or the provider's own trouble, says nothing of others. */
  #failed(fault: NsiFault): boolean | undefined {
    if (fault.type === "nsi-unknown") return false;
    if (fault.type === "nsi-protocol" || fault.class === "refused") this.#isAsked = false;
    return undefined;
  }
}
