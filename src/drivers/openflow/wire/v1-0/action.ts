// Actions, OpenFlow 1.0.0 §5.2.4.
import type { Action } from "../action.ts";
import type { Instruction } from "../instruction.ts";
import type { Codec } from "../kit/codec.ts";
import { mac } from "../kit/hex.ts";
import { mapped } from "../kit/mapped.ts";
import { type MatchCodecs, matchCodecs } from "../kit/match.ts";
import { port16 } from "../kit/port-number.ts";
import { u8, u16, u32 } from "../kit/scalars.ts";
import { list, pad } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { unencodable } from "../kit/unencodable.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import { extensionFields, onfFields } from "../nicira/fields.ts";
import { foreignActions } from "../v1-3/action.ts";
import { basicFields14 } from "../v1-4/pipeline.ts";

/** The fields of extended matches, which extensions brought to OpenFlow 1.0. */
export const extendedFields: MatchCodecs = matchCodecs([
  ...basicFields14,
  ...extensionFields,
  ...onfFields,
]);

const inner: Codec<readonly Action[]> = {
  read: (reader) => actionList.read(reader),
  write: (writer, value) => actionList.write(writer, value),
};

const actions: readonly Variant<Action>[] = [
  variant(0, "output", { port: port16, maxLen: u16 }),
  variant(1, "set-vlan-vid", { vid: u16, _: pad(2) }),
  variant(2, "set-vlan-pcp", { pcp: u8, _: pad(3) }),
  variant(3, "strip-vlan", { _: pad(4) }),
  variant(4, "set-dl-src", { address: mac, _: pad(6) }),
  variant(5, "set-dl-dst", { address: mac, _: pad(6) }),
  variant(6, "set-nw-src", { address: u32 }),
  variant(7, "set-nw-dst", { address: u32 }),
  variant(8, "set-nw-tos", { tos: u8, _: pad(3) }),
  variant(9, "set-tp-src", { port: u16, _: pad(2) }),
  variant(10, "set-tp-dst", { port: u16, _: pad(2) }),
  variant(11, "enqueue", { port: port16, _: pad(6), queue: u32 }),
  ...foreignActions(extendedFields, inner),
];

/** Actions up to the end of what holds them. */
export const actionList: Codec<readonly Action[]> = list(tlv(new Union(actions), "inside"));

/** The actions of a flow entry, as the one instruction that OpenFlow 1.0 can express. */
export const instructions: Codec<readonly Instruction[]> = mapped(
  actionList,
  (list): readonly Instruction[] =>
    list.length === 0 ? [] : [{ type: "apply-actions", actions: list }],
  (given) => {
    const [first, ...others] = given;
    if (first === undefined) return [];
    if (first.type !== "apply-actions" || others.length > 0) {
      unencodable("OpenFlow 1.0 has no instructions but to apply actions");
    }
    return first.actions;
  },
);
