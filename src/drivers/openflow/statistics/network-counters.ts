import type { Attachment } from "../../../model/attachment.ts";
import { type FrameCount, noFrames, sumFrames } from "../../../model/frame-count.ts";
import type { PortRef } from "../../../model/ids.ts";
import type { EndStatistics } from "../../driver-base.ts";
import { ingressClasses } from "../compile/ingress.ts";
import { flowKey, meterOf } from "../compile/program.ts";
import type { FlowStats } from "../wire/flow.ts";
import type { MeterStats } from "../wire/meter.ts";
import { ageMs, countOf, droppedBy, isCounted } from "./delivered.ts";
import type { Sent, Standing } from "./delivery-history.ts";
import { feedsOf } from "./feeds.ts";

/** What one node counted for one network, at one instant. */
export interface NodeCounters {
  readonly ends: readonly EndStatistics[];
  /** What all of the network's meters at the node dropped. */
  readonly dropped: FrameCount;
}

/** What counters are read out of. */
export interface CounterReadings {
  /** Every flow of the network at the node. */
  readonly flows: readonly FlowStats[];
  /** What passed the meters that these flows use. */
  readonly meters: ReadonlyMap<number, MeterStats>;
  readonly numbers: ReadonlyMap<PortRef, number>;
  /** The table in which frames come in. */
  readonly table: number;
  readonly atMs: number;
  /** What the node is known to hold for the network; absent where that is not known. */
  readonly deliveries: Standing | undefined;
}

/** What left at an end, if that is known. */
type SentAt = (at: Attachment) => Sent | undefined;

/** The meters that some flows use. */
export function metersOf(flows: readonly FlowStats[]): readonly number[] {
  return [...new Set(flows.flatMap((flow) => meterOf(flow) ?? []))];
}

/** Sums up what came in and left at the ends that lie at one node. */
export function nodeCounters(ends: readonly Attachment[], readings: CounterReadings): NodeCounters {
  const { flows, meters } = readings;
  const drops = [...meters.values()].filter(isCounted).map(droppedBy);
  const sentAt = sentFrom(readings);
  return {
    ends: ends.flatMap((at) => endCounters(at, readings, sentAt)),
    dropped: metersOf(flows).length === 0 ? noFrames : sumFrames(drops),
  };
}

function sentFrom({ deliveries, flows, meters, numbers, table }: CounterReadings): SentAt {
  if (deliveries === undefined) return () => undefined;
  const { program, history } = deliveries;
  const feeds = feedsOf(program);
  const byKey = new Map(flows.map((flow) => [flowKey(flow), flow]));
  return ({ port, tag }) => {
    const number = numbers.get(port);
    if (number === undefined) return undefined;
    const readings = { program, feeds, flows: byKey, meters, table };
    const left = history.sentTo({ port: number, tag }, readings);
    return left && { ...left, sentForMs: Math.round(left.sentForMs) };
  };
}

function endCounters(
  at: Attachment,
  readings: CounterReadings,
  sentAt: SentAt,
): readonly EndStatistics[] {
  const { flows, meters, table, atMs } = readings;
  const own = flows.filter(entrancesOf(at, readings));
  const letIn = own.filter((flow) => flow.table === table && flow.instructions.length > 0);
  if (letIn.length === 0) return [];
  const others = new Set(metersOf(flows.filter((flow) => !own.includes(flow))));
  const policers = metersOf(letIn).flatMap((id) => meters.get(id) ?? []);
  const isAlone = policers.length > 0 && policers.every(({ meter }) => !others.has(meter));
  const beyond = metersOf(own).filter((id) => !others.has(id) && !isOneOf(policers, id));
  const all = [...policers, ...beyond.flatMap((id) => meters.get(id) ?? [])];
  const isKnown = isAlone && all.every(isCounted);
  const byFlows = sumFrames(letIn.map(countOf));
  const byMeters = isKnown ? sumFrames(policers.map(enteredMeter)) : noFrames;
  return [
    {
      at,
      received: larger(byFlows, byMeters),
      ...(isKnown && { dropped: sumFrames(all.map(droppedBy)) }),
      ...sentAt(at),
      countedForMs: Math.round(Math.max(...letIn.map(ageMs))),
      sampledAtMs: atMs,
    },
  ];
}

function isOneOf(all: readonly MeterStats[], id: number): boolean {
  return all.some(({ meter }) => meter === id);
}

/** Whether a flow is for frames that come in at an end, in whichever table. */
function entrancesOf(at: Attachment, { numbers }: CounterReadings): (flow: FlowStats) => boolean {
  const port = numbers.get(at.port);
  const vlans = new Set(
    ingressClasses(port ?? 0, at.tag).flatMap(({ match }) =>
      match.flatMap(({ field, value }) => (field === "vlan_vid" ? [value] : [])),
    ),
  );
  return ({ match }) =>
    match.some(({ field, value }) => field === "in_port" && value === port) &&
    match.some(({ field, value }) => field === "vlan_vid" && vlans.has(value));
}

/**
 * Open vSwitch brings the counters of flows up to date late, and begins those of a meter anew when it
 * gets another rate.
 */
function larger(a: FrameCount, b: FrameCount): FrameCount {
  return { frames: Math.max(a.frames, b.frames), bytes: Math.max(a.bytes, b.bytes) };
}

function enteredMeter({ packetInCount, byteInCount }: MeterStats): FrameCount {
  return countOf({ packetCount: packetInCount, byteCount: byteInCount });
}

/** The ends that lie at each node. */
export function endsByNode(
  ends: readonly { readonly at: Attachment }[],
): ReadonlyMap<Attachment["node"], readonly Attachment[]> {
  const byNode = new Map<Attachment["node"], Attachment[]>();
  for (const { at } of ends) byNode.set(at.node, [...(byNode.get(at.node) ?? []), at]);
  return byNode;
}
