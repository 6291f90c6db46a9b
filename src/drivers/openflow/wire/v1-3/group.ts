// Groups, OpenFlow 1.3.5 §7.3.4.2 and §7.3.5.9 to §7.3.5.11.
import { GROUP_ANY, PORT_ANY } from "../constants.ts";
import type {
  Bucket,
  Counters,
  GroupDesc,
  GroupFeatures,
  GroupMod,
  GroupStats,
  GroupType,
  PerGroupType,
} from "../group.ts";
import type { Codec } from "../kit/codec.ts";
import { named, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { type FieldsOf, list, pad, struct, withDefault } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { ActionCodecs } from "./action.ts";

/** The types of groups. */
export const groupType: Codec<GroupType | number> = named(u8, {
  all: 0,
  select: 1,
  indirect: 2,
  "fast-failover": 3,
});

/** `ofp_bucket` (§7.3.4.2). */
function bucket({ list: actions }: ActionCodecs): Codec<Bucket> {
  return sized(
    0,
    struct({
      length: lengthHere,
      weight: withDefault(u16, 0),
      watchPort: withDefault(u32, PORT_ANY),
      watchGroup: withDefault(u32, GROUP_ANY),
      _: pad(4),
      actions,
    }),
  );
}

/** OFPT_GROUP_MOD (§7.3.4.2). */
export function groupMod(actions: ActionCodecs): Variant<GroupMod> {
  return variant(15, "group-mod", {
    command: named(u16, { add: 0, modify: 1, delete: 2 }),
    groupType,
    _: pad(1),
    group: u32,
    buckets: list(bucket(actions)),
  });
}

/** `ofp_group_desc` (§7.3.5.10). */
export function groupDesc(actions: ActionCodecs): Codec<GroupDesc> {
  return sized(
    0,
    struct({
      length: lengthHere,
      groupType,
      _: pad(1),
      group: u32,
      buckets: list(bucket(actions)),
    }),
  );
}

/** `ofp_bucket_counter` and `ofp_meter_band_stats`, which are alike. */
export const counters: Codec<Counters> = struct({ packetCount: u64, byteCount: u64 });

/** `ofp_group_stats` (§7.3.5.9). */
export const groupStats: Codec<GroupStats> = sized(
  0,
  struct({
    length: lengthHere,
    _0: pad(2),
    group: u32,
    refCount: u32,
    _1: pad(4),
    packetCount: u64,
    byteCount: u64,
    durationS: u32,
    durationNs: u32,
    buckets: list(counters),
  }),
);

const perType: Codec<PerGroupType> = struct({
  all: u32,
  select: u32,
  indirect: u32,
  fastFailover: u32,
});

/** `ofp_group_features` (§7.3.5.11). */
export const groupFeatures: FieldsOf<GroupFeatures> = {
  types: u32,
  capabilities: u32,
  maxGroups: perType,
  actions: perType,
};
