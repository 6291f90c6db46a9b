// The controller's connection, OpenFlow 1.4.1 §7.3.9, §7.3.10 and §7.4.4.
import type { Codec } from "../kit/codec.ts";
import { foreignProperty } from "../kit/experimenter-item.ts";
import { mapped } from "../kit/mapped.ts";
import { controllerRole } from "../kit/names.ts";
import { named, rest, u8, u32, u64 } from "../kit/scalars.ts";
import { list, optionalList, pad } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import type {
  AsyncConfig,
  AsyncProperty,
  AsyncSetting,
  AsyncSettingType,
  RoleStatus,
} from "../switch.ts";

/** OFPT_ROLE_STATUS (§7.4.4), with the number that announces it. */
export function roleStatus(code: number): Variant<RoleStatus> {
  return variant(code, "role-status", {
    role: controllerRole,
    reason: named(u8, { "master-request": 0, config: 1, experimenter: 2 }),
    _: pad(3),
    generationId: u64,
    properties: optionalList(foreignProperty),
  });
}

/** The settings by number (§7.3.10); OpenFlow 1.5 has more. */
export const asyncTypes: readonly AsyncSettingType[] = [
  "packet-in-slave",
  "packet-in-master",
  "port-status-slave",
  "port-status-master",
  "flow-removed-slave",
  "flow-removed-master",
  "role-status-slave",
  "role-status-master",
  "table-status-slave",
  "table-status-master",
  "requestforward-slave",
  "requestforward-master",
];

/** OFPT_GET_ASYNC_REPLY and OFPT_SET_ASYNC (§7.3.10). */
export function asyncMessages(types: readonly AsyncSettingType[]): readonly Variant<OfMessage>[] {
  const config = asyncConfig(types);
  const message = <const Type extends string>(type: Type) =>
    mapped(
      config,
      (value) => ({ type, ...value }),
      (value: AsyncConfig) => value,
    );
  return [
    { code: 27, type: "get-async-reply", body: message("get-async-reply") },
    { code: 28, type: "set-async", body: message("set-async") },
  ];
}

type Property = AsyncSetting | AsyncProperty;

function asyncConfig(types: readonly AsyncSettingType[]): Codec<AsyncConfig> {
  const foreign = { experimenter: u32, data: rest };
  const variants: readonly Variant<Property>[] = [
    ...types.map((type, code) => variant(code, type, { mask: u32 })),
    variant(0xfffe, "experimenter-slave", foreign),
    variant(0xffff, "experimenter-master", foreign),
  ];
  return mapped(list(tlv(new Union(variants), "outside")), sorted, ({ settings, properties }) => [
    ...settings,
    ...(properties ?? []),
  ]);
}

/** Settings that have a name apart from the others. */
function sorted(all: readonly Property[]): AsyncConfig {
  const settings: AsyncSetting[] = [];
  const properties: AsyncProperty[] = [];
  for (const each of all) {
    if ("mask" in each) settings.push(each);
    else properties.push(each);
  }
  return properties.length === 0 ? { settings } : { settings, properties };
}
