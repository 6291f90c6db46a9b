import type { Action, ExperimenterItem, UnknownItem } from "./action.ts";

/** What a flow entry does to the packets it matches (OpenFlow 1.3.5 §7.2.4). */
export type Instruction =
  | { readonly type: "goto-table"; readonly table: number }
  | { readonly type: "write-metadata"; readonly metadata: bigint; readonly mask: bigint }
  | { readonly type: "write-actions"; readonly actions: readonly Action[] }
  | { readonly type: "apply-actions"; readonly actions: readonly Action[] }
  | { readonly type: "clear-actions" }
  | { readonly type: "meter"; readonly meter: number }
  | ExperimenterItem
  | UnknownItem;

/** The names of the instructions that have one. */
export type InstructionType = Exclude<Instruction["type"], "experimenter" | "unknown">;
