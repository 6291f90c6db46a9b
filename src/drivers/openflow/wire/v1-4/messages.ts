// All messages, OpenFlow 1.4.1 §7.
import { errorBody } from "../kit/error.ts";
import { innerMessage } from "../kit/inner-message.ts";
import { multipartLayout, multipartMessages } from "../kit/multipart.ts";
import { flowRemovedReasons, packetInReasons } from "../kit/names.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import { flowMod, flowRemoved } from "../v1-3/flow.ts";
import { groupMod } from "../v1-3/group.ts";
import { commonMessages, foreignMessages } from "../v1-3/messages.ts";
import { packetIn, packetOut } from "../v1-3/packet.ts";
import { roleMessages } from "../v1-3/switch.ts";
import { tableFeatures } from "../v1-3/table.ts";
import { OPENFLOW_1_4 } from "../version.ts";
import { bundleAdd, bundleControl, bundleProperties } from "./bundle.ts";
import { errorNames14 } from "./error.ts";
import { importance } from "./flow.ts";
import { replyBodies, requestBodies } from "./multipart.ts";
import { pipeline } from "./pipeline.ts";
import { portMod, portProperties, portStatus, portWith } from "./port.ts";
import { asyncMessages, asyncTypes, roleStatus } from "./switch.ts";
import { tableFeatureProperties, tableMod, tableStatus } from "./table.ts";

const port = portWith(portProperties);
const features = tableFeatures(tableFeatureProperties(pipeline));

const variants: readonly Variant<OfMessage>[] = [
  ...commonMessages,
  { code: 1, type: "error", body: errorBody(errorNames14) },
  ...roleMessages,
  ...asyncMessages(asyncTypes),
  ...foreignMessages(pipeline, []),
  packetIn(pipeline.fields, packetInReasons),
  flowRemoved(pipeline.fields, flowRemovedReasons),
  portStatus(port),
  packetOut(pipeline.actions),
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
];

const inner = innerMessage(OPENFLOW_1_4, new Union(variants));

/** Every message of OpenFlow 1.4 by the number of its type. */
export const messages: Union<OfMessage> = new Union([
  ...variants,
  variant(32, "requestforward", { request: inner }),
  bundleControl(33, bundleProperties),
  bundleAdd(34, inner, bundleProperties),
]);
