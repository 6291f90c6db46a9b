import type { Action, ExperimenterItem, UnknownItem } from "./action.ts";
import type { FlowStat } from "./flow-stat.ts";

/** What a flow entry does to the packets it matches (OpenFlow 1.3.5 §7.2.4). */
export type Instruction = StandardInstruction | ExperimenterItem | UnknownItem;

/** The instructions that the specification numbers. */
export type StandardInstruction =
  | { readonly type: "goto-table"; readonly table: number }
  | { readonly type: "write-metadata"; readonly metadata: bigint; readonly mask: bigint }
  | { readonly type: "write-actions"; readonly actions: readonly Action[] }
  | { readonly type: "apply-actions"; readonly actions: readonly Action[] }
  | { readonly type: "clear-actions" }
  /** Up to OpenFlow 1.4; an action after that. */
  | { readonly type: "meter"; readonly meter: number }
  /** Statistics are sent when a threshold is passed; from OpenFlow 1.5. */
  | {
      readonly type: "stat-trigger";
      /** Bits of {@link statTriggerFlag}. */
      readonly flags: number;
      readonly thresholds: readonly FlowStat[];
    };

/** The names of the instructions that have one. */
export type InstructionType = StandardInstruction["type"];
