// The switch and its connection, OpenFlow 1.3.5 §7.3.1, §7.3.2, §7.3.5.1, §7.3.9 and §7.3.10.
import type { Codec } from "../kit/codec.ts";
import { controllerRole } from "../kit/names.ts";
import { text, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { type FieldsOf, pad } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import type {
  AsyncSetting,
  AsyncSettingType,
  RoleState,
  SwitchConfig,
  SwitchDesc,
} from "../switch.ts";

const config: FieldsOf<SwitchConfig> = { flags: u16, missSendLen: u16 };

const role: FieldsOf<RoleState> = { role: controllerRole, _: pad(4), generationId: u64 };

const asyncOrder: readonly AsyncSettingType[] = [
  "packet-in-master",
  "packet-in-slave",
  "port-status-master",
  "port-status-slave",
  "flow-removed-master",
  "flow-removed-slave",
];

/** Later versions list what is set; this one has six masks in fixed places (§7.3.10). */
export const asyncMasks: Codec<readonly AsyncSetting[]> = {
  read: (reader) => asyncOrder.map((type) => ({ type, mask: u32.read(reader) })),
  write(writer, settings) {
    for (const type of asyncOrder) {
      const setting = settings.find((each) => each.type === type);
      u32.write(writer, setting?.mask ?? 0);
    }
  },
};

/** The messages about the switch that are the same from OpenFlow 1.3 on. */
export const commonSwitchMessages: readonly Variant<OfMessage>[] = [
  variant(5, "features-request", {}),
  variant(6, "features-reply", {
    datapathId: u64,
    buffers: u32,
    tables: u8,
    auxiliaryId: u8,
    _0: pad(2),
    capabilities: u32,
    _1: pad(4),
  }),
  variant(7, "get-config-request", {}),
  variant(8, "get-config-reply", config),
  variant(9, "set-config", config),
  variant(20, "barrier-request", {}),
  variant(21, "barrier-reply", {}),
  variant(26, "get-async-request", {}),
];

/** The messages about the controller's role (§7.3.9). */
export const roleMessages: readonly Variant<OfMessage>[] = [
  variant(24, "role-request", role),
  variant(25, "role-reply", role),
];

/** The messages about what comes unasked (§7.3.10). */
export const asyncMessages: readonly Variant<OfMessage>[] = [
  variant(27, "get-async-reply", { settings: asyncMasks }),
  variant(28, "set-async", { settings: asyncMasks }),
];

/** `ofp_desc`, 1056 bytes (§7.3.5.1). */
export const switchDesc: FieldsOf<SwitchDesc> = {
  manufacturer: text(256),
  hardware: text(256),
  software: text(256),
  serialNumber: text(32),
  datapath: text(256),
};
