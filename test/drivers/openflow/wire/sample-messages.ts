import { flowMod } from "../../../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import {
  type OfVersion,
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
} from "../../../../src/drivers/openflow/wire/version.ts";
import { openFlow10 } from "./sample-10.ts";
import { flow, modern, nicira, reply, request, since14 } from "./sample-14.ts";
import {
  actions,
  data,
  filter,
  flowRemoved,
  foreign,
  instructions,
  match,
  port,
  role,
} from "./sample-parts.ts";

const time = { seconds: 2n ** 40n, nanoseconds: 5 };
const status = {
  shortId: 3,
  role: "slave",
  reason: "channel-status",
  channel: "up",
  properties: [{ type: "uri", uri: data }, foreign],
} as const;
const buckets = [
  { id: 1, weight: 5, actions },
  { id: 2, watchPort: 6, watchGroup: 7, actions: [] },
  { id: 3, actions: [], properties: [foreign, { type: "weight", weight: 1 }], weight: 1 },
] as const;
const stats = [
  { stat: "byte-count", value: 9n },
  { stat: "idle-time", seconds: 1, nanoseconds: 2 },
  { stat: "flow-count", value: 3 },
  { stat: "unknown", header: 0x80021004, value: "01020304" },
] as const;

const openFlow15: readonly OfMessage[] = [
  ...since14,
  { ...flowRemoved, durationS: 0, durationNs: 0, packetCount: 0n, stats },
  {
    type: "packet-out",
    bufferId: 1,
    inPort: 6,
    match: [
      { field: "in_port", value: 6 },
      { field: "metadata", value: 5n },
    ],
    actions: [
      { type: "meter", meter: 4 },
      {
        type: "copy-field",
        bits: 16,
        sourceOffset: 1,
        destinationOffset: 2,
        source: { field: "metadata", masked: false },
        destination: { field: "unknown", header: 0xffff0006, experimenter: 7 },
      },
    ],
    data,
  },
  flowMod({
    importance: 1,
    match: [
      { field: "tcp_flags", value: 2, mask: 0xfff },
      { field: "packet_type", value: 0x10800 },
    ],
    instructions: [{ type: "stat-trigger", flags: 1, thresholds: stats }],
  }),
  {
    type: "group-mod",
    command: "insert-bucket",
    groupType: "select",
    group: 1,
    commandBucket: 0xfffffffe,
    buckets,
  },
  {
    type: "group-mod",
    command: "add",
    groupType: "all",
    group: 1,
    commandBucket: 9,
    buckets: [],
    properties: [foreign],
  },
  { type: "role-request", ...role, shortId: 5 },
  { type: "controller-status", status },
  {
    type: "bundle-control",
    bundle: 1,
    control: "commit-request",
    flags: 4,
    properties: [{ type: "time", time }],
  },
  { type: "error", kind: "bundle-failed", code: "sched-past", data },
  request({ type: "group-desc", group: 4 }),
  request({ type: "port-desc", port: 4 }),
  request({ type: "flow-stats", ...filter }),
  request({ type: "controller-status" }),
  request({
    type: "bundle-features",
    flags: 1,
    properties: [{ type: "time", accuracy: time, maxFuture: time, maxPast: time, timestamp: time }],
  }),
  reply({
    type: "flow",
    flows: [{ ...flow, durationS: 0, durationNs: 0, packetCount: 0n, byteCount: 9n, stats }],
  }),
  reply({ type: "aggregate", packetCount: 1n, byteCount: 2n, flowCount: 3 }),
  reply({ type: "group-desc", groups: [{ groupType: "all", group: 3, buckets }] }),
  reply({
    type: "meter-features",
    maxMeter: 1,
    bandTypes: 2,
    capabilities: 3,
    maxBands: 4,
    maxColor: 5,
    features: 6,
  }),
  reply({
    type: "flow-stats",
    flows: [{ table: 1, reason: "trigger", priority: 2, match, stats }],
  }),
  reply({ type: "controller-status", controllers: [status] }),
  reply({ type: "bundle-features", capabilities: 3, properties: [foreign] }),
  reply({
    type: "port-desc",
    ports: [
      {
        ...port,
        properties: [
          { type: "recirculate", ports: [1, 2] },
          { type: "pipeline-input", fields: [{ field: "metadata", masked: false }] },
        ],
      },
    ],
  }),
  reply({
    type: "table-features",
    tables: [
      {
        table: 1,
        command: "enable",
        features: 3,
        name: "t",
        metadataMatch: 1n,
        metadataWrite: 2n,
        config: 3,
        maxEntries: 4,
        properties: [
          { type: "apply-copyfield", fields: [{ field: "metadata", masked: false }] },
          { type: "packet-types", fields: [{ field: "packet_type", value: 0 }] },
          { type: "table-sync-from", tables: [1, 2] },
        ],
      },
    ],
  }),
];

/** Messages that decode to themselves, one of each shape that the version has. */
export const sampleMessages: ReadonlyMap<OfVersion, readonly OfMessage[]> = new Map([
  [OPENFLOW_1_0, [...nicira, ...openFlow10]],
  [OPENFLOW_1_3, [...modern, flowMod({ cookie: 1n, match, instructions })]],
  [OPENFLOW_1_4, since14],
  [OPENFLOW_1_5, openFlow15],
]);
