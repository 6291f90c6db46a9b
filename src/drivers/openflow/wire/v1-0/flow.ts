// Flow entries, OpenFlow 1.0.0 §5.3.3, §5.3.5 and §5.4.3.
import { GROUP_ANY } from "../constants.ts";
import type { AggregateStats, FlowFilter, FlowMod, FlowRemoved, FlowStats } from "../flow.ts";
import { absent } from "../kit/absent.ts";
import type { Codec } from "../kit/codec.ts";
import { flowModCommand } from "../kit/names.ts";
import { port16 } from "../kit/port-number.ts";
import { named, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { constant, type FieldsOf, pad, struct } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import { instructions } from "./action.ts";
import { match } from "./match.ts";

const everyGroup = absent<number>("group", GROUP_ANY);
const noCookieMask = absent<bigint>("cookie mask", 0n);

/** OFPT_FLOW_MOD (§5.3.3). */
export const flowMod: Variant<FlowMod> = variant(14, "flow-mod", {
  match,
  cookie: u64,
  cookieMask: noCookieMask,
  table: absent<number>("table", 0),
  command: flowModCommand(u16),
  idleTimeoutS: u16,
  hardTimeoutS: u16,
  priority: u16,
  bufferId: u32,
  outPort: port16,
  outGroup: everyGroup,
  flags: u16,
  instructions,
});

/** OFPT_FLOW_REMOVED (§5.4.3). */
export const flowRemoved: Variant<FlowRemoved> = variant(11, "flow-removed", {
  match,
  cookie: u64,
  priority: u16,
  reason: named(u8, { "idle-timeout": 0, "hard-timeout": 1, delete: 2 }),
  table: constant(0),
  _0: pad(1),
  durationS: u32,
  durationNs: u32,
  idleTimeoutS: u16,
  hardTimeoutS: constant(0),
  _1: pad(2),
  packetCount: u64,
  byteCount: u64,
});

/** The body of a request for flow or aggregate statistics (§5.3.5). */
export const flowFilter: FieldsOf<FlowFilter> = {
  match,
  table: u8,
  _: pad(1),
  outPort: port16,
  outGroup: everyGroup,
  cookie: absent<bigint>("cookie", 0n),
  cookieMask: noCookieMask,
};

/** `ofp_flow_stats` (§5.3.5). */
export const flowStats: Codec<FlowStats> = sized(
  0,
  struct({
    length: lengthHere,
    table: u8,
    _0: pad(1),
    match,
    durationS: u32,
    durationNs: u32,
    priority: u16,
    idleTimeoutS: u16,
    hardTimeoutS: u16,
    flags: constant(0),
    _1: pad(6),
    cookie: u64,
    packetCount: u64,
    byteCount: u64,
    instructions,
  }),
);

/** `ofp_aggregate_stats_reply` (§5.3.5). */
export const aggregateStats: FieldsOf<AggregateStats> = {
  packetCount: u64,
  byteCount: u64,
  flowCount: u32,
  _: pad(4),
};
