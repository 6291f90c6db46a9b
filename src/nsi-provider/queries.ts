import { match } from "ts-pattern";
import { readNsi } from "../drivers/oscars/nsi/envelope.ts";
import type { NsiMessage } from "../drivers/oscars/nsi/message.ts";
import { isNotification } from "../drivers/oscars/nsi/notification.ts";
import { isResult } from "../drivers/oscars/nsi/result.ts";
import { type Connection, reservationOf } from "./connection.ts";

/** The messages that ask what there is. */
export type QueryMessage = Extract<
  NsiMessage,
  {
    readonly type:
      | "querySummary"
      | "querySummarySync"
      | "queryRecursive"
      | "queryNotification"
      | "queryNotificationSync"
      | "queryResult"
      | "queryResultSync";
  }
>;

/** Whether a message asks what there is. */
export function isQuery(message: { readonly type: string }): message is QueryMessage {
  return /^query(Summary|Recursive|Notification|Result)(Sync)?$/.test(message.type);
}

/** The answer to a query, of the connections that its sender may see. */
export function answerQuery(query: QueryMessage, visible: readonly Connection[]): NsiMessage {
  return match(query)
    .returnType<NsiMessage>()
    .with({ type: "querySummary" }, { type: "querySummarySync" }, (asked) => {
      const reservation = chosen(asked, visible).map(reservationOf);
      const lastModified = Math.max(0, ...visible.map(({ updatedAt }) => updatedAt));
      return {
        type: asked.type === "querySummary" ? "querySummaryConfirmed" : "querySummarySyncConfirmed",
        reservation,
        ...(lastModified === 0 ? {} : { lastModified }),
      };
    })
    .with({ type: "queryRecursive" }, (asked) => ({
      type: "queryRecursiveConfirmed",
      reservation: chosen(asked, visible).map((one) => {
        const { criteria, ...rest } = reservationOf(one);
        // Empty, and there: OpenNSA's requester does not do without.
        return { ...rest, criteria: criteria.map((each) => ({ ...each, children: [] })) };
      }),
    }))
    .with({ type: "queryNotification" }, { type: "queryNotificationSync" }, (asked) => ({
      type:
        asked.type === "queryNotification"
          ? "queryNotificationConfirmed"
          : "queryNotificationSyncConfirmed",
      notifications: told(asked.connectionId, "notification", visible)
        .filter(({ id }) => within(id, asked.startNotificationId, asked.endNotificationId))
        .flatMap(({ body }) => (isNotification(body) ? [body] : [])),
    }))
    .with({ type: "queryResult" }, { type: "queryResultSync" }, (asked) => ({
      type: asked.type === "queryResult" ? "queryResultConfirmed" : "queryResultSyncConfirmed",
      result: told(asked.connectionId, "result", visible)
        .filter(({ id }) => within(id, asked.startResultId, asked.endResultId))
        .flatMap(({ id, correlationId, at, body }) =>
          isResult(body) ? [{ resultId: id, correlationId, timeStamp: at, results: [body] }] : [],
        ),
    }))
    .exhaustive();
}

function chosen(
  asked: Extract<QueryMessage, { readonly globalReservationId: readonly string[] }>,
  visible: readonly Connection[],
): readonly Connection[] {
  const { connectionId, globalReservationId, ifModifiedSince = 0 } = asked;
  const isAll = connectionId.length + globalReservationId.length === 0;
  const [ids, globals] = [new Set(connectionId), new Set(globalReservationId)];
  return visible.filter(
    (one) =>
      one.updatedAt >= ifModifiedSince &&
      (isAll || ids.has(one.connectionId) || globals.has(one.globalReservationId ?? "")),
  );
}

function told(
  connectionId: string,
  kind: "result" | "notification",
  visible: readonly Connection[],
) {
  const connection = visible.find((one) => one.connectionId === connectionId);
  return (connection?.told ?? [])
    .filter((one) => one.kind === kind)
    .flatMap(({ id, at, correlationId, text }) => {
      const read = readNsi(text);
      return read.isOk() ? [{ id, at, correlationId, body: read.value.body }] : [];
    });
}

function within(id: number, first = 0, last: number = Number.MAX_SAFE_INTEGER): boolean {
  return first <= id && id <= last;
}
