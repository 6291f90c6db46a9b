import type { FlowStat } from "../flow-stat.ts";
import type { Codec } from "./codec.ts";
import { hex } from "./hex.ts";
import type { Reader } from "./reader.ts";
import { u16, u32, u64 } from "./scalars.ts";
import { list } from "./struct.ts";
import type { Writer } from "./writer.ts";

// OpenFlow 1.5.1 §7.2.4: headers of OXS, each with class 0x8002, number and length.
const DURATION = 0x80020008;
const IDLE_TIME = 0x80020208;
const FLOW_COUNT = 0x80020604;
const PACKET_COUNT = 0x80020808;
const BYTE_COUNT = 0x80020a08;

const flowStat: Codec<FlowStat> = {
  read(reader) {
    const header = u32.read(reader);
    switch (header) {
      case DURATION:
        return time(reader, "duration");
      case IDLE_TIME:
        return time(reader, "idle-time");
      case FLOW_COUNT:
        return { stat: "flow-count", value: u32.read(reader) };
      case PACKET_COUNT:
        return { stat: "packet-count", value: u64.read(reader) };
      case BYTE_COUNT:
        return { stat: "byte-count", value: u64.read(reader) };
      default:
        return { stat: "unknown", header, value: hex(header & 0xff).read(reader) };
    }
  },
  write(writer, stat) {
    switch (stat.stat) {
      case "duration":
      case "idle-time":
        return writeTime(writer, stat);
      case "flow-count":
        u32.write(writer, FLOW_COUNT);
        return u32.write(writer, stat.value);
      case "packet-count":
      case "byte-count":
        u32.write(writer, stat.stat === "packet-count" ? PACKET_COUNT : BYTE_COUNT);
        return u64.write(writer, stat.value);
      case "unknown":
        u32.write(writer, stat.header);
        return hex(stat.header & 0xff).write(writer, stat.value);
    }
  },
};

const statList = list(flowStat);
const HEAD_BYTES = 4;

/** `ofp_stats`: 2 reserved bytes, length u16 that does not count the padding, statistics. */
export const flowStatList: Codec<readonly FlowStat[]> = {
  read(reader) {
    const start = reader.take(2);
    if (reader.view.getUint16(start) !== 0) reader.fail("statistics without their own header");
    const length = u16.read(reader);
    if (length < HEAD_BYTES) reader.fail(`statistics of ${length} bytes`);
    const outerEnd = reader.enter(length - HEAD_BYTES);
    const stats = statList.read(reader);
    reader.leave(outerEnd);
    reader.take(-length & 7);
    return stats;
  },
  write(writer, stats) {
    const start = writer.take(HEAD_BYTES);
    statList.write(writer, stats);
    writer.view.setUint16(start + 2, writer.offset - start);
    writer.alignTo8(start);
  },
};

type Time = Extract<FlowStat, { readonly seconds: number }>;

function time(reader: Reader, stat: Time["stat"]): FlowStat {
  return { stat, seconds: u32.read(reader), nanoseconds: u32.read(reader) };
}

function writeTime(writer: Writer, { stat, seconds, nanoseconds }: Time): void {
  u32.write(writer, stat === "duration" ? DURATION : IDLE_TIME);
  u32.write(writer, seconds);
  u32.write(writer, nanoseconds);
}
