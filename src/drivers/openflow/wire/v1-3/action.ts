// Actions, OpenFlow 1.3.5 §7.2.5.
import type { Action } from "../action.ts";
import type { Codec } from "../kit/codec.ts";
import { rest, u8, u16, u32 } from "../kit/scalars.ts";
import { list, pad } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import { field } from "./match.ts";

/** Every action that has a name here. */
export const actions: readonly Variant<Action>[] = [
  variant(0, "output", { port: u32, maxLen: u16, _: pad(6) }),
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
  variant(25, "set-field", { field }),
  variant(26, "push-pbb", { ethertype: u16, _: pad(2) }),
  variant(27, "pop-pbb", { _: pad(4) }),
  variant(0xffff, "experimenter", { experimenter: u32, data: rest }),
];

/** Actions up to the end of what holds them. */
export const actionList: Codec<readonly Action[]> = list(tlv(new Union(actions), "inside"));
