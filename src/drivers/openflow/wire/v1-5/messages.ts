// All messages, OpenFlow 1.5.1 §7.

import { newIn15 } from "../error-names.ts";
import { errorBody } from "../kit/error.ts";
import { innerMessage } from "../kit/inner-message.ts";
import { multipartLayout, multipartMessages } from "../kit/multipart.ts";
import { packetInReasons } from "../kit/names.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import { flowMod } from "../v1-3/flow.ts";
import { commonMessages, foreignMessages } from "../v1-3/messages.ts";
import { packetIn } from "../v1-3/packet.ts";
import { bundleAdd, bundleControl } from "../v1-4/bundle.ts";
import { errorNames14, extended } from "../v1-4/error.ts";
import { importance } from "../v1-4/flow.ts";
import { portMod, portStatus, portWith } from "../v1-4/port.ts";
import { asyncMessages, roleStatus } from "../v1-4/switch.ts";
import { tableMod, tableStatus } from "../v1-4/table.ts";
import { OPENFLOW_1_5 } from "../version.ts";
import { bundleProperties } from "./bundle.ts";
import { flowRemoved } from "./flow.ts";
import { groupMod } from "./group.ts";
import { replyBodies, requestBodies } from "./multipart.ts";
import { packetOut } from "./packet.ts";
import { pipeline } from "./pipeline.ts";
import { portProperties } from "./port.ts";
import { asyncTypes, controllerStatus, roleMessages } from "./switch.ts";
import { tableFeatures } from "./table.ts";

const port = portWith(portProperties(pipeline.fields));
const features = tableFeatures(pipeline);

const variants: readonly Variant<OfMessage>[] = [
  ...commonMessages,
  { code: 1, type: "error", body: errorBody(extended(errorNames14, newIn15)) },
  ...roleMessages,
  ...asyncMessages(asyncTypes),
  ...foreignMessages(pipeline, []),
  packetIn(pipeline.fields, packetInReasons),
  flowRemoved(pipeline.fields),
  portStatus(port),
  packetOut(pipeline),
  flowMod(pipeline, importance),
  groupMod(pipeline.actions),
  portMod,
  tableMod,
  ...multipartMessages(
    multipartLayout,
    requestBodies(pipeline, features),
    replyBodies(pipeline, features, port),
  ),
  roleStatus(30),
  tableStatus,
  variant(35, "controller-status", { status: controllerStatus }),
];

const inner = innerMessage(OPENFLOW_1_5, new Union(variants));

/** Every message of OpenFlow 1.5 by the number of its type. */
export const messages: Union<OfMessage> = new Union([
  ...variants,
  variant(32, "requestforward", { request: inner }),
  bundleControl(33, bundleProperties),
  bundleAdd(34, inner, bundleProperties),
]);
