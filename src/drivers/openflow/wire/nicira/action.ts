import type { Action } from "../action.ts";
import type { OxmField, OxmId } from "../match.ts";

/** Some bits of a field: `bits` of them from bit `offset` on. */
export interface BitRange {
  readonly offset: number;
  readonly bits: number;
}

/**
 * The actions that Nicira brought and Open vSwitch carries in every version, as `ovs-actions(7)`
 * explains them. Ports are widened to 32 bits as all ports are.
 */
export type NiciraAction =
  | { readonly type: "nx-resubmit"; readonly inPort: number }
  | { readonly type: "nx-resubmit-table"; readonly inPort: number; readonly table: number }
  | { readonly type: "nx-resubmit-table-ct"; readonly inPort: number; readonly table: number }
  | { readonly type: "nx-set-tunnel"; readonly tunnelId: number }
  | { readonly type: "nx-set-tunnel64"; readonly tunnelId: bigint }
  | { readonly type: "nx-set-queue"; readonly queue: number }
  | { readonly type: "nx-pop-queue" }
  | NiciraRegMove
  | {
      readonly type: "nx-reg-load";
      readonly range: BitRange;
      readonly destination: OxmId;
      readonly value: bigint;
    }
  | { readonly type: "nx-reg-load2"; readonly field: OxmField }
  | { readonly type: "nx-note"; readonly data: Uint8Array }
  | {
      readonly type: "nx-output-reg" | "nx-output-reg2";
      readonly range: BitRange;
      readonly source: OxmId;
      readonly maxLen: number;
    }
  | NiciraLearn
  | { readonly type: "nx-exit" }
  | { readonly type: "nx-dec-ttl" }
  | {
      readonly type: "nx-fin-timeout";
      readonly idleTimeoutS: number;
      readonly hardTimeoutS: number;
    }
  | {
      readonly type: "nx-controller";
      readonly maxLen: number;
      readonly controllerId: number;
      readonly reason: number;
    }
  | { readonly type: "nx-write-metadata"; readonly metadata: bigint; readonly mask: bigint }
  | { readonly type: "nx-push-mpls" | "nx-pop-mpls"; readonly ethertype: number }
  | { readonly type: "nx-set-mpls-ttl"; readonly ttl: number }
  | { readonly type: "nx-dec-mpls-ttl" }
  | { readonly type: "nx-set-mpls-label"; readonly label: number }
  | { readonly type: "nx-set-mpls-tc"; readonly tc: number }
  | {
      readonly type: "nx-stack-push" | "nx-stack-pop";
      readonly offset: number;
      readonly field: OxmId;
      readonly bits: number;
    }
  | {
      readonly type: "nx-conjunction";
      readonly clause: number;
      readonly clauses: number;
      readonly id: number;
    }
  | { readonly type: "nx-output-trunc"; readonly port: number; readonly maxLen: number }
  | { readonly type: "nx-group"; readonly group: number }
  | { readonly type: "nx-clone"; readonly actions: readonly Action[] }
  | NiciraCt
  | { readonly type: "nx-ct-clear" };

/** Copies bits of one field to another. */
export interface NiciraRegMove {
  readonly type: "nx-reg-move";
  readonly bits: number;
  readonly sourceOffset: number;
  readonly destinationOffset: number;
  readonly source: OxmId;
  readonly destination: OxmId;
}

/** Adds a flow entry that is made from the packet. */
export interface NiciraLearn {
  readonly type: "nx-learn" | "nx-learn2";
  readonly idleTimeoutS: number;
  readonly hardTimeoutS: number;
  readonly priority: number;
  readonly cookie: bigint;
  /** Bits of {@link learnFlag}. */
  readonly flags: number;
  readonly table: number;
  readonly finIdleTimeoutS: number;
  readonly finHardTimeoutS: number;
  /** Of `nx-learn2`: how many flow entries it may add, and where it writes whether it did. */
  readonly limit?: LearnLimit;
  readonly specs: readonly LearnSpec[];
}

/** What {@link NiciraLearn} does beyond its first form. */
export interface LearnLimit {
  /** 0 is no limit. */
  readonly flows: number;
  /** Which bit of `result` says whether the entry was added; it counts with flag `writeResult`. */
  readonly resultOffset: number;
  readonly result?: OxmId;
}

/** Bits of `NiciraLearn.flags`. */
export const learnFlag = { sendFlowRemoved: 0x1, deleteLearned: 0x2, writeResult: 0x4 } as const;

/** One thing that a learned flow entry matches or does, with bits of the packet or given ones. */
export interface LearnSpec {
  readonly bits: number;
  readonly source: LearnField | { readonly type: "immediate"; readonly value: string };
  /** `output` sends to the port whose number the source holds. */
  readonly destination:
    | (LearnField & { readonly use: "match" | "load" })
    | { readonly type: "output" };
}

/** Bits of a field from `offset` on. */
export interface LearnField {
  readonly type: "field";
  readonly field: OxmId;
  readonly offset: number;
}

/** Sends the packet through connection tracking. */
export interface NiciraCt {
  readonly type: "nx-ct";
  /** 1 commits the connection, 2 replaces it. */
  readonly flags: number;
  /** The field that holds the zone; when its header is 0 the zone is `zone` itself. */
  readonly zoneSource: OxmId;
  readonly zone: number;
  /** Where the packet goes on; 255 is nowhere. */
  readonly table: number;
  readonly alg: number;
  readonly actions: readonly Action[];
}
