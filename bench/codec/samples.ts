import {
  encodeMessage,
  type FlowMod,
  type FlowStats,
  NO_BUFFER,
  type OfMessage,
  OPENFLOW_1_3,
} from "dcns/openflow";
import { l2Flow } from "../support/l2-flows.ts";

/** Many messages of one kind. */
export interface Sample {
  readonly name: string;
  readonly messages: readonly OfMessage[];
  /** What there is more of than messages, where that is what counts. */
  readonly entries?: number;
}

/** How many flows fill a message of 64 KiB, nearly. */
const FLOWS_IN_A_PART = 500;

/** Flow-mods and packet-ins, and the statistics of as many flows in as few messages as they fit in. */
export function samples(count: number): readonly Sample[] {
  const flows = Array.from({ length: count }, (_, index) => l2Flow(index));
  return [
    { name: "flowMod", messages: flows },
    { name: "packetIn", messages: flows.map((_, index) => packetIn(index)) },
    { name: "flowStats", messages: flowStatsParts(flows), entries: count },
  ];
}

/** The bytes of every message, by OpenFlow 1.3. */
export function encodeAll(messages: readonly OfMessage[]): readonly Uint8Array[] {
  return messages.map((message, xid) => encodeMessage(OPENFLOW_1_3, xid, message));
}

/** A table-miss with the first 128 bytes of a frame. */
function packetIn(index: number): OfMessage {
  return {
    type: "packet-in",
    bufferId: NO_BUFFER,
    totalLen: 128,
    reason: "no-match",
    table: 0,
    cookie: BigInt(index),
    match: [{ field: "in_port", value: 1 + (index % 48) }],
    data: new Uint8Array(128).fill(index),
  };
}

function flowStatsParts(flows: readonly FlowMod[]): readonly OfMessage[] {
  const parts: OfMessage[] = [];
  for (let start = 0; start < flows.length; start += FLOWS_IN_A_PART) {
    const end = start + FLOWS_IN_A_PART;
    const inIt = flows.slice(start, end).map(statsOf);
    const body = { type: "flow", flows: inIt } as const;
    parts.push({ type: "multipart-reply", more: end < flows.length, body });
  }
  return parts;
}

function statsOf(flow: FlowMod, index: number): FlowStats {
  const { table, priority, idleTimeoutS, hardTimeoutS, flags, cookie, match, instructions } = flow;
  const entry = { table, priority, idleTimeoutS, hardTimeoutS, flags, cookie, match, instructions };
  return {
    ...entry,
    durationS: 60 + index,
    durationNs: 1_000_000 * (index % 1_000),
    packetCount: BigInt(index),
    byteCount: BigInt(index) * 64n,
  };
}
