// Instructions, OpenFlow 1.3.5 §7.2.4.
import type { Instruction, StandardInstruction } from "../instruction.ts";
import type { Codec } from "../kit/codec.ts";
import { rest, u8, u32, u64 } from "../kit/scalars.ts";
import { list, pad } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { ActionCodecs } from "./action.ts";

/** The instructions of one version. */
export interface InstructionCodecs {
  /** The instructions of the standard, which table features list. */
  readonly standard: readonly Variant<StandardInstruction>[];
  /** Instructions up to the end of what holds them. */
  readonly list: Codec<readonly Instruction[]>;
}

/** The instructions with these actions, and what only some versions have. */
export function instructionCodecs(
  { list: actionList }: ActionCodecs,
  more: readonly Variant<StandardInstruction>[],
): InstructionCodecs {
  const standard: readonly Variant<StandardInstruction>[] = [
    variant(1, "goto-table", { table: u8, _: pad(3) }),
    variant(2, "write-metadata", { _: pad(4), metadata: u64, mask: u64 }),
    variant(3, "write-actions", { _: pad(4), actions: actionList }),
    variant(4, "apply-actions", { _: pad(4), actions: actionList }, () => ({
      type: "apply-actions",
      actions: [],
    })),
    variant(5, "clear-actions", { _: pad(4) }),
    ...more,
  ];
  const experimenter = variant(0xffff, "experimenter", { experimenter: u32, data: rest });
  const union = new Union<Instruction>([...standard, experimenter]);
  return { standard, list: list(tlv(union, "inside")) };
}

/** The instruction that became an action in OpenFlow 1.5. */
export const meterInstruction: Variant<StandardInstruction> = variant(6, "meter", { meter: u32 });
