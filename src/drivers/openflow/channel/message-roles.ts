import type { OfMessage } from "../wire/message.ts";
import type { MultipartReplyBody, MultipartRequestBody } from "../wire/multipart.ts";

/** The type of message that answers each type of request. */
const replyTypes = {
  "echo-request": "echo-reply",
  "features-request": "features-reply",
  "get-config-request": "get-config-reply",
  "multipart-request": "multipart-reply",
  "barrier-request": "barrier-reply",
  "queue-get-config-request": "queue-get-config-reply",
  "role-request": "role-reply",
  "get-async-request": "get-async-reply",
  "bundle-control": "bundle-control",
  experimenter: "experimenter",
} as const;

type ReplyTypes = typeof replyTypes;

/** A message that the switch answers. */
export type RequestMessage = Extract<OfMessage, { readonly type: keyof ReplyTypes }>;

/** A message that the switch carries out in silence: it answers only with an error, if at all. */
export type CommandMessage = Extract<
  OfMessage,
  {
    readonly type:
      | "flow-mod"
      | "group-mod"
      | "meter-mod"
      | "port-mod"
      | "table-mod"
      | "set-config"
      | "set-async"
      | "packet-out"
      | "bundle-add"
      | "experimenter";
  }
>;

/** What answers a request of this kind. */
export type ReplyTo<M extends RequestMessage> = Extract<
  OfMessage,
  { readonly type: ReplyTypes[M["type"]] }
>;

/** The bodies that answer a multipart request with this body. */
export type ReplyBodyTo<B extends MultipartRequestBody> = Extract<
  MultipartReplyBody,
  { readonly type: B["type"] }
>;

/** Whether this reply is of the kind that answers this request. */
export function answers<M extends RequestMessage>(
  request: M,
  reply: OfMessage,
): reply is ReplyTo<M> {
  if (reply.type !== replyTypes[request.type]) return false;
  return (
    request.type !== "multipart-request" ||
    (reply.type === "multipart-reply" && hasTypeOf(request.body, reply.body))
  );
}

/** Whether this body is of the kind that answers a request with that body. */
export function hasTypeOf<B extends MultipartRequestBody>(
  asked: B,
  answered: MultipartReplyBody,
): answered is ReplyBodyTo<B> {
  return asked.type === answered.type;
}
