import type { SoapFault } from "../../drivers/oscars/nsi/envelope.ts";
import type {
  NsiMessage,
  PastResult,
  QueryNotification,
  QueryResult,
} from "../../drivers/oscars/nsi/message.ts";
import type { Notification } from "../../drivers/oscars/nsi/notification.ts";
import type { OperationResult } from "../../drivers/oscars/nsi/result.ts";
import type { NsiQuirks } from "./nsi-options.ts";

/** What a provider has told of its connections, heard or not. */
export class NsiHistory {
  readonly #results = new Map<string, PastResult[]>();
  readonly #notifications = new Map<string, Notification[]>();

  /** A request was confirmed or refused. */
  addResult(
    connectionId: string,
    told: {
      readonly correlationId: string;
      readonly timeStamp: number;
      readonly result: OperationResult;
    },
  ): void {
    const past = this.#results.get(connectionId) ?? [];
    const { result, ...when } = told;
    this.#results.set(connectionId, [
      ...past,
      { ...when, resultId: past.length + 1, results: [result] },
    ]);
  }

  addNotification(connectionId: string, notification: Notification): void {
    const past = this.#notifications.get(connectionId) ?? [];
    this.#notifications.set(connectionId, [...past, notification]);
  }

  /** The number of what was told last of a connection; undefined where nothing was. */
  lastNotification(connectionId: string): number | undefined {
    return this.#notifications.get(connectionId)?.at(-1)?.notificationId;
  }

  /** What is told of it once more, to who asks; undefined where nothing is. */
  answerTo(
    query: NsiMessage | SoapFault,
    { queriesResults = true, queriesNotifications = true }: NsiQuirks,
  ): NsiMessage | undefined {
    if (query.type === "queryResultSync" && queriesResults)
      return { type: "queryResultSyncConfirmed", result: this.#resultsFor(query) };
    if (query.type === "queryNotificationSync" && queriesNotifications) {
      const notifications = this.#notificationsFor(query);
      return { type: "queryNotificationSyncConfirmed", notifications };
    }
    return undefined;
  }

  #resultsFor({ connectionId, startResultId, endResultId }: QueryResult): readonly PastResult[] {
    const past = this.#results.get(connectionId) ?? [];
    return past.filter(({ resultId }) => isWithin(resultId, startResultId, endResultId));
  }

  #notificationsFor(query: QueryNotification): readonly Notification[] {
    const { connectionId, startNotificationId, endNotificationId } = query;
    const past = this.#notifications.get(connectionId) ?? [];
    return past.filter(({ notificationId }) =>
      isWithin(notificationId, startNotificationId, endNotificationId),
    );
  }
}

function isWithin(id: number, first = 0, last = Number.POSITIVE_INFINITY): boolean {
  return first <= id && id <= last;
}
