// All messages, OpenFlow 1.3.5 §7.
import { errorNames } from "../error-names.ts";
import { experimenterId } from "../experimenter-id.ts";
import { errorBody } from "../kit/error.ts";
import { experimenterVariants, type Foreign, foreign } from "../kit/experimenter.ts";
import { innerMessage } from "../kit/inner-message.ts";
import { multipartLayout, multipartMessages } from "../kit/multipart.ts";
import { rest, u32 } from "../kit/scalars.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import { niciraMessages } from "../nicira/message-codec.ts";
import { bundleAdd, bundleControl, bundleProperties } from "../v1-4/bundle.ts";
import { roleStatus } from "../v1-4/switch.ts";
import { OPENFLOW_1_3 } from "../version.ts";
import { onfErrors } from "./error.ts";
import { flowMod, flowRemoved, noImportance, removedReasons } from "./flow.ts";
import { groupMod } from "./group.ts";
import { hello } from "./hello.ts";
import { meterMod } from "./meter.ts";
import { replyBodies, requestBodies } from "./multipart.ts";
import { packetIn, packetInReasons, packetOut } from "./packet.ts";
import { type PipelineCodecs, pipeline } from "./pipeline.ts";
import { portMod, portStatus } from "./port.ts";
import { queueConfig } from "./queue.ts";
import { asyncMessages, commonSwitchMessages, roleMessages } from "./switch.ts";
import { tableFeatureProperties, tableFeatures, tableMod } from "./table.ts";

/** What is the same from OpenFlow 1.3 on. */
export const commonMessages: readonly Variant<OfMessage>[] = [
  hello,
  variant(2, "echo-request", { data: rest }),
  variant(3, "echo-reply", { data: rest }),
  ...commonSwitchMessages,
  meterMod,
];

/** The messages of organisations outside the standard, and the opaque rest of them. */
export function foreignMessages(
  { fields, actions }: PipelineCodecs,
  more: readonly Foreign<OfMessage>[],
): readonly Variant<OfMessage>[] {
  return experimenterVariants<OfMessage>(
    4,
    [...niciraMessages(fields, actions.list), ...more],
    variant(4, "experimenter", { experimenter: u32, expType: u32, data: rest }),
  );
}

const features = tableFeatures(tableFeatureProperties(pipeline));

const variants: readonly Variant<OfMessage>[] = [
  ...commonMessages,
  { code: 1, type: "error", body: errorBody(errorNames, onfErrors) },
  ...roleMessages,
  ...asyncMessages,
  packetIn(pipeline.fields, packetInReasons),
  flowRemoved(pipeline.fields, removedReasons),
  portStatus,
  packetOut(pipeline.actions),
  flowMod(pipeline, noImportance),
  groupMod(pipeline.actions),
  portMod,
  tableMod,
  ...multipartMessages(
    multipartLayout,
    requestBodies(pipeline, features),
    replyBodies(pipeline, features),
  ),
  ...queueConfig,
];

const inner = innerMessage(
  OPENFLOW_1_3,
  new Union([...variants, ...foreignMessages(pipeline, [])]),
);

const onfMessages = foreign<OfMessage>(experimenterId.onf, [
  roleStatus(1911),
  bundleControl(2300, bundleProperties),
  bundleAdd(2301, inner, bundleProperties),
  variant(2350, "requestforward", { request: inner }),
]);

/** Every message of OpenFlow 1.3 by the number of its type. */
export const messages: Union<OfMessage> = new Union([
  ...variants,
  ...foreignMessages(pipeline, onfMessages),
]);
