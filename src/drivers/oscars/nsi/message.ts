import type { XmlCodec } from "../xml/codec.ts";
import { fieldsIn, manyOf, type Variants, variants } from "../xml/field.ts";
import { dateTime, integer, text, token } from "../xml/scalars.ts";
import { struct } from "../xml/struct.ts";
import { type Criteria, criteria } from "./criteria.ts";
import { CONNECTION_TYPES } from "./names.ts";
import { type Notification, notificationCodecs, notifications } from "./notification.ts";
import {
  type ChildDetails,
  type ChildSummary,
  type Reservation,
  reservationDetails,
  reservationSummary,
} from "./reservation.ts";
import { connectionOnly, type OperationResult, resultCodecs, results } from "./result.ts";

/** Asks for a connection or, with a `connectionId`, for another version of one. */
export interface Reserve {
  readonly type: "reserve";
  readonly connectionId?: string;
  readonly globalReservationId?: string;
  readonly description?: string;
  readonly criteria: Criteria;
}

/** The synchronous answer to `reserve`, or the simplest of requests. */
export interface OnConnection {
  readonly type:
    | "reserveResponse"
    | "reserveCommit"
    | "reserveAbort"
    | "provision"
    | "release"
    | "terminate";
  readonly connectionId: string;
}

/** Asks what there is: by ids of one kind, by change since, or all. */
export interface Query {
  readonly type: "querySummary" | "querySummarySync" | "queryRecursive";
  readonly connectionId: readonly string[];
  readonly globalReservationId: readonly string[];
  /** Milliseconds since the epoch. */
  readonly ifModifiedSince?: number;
}

export interface QueryNotification {
  readonly type: "queryNotification" | "queryNotificationSync";
  readonly connectionId: string;
  readonly startNotificationId?: number;
  readonly endNotificationId?: number;
}

export interface QueryResult {
  readonly type: "queryResult" | "queryResultSync";
  readonly connectionId: string;
  readonly startResultId?: number;
  readonly endResultId?: number;
}

export interface QuerySummaryConfirmed {
  readonly type: "querySummaryConfirmed" | "querySummarySyncConfirmed";
  readonly reservation: readonly Reservation<ChildSummary>[];
  readonly lastModified?: number;
}

export interface QueryRecursiveConfirmed {
  readonly type: "queryRecursiveConfirmed";
  readonly reservation: readonly Reservation<ChildDetails>[];
}

export interface QueryNotificationConfirmed {
  readonly type: "queryNotificationConfirmed" | "queryNotificationSyncConfirmed";
  readonly notifications: readonly Notification[];
}

export interface QueryResultConfirmed {
  readonly type: "queryResultConfirmed" | "queryResultSyncConfirmed";
  readonly result: readonly PastResult[];
}

/** What became of an earlier request. */
export interface PastResult {
  readonly resultId: number;
  readonly correlationId: string;
  readonly timeStamp: number;
  /** One; a list because the schema leaves no other name for it. */
  readonly results: readonly OperationResult[];
}

/** Received; what comes of it comes later. */
export interface Acknowledgment {
  readonly type: "acknowledgment";
}

/** Every message of the Connection Service, by the name of its element. */
export type NsiMessage =
  | Reserve
  | OnConnection
  | Query
  | QueryNotification
  | QueryResult
  | OperationResult
  | Notification
  | QuerySummaryConfirmed
  | QueryRecursiveConfirmed
  | QueryNotificationConfirmed
  | QueryResultConfirmed
  | Acknowledgment;

const { required, optional, many } = fieldsIn("");

const query = struct<Omit<Query, "type">>({
  connectionId: many("connectionId", token),
  globalReservationId: many("globalReservationId", token),
  ifModifiedSince: optional("ifModifiedSince", dateTime),
});

const queryNotification = struct<Omit<QueryNotification, "type">>({
  connectionId: required("connectionId", token),
  startNotificationId: optional("startNotificationId", integer),
  endNotificationId: optional("endNotificationId", integer),
});

const queryResult = struct<Omit<QueryResult, "type">>({
  connectionId: required("connectionId", token),
  startResultId: optional("startResultId", integer),
  endResultId: optional("endResultId", integer),
});

const querySummaryConfirmed = struct<Omit<QuerySummaryConfirmed, "type">>({
  reservation: many("reservation", reservationSummary),
  lastModified: optional("lastModified", dateTime),
});

const queryNotificationConfirmed = struct<Omit<QueryNotificationConfirmed, "type">>({
  notifications: manyOf(CONNECTION_TYPES, notifications),
});

const queryResultConfirmed = struct<Omit<QueryResultConfirmed, "type">>({
  result: many(
    "result",
    struct<PastResult>({
      resultId: required("resultId", integer),
      correlationId: required("correlationId", token),
      timeStamp: required("timeStamp", dateTime),
      results: manyOf(CONNECTION_TYPES, results),
    }),
  ),
});

const acknowledgment: XmlCodec<object> = struct<object>({});

/** All messages. */
export const nsiMessages: Variants<NsiMessage> = variants<NsiMessage>({
  reserve: struct<Omit<Reserve, "type">>({
    connectionId: optional("connectionId", token),
    globalReservationId: optional("globalReservationId", token),
    description: optional("description", text),
    criteria: required("criteria", criteria),
  }),
  reserveResponse: connectionOnly,
  reserveCommit: connectionOnly,
  reserveAbort: connectionOnly,
  provision: connectionOnly,
  release: connectionOnly,
  terminate: connectionOnly,
  querySummary: query,
  querySummarySync: query,
  queryRecursive: query,
  queryNotification,
  queryNotificationSync: queryNotification,
  queryResult,
  queryResultSync: queryResult,
  ...resultCodecs,
  ...notificationCodecs,
  querySummaryConfirmed,
  querySummarySyncConfirmed: querySummaryConfirmed,
  queryRecursiveConfirmed: struct<Omit<QueryRecursiveConfirmed, "type">>({
    reservation: many("reservation", reservationDetails),
  }),
  queryNotificationConfirmed,
  queryNotificationSyncConfirmed: queryNotificationConfirmed,
  queryResultConfirmed,
  queryResultSyncConfirmed: queryResultConfirmed,
  acknowledgment,
});
