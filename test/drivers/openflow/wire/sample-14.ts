import { flowMod } from "../../../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import type {
  MultipartReplyBody,
  MultipartRequestBody,
} from "../../../../src/drivers/openflow/wire/multipart.ts";
import {
  actions,
  data,
  filter,
  flowRemoved,
  flowStats,
  foreign,
  instructions,
  match,
  nameless,
  niciraActions,
  port,
  portStats,
  queueStats,
  role,
} from "./sample-parts.ts";

/** A multipart request. */
export const request = (body: MultipartRequestBody): OfMessage => {
  return { type: "multipart-request", more: false, body };
};
/** A part of a multipart reply. */
export const reply = (body: MultipartReplyBody): OfMessage => {
  return { type: "multipart-reply", more: true, body };
};

/** Nicira's messages that every version may carry. */
export const nicira: readonly OfMessage[] = [
  { type: "nx-set-flow-format", format: 2 },
  {
    type: "nx-flow-mod",
    cookie: 1n,
    command: "add",
    idleTimeoutS: 2,
    hardTimeoutS: 3,
    priority: 4,
    bufferId: 0xffffffff,
    outPort: 0xffffffff,
    flags: 1,
    match,
    actions: niciraActions,
  },
  { type: "nx-flow-mod-table-id", enabled: 1 },
  { type: "nx-set-packet-in-format", format: 1 },
  {
    type: "nx-packet-in",
    bufferId: 0xffffffff,
    totalLen: 60,
    reason: "action",
    table: 3,
    cookie: 9n,
    match,
    data,
  },
  { type: "nx-flow-age" },
  { type: "nx-set-controller-id", controllerId: 12 },
  { type: "nx-flow-monitor-cancel", monitor: 3 },
  { type: "nx-flow-monitor-paused" },
  { type: "nx-flow-monitor-resumed" },
  { type: "nx-ct-flush-zone", zone: 4 },
  {
    type: "nx-packet-in2",
    properties: [
      { type: "packet", data },
      { type: "full-length", length: 1500 },
      { type: "buffer-id", bufferId: 1 },
      { type: "table-id", table: 2 },
      { type: "cookie", cookie: 3n },
      { type: "reason", reason: 1 },
      { type: "metadata", match },
      { type: "userdata", data },
      nameless,
    ],
  },
  { type: "nx-resume", properties: [{ type: "continuation", data }] },
];

/** Messages that are alike from OpenFlow 1.3 on. */
export const modern: readonly OfMessage[] = [
  ...nicira,
  { type: "packet-out", bufferId: 1, inPort: 5, actions, data },
  request({ type: "flow", ...filter }),
  reply({
    type: "desc",
    manufacturer: "a",
    hardware: "b",
    software: "c",
    serialNumber: "d",
    datapath: "e",
  }),
  { type: "bundle-control", bundle: 5, control: "commit-request", flags: 3 },
  {
    type: "bundle-add",
    bundle: 5,
    flags: 3,
    inner: { xid: 9, message: { type: "echo-request", data } },
    properties: [foreign],
  },
  { type: "role-status", ...role, reason: "master-request" },
  { type: "requestforward", request: { xid: 1, message: { type: "barrier-request" } } },
  { type: "error", kind: "bundle-failed", code: "msg-failed", data },
  { type: "error", kind: "bad-request", code: "multipart-reply-timeout", data },
];

/** What is told of a flow entry. */
export const flow = { ...flowStats, importance: 5, match, instructions };
const update = {
  table: 1,
  reason: 2,
  idleTimeoutS: 3,
  hardTimeoutS: 4,
  priority: 5,
  cookie: 6n,
  match,
  instructions,
};
const tableDesc = {
  table: 1,
  config: 12,
  properties: [
    { type: "eviction", flags: 2 },
    { type: "vacancy", down: 10, up: 20, vacancy: 15 },
    foreign,
  ],
} as const;
const optical = {
  type: "optical",
  supported: 1,
  txMinFrequency: 2,
  txMaxFrequency: 3,
  txGrid: 4,
  rxMinFrequency: 5,
  rxMaxFrequency: 6,
  rxGrid: 7,
  txMinPower: 8,
  txMaxPower: 9,
} as const;

/** Messages that are alike from OpenFlow 1.4 on. */
export const since14: readonly OfMessage[] = [
  ...modern,
  flowMod({ cookie: 1n, importance: 9, match, instructions }),
  flowMod({ match: [{ field: "pbb_uca", value: 1 }], importance: 0 }),
  {
    type: "port-status",
    reason: "modify",
    port: { ...port, properties: [...port.properties, optical] },
  },
  { type: "port-mod", port: 1, hwAddr: port.hwAddr, config: 1, mask: 1, advertise: 4 },
  {
    type: "port-mod",
    port: 1,
    hwAddr: port.hwAddr,
    config: 1,
    mask: 1,
    advertise: 0,
    properties: [
      { type: "optical", configure: 1, frequency: 2, offset: 3, gridSpan: 4, txPower: 5 },
      foreign,
    ],
  },
  { type: "table-mod", table: 3, config: 4, properties: tableDesc.properties },
  { type: "table-status", reason: "vacancy-up", table: tableDesc },
  {
    type: "set-async",
    settings: [
      { type: "packet-in-master", mask: 7 },
      { type: "requestforward-slave", mask: 1 },
    ],
    properties: [{ type: "experimenter-slave", experimenter: 7, data }, nameless],
  },
  request({ type: "table-desc" }),
  request({ type: "queue-desc", port: 1, queue: 2 }),
  request({
    type: "flow-monitor",
    monitors: [
      { monitor: 1, outPort: 2, outGroup: 3, flags: 0x1f, table: 4, command: "add", match },
    ],
  }),
  reply({ type: "table-desc", tables: [tableDesc] }),
  reply({
    type: "queue-desc",
    queues: [{ queue: 1, port: 2, properties: [{ type: "max-rate", rate: 900 }, foreign] }],
  }),
  reply({ type: "queue", queues: [{ ...queueStats, properties: [foreign] }, queueStats] }),
  reply({ type: "port-stats", ports: [portStats] }),
  reply({ type: "flow", flows: [flow] }),
  reply({
    type: "flow-monitor",
    updates: [
      { type: "initial", ...update },
      { type: "removed", ...update },
      { type: "abbreviated", xid: 7 },
      { type: "paused" },
      { type: "resumed" },
      nameless,
    ],
  }),
  { type: "error", kind: "flow-monitor-failed", code: "bad-out", data },
  { ...flowRemoved, reason: "eviction" },
];
