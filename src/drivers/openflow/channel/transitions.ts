import type { OfMessage } from "../wire/message.ts";

/**
 * Where a connection to a switch stands (OpenFlow 1.3.5 §6.3): nothing sent yet, waiting for the
 * other hello, waiting for the features, in use, over.
 */
export type ChannelState = "connecting" | "hello" | "features" | "up" | "closed";

/** What can happen to a connection: we open it, a kind of message arrives, or it ends. */
export type ChannelInput =
  | "open"
  | "hello"
  | "error"
  | "features-reply"
  | "echo-request"
  | "echo-reply"
  /** The answer to something only the owner of the channel asks. */
  | "reply"
  /** What a switch tells unasked. */
  | "notice"
  /** A message that only a controller may send. */
  | "foreign"
  /** The protocol cannot go on: no common version, framing lost, nothing heard. */
  | "fail"
  /** Either side ended the connection. */
  | "close";

/** Every legal step. An input that a state does not list breaks the protocol. */
export const transitions: Readonly<
  Record<ChannelState, Readonly<Partial<Record<ChannelInput, ChannelState>>>>
> = {
  connecting: { open: "hello", close: "closed" },
  hello: { hello: "features", error: "closed", fail: "closed", close: "closed" },
  features: {
    "features-reply": "up",
    error: "closed",
    "echo-request": "features",
    "echo-reply": "features",
    notice: "features",
    fail: "closed",
    close: "closed",
  },
  up: {
    error: "up",
    "features-reply": "up",
    "echo-request": "up",
    "echo-reply": "up",
    reply: "up",
    notice: "up",
    fail: "closed",
    close: "closed",
  },
  closed: {},
};

/** Which input each type of message is when a switch sends it. */
export const inputOf: Readonly<Record<OfMessage["type"], ChannelInput>> = {
  hello: "hello",
  error: "error",
  "echo-request": "echo-request",
  "echo-reply": "echo-reply",
  "features-reply": "features-reply",
  "get-config-reply": "reply",
  "multipart-reply": "reply",
  "barrier-reply": "reply",
  "queue-get-config-reply": "reply",
  "role-reply": "reply",
  "get-async-reply": "reply",
  "bundle-control": "reply",
  "packet-in": "notice",
  "flow-removed": "notice",
  "port-status": "notice",
  "role-status": "notice",
  "table-status": "notice",
  requestforward: "notice",
  "controller-status": "notice",
  "nx-packet-in": "notice",
  "nx-packet-in2": "notice",
  "nx-flow-monitor-paused": "notice",
  "nx-flow-monitor-resumed": "notice",
  experimenter: "notice",
  unknown: "notice",
  "features-request": "foreign",
  "get-config-request": "foreign",
  "set-config": "foreign",
  "packet-out": "foreign",
  "flow-mod": "foreign",
  "group-mod": "foreign",
  "port-mod": "foreign",
  "table-mod": "foreign",
  "multipart-request": "foreign",
  "barrier-request": "foreign",
  "queue-get-config-request": "foreign",
  "role-request": "foreign",
  "get-async-request": "foreign",
  "set-async": "foreign",
  "meter-mod": "foreign",
  "bundle-add": "foreign",
  "nx-set-flow-format": "foreign",
  "nx-flow-mod": "foreign",
  "nx-flow-mod-table-id": "foreign",
  "nx-set-packet-in-format": "foreign",
  "nx-flow-age": "foreign",
  "nx-set-async": "foreign",
  "nx-set-controller-id": "foreign",
  "nx-flow-monitor-cancel": "foreign",
  "nx-ct-flush-zone": "foreign",
  "nx-resume": "foreign",
};
