// Instructions, OpenFlow 1.3.5 §7.2.4.
import type { Instruction } from "../instruction.ts";
import type { Codec } from "../kit/codec.ts";
import { rest, u8, u32, u64 } from "../kit/scalars.ts";
import { list, pad } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import { actionList } from "./action.ts";

/** Every instruction that has a name here. */
export const instructions: readonly Variant<Instruction>[] = [
  variant(1, "goto-table", { table: u8, _: pad(3) }),
  variant(2, "write-metadata", { _: pad(4), metadata: u64, mask: u64 }),
  variant(3, "write-actions", { _: pad(4), actions: actionList }),
  variant(4, "apply-actions", { _: pad(4), actions: actionList }),
  variant(5, "clear-actions", { _: pad(4) }),
  variant(6, "meter", { meter: u32 }),
  variant(0xffff, "experimenter", { experimenter: u32, data: rest }),
];

/** Instructions up to the end of what holds them. */
export const instructionList: Codec<readonly Instruction[]> = list(
  tlv(new Union(instructions), "inside"),
);
