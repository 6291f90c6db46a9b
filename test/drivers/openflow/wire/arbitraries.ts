import fc, { type Arbitrary } from "fast-check";
import type { Action } from "../../../../src/drivers/openflow/wire/action.ts";
import { errorNames } from "../../../../src/drivers/openflow/wire/error.ts";
import type { FlowStats } from "../../../../src/drivers/openflow/wire/flow.ts";
import type { Bucket } from "../../../../src/drivers/openflow/wire/group.ts";
import type { Instruction } from "../../../../src/drivers/openflow/wire/instruction.ts";
import type { Match, OxmField, OxmId } from "../../../../src/drivers/openflow/wire/match.ts";
import type { Envelope, OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
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

// Values that OpenFlow 1.3 has bytes for and that decode to themselves.

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const u64 = fc.bigInt(0n, 0xffffffffffffffffn);
const data = fc.uint8Array({ maxLength: 40 });
/** A number that no type, command or code has. */
const nameless = fc.integer({ min: 1000, max: 2000 });

/** `head` and any number of times eight bytes. */
function octets(head: number): Arbitrary<Uint8Array> {
  const sizes = fc.nat(3).map((eights) => head + 8 * eights);
  return sizes.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }));
}

function hex(bytes: number): Arbitrary<string> {
  return fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((each) => Buffer.from(each).toString("hex"));
}

const mac = hex(6).map((digits) => (digits.match(/../g) ?? []).join(":"));

function text(size: number): Arbitrary<string> {
  const character = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code));
  return fc.string({ unit: character, maxLength: size });
}

/** The value alone, or the value under a mask of the same kind. */
function maskable<Value>(value: Arbitrary<Value>): Arbitrary<{ value: Value; mask?: Value }> {
  return fc.record({ value, mask: value }, { requiredKeys: ["value"] });
}

const unknownField = fc
  .record({ bytes: fc.nat(20), masked: fc.boolean(), isExperimenter: fc.boolean() })
  .chain(({ bytes, masked, isExperimenter }) =>
    fc.record({
      field: fc.constant("unknown" as const),
      class: fc.constant(isExperimenter ? 0xffff : 1),
      code: fc.nat(127),
      ...(isExperimenter ? { experimenter: u32 } : {}),
      value: hex(bytes),
      ...(masked ? { mask: hex(bytes) } : {}),
    }),
  );

const numberNames = {
  1: ["vlan_pcp", "ip_dscp", "ip_ecn", "ip_proto", "icmpv4_type", "icmpv4_code", "icmpv6_type"],
  2: ["eth_type", "vlan_vid", "tcp_src", "tcp_dst", "udp_src", "udp_dst", "sctp_src", "sctp_dst"],
  3: ["pbb_isid"],
  4: ["in_port", "in_phy_port", "ipv4_src", "ipv4_dst", "arp_spa", "arp_tpa", "mpls_label"],
} as const;
const macNames = ["eth_dst", "eth_src", "arp_sha", "arp_tha", "ipv6_nd_sll"] as const;
const ipv6Names = ["ipv6_src", "ipv6_dst", "ipv6_nd_target"] as const;

function named<const Name, Value>(
  names: readonly Name[],
  value: Arbitrary<Value>,
): Arbitrary<{ field: Name; value: Value; mask?: Value }> {
  return fc.tuple(fc.constantFrom(...names), maskable(value)).map(([field, rest]) => ({
    field,
    ...rest,
  }));
}

export const oxmField: Arbitrary<OxmField> = fc.oneof(
  named(numberNames[1], u8),
  named(numberNames[2], u16),
  named(numberNames[3], fc.nat(0xffffff)),
  named(numberNames[4], u32),
  named(["metadata", "tunnel_id"], u64),
  named(macNames, mac),
  named(ipv6Names, hex(16)),
  unknownField,
);

export const match: Arbitrary<Match> = fc.array(oxmField, { maxLength: 5 });

const oxmId: Arbitrary<OxmId> = fc.oneof(
  fc.record({ field: fc.constantFrom("in_port", ...macNames), masked: fc.boolean() }),
  fc.record({ field: fc.constant("unknown"), header: fc.nat(0x1ffff) }),
  fc.record({
    field: fc.constant("unknown"),
    header: fc.nat(0xffff).map((low) => 0xffff0000 + low),
    experimenter: u32,
  }),
);

/** A thing of this type with these fields. */
function typed<const Type extends string, Fields>(
  type: Type,
  fields: { [Name in keyof Fields]: Arbitrary<Fields[Name]> },
): Arbitrary<{ type: Type } & Fields> {
  return fc.record(fields).map((value) => ({ type, ...value }));
}

const experimenterItem = typed("experimenter", { experimenter: u32, data: octets(0) });
const unknownItem = typed("unknown", { code: nameless, data: octets(4) });

export const action: Arbitrary<Action> = fc.oneof(
  typed("output", { port: u32, maxLen: u16 }),
  fc.constantFrom<Action>(
    { type: "copy-ttl-out" },
    { type: "copy-ttl-in" },
    { type: "dec-mpls-ttl" },
    { type: "pop-vlan" },
    { type: "dec-nw-ttl" },
    { type: "pop-pbb" },
  ),
  typed("set-mpls-ttl", { ttl: u8 }),
  typed("set-nw-ttl", { ttl: u8 }),
  typed("push-vlan", { ethertype: u16 }),
  typed("push-mpls", { ethertype: u16 }),
  typed("pop-mpls", { ethertype: u16 }),
  typed("push-pbb", { ethertype: u16 }),
  typed("set-queue", { queue: u32 }),
  typed("group", { group: u32 }),
  typed("set-field", { field: oxmField }),
  experimenterItem,
  unknownItem,
);
const actions = fc.array(action, { maxLength: 4 });

export const instruction: Arbitrary<Instruction> = fc.oneof(
  typed("goto-table", { table: u8 }),
  typed("write-metadata", { metadata: u64, mask: u64 }),
  typed("write-actions", { actions }),
  typed("apply-actions", { actions }),
  typed("clear-actions", {}),
  typed("meter", { meter: u32 }),
  experimenterItem,
  unknownItem,
);
const instructions = fc.array(instruction, { maxLength: 3 });

const bucket: Arbitrary<Bucket> = fc.record({
  weight: u16,
  watchPort: u32,
  watchGroup: u32,
  actions,
});
const group = {
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
const meter = { flags: u16, meter: u32, bands: fc.array(meterBand, { maxLength: 3 }) };

const port: Arbitrary<Port> = fc.record({
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

const duration = { durationS: u32, durationNs: u32 };
const counts = { packetCount: u64, byteCount: u64 };
const timeouts = { idleTimeoutS: u16, hardTimeoutS: u16 };

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

const queue: Arbitrary<Queue> = fc.record({
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

const some = <T>(item: Arbitrary<T>): Arbitrary<T[]> => fc.array(item, { maxLength: 3 });
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

const requestBody: Arbitrary<MultipartRequestBody> = fc.oneof(
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

const replyBody: Arbitrary<MultipartReplyBody> = fc.oneof(
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

const errorMessage = fc.oneof(
  fc.constantFrom(...errorNames).chain(([kind, codes]) =>
    typed("error", {
      kind: fc.constant(kind),
      code: fc.oneof(fc.constantFrom(...codes), nameless),
      data,
    }),
  ),
  typed("error", { kind: nameless, code: nameless, data }),
  typed("error", {
    kind: fc.constant("experimenter" as const),
    code: u16,
    experimenter: u32,
    data,
  }),
);

const helloElement = fc.oneof(
  typed("version-bitmap", { bitmaps: fc.array(u32, { maxLength: 3 }) }),
  typed("unknown", { code: nameless, data }),
);

const role = { role: fc.constantFrom("equal" as const, "master" as const), generationId: u64 };
const settings = fc.tuple(u32, u32, u32, u32, u32, u32).map(([a, b, c, d, e, f]) => [
  { type: "packet-in-master" as const, mask: a },
  { type: "packet-in-slave" as const, mask: b },
  { type: "port-status-master" as const, mask: c },
  { type: "port-status-slave" as const, mask: d },
  { type: "flow-removed-master" as const, mask: e },
  { type: "flow-removed-slave" as const, mask: f },
]);

export const message: Arbitrary<OfMessage> = fc.oneof(
  typed("hello", { elements: some(helloElement) }),
  errorMessage,
  typed("echo-request", { data }),
  typed("echo-reply", { data }),
  typed("experimenter", { experimenter: u32, expType: u32, data }),
  fc.constantFrom<OfMessage>(
    { type: "features-request" },
    { type: "get-config-request" },
    { type: "barrier-request" },
    { type: "barrier-reply" },
    { type: "get-async-request" },
  ),
  typed("features-reply", {
    datapathId: u64,
    buffers: u32,
    tables: u8,
    auxiliaryId: u8,
    capabilities: u32,
  }),
  typed("get-config-reply", { flags: u16, missSendLen: u16 }),
  typed("set-config", { flags: u16, missSendLen: u16 }),
  typed("packet-in", {
    bufferId: u32,
    totalLen: u16,
    reason: fc.constantFrom("no-match" as const, "action" as const, 77),
    table: u8,
    cookie: u64,
    match,
    data,
  }),
  typed("flow-removed", {
    cookie: u64,
    priority: u16,
    reason: fc.constantFrom("delete" as const, "idle-timeout" as const, 77),
    table: u8,
    ...duration,
    ...timeouts,
    ...counts,
    match,
  }),
  typed("port-status", { reason: fc.constantFrom("add" as const, "modify" as const, 77), port }),
  typed("packet-out", { bufferId: u32, inPort: u32, actions, data }),
  typed("flow-mod", {
    cookie: u64,
    cookieMask: u64,
    table: u8,
    command: fc.constantFrom("add" as const, "modify" as const, "delete-strict" as const, 77),
    ...timeouts,
    priority: u16,
    bufferId: u32,
    outPort: u32,
    outGroup: u32,
    flags: u16,
    match,
    instructions,
  }),
  typed("group-mod", {
    command: fc.constantFrom("add" as const, "modify" as const, "delete" as const, 77),
    ...group,
  }),
  typed("port-mod", { port: u32, hwAddr: mac, config: u32, mask: u32, advertise: u32 }),
  typed("table-mod", { table: u8, config: u32 }),
  typed("multipart-request", { more: fc.boolean(), body: requestBody }),
  typed("multipart-reply", { more: fc.boolean(), body: replyBody }),
  typed("queue-get-config-request", { port: u32 }),
  typed("queue-get-config-reply", { port: u32, queues: some(queue) }),
  typed("role-request", role),
  typed("role-reply", role),
  typed("get-async-reply", { settings }),
  typed("set-async", { settings }),
  typed("meter-mod", {
    command: fc.constantFrom("add" as const, "modify" as const, "delete" as const, 77),
    ...meter,
  }),
  typed("unknown", { code: fc.integer({ min: 100, max: 255 }), data }),
);

/** A message and its xid. */
export const envelope: Arbitrary<Envelope> = fc.record({ xid: u32, message });
