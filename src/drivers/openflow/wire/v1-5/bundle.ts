// Bundles at a set time, OpenFlow 1.5.1 §7.3.5.20 and §7.3.9.4.
import type {
  BundleFeatureProperty,
  BundleFeatureRequest,
  BundleFeatures,
  BundleProperty,
  OfTime,
} from "../bundle.ts";
import type { Codec } from "../kit/codec.ts";
import { experimenterItem } from "../kit/experimenter-item.ts";
import { u16, u32, u64 } from "../kit/scalars.ts";
import { type FieldsOf, list, pad, struct } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";

/** `ofp_time` (§7.3.9.4.1). */
const time: Codec<OfTime> = struct({ seconds: u64, nanoseconds: u32, _: pad(4) });

/** The properties of bundles (§7.3.9.4). */
export const bundleProperties: readonly Variant<BundleProperty>[] = [
  variant(1, "time", { _: pad(4), time }),
  experimenterItem,
];

const featureProperties: readonly Variant<BundleFeatureProperty>[] = [
  variant(1, "time", {
    _: pad(4),
    accuracy: time,
    maxFuture: time,
    maxPast: time,
    timestamp: time,
  }),
  experimenterItem,
];

const featurePropertyList = list(tlv(new Union(featureProperties), "outside"));

/** The body of a request for what a switch can do with bundles (§7.3.5.20). */
export const bundleFeatureRequest: FieldsOf<BundleFeatureRequest> = {
  flags: u32,
  _: pad(4),
  properties: featurePropertyList,
};

/** The body of the answer to what a switch can do with bundles (§7.3.5.20). */
export const bundleFeatures: FieldsOf<BundleFeatures> = {
  capabilities: u16,
  _: pad(6),
  properties: featurePropertyList,
};
