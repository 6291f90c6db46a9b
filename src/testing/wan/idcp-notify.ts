import type { IdcpVersion } from "../../drivers/oscars/idcp/envelope.ts";
import {
  type EndpointReference,
  writeBrokerMessage,
} from "../../drivers/oscars/idcp/notification.ts";

/** An event as a broker posts it. */
export function notifyText<Message>(
  version: IdcpVersion<Message>,
  subscription: EndpointReference,
  event: Message,
): string {
  const message = { subscription, topic: TOPIC, producer: PRODUCER, events: [event] };
  return writeBrokerMessage(version, { type: "Notify", messages: [message] });
}

const TOPIC = {
  dialect: "http://docs.oasis-open.org/wsn/t-1/TopicExpression/Full",
  expression: "idc:RESERVATION",
};
const PRODUCER = { address: "http://idc.example/OSCARS" };
