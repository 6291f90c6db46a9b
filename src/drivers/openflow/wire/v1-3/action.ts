// Actions, OpenFlow 1.3.5 §7.2.5.
import type { Action, StandardAction } from "../action.ts";
import type { Codec } from "../kit/codec.ts";
import { experimenterVariants } from "../kit/experimenter.ts";
import type { MatchCodecs } from "../kit/match.ts";
import { rest, u8, u16, u32 } from "../kit/scalars.ts";
import { list, pad } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import { niciraActions } from "../nicira/action-codec.ts";

/** The actions of one version. */
export interface ActionCodecs {
  /** The actions of the standard, which table features list. */
  readonly standard: readonly Variant<StandardAction>[];
  /** Actions up to the end of what holds them. */
  readonly list: Codec<readonly Action[]>;
}

/** The actions for these fields, and what a later version has `more`. */
export function actionCodecs(
  fieldCodecs: MatchCodecs,
  more: readonly Variant<StandardAction>[] = [],
): ActionCodecs {
  const inner: Codec<readonly Action[]> = {
    read: (reader) => actionList.read(reader),
    write: (writer, value) => actionList.write(writer, value),
  };
  const standard: readonly Variant<StandardAction>[] = [
    ...plainActions,
    variant(25, "set-field", { field: fieldCodecs.field }),
    ...more,
  ];
  const union = new Union<Action>([...standard, ...foreignActions(fieldCodecs, inner)]);
  const actionList = list(tlv(union, "inside"));
  return { standard, list: actionList };
}

/** What organisations outside the standard defined, and the opaque rest of it. */
export function foreignActions(
  fieldCodecs: MatchCodecs,
  inner: Codec<readonly Action[]>,
): readonly Variant<Action>[] {
  return experimenterVariants<Action>(
    2,
    niciraActions(fieldCodecs, inner),
    variant(0xffff, "experimenter", { experimenter: u32, data: rest }),
  );
}

const plainActions: readonly Variant<StandardAction>[] = [
  variant(0, "output", { port: u32, maxLen: u16, _: pad(6) }, () => ({
    type: "output",
    port: 0,
    maxLen: 0,
  })),
  variant(11, "copy-ttl-out", { _: pad(4) }),
  variant(12, "copy-ttl-in", { _: pad(4) }),
  variant(15, "set-mpls-ttl", { ttl: u8, _: pad(3) }),
  variant(16, "dec-mpls-ttl", { _: pad(4) }),
  variant(17, "push-vlan", { ethertype: u16, _: pad(2) }),
  variant(18, "pop-vlan", { _: pad(4) }),
  variant(19, "push-mpls", { ethertype: u16, _: pad(2) }),
  variant(20, "pop-mpls", { ethertype: u16, _: pad(2) }),
  variant(21, "set-queue", { queue: u32 }),
  variant(22, "group", { group: u32 }),
  variant(23, "set-nw-ttl", { ttl: u8, _: pad(3) }),
  variant(24, "dec-nw-ttl", { _: pad(4) }),
  variant(26, "push-pbb", { ethertype: u16, _: pad(2) }),
  variant(27, "pop-pbb", { _: pad(4) }),
];
