import { fieldsIn, type VariantCodecs, type Variants, variants } from "../xml/field.ts";
import { dateTime, exactWord, integer, token } from "../xml/scalars.ts";
import { type FieldsOf, listOf, struct } from "../xml/struct.ts";
import {
  type ServiceException,
  serviceException,
  type TypeValuePair,
  typeValuePair,
} from "./service-exception.ts";
import { type DataPlaneStatus, dataPlaneStatus } from "./states.ts";

/** What all notifications say. `connectionId` is missing in what OSCARS sends of a forced end. */
interface NotificationBase {
  readonly connectionId?: string;
  readonly notificationId: number;
  /** Milliseconds since the epoch. */
  readonly timeStamp: number;
}

/** The connection ended, or its data plane failed, without anybody asking. */
export interface ErrorEvent extends NotificationBase {
  readonly type: "errorEvent";
  readonly event: "activateFailed" | "deactivateFailed" | "dataplaneError" | "forcedEnd";
  readonly originatingConnectionId: string;
  readonly originatingNSA: string;
  readonly additionalInfo?: readonly TypeValuePair[];
  readonly serviceException?: ServiceException;
}

/** What was held has not been committed in time, and is free again. */
export interface ReserveTimeout extends NotificationBase {
  readonly type: "reserveTimeout";
  /** How long it was held, in seconds. */
  readonly timeoutValue: number;
  readonly originatingConnectionId: string;
  readonly originatingNSA: string;
}

/** Frames pass, or do not pass any more. */
export interface DataPlaneStateChange extends NotificationBase {
  readonly type: "dataPlaneStateChange";
  readonly dataPlaneStatus: DataPlaneStatus;
}

/** An aggregator could not reach one of its children with a request. */
export interface MessageDeliveryTimeout extends NotificationBase {
  readonly type: "messageDeliveryTimeout";
  /** Of the request that was not delivered. */
  readonly correlationId: string;
}

/** What a provider tells unasked. */
export type Notification =
  | ErrorEvent
  | ReserveTimeout
  | DataPlaneStateChange
  | MessageDeliveryTimeout;

/**
 * How a notification came: in the provider's answer to a question, or posted to where callbacks are taken, by
 * whoever knows the address.
 */
export type NotificationSource = "asked" | "posted";

export type NotificationListener = (notification: Notification, source: NotificationSource) => void;

const { required, optional } = fieldsIn("");

const base: FieldsOf<NotificationBase> = {
  connectionId: optional("connectionId", token),
  notificationId: required("notificationId", integer),
  timeStamp: required("timeStamp", dateTime),
};

const events = exactWord(["activateFailed", "deactivateFailed", "dataplaneError", "forcedEnd"]);

/** The notifications by the names of their elements. */
export const notificationCodecs: VariantCodecs<Notification> = {
  errorEvent: struct<Omit<ErrorEvent, "type">>({
    ...base,
    event: required("event", events),
    originatingConnectionId: required("originatingConnectionId", token),
    originatingNSA: required("originatingNSA", token),
    additionalInfo: optional("additionalInfo", listOf("", "attribute", typeValuePair)),
    serviceException: optional("serviceException", serviceException),
  }),
  reserveTimeout: struct<Omit<ReserveTimeout, "type">>({
    ...base,
    timeoutValue: required("timeoutValue", integer),
    originatingConnectionId: required("originatingConnectionId", token),
    originatingNSA: required("originatingNSA", token),
  }),
  dataPlaneStateChange: struct<Omit<DataPlaneStateChange, "type">>({
    ...base,
    dataPlaneStatus: required("dataPlaneStatus", dataPlaneStatus),
  }),
  messageDeliveryTimeout: struct<Omit<MessageDeliveryTimeout, "type">>({
    ...base,
    correlationId: required("correlationId", token),
  }),
};

export const notifications: Variants<Notification> = variants<Notification>(notificationCodecs);

/** Whether a message is one of these. */
export function isNotification(message: { readonly type: string }): message is Notification {
  return notifications.has(message.type);
}
