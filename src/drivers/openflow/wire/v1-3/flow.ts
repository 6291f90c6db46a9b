// Flow entries, OpenFlow 1.3.5 §7.3.4.1, §7.3.5.2, §7.3.5.3 and §7.4.2.
import type {
  AggregateStats,
  FlowFilter,
  FlowMod,
  FlowRemoved,
  FlowRemovedReason,
  FlowStats,
} from "../flow.ts";
import type { Codec } from "../kit/codec.ts";
import type { MatchCodecs } from "../kit/match.ts";
import { flowModCommand } from "../kit/names.ts";
import { named, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { type FieldsOf, type Pad, pad, struct } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { PipelineCodecs } from "./pipeline.ts";

/** Where flow entries of OpenFlow 1.4 have their importance. */
export type ImportancePlace =
  | { readonly _importance: Pad }
  | { readonly importance: Codec<number> };

/** OpenFlow 1.3 has nothing there. */
export const noImportance: ImportancePlace = { _importance: pad(2) };

/** OFPT_FLOW_MOD (§7.3.4.1). */
export function flowMod(
  { fields, instructions }: PipelineCodecs,
  importance: ImportancePlace,
): Variant<FlowMod> {
  return variant(
    14,
    "flow-mod",
    {
      cookie: u64,
      cookieMask: u64,
      table: u8,
      command: flowModCommand(u8),
      idleTimeoutS: u16,
      hardTimeoutS: u16,
      priority: u16,
      bufferId: u32,
      outPort: u32,
      outGroup: u32,
      flags: u16,
      ...importance,
      match: fields.match,
      instructions: instructions.list,
    },
    blankFlowMod,
  );
}

const blankFlowMod = (): FlowMod => ({
  type: "flow-mod",
  cookie: 0n,
  cookieMask: 0n,
  table: 0,
  command: "add",
  idleTimeoutS: 0,
  hardTimeoutS: 0,
  priority: 0,
  bufferId: 0,
  outPort: 0,
  outGroup: 0,
  flags: 0,
  match: [],
  instructions: [],
});

/** Why a flow entry is gone, in OpenFlow 1.3. */
export const removedReasons: Readonly<Partial<Record<FlowRemovedReason, number>>> = {
  "idle-timeout": 0,
  "hard-timeout": 1,
  delete: 2,
  "group-delete": 3,
};

/** OFPT_FLOW_REMOVED (§7.4.2). */
export function flowRemoved(
  { match }: MatchCodecs,
  reasons: Readonly<Partial<Record<FlowRemovedReason, number>>>,
): Variant<FlowRemoved> {
  return variant(11, "flow-removed", {
    cookie: u64,
    priority: u16,
    reason: named(u8, reasons),
    table: u8,
    durationS: u32,
    durationNs: u32,
    idleTimeoutS: u16,
    hardTimeoutS: u16,
    packetCount: u64,
    byteCount: u64,
    match,
  });
}

/** The body of a request for flow or aggregate statistics (§7.3.5.2). */
export function flowFilter({ match }: MatchCodecs): FieldsOf<FlowFilter> {
  return {
    table: u8,
    _0: pad(3),
    outPort: u32,
    outGroup: u32,
    _1: pad(4),
    cookie: u64,
    cookieMask: u64,
    match,
  };
}

/** `ofp_flow_stats` (§7.3.5.2). */
export function flowStats(
  { fields, instructions }: PipelineCodecs,
  importance: ImportancePlace,
): Codec<FlowStats> {
  return sized(
    0,
    struct(
      {
        length: lengthHere,
        table: u8,
        _0: pad(1),
        durationS: u32,
        durationNs: u32,
        priority: u16,
        idleTimeoutS: u16,
        hardTimeoutS: u16,
        flags: u16,
        ...importance,
        _1: pad(2),
        cookie: u64,
        packetCount: u64,
        byteCount: u64,
        match: fields.match,
        instructions: instructions.list,
      },
      blankFlowStats,
    ),
  );
}

const blankFlowStats = (): FlowStats => ({
  table: 0,
  durationS: 0,
  durationNs: 0,
  priority: 0,
  idleTimeoutS: 0,
  hardTimeoutS: 0,
  flags: 0,
  cookie: 0n,
  packetCount: 0n,
  byteCount: 0n,
  match: [],
  instructions: [],
});

/** `ofp_aggregate_stats_reply` (§7.3.5.3). */
export const aggregateStats: FieldsOf<AggregateStats> = {
  packetCount: u64,
  byteCount: u64,
  flowCount: u32,
  _: pad(4),
};
