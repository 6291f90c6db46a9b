// Meters, OpenFlow 1.3.5 §7.3.4.4 and §7.3.5.12 to §7.3.5.14.
import type { Codec } from "../kit/codec.ts";
import { named, rest, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { type FieldsOf, list, pad, struct } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { MeterBand, MeterConfig, MeterFeatures, MeterMod, MeterStats } from "../meter.ts";
import { counters } from "./group.ts";

const bands: readonly Variant<MeterBand>[] = [
  variant(1, "drop", { rate: u32, burst: u32, _: pad(4) }),
  variant(2, "dscp-remark", { rate: u32, burst: u32, precLevel: u8, _: pad(3) }),
  variant(0xffff, "experimenter", { rate: u32, burst: u32, experimenter: u32, data: rest }),
];

const bandList: Codec<readonly MeterBand[]> = list(tlv(new Union(bands), "inside"));

/** OFPT_METER_MOD (§7.3.4.4). */
export const meterMod: Variant<MeterMod> = variant(29, "meter-mod", {
  command: named(u16, { add: 0, modify: 1, delete: 2 }),
  flags: u16,
  meter: u32,
  bands: bandList,
});

/** `ofp_meter_config` (§7.3.5.13). */
export const meterConfig: Codec<MeterConfig> = sized(
  0,
  struct({ length: lengthHere, flags: u16, meter: u32, bands: bandList }),
);

/** `ofp_meter_stats` (§7.3.5.12). */
export const meterStats: Codec<MeterStats> = sized(
  4,
  struct({
    meter: u32,
    length: lengthHere,
    _: pad(6),
    flowCount: u32,
    packetInCount: u64,
    byteInCount: u64,
    durationS: u32,
    durationNs: u32,
    bands: list(counters),
  }),
);

/** `ofp_meter_features` (§7.3.5.14). */
export const meterFeatures: FieldsOf<MeterFeatures> = {
  maxMeter: u32,
  bandTypes: u32,
  capabilities: u32,
  maxBands: u8,
  maxColor: u8,
  _: pad(2),
};
