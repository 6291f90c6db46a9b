import fc, { type Arbitrary } from "fast-check";
import type { FlowStats } from "../../../../src/drivers/openflow/wire/flow.ts";
import type { Bucket } from "../../../../src/drivers/openflow/wire/group.ts";
import type { OxmId } from "../../../../src/drivers/openflow/wire/match.ts";
import type { MeterBand } from "../../../../src/drivers/openflow/wire/meter.ts";
import type {
  MultipartReplyBody,
  MultipartRequestBody,
} from "../../../../src/drivers/openflow/wire/multipart.ts";
import type { Port, PortStats } from "../../../../src/drivers/openflow/wire/port.ts";
import type { Queue } from "../../../../src/drivers/openflow/wire/queue.ts";
import type {
  TableFeatureProperty,
  TableFeatures,
} from "../../../../src/drivers/openflow/wire/table.ts";
import {
  actions,
  data,
  experimenterItem,
  instructions,
  mac,
  macNames,
  match,
  nameless,
  octets,
  text,
  typed,
  u8,
  u16,
  u32,
  u64,
  unknownItem,
} from "./arbitrary-values.ts";

// What a switch holds and how it is asked for, with values that OpenFlow 1.3 has bytes for.

const oxmId: Arbitrary<OxmId> = fc.oneof(
  fc.record({ field: fc.constantFrom("in_port", ...macNames), masked: fc.boolean() }),
  fc.record({ field: fc.constant("unknown"), header: fc.nat(0xffff).map((low) => 0x30000 + low) }),
  fc.record({
    field: fc.constant("unknown"),
    header: fc.nat(0xffff).map((low) => 0xffff0000 + low),
    experimenter: u32,
  }),
);

const bucket: Arbitrary<Bucket> = fc.record({
  weight: u16,
  watchPort: u32,
  watchGroup: u32,
  actions,
});
export const group = {
  groupType: fc.oneof(
    fc.constantFrom("all" as const, "select" as const, "indirect" as const),
    fc.integer({ min: 4, max: 255 }),
  ),
  group: u32,
  buckets: fc.array(bucket, { maxLength: 3 }),
};

const meterBand: Arbitrary<MeterBand> = fc.oneof(
  typed("drop", { rate: u32, burst: u32 }),
  typed("dscp-remark", { rate: u32, burst: u32, precLevel: u8 }),
  typed("experimenter", { rate: u32, burst: u32, experimenter: u32, data: octets(0) }),
  typed("unknown", { code: nameless, data: octets(4) }),
);
export const meter = { flags: u16, meter: u32, bands: fc.array(meterBand, { maxLength: 3 }) };

export const port: Arbitrary<Port> = fc.record({
  port: u32,
  hwAddr: mac,
  name: text(16),
  config: u32,
  state: u32,
  properties: fc.tuple(
    typed("ethernet", {
      curr: u32,
      advertised: u32,
      supported: u32,
      peer: u32,
      currSpeedKbps: u32,
      maxSpeedKbps: u32,
    }),
  ),
});

export const duration = { durationS: u32, durationNs: u32 };
export const counts = { packetCount: u64, byteCount: u64 };
export const timeouts = { idleTimeoutS: u16, hardTimeoutS: u16 };

const portStats: Arbitrary<PortStats> = fc.record({
  port: u32,
  rxPackets: u64,
  txPackets: u64,
  rxBytes: u64,
  txBytes: u64,
  rxDropped: u64,
  txDropped: u64,
  rxErrors: u64,
  txErrors: u64,
  ...duration,
  properties: fc.tuple(
    typed("ethernet", {
      rxFrameErrors: u64,
      rxOverErrors: u64,
      rxCrcErrors: u64,
      collisions: u64,
    }),
  ),
});

export const queue: Arbitrary<Queue> = fc.record({
  queue: u32,
  port: u32,
  properties: fc.array(
    fc.oneof(
      typed("min-rate", { rate: u16 }),
      typed("max-rate", { rate: u16 }),
      experimenterItem,
      unknownItem,
    ),
    { maxLength: 3 },
  ),
});

const flowStats: Arbitrary<FlowStats> = fc.record({
  table: u8,
  ...duration,
  priority: u16,
  ...timeouts,
  flags: u16,
  cookie: u64,
  ...counts,
  match,
  instructions,
});

const bareItem = fc.oneof(
  typed("experimenter", { experimenter: u32, data }),
  typed("unknown", { code: nameless, data }),
);

const tableProperty: Arbitrary<TableFeatureProperty> = fc.oneof(
  typed("instructions", {
    instructions: fc.array(fc.oneof(typed("goto-table", {}), typed("meter", {}), bareItem)),
  }),
  typed("next-tables", { tables: fc.array(u8) }),
  typed("apply-actions-miss", {
    actions: fc.array(fc.oneof(typed("output", {}), typed("group", {}), bareItem)),
  }),
  typed("wildcards", { fields: fc.array(oxmId) }),
  bareItem,
);

const tableFeatures: Arbitrary<TableFeatures> = fc.record({
  table: u8,
  name: text(32),
  metadataMatch: u64,
  metadataWrite: u64,
  config: u32,
  maxEntries: u32,
  properties: fc.array(tableProperty, { maxLength: 3 }),
});

export const some = <T>(item: Arbitrary<T>): Arbitrary<T[]> => fc.array(item, { maxLength: 3 });
const bands = some(fc.record(counts));
const filter = {
  table: u8,
  outPort: u32,
  outGroup: u32,
  cookie: u64,
  cookieMask: u64,
  match,
};
const foreignBodies = [
  typed("experimenter", { experimenter: u32, expType: u32, data }),
  typed("unknown", { code: nameless, data }),
] as const;

export const requestBody: Arbitrary<MultipartRequestBody> = fc.oneof(
  fc.constantFrom<MultipartRequestBody>(
    { type: "desc" },
    { type: "table" },
    { type: "group-desc" },
    { type: "group-features" },
    { type: "meter-features" },
    { type: "port-desc" },
  ),
  typed("flow", filter),
  typed("aggregate", filter),
  typed("port-stats", { port: u32 }),
  typed("queue", { port: u32, queue: u32 }),
  typed("group", { group: u32 }),
  typed("meter", { meter: u32 }),
  typed("meter-config", { meter: u32 }),
  typed("table-features", { tables: some(tableFeatures) }),
  ...foreignBodies,
);

const perType = fc.record({ all: u32, select: u32, indirect: u32, fastFailover: u32 });

export const replyBody: Arbitrary<MultipartReplyBody> = fc.oneof(
  typed("desc", {
    manufacturer: text(256),
    hardware: text(256),
    software: text(256),
    serialNumber: text(32),
    datapath: text(256),
  }),
  typed("flow", { flows: some(flowStats) }),
  typed("aggregate", { ...counts, flowCount: u32 }),
  typed("table", {
    tables: some(fc.record({ table: u8, activeCount: u32, lookupCount: u64, matchedCount: u64 })),
  }),
  typed("port-stats", { ports: some(portStats) }),
  typed("queue", {
    queues: some(
      fc.record({
        port: u32,
        queue: u32,
        txBytes: u64,
        txPackets: u64,
        txErrors: u64,
        ...duration,
      }),
    ),
  }),
  typed("group", {
    groups: some(fc.record({ group: u32, refCount: u32, ...counts, ...duration, buckets: bands })),
  }),
  typed("group-desc", { groups: some(fc.record(group)) }),
  typed("group-features", {
    types: u32,
    capabilities: u32,
    maxGroups: perType,
    actions: perType,
  }),
  typed("meter", {
    meters: some(
      fc.record({
        meter: u32,
        flowCount: u32,
        packetInCount: u64,
        byteInCount: u64,
        ...duration,
        bands,
      }),
    ),
  }),
  typed("meter-config", { meters: some(fc.record(meter)) }),
  typed("meter-features", {
    maxMeter: u32,
    bandTypes: u32,
    capabilities: u32,
    maxBands: u8,
    maxColor: u8,
  }),
  typed("table-features", { tables: some(tableFeatures) }),
  typed("port-desc", { ports: some(port) }),
  ...foreignBodies,
);
