// Flow monitors, OpenFlow 1.4.1 §7.3.5.17.
import type { FlowEntryUpdate, FlowMonitorRequest, FlowUpdate } from "../flow-monitor.ts";
import type { Codec } from "../kit/codec.ts";
import type { MatchCodecs } from "../kit/match.ts";
import { named, u8, u16, u32, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { type FieldsOf, pad, struct } from "../kit/struct.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { PipelineCodecs } from "../v1-3/pipeline.ts";

/** `ofp_flow_monitor_request`. */
export function flowMonitorRequest({ match }: MatchCodecs): Codec<FlowMonitorRequest> {
  return struct({
    monitor: u32,
    outPort: u32,
    outGroup: u32,
    flags: u16,
    table: u8,
    command: named(u8, { add: 0, modify: 1, delete: 2 }),
    match,
  });
}

/** `ofp_flow_update_header` and what follows it: length u16, event u16, the event's body. */
export function flowUpdate({ fields, instructions }: PipelineCodecs): Codec<FlowUpdate> {
  const entry: FieldsOf<Omit<FlowEntryUpdate, "type">> = {
    table: u8,
    reason: u8,
    idleTimeoutS: u16,
    hardTimeoutS: u16,
    priority: u16,
    _: pad(4),
    cookie: u64,
    match: fields.match,
    instructions: instructions.list,
  };
  const events: readonly Variant<FlowUpdate>[] = [
    variant(0, "initial", entry),
    variant(1, "added", entry),
    variant(2, "removed", entry),
    variant(3, "modified", entry),
    variant(4, "abbreviated", { xid: u32 }),
    variant(5, "paused", { _: pad(4) }),
    variant(6, "resumed", { _: pad(4) }),
  ];
  return sized(0, afterLength(new Union(events)));
}

function afterLength(events: Union<FlowUpdate>): Codec<FlowUpdate> {
  return {
    read(reader) {
      lengthHere.read(reader);
      return events.withCode(u16.read(reader)).body.read(reader);
    },
    write(writer, update) {
      lengthHere.write(writer, undefined);
      const { code, body } = events.of(update);
      u16.write(writer, code);
      body.write(writer, update);
    },
  };
}
