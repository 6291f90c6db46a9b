import type { ActionType, ExperimenterItem, UnknownItem } from "./action.ts";
import type { InstructionType } from "./instruction.ts";
import type { OxmField, OxmId } from "./match.ts";

/** How full and how busy a table is (OpenFlow 1.3.5 §7.3.5.4). */
export interface TableStats {
  readonly table: number;
  /** This and the next two in OpenFlow 1.0 only; table features say it later. At most 31 bytes. */
  readonly name?: string;
  /** Bit n is the wildcard numbered n. */
  readonly wildcards?: number;
  readonly maxEntries?: number;
  readonly activeCount: number;
  readonly lookupCount: bigint;
  readonly matchedCount: bigint;
}

/** What a table can do (OpenFlow 1.3.5 §7.3.5.5). */
export interface TableFeatures {
  readonly table: number;
  /** At most 31 bytes of text. */
  readonly name: string;
  /** From OpenFlow 1.5, in requests: what to do with the table. */
  readonly command?: "replace" | "modify" | "enable" | "disable" | number;
  /** From OpenFlow 1.5: bits of OFPTFF. */
  readonly features?: number;
  readonly metadataMatch: bigint;
  readonly metadataWrite: bigint;
  /** Bits of OFPTC; from OpenFlow 1.4 what it can be configured to. */
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
  /** The tables whose entries this one follows; from OpenFlow 1.4. */
  | { readonly type: "table-sync-from"; readonly tables: readonly number[] }
  /** Values of `packet_type`; from OpenFlow 1.5. */
  | { readonly type: "packet-types"; readonly fields: readonly OxmField[] }
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
        | "apply-setfield-miss"
        /** This and the rest from OpenFlow 1.5. */
        | "write-copyfield"
        | "write-copyfield-miss"
        | "apply-copyfield"
        | "apply-copyfield-miss";
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

/** Changes the configuration of a table (OpenFlow 1.3.5 §7.3.3). */
export interface TableMod {
  readonly type: "table-mod";
  readonly table: number;
  /** Bits of OFPTC. */
  readonly config: number;
  /** From OpenFlow 1.4. */
  readonly properties?: readonly TableModProperty[];
}

/** What a table is set to besides (OpenFlow 1.4.1 §7.3.4.1). */
export type TableModProperty =
  | {
      readonly type: "eviction";
      /** Bits of OFPTMPEF: what decides who goes. */
      readonly flags: number;
    }
  /** In per cent of free entries: below `down` and above `up` the switch tells. */
  | {
      readonly type: "vacancy";
      readonly down: number;
      readonly up: number;
      /** How much is free now, in what the switch says. */
      readonly vacancy: number;
    }
  | ExperimenterItem
  | UnknownItem;

/** How a table is configured (OpenFlow 1.4.1 §7.3.5.15). */
export interface TableDesc {
  readonly table: number;
  /** Bits of OFPTC. */
  readonly config: number;
  readonly properties: readonly TableModProperty[];
}

/** A table became too full, or has room again (OpenFlow 1.4.1 §7.4.5). */
export interface TableStatus {
  readonly type: "table-status";
  /** A number is a reason this codec has no name for. */
  readonly reason: "vacancy-down" | "vacancy-up" | number;
  readonly table: TableDesc;
}
