import { ok, type Result } from "neverthrow";
import { GROUP_ALL, METER_ALL, PORT_ANY } from "../../drivers/openflow/wire/constants.ts";
import type { FlowFilter, FlowStats } from "../../drivers/openflow/wire/flow.ts";
import type { Counters, GroupDesc, GroupStats } from "../../drivers/openflow/wire/group.ts";
import type { MeterConfig, MeterStats } from "../../drivers/openflow/wire/meter.ts";
import type {
  MultipartReplyBody,
  MultipartRequestBody,
} from "../../drivers/openflow/wire/multipart.ts";
import type { PortStats } from "../../drivers/openflow/wire/port.ts";
import type { TableFeatures, TableStats } from "../../drivers/openflow/wire/table.ts";
import { groupFeatures, meterFeatures, switchDescription } from "./features.ts";
import { allFlows, selectFlows } from "./flow-change.ts";
import { compileMatch } from "./flow-match.ts";
import type { FlowEntry } from "./flow-table.ts";
import type { Group } from "./group-table.ts";
import type { Meter } from "./meter-table.ts";
import { describePort, type SimPort } from "./port-table.ts";
import { instructionsOf, someAction, TABLES } from "./program.ts";
import { queueStats } from "./queue-table.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { SwitchState } from "./switch-state.ts";

/** Answers a request for state (OpenFlow 1.3.5 §7.3.5) in one; who sends it cuts it into parts. */
export function readStatistics(
  state: SwitchState,
  request: MultipartRequestBody,
  nowMs: number,
): Result<MultipartReplyBody, Refusal> {
  switch (request.type) {
    case "desc":
      return ok({ type: "desc", ...switchDescription(state.learns) });
    case "flow":
      return chosenFlows(state, request).map((flows) => ({
        type: "flow",
        flows: flows.map((flow) => flowStats(flow, nowMs)),
      }));
    case "aggregate":
      return chosenFlows(state, request).map((flows) => ({
        type: "aggregate",
        packetCount: BigInt(sum(flows, (flow) => flow.packets)),
        byteCount: BigInt(sum(flows, (flow) => flow.bytes)),
        flowCount: flows.length,
      }));
    case "table":
      return ok({ type: "table", tables: tableStats(state) });
    case "table-features":
      // It has the tables that it has.
      return request.tables.length > 0
        ? refuse("table-features-failed", "eperm")
        : ok({ type: "table-features", tables: tableFeatures(state) });
    case "port-stats":
      return chosenPorts(state, request.port).map((ports) => ({
        type: "port-stats",
        ports: ports.map((port) => portStats(port, nowMs)),
      }));
    case "queue":
      return queueStats(state, request).map((queues) => ({ type: "queue", queues }));
    case "port-desc":
      return ok({ type: "port-desc", ports: [...state.ports.values()].map(describePort) });
    case "group":
      return ok({ type: "group", groups: groupStats(state, request.group, nowMs) });
    case "group-desc":
      return ok({ type: "group-desc", groups: [...state.groups].map(groupDesc) });
    case "group-features":
      return ok({ type: "group-features", ...groupFeatures });
    case "meter":
      return chosenMeters(state, request.meter).map((meters) => ({
        type: "meter",
        meters: meters.map((meter) => meterStats(state, meter, nowMs)),
      }));
    case "meter-config":
      return chosenMeters(state, request.meter).map((meters) => ({
        type: "meter-config",
        meters: meters.map(meterConfig),
      }));
    case "meter-features":
      return ok({ type: "meter-features", ...meterFeatures });
    default:
      return refuse("bad-request", "bad-multipart");
  }
}

/** How long something has existed, as OpenFlow writes it. */
export function durationSince(
  createdMs: number,
  nowMs: number,
): { readonly durationS: number; readonly durationNs: number } {
  const ageMs = Math.max(0, Math.floor(nowMs - createdMs));
  return { durationS: Math.floor(ageMs / 1000), durationNs: (ageMs % 1000) * 1_000_000 };
}

function chosenFlows(
  state: SwitchState,
  filter: FlowFilter,
): Result<readonly FlowEntry[], Refusal> {
  return compileMatch(filter.match).map((match) => selectFlows(state, filter, match));
}

/** A flow as the switch reports it. */
export function flowStats(flow: FlowEntry, nowMs: number): FlowStats {
  const { durationS, durationNs } = durationSince(flow.createdMs, nowMs);
  return {
    table: flow.table,
    durationS,
    durationNs,
    priority: flow.priority,
    idleTimeoutS: flow.idleTimeoutS,
    hardTimeoutS: flow.hardTimeoutS,
    flags: flow.flags,
    cookie: flow.cookie,
    packetCount: BigInt(flow.packets),
    byteCount: BigInt(flow.bytes),
    match: flow.match.fields,
    instructions: instructionsOf(flow.program),
  };
}

function tableStats(state: SwitchState): readonly TableStats[] {
  return Array.from({ length: TABLES }, (_, table) => ({
    table,
    activeCount: state.tables.get(table)?.size ?? 0,
    lookupCount: BigInt(state.tables.get(table)?.lookups ?? 0),
    matchedCount: BigInt(state.tables.get(table)?.hits ?? 0),
  }));
}

/** What is said of tables is how much they take. */
function tableFeatures(state: SwitchState): readonly TableFeatures[] {
  return Array.from({ length: TABLES }, (_, table) => ({
    table,
    name: `table ${table}`,
    metadataMatch: ALL_BITS,
    metadataWrite: ALL_BITS,
    config: 0,
    maxEntries: state.maxFlowsPerTable(),
    properties: [],
  }));
}

const ALL_BITS = 0xffff_ffff_ffff_ffffn;

function chosenPorts(state: SwitchState, number: number): Result<readonly SimPort[], Refusal> {
  if (number === PORT_ANY) return ok([...state.ports.values()]);
  const port = state.ports.get(number);
  return port === undefined ? refuse("bad-request", "bad-port") : ok([port]);
}

function portStats(port: SimPort, nowMs: number): PortStats {
  return {
    port: port.port,
    rxPackets: BigInt(port.received.packets),
    txPackets: BigInt(port.sent.packets),
    rxBytes: BigInt(port.received.bytes),
    txBytes: BigInt(port.sent.bytes),
    rxDropped: 0n,
    txDropped: 0n,
    rxErrors: 0n,
    txErrors: 0n,
    ...durationSince(port.createdMs, nowMs),
    properties: [
      { type: "ethernet", rxFrameErrors: 0n, rxOverErrors: 0n, rxCrcErrors: 0n, collisions: 0n },
    ],
  };
}

function groupStats(state: SwitchState, number: number, nowMs: number): readonly GroupStats[] {
  const flows = allFlows(state);
  return [...state.groups]
    .filter((group) => number === GROUP_ALL || group.group === number)
    .map((group) => ({
      group: group.group,
      refCount: flows.filter((flow) =>
        someAction(flow.program, (a) => a.type === "group" && a.group === group.group),
      ).length,
      ...counted(group),
      ...durationSince(group.createdMs, nowMs),
      buckets: group.buckets.map(counted),
    }));
}

/** A group as the switch reports it. */
export function groupDesc({ group, groupType, buckets }: Group): GroupDesc {
  return { group, groupType, buckets: buckets.map((bucket) => bucket.config) };
}

function chosenMeters(state: SwitchState, number: number): Result<readonly Meter[], Refusal> {
  if (number === METER_ALL) return ok([...state.meters]);
  const meter = state.meters.get(number);
  return meter === undefined ? refuse("meter-mod-failed", "unknown-meter") : ok([meter]);
}

/** A meter as the switch reports it. */
export function meterConfig({ meter, flags, bands }: Meter): MeterConfig {
  return { meter, flags, bands: bands.map((band) => band.config) };
}

function meterStats(state: SwitchState, meter: Meter, nowMs: number): MeterStats {
  return {
    meter: meter.meter,
    flowCount: allFlows(state).filter((flow) => flow.program.meter === meter.meter).length,
    packetInCount: BigInt(meter.packets),
    byteInCount: BigInt(meter.bytes),
    ...durationSince(meter.createdMs, nowMs),
    bands: meter.bands.map((band) => counted(band.dropped)),
  };
}

function counted(traffic: { readonly packets: number; readonly bytes: number }): Counters {
  return { packetCount: BigInt(traffic.packets), byteCount: BigInt(traffic.bytes) };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
