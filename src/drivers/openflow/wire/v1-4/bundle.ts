// Bundles, OpenFlow 1.4.1 §7.3.9; the ONF extension 230 has the same bodies in 1.3.
import type {
  BundleAdd,
  BundleControl,
  BundleControlType,
  BundleProperty,
  InnerMessage,
} from "../bundle.ts";
import type { Codec } from "../kit/codec.ts";
import { named, rest, u16, u32 } from "../kit/scalars.ts";
import { list, optionalList, pad, struct } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";

const control: Codec<BundleControlType | number> = named(u16, {
  "open-request": 0,
  "open-reply": 1,
  "close-request": 2,
  "close-reply": 3,
  "commit-request": 4,
  "commit-reply": 5,
  "discard-request": 6,
  "discard-reply": 7,
});

/** The properties of bundles; OpenFlow 1.5 has more. */
export const bundleProperties: readonly Variant<BundleProperty>[] = [
  variant(0xffff, "experimenter", { experimenter: u32, data: rest }),
];

/** OFPT_BUNDLE_CONTROL (§7.3.9.2), with the number that announces it. */
export function bundleControl(
  code: number,
  properties: readonly Variant<BundleProperty>[],
): Variant<BundleControl> {
  return variant(code, "bundle-control", {
    bundle: u32,
    control,
    flags: u16,
    properties: optionalList(tlv(new Union(properties), "outside")),
  });
}

/**
 * OFPT_BUNDLE_ADD_MESSAGE (§7.3.9.6), with the number that announces it. Zeros up to a multiple of
 * eight bytes come after the message only when properties follow.
 */
export function bundleAdd(
  code: number,
  inner: Codec<InnerMessage>,
  properties: readonly Variant<BundleProperty>[],
): Variant<BundleAdd> {
  const head = struct({ bundle: u32, _: pad(2), flags: u16 });
  const propertyList = list(tlv(new Union(properties), "outside"));
  const body: Codec<BundleAdd> = {
    read(reader) {
      const value = head.read(reader);
      const start = reader.offset;
      const added = { type: "bundle-add", ...value, inner: inner.read(reader) } as const;
      if (reader.offset === reader.end) return added;
      reader.take((start - reader.offset) & 7);
      return { ...added, properties: propertyList.read(reader) };
    },
    write(writer, value) {
      head.write(writer, value);
      const start = writer.offset;
      inner.write(writer, value.inner);
      if (value.properties === undefined) return;
      writer.alignTo8(start);
      propertyList.write(writer, value.properties);
    },
  };
  return { code, type: "bundle-add", body };
}
