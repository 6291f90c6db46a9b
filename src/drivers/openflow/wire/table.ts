import type { ActionType, ExperimenterItem, UnknownItem } from "./action.ts";
import type { InstructionType } from "./instruction.ts";
import type { OxmId } from "./match.ts";

/** How full and how busy a table is (OpenFlow 1.3.5 §7.3.5.4). */
export interface TableStats {
  readonly table: number;
  readonly activeCount: number;
  readonly lookupCount: bigint;
  readonly matchedCount: bigint;
}

/** What a table can do (OpenFlow 1.3.5 §7.3.5.5). */
export interface TableFeatures {
  readonly table: number;
  /** At most 31 bytes of text. */
  readonly name: string;
  readonly metadataMatch: bigint;
  readonly metadataWrite: bigint;
  readonly config: number;
  readonly maxEntries: number;
  readonly properties: readonly TableFeatureProperty[];
}

/** One capability of a table; those ending in `-miss` hold for its table-miss entry. */
export type TableFeatureProperty =
  | {
      readonly type: "instructions" | "instructions-miss";
      readonly instructions: readonly FeatureId<InstructionType>[];
    }
  | { readonly type: "next-tables" | "next-tables-miss"; readonly tables: readonly number[] }
  | {
      readonly type:
        | "write-actions"
        | "write-actions-miss"
        | "apply-actions"
        | "apply-actions-miss";
      readonly actions: readonly FeatureId<ActionType>[];
    }
  | {
      readonly type:
        | "match"
        | "wildcards"
        | "write-setfield"
        | "write-setfield-miss"
        | "apply-setfield"
        | "apply-setfield-miss";
      readonly fields: readonly OxmId[];
    }
  | {
      readonly type: "experimenter" | "experimenter-miss";
      readonly experimenter: number;
      readonly data: Uint8Array;
    }
  | UnknownItem;

/** Names a kind of action or instruction without its arguments. */
export type FeatureId<Type extends string> =
  | { readonly type: Type }
  | ExperimenterItem
  | UnknownItem;
