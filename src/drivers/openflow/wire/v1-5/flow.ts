// Flow entries, OpenFlow 1.5.1 §7.3.5.2 to §7.3.5.4 and §7.4.2.
import type { AggregateStats, FlowCounters, FlowRemoved, FlowStats } from "../flow.ts";
import type { Codec } from "../kit/codec.ts";
import { flowStatList } from "../kit/flow-stat.ts";
import { mapped } from "../kit/mapped.ts";
import type { MatchCodecs } from "../kit/match.ts";
import { flowRemovedReasons } from "../kit/names.ts";
import { named, u8, u16, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { constant, pad, struct, withDefault } from "../kit/struct.ts";
import type { Variant } from "../kit/union.ts";
import type { PipelineCodecs } from "../v1-3/pipeline.ts";
import { aggregateNumbers, aggregateStatsOf, flowNumbers, flowStatsOf } from "./stats.ts";

/** `ofp_flow_desc` (§7.3.5.2). */
export function flowDesc({ fields, instructions }: PipelineCodecs): Codec<FlowStats> {
  const onWire = struct({
    length: lengthHere,
    _0: pad(2),
    table: u8,
    _1: pad(1),
    priority: u16,
    idleTimeoutS: u16,
    hardTimeoutS: u16,
    flags: u16,
    importance: withDefault(u16, 0),
    cookie: u64,
    match: fields.match,
    stats: flowStatList,
    instructions: instructions.list,
  });
  return sized(
    0,
    mapped(
      onWire,
      ({ stats, ...entry }): FlowStats => ({ ...entry, ...flowNumbers(stats) }),
      (flow) => ({ ...flow, importance: flow.importance ?? 0, stats: flowStatsOf(flow) }),
    ),
  );
}

/** `ofp_flow_stats` (§7.3.5.4). */
export function flowCounters({ match }: MatchCodecs): Codec<FlowCounters> {
  return sized(
    0,
    struct({
      length: lengthHere,
      _: pad(2),
      table: u8,
      reason: named(u8, { request: 0, trigger: 1 }),
      priority: u16,
      match,
      stats: flowStatList,
    }),
  );
}

/** The body of the answer to a request for sums (§7.3.5.3). */
export const aggregateStats: Codec<AggregateStats & { readonly type: "aggregate" }> = mapped(
  flowStatList,
  (stats) => ({ type: "aggregate", ...aggregateNumbers(stats) }),
  aggregateStatsOf,
);

/** OFPT_FLOW_REMOVED (§7.4.2). */
export function flowRemoved({ match }: MatchCodecs): Variant<FlowRemoved> {
  const onWire = struct({
    type: constant("flow-removed"),
    table: u8,
    reason: named(u8, flowRemovedReasons),
    priority: u16,
    idleTimeoutS: u16,
    hardTimeoutS: u16,
    cookie: u64,
    match,
    stats: flowStatList,
  });
  const body = mapped(
    onWire,
    ({ stats, ...entry }): FlowRemoved => ({ ...entry, ...flowNumbers(stats) }),
    (removed) => ({ ...removed, stats: flowStatsOf(removed) }),
  );
  return { code: 11, type: "flow-removed", body };
}
