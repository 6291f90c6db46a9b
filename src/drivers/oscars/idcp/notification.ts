import type { Result } from "neverthrow";
import { envelopeOf, openEnvelope, SOAP_1_2 } from "../soap/envelope.ts";
import { attemptXml, type XmlCodec } from "../xml/codec.ts";
import { XmlFailure, type XmlFault } from "../xml/fault.ts";
import { attribute, content, fieldsIn, manyOf, type Variants, variants } from "../xml/field.ts";
import { readXml, type XmlLimits } from "../xml/read-xml.ts";
import { dateTime, text, token } from "../xml/scalars.ts";
import { struct, within } from "../xml/struct.ts";
import { writeXml } from "../xml/write-xml.ts";
import type { IdcpVersion } from "./envelope.ts";
import { idcpPrefixes, OSCARS_05 } from "./names.ts";

export const WS_NOTIFICATION = "http://docs.oasis-open.org/wsn/b-2";
const WS_ADDRESSING = "http://www.w3.org/2005/08/addressing";
const PREFIXES = { ...idcpPrefixes, [WS_NOTIFICATION]: "wsnt", [WS_ADDRESSING]: "wsa" };

/** Where something is reached. Version 0.5 names a subscription in the parameters, 0.6 in the address. */
export interface EndpointReference {
  readonly address: string;
  readonly subscriptionId?: string;
}

/** Which events, in one of the topic languages. */
export interface Topic {
  readonly dialect: string;
  readonly expression: string;
}

/** Asks a broker to post events until some time (WS-BaseNotification 1.3, as far as OSCARS has it). */
export interface Subscribe {
  readonly type: "Subscribe";
  readonly consumer: EndpointReference;
  /** The broker fails without. */
  readonly topics: readonly Topic[];
  /** An `xsd:dateTime` or `xsd:duration`; an hour when absent. */
  readonly initialTerminationTime?: string;
}

/** Times are milliseconds since the epoch. */
export interface SubscribeResponse {
  readonly type: "SubscribeResponse";
  readonly subscription: EndpointReference;
  readonly currentTime?: number;
  readonly terminationTime?: number;
}

export interface Renew {
  readonly type: "Renew";
  readonly terminationTime: string;
  readonly subscription: EndpointReference;
}

export interface RenewResponse {
  readonly type: "RenewResponse";
  readonly terminationTime: number;
  readonly currentTime?: number;
  readonly subscription?: EndpointReference;
}

/** Ends or stops a subscription, or lets it go on; answered by the same. */
export interface OnSubscription {
  readonly type:
    | "Unsubscribe"
    | "UnsubscribeResponse"
    | "PauseSubscription"
    | "PauseSubscriptionResponse"
    | "ResumeSubscription"
    | "ResumeSubscriptionResponse";
  readonly subscription?: EndpointReference;
}

/** Events, posted to whom subscribed. */
export interface Notify<Event> {
  readonly type: "Notify";
  readonly messages: readonly NotificationMessage<Event>[];
}

export interface NotificationMessage<Event> {
  readonly subscription?: EndpointReference;
  readonly topic?: Topic;
  readonly producer?: EndpointReference;
  /** One; other things that a message may hold are left out. */
  readonly events: readonly Event[];
}

/** What goes between a user and a broker; `Event` is what one version says in a `Notify`. */
export type BrokerMessage<Event> =
  | Subscribe
  | SubscribeResponse
  | Renew
  | RenewResponse
  | OnSubscription
  | Notify<Event>;

/** Reads an HTTP body from a broker, or to one. */
export function readBrokerMessage<Event>(
  version: IdcpVersion<Event>,
  body: string,
  limits?: XmlLimits,
): Result<BrokerMessage<Event>, XmlFault> {
  return readXml(body, limits).andThen((root) =>
    attemptXml(() => {
      const element = openEnvelope(root, SOAP_1_2).body;
      const message = brokerMessages(version).read(element);
      if (message === undefined) throw new XmlFailure([], `no message is called ${element.name}`);
      return message;
    }),
  );
}

/** Writes an HTTP body to a broker, or from one. */
export function writeBrokerMessage<Event>(
  version: IdcpVersion<Event>,
  message: BrokerMessage<Event>,
): string {
  const body = brokerMessages(version).write(WS_NOTIFICATION, message);
  return writeXml(envelopeOf(SOAP_1_2, { header: [], body }), PREFIXES);
}

const { required, optional, many } = fieldsIn(WS_NOTIFICATION);
const addressing = fieldsIn(WS_ADDRESSING);

const subscriptionId = fieldsIn(OSCARS_05).optional("subscriptionId", token);

const endpointReference: XmlCodec<EndpointReference> = struct<EndpointReference>({
  address: addressing.required("Address", token),
  subscriptionId: addressing.optional("ReferenceParameters", within(subscriptionId)),
});

const topic = struct<Topic>({ dialect: attribute("Dialect", text), expression: content(token) });

const subscription = optional("SubscriptionReference", endpointReference);
const onSubscription = struct<Omit<OnSubscription, "type">>({ subscription });

function brokerMessages<Event>({
  namespace,
  messages,
}: IdcpVersion<Event>): Variants<BrokerMessage<Event>> {
  const notificationMessage = struct<NotificationMessage<Event>>({
    subscription,
    topic: optional("Topic", topic),
    producer: optional("ProducerReference", endpointReference),
    events: required("Message", within(manyOf(namespace, messages))),
  });
  return variants<BrokerMessage<Event>>({
    Subscribe: struct<Omit<Subscribe, "type">>({
      consumer: required("ConsumerReference", endpointReference),
      topics: required("Filter", within(many("TopicExpression", topic))),
      initialTerminationTime: optional("InitialTerminationTime", token),
    }),
    SubscribeResponse: struct<Omit<SubscribeResponse, "type">>({
      subscription: required("SubscriptionReference", endpointReference),
      currentTime: optional("CurrentTime", dateTime),
      terminationTime: optional("TerminationTime", dateTime),
    }),
    Renew: struct<Omit<Renew, "type">>({
      terminationTime: required("TerminationTime", token),
      subscription: required("SubscriptionReference", endpointReference),
    }),
    RenewResponse: struct<Omit<RenewResponse, "type">>({
      terminationTime: required("TerminationTime", dateTime),
      currentTime: optional("CurrentTime", dateTime),
      subscription,
    }),
    Unsubscribe: onSubscription,
    UnsubscribeResponse: onSubscription,
    PauseSubscription: onSubscription,
    PauseSubscriptionResponse: onSubscription,
    ResumeSubscription: onSubscription,
    ResumeSubscriptionResponse: onSubscription,
    Notify: struct<Omit<Notify<Event>, "type">>({
      messages: many("NotificationMessage", notificationMessage),
    }),
  });
}
