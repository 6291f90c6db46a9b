import type { Union } from "./kit/union.ts";
import type { OfMessage } from "./message.ts";
import { messages as messages10 } from "./v1-0/messages.ts";
import { messages as messages13 } from "./v1-3/messages.ts";
import { messages as messages14 } from "./v1-4/messages.ts";
import { messages as messages15 } from "./v1-5/messages.ts";
import {
  type OfVersion,
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
} from "./version.ts";

/** The messages of each version by the number of their type. */
export const messagesOf: Readonly<Record<OfVersion, Union<OfMessage>>> = {
  [OPENFLOW_1_0]: messages10,
  [OPENFLOW_1_3]: messages13,
  [OPENFLOW_1_4]: messages14,
  [OPENFLOW_1_5]: messages15,
};
