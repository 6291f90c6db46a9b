import { type FrameCount, sumFrames } from "../../../model/frame-count.ts";
import { type NodeProgram, sameFlow } from "../compile/program.ts";
import type { FlowStats } from "../wire/flow.ts";
import type { Counters } from "../wire/group.ts";
import type { MeterStats } from "../wire/meter.ts";
import { type ExitPlace, exitKey, type Feed, type Feeds, isClear, metersOfOwn } from "./feeds.ts";

/** What a node holds for a network, and what it has counted for it. */
export interface DeliveryReadings {
  readonly program: NodeProgram;
  readonly feeds: Feeds;
  /** By `flowKey`. */
  readonly flows: ReadonlyMap<string, FlowStats>;
  readonly meters: ReadonlyMap<number, MeterStats>;
  /** The table in which frames come in. */
  readonly table: number;
}

/**
 * What the flows of a program have handed to an exit since their counters began; undefined where the
 * node cannot tell.
 *
 * A flow counts a frame before its meter drops it, and on Open vSwitch even where the meter of an
 * earlier table has. So what a meter let pass is counted by the meter, where all that it polices
 * leaves at the exit; otherwise by the flows, as long as no meter before the exit has dropped any.
 */
export function deliveredTo(exit: ExitPlace, readings: DeliveryReadings): FrameCount | undefined {
  const { feeds } = readings;
  const key = exitKey(exit);
  const there = feeds.at.get(key) ?? [];
  if (!isClear(feeds, key) || !there.every((feed) => isAsKnown(feed.flow, readings))) {
    return undefined;
  }
  const byMeters = metersOfOwn(feeds, key);
  const byFlows = there.filter(({ meter }) => meter === undefined || !byMeters.has(meter));
  const parts = [
    ...[...byMeters].map((meter) => letPass(readings.meters.get(meter))),
    ...byFlows.map((feed) => handedOn(feed, readings)),
  ];
  const known = parts.filter((part) => part !== undefined);
  return known.length === parts.length ? sumFrames(known) : undefined;
}

/**
 * Whether every meter that frames for an exit pass first has counted what its flows have: one that
 * began when they did and says less does not count.
 */
export function metersCount(exit: ExitPlace, readings: DeliveryReadings): boolean {
  const { feeds, flows, meters, table } = readings;
  return metersBefore(feeds.at.get(exitKey(exit)) ?? []).every((meter) => {
    const first = (feeds.policed.get(meter) ?? [])
      .flatMap((flow) => flows.get(flow) ?? [])
      .filter((flow) => flow.table === table);
    const entered = Number(meters.get(meter)?.packetInCount ?? 0n);
    return sumFrames(first.map(countOf)).frames <= entered;
  });
}

/** For how long the flows that hand frames to an exit have counted, in milliseconds. */
export function countedThereForMs(exit: ExitPlace, { feeds, flows }: DeliveryReadings): number {
  const ages = (feeds.at.get(exitKey(exit)) ?? []).map(({ flow }) => ageMs(flows.get(flow)));
  return Math.max(0, ...ages);
}

/** How long a flow has been there, in milliseconds. */
export function ageMs(flow: Pick<FlowStats, "durationS" | "durationNs"> | undefined): number {
  return flow === undefined ? 0 : flow.durationS * 1_000 + flow.durationNs / 1e6;
}

/** What counters say. */
export function countOf({ packetCount, byteCount }: Counters): FrameCount {
  return { frames: Number(packetCount), bytes: Number(byteCount) };
}

/** What a meter has dropped. */
export function droppedBy({ bands }: MeterStats): FrameCount {
  return sumFrames(bands.map(countOf));
}

function metersBefore(feeds: readonly Feed[]): readonly number[] {
  return [...new Set(feeds.flatMap(({ meter }) => meter ?? []))];
}

function letPass(meter: MeterStats | undefined): FrameCount | undefined {
  if (meter === undefined || !isCounted(meter)) return undefined;
  const dropped = droppedBy(meter);
  return {
    frames: Number(meter.packetInCount) - dropped.frames,
    bytes: Number(meter.byteInCount) - dropped.bytes,
  };
}

function handedOn({ flow, meter }: Feed, readings: DeliveryReadings): FrameCount | undefined {
  const { flows, meters } = readings;
  const counters = flows.get(flow);
  if (counters === undefined || !isKept(counters)) return undefined;
  const before = meter === undefined ? [] : [meter];
  const passed = [...before, ...metersAhead(counters.table, readings)];
  const dropsNone = passed.every((id) => {
    const stats = meters.get(id);
    return stats !== undefined && isCounted(stats) && droppedBy(stats).frames === 0;
  });
  return dropsNone ? countOf(counters) : undefined;
}

/** The meters of the tables before one. */
function metersAhead(table: number, { program, feeds }: DeliveryReadings): readonly number[] {
  return [...feeds.policed].flatMap(([meter, users]) =>
    users.some((user) => (program.flows.get(user)?.table ?? table) < table) ? [meter] : [],
  );
}

/** Whether the switch holds a flow as it is known to. */
function isAsKnown(key: string, { program, flows }: DeliveryReadings): boolean {
  const known = program.flows.get(key);
  const read = flows.get(key);
  return known !== undefined && read !== undefined && sameFlow(known, read);
}

/** Whether a meter keeps all its counters; switches need not (OpenFlow 1.3.5 §5.8). */
export function isCounted({ packetInCount, byteInCount, bands }: MeterStats): boolean {
  return [{ packetCount: packetInCount, byteCount: byteInCount }, ...bands].every(isKept);
}

/** A counter that a switch does not keep has all bits set (OpenFlow 1.3.5 §7.3.5). */
function isKept({ packetCount, byteCount }: Counters): boolean {
  return packetCount !== NOT_KEPT && byteCount !== NOT_KEPT;
}

const NOT_KEPT = 0xffff_ffff_ffff_ffffn;
