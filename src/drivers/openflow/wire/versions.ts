import type { Union } from "./kit/union.ts";
import type { OfMessage } from "./message.ts";
import { messages as messages13 } from "./v1-3/messages.ts";
import { type OfVersion, OPENFLOW_1_3 } from "./version.ts";

/** The messages of each version by the number of their type. */
export const messagesOf: Readonly<Record<OfVersion, Union<OfMessage>>> = {
  [OPENFLOW_1_3]: messages13,
};
