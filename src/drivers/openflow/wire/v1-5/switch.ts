// The controller's connection, OpenFlow 1.5.1 §7.3.5.19, §7.3.9, §7.3.10 and §7.4.8.
import type { Codec } from "../kit/codec.ts";
import { experimenterItem } from "../kit/experimenter-item.ts";
import { controllerRole } from "../kit/names.ts";
import { named, rest, u8, u16, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { type FieldsOf, list, pad, struct, withDefault } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import type {
  AsyncSettingType,
  ControllerStatus,
  ControllerStatusProperty,
  RoleState,
} from "../switch.ts";
import { asyncTypes as asyncTypes14 } from "../v1-4/switch.ts";

/** The short id of a controller that has none, OFPCID_UNDEFINED. */
const NO_SHORT_ID = 0;

const role: FieldsOf<RoleState> = {
  role: controllerRole,
  shortId: withDefault(u16, NO_SHORT_ID),
  _: pad(2),
  generationId: u64,
};

/** The messages about the controller's role (§7.3.9). */
export const roleMessages: readonly Variant<OfMessage>[] = [
  variant(24, "role-request", role),
  variant(25, "role-reply", role),
];

/** The settings by number (§7.3.10). */
export const asyncTypes: readonly AsyncSettingType[] = [
  ...asyncTypes14,
  "flow-stats-slave",
  "flow-stats-master",
  "controller-status-slave",
  "controller-status-master",
];

const properties: readonly Variant<ControllerStatusProperty>[] = [
  variant(0, "uri", { uri: rest }),
  experimenterItem,
];

/** `ofp_controller_status` (§7.4.8). */
export const controllerStatus: Codec<ControllerStatus> = sized(
  0,
  struct({
    length: lengthHere,
    shortId: u16,
    role: controllerRole,
    reason: named(u8, {
      request: 0,
      "channel-status": 1,
      role: 2,
      "controller-added": 3,
      "controller-removed": 4,
      "short-id": 5,
      experimenter: 6,
    }),
    channel: named(u8, { up: 0, down: 1 }),
    _: pad(6),
    properties: list(tlv(new Union(properties), "outside")),
  }),
);
