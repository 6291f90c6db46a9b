// Flow entries, OpenFlow 1.3.5 §7.3.4.1, §7.3.5.2, §7.3.5.3 and §7.4.2.
import type { AggregateStats, FlowFilter, FlowMod, FlowRemoved, FlowStats } from "../flow.ts";
import type { Codec } from "../kit/codec.ts";
import { named, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { type FieldsOf, pad, struct } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import { instructionList } from "./instruction.ts";
import { match } from "./match.ts";

/** OFPT_FLOW_MOD (§7.3.4.1). */
export const flowMod: Variant<FlowMod> = variant(14, "flow-mod", {
  cookie: u64,
  cookieMask: u64,
  table: u8,
  command: named(u8, {
    add: 0,
    modify: 1,
    "modify-strict": 2,
    delete: 3,
    "delete-strict": 4,
  }),
  idleTimeoutS: u16,
  hardTimeoutS: u16,
  priority: u16,
  bufferId: u32,
  outPort: u32,
  outGroup: u32,
  flags: u16,
  _: pad(2),
  match,
  instructions: instructionList,
});

/** OFPT_FLOW_REMOVED (§7.4.2). */
export const flowRemoved: Variant<FlowRemoved> = variant(11, "flow-removed", {
  cookie: u64,
  priority: u16,
  reason: named(u8, { "idle-timeout": 0, "hard-timeout": 1, delete: 2, "group-delete": 3 }),
  table: u8,
  durationS: u32,
  durationNs: u32,
  idleTimeoutS: u16,
  hardTimeoutS: u16,
  packetCount: u64,
  byteCount: u64,
  match,
});

/** The body of a request for flow or aggregate statistics (§7.3.5.2). */
export const flowFilter: FieldsOf<FlowFilter> = {
  table: u8,
  _0: pad(3),
  outPort: u32,
  outGroup: u32,
  _1: pad(4),
  cookie: u64,
  cookieMask: u64,
  match,
};

/** `ofp_flow_stats` (§7.3.5.2). */
export const flowStats: Codec<FlowStats> = sized(
  0,
  struct({
    length: lengthHere,
    table: u8,
    _0: pad(1),
    durationS: u32,
    durationNs: u32,
    priority: u16,
    idleTimeoutS: u16,
    hardTimeoutS: u16,
    flags: u16,
    _1: pad(4),
    cookie: u64,
    packetCount: u64,
    byteCount: u64,
    match,
    instructions: instructionList,
  }),
);

/** `ofp_aggregate_stats_reply` (§7.3.5.3). */
export const aggregateStats: FieldsOf<AggregateStats> = {
  packetCount: u64,
  byteCount: u64,
  flowCount: u32,
  _: pad(4),
};
