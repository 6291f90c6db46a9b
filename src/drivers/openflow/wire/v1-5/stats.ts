// How statistics become the numbers of earlier versions, OpenFlow 1.5.1 §7.2.4.
import type { AggregateStats } from "../flow.ts";
import type { FlowStat } from "../flow-stat.ts";

/** The numbers of one flow entry, and the list itself when it is not the usual one. */
export interface FlowNumbers {
  readonly durationS: number;
  readonly durationNs: number;
  readonly packetCount: bigint;
  readonly byteCount: bigint;
  readonly stats?: readonly FlowStat[];
}

/** Takes the numbers out of the list. What is not in the list is 0. */
export function flowNumbers(stats: readonly FlowStat[]): FlowNumbers {
  const duration = stats.find((each) => each.stat === "duration");
  const numbers = {
    durationS: duration?.seconds ?? 0,
    durationNs: duration?.nanoseconds ?? 0,
    ...passed(stats),
  };
  return isAlike(stats, flowStatsOf(numbers)) ? numbers : { ...numbers, stats };
}

/** The list for these numbers: the one that is given, or the usual one. */
export function flowStatsOf(numbers: FlowNumbers): readonly FlowStat[] {
  const { durationS, durationNs, packetCount, byteCount, stats } = numbers;
  return (
    stats ?? [
      { stat: "duration", seconds: durationS, nanoseconds: durationNs },
      { stat: "packet-count", value: packetCount },
      { stat: "byte-count", value: byteCount },
    ]
  );
}

/** As {@link flowNumbers}, of many flow entries together. */
export function aggregateNumbers(stats: readonly FlowStat[]): AggregateStats {
  const flowCount = stats.find((each) => each.stat === "flow-count")?.value ?? 0;
  const numbers = { ...passed(stats), flowCount };
  return isAlike(stats, aggregateStatsOf(numbers)) ? numbers : { ...numbers, stats };
}

/** As {@link flowStatsOf}, of many flow entries together. */
export function aggregateStatsOf(numbers: AggregateStats): readonly FlowStat[] {
  const { packetCount, byteCount, flowCount, stats } = numbers;
  return (
    stats ?? [
      { stat: "flow-count", value: flowCount },
      { stat: "packet-count", value: packetCount },
      { stat: "byte-count", value: byteCount },
    ]
  );
}

function passed(stats: readonly FlowStat[]): { packetCount: bigint; byteCount: bigint } {
  const packets = stats.find((each) => each.stat === "packet-count");
  const bytes = stats.find((each) => each.stat === "byte-count");
  return { packetCount: packets?.value ?? 0n, byteCount: bytes?.value ?? 0n };
}

/** Whether both lists have the same statistics in the same order. */
function isAlike(some: readonly FlowStat[], others: readonly FlowStat[]): boolean {
  return (
    some.length === others.length && some.every(({ stat }, index) => stat === others[index]?.stat)
  );
}
