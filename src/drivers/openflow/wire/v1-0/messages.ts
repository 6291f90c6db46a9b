// All messages, OpenFlow 1.0.0 §5.
import { errorNames10 } from "../error-names.ts";
import { experimenterId } from "../experimenter-id.ts";
import { errorBody } from "../kit/error.ts";
import { experimenterVariants, foreign } from "../kit/experimenter.ts";
import { multipartMessages } from "../kit/multipart.ts";
import { named, rest, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { constant, type FieldsOf, list, pad, withDefault } from "../kit/struct.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import { niciraMessages } from "../nicira/message-codec.ts";
import type { RoleState, SwitchConfig } from "../switch.ts";
import { hello } from "../v1-3/hello.ts";
import { actionList, extendedFields } from "./action.ts";
import { flowMod, flowRemoved } from "./flow.ts";
import { replyBodies, requestBodies, statsLayout } from "./multipart.ts";
import { packetIn, packetOut } from "./packet.ts";
import { port, portMod, portStatus, queueConfig } from "./port.ts";

const config: FieldsOf<SwitchConfig> = { flags: u16, missSendLen: u16 };

/** Nicira's roles, which need no generation. */
const role: FieldsOf<RoleState> = {
  role: named(u32, { equal: 0, master: 1, slave: 2 }),
  generationId: constant(0n),
};

const foreignMessages = experimenterVariants<OfMessage>(
  4,
  [
    ...niciraMessages(extendedFields, actionList),
    ...foreign<OfMessage>(experimenterId.nicira, [
      variant(10, "role-request", role),
      variant(11, "role-reply", role),
    ]),
  ],
  variant(4, "experimenter", { experimenter: u32, data: rest }),
);

const variants: readonly Variant<OfMessage>[] = [
  hello,
  { code: 1, type: "error", body: errorBody(errorNames10) },
  variant(2, "echo-request", { data: rest }),
  variant(3, "echo-reply", { data: rest }),
  ...foreignMessages,
  variant(5, "features-request", {}),
  variant(6, "features-reply", {
    datapathId: u64,
    buffers: u32,
    tables: u8,
    auxiliaryId: constant(0),
    _: pad(3),
    capabilities: u32,
    actions: withDefault(u32, 0),
    ports: withDefault(list(port), []),
  }),
  variant(7, "get-config-request", {}),
  variant(8, "get-config-reply", config),
  variant(9, "set-config", config),
  packetIn,
  flowRemoved,
  portStatus,
  packetOut,
  flowMod,
  portMod,
  ...multipartMessages(statsLayout, requestBodies, replyBodies),
  variant(18, "barrier-request", {}),
  variant(19, "barrier-reply", {}),
  ...queueConfig,
];

/** Every message of OpenFlow 1.0 by the number of its type. */
export const messages: Union<OfMessage> = new Union(variants);
