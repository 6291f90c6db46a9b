// All messages, OpenFlow 1.3.5 §7.
import { errorNames } from "../error.ts";
import { errorBody } from "../kit/error.ts";
import { rest, u32 } from "../kit/scalars.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import { flowMod, flowRemoved } from "./flow.ts";
import { groupMod } from "./group.ts";
import { hello } from "./hello.ts";
import { meterMod } from "./meter.ts";
import { multipartReply, multipartRequest } from "./multipart.ts";
import { packetIn, packetOut } from "./packet.ts";
import { portMod, portStatus } from "./port.ts";
import { queueConfig } from "./queue.ts";
import { switchMessages } from "./switch.ts";
import { tableMod } from "./table.ts";

const variants: readonly Variant<OfMessage>[] = [
  hello,
  { code: 1, type: "error", body: errorBody(errorNames) },
  variant(2, "echo-request", { data: rest }),
  variant(3, "echo-reply", { data: rest }),
  variant(4, "experimenter", { experimenter: u32, expType: u32, data: rest }),
  ...switchMessages,
  packetIn,
  flowRemoved,
  portStatus,
  packetOut,
  flowMod,
  groupMod,
  portMod,
  tableMod,
  multipartRequest,
  multipartReply,
  ...queueConfig,
  meterMod,
];

/** Every message of OpenFlow 1.3 by the number of its type. */
export const messages: Union<OfMessage> = new Union(variants);
