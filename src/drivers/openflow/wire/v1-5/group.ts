// Groups, OpenFlow 1.5.1 §7.3.4.3 and §7.3.5.10.
import { BUCKET_ALL } from "../constants.ts";
import type { Bucket, BucketProperty, GroupDesc, GroupMod } from "../group.ts";
import type { Codec } from "../kit/codec.ts";
import { experimenterItem, foreignProperty } from "../kit/experimenter-item.ts";
import { mapped } from "../kit/mapped.ts";
import { measured, measuredAfter } from "../kit/measured.ts";
import { named, u16, u32 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { constant, list, optionalList, pad, struct } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { ActionCodecs } from "../v1-3/action.ts";
import { groupType } from "../v1-3/group.ts";

const properties: readonly Variant<BucketProperty>[] = [
  variant(0, "weight", { weight: u16, _: pad(2) }),
  variant(1, "watch-port", { port: u32 }),
  variant(2, "watch-group", { group: u32 }),
  experimenterItem,
];

/** `ofp_bucket` (§7.3.4.3.1): length, length of the actions, id, actions, properties. */
function bucket({ list: actions }: ActionCodecs): Codec<Bucket> {
  const onWire = struct({
    length: lengthHere,
    actions: measuredAfter(u32, actions),
    properties: list(tlv(new Union(properties), "outside")),
  });
  return sized(
    0,
    mapped(
      onWire,
      (wire): Bucket => {
        const { head: id, inner } = wire.actions;
        return { id, ...summaryOf(wire.properties), actions: inner };
      },
      (value) => ({
        actions: { head: value.id ?? 0, inner: value.actions },
        properties: propertiesOf(value),
      }),
    ),
  );
}

type Summary = Omit<Bucket, "id" | "actions">;

/** The weight and the watches, and the list itself when it is not exactly those. */
function summaryOf(all: readonly BucketProperty[]): Summary {
  const weight = all.find((each) => each.type === "weight");
  const watchPort = all.find((each) => each.type === "watch-port");
  const watchGroup = all.find((each) => each.type === "watch-group");
  const summary: Summary = {
    ...(weight && { weight: weight.weight }),
    ...(watchPort && { watchPort: watchPort.port }),
    ...(watchGroup && { watchGroup: watchGroup.group }),
  };
  const usual = propertiesOf(summary);
  const isUsual =
    all.length === usual.length && all.every(({ type }, index) => type === usual[index]?.type);
  return isUsual ? summary : { ...summary, properties: all };
}

/** The list that is given, or the usual one. */
function propertiesOf(summary: Summary): readonly BucketProperty[] {
  const { weight, watchPort, watchGroup } = summary;
  if (summary.properties !== undefined) return summary.properties;
  const usual: BucketProperty[] = [];
  if (weight !== undefined) usual.push({ type: "weight", weight });
  if (watchPort !== undefined) usual.push({ type: "watch-port", port: watchPort });
  if (watchGroup !== undefined) usual.push({ type: "watch-group", group: watchGroup });
  return usual;
}

/** OFPT_GROUP_MOD (§7.3.4.3). */
export function groupMod(actions: ActionCodecs): Variant<GroupMod> {
  const onWire = struct({
    type: constant("group-mod"),
    command: named(u16, {
      add: 0,
      modify: 1,
      delete: 2,
      "insert-bucket": 3,
      "remove-bucket": 5,
    }),
    groupType,
    _: pad(1),
    group: u32,
    buckets: measuredAfter(struct({ _: pad(2), commandBucket: u32 }), list(bucket(actions))),
    properties: optionalList(foreignProperty),
  });
  const body = mapped(
    onWire,
    ({ buckets, ...value }): GroupMod => ({ ...value, ...buckets.head, buckets: buckets.inner }),
    ({ commandBucket = BUCKET_ALL, buckets, ...value }) => ({
      ...value,
      buckets: { head: { commandBucket }, inner: buckets },
    }),
  );
  return { code: 15, type: "group-mod", body };
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
      buckets: measured(6, list(bucket(actions))),
      properties: optionalList(foreignProperty),
    }),
  );
}
