import type { Action } from "../../../../src/drivers/openflow/wire/action.ts";
import { flowMod } from "../../../../src/drivers/openflow/wire/flow.ts";
import type { Match } from "../../../../src/drivers/openflow/wire/match.ts";
import type { OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import type {
  MultipartReplyBody,
  MultipartRequestBody,
} from "../../../../src/drivers/openflow/wire/multipart.ts";
import type { Port } from "../../../../src/drivers/openflow/wire/port.ts";
import {
  data,
  filter,
  flowRemoved,
  flowStats,
  nameless,
  niciraActions,
  port,
  portStats,
  queueStats,
} from "./sample-parts.ts";

const request = (body: MultipartRequestBody): OfMessage => {
  return { type: "multipart-request", more: false, body };
};
const reply = (body: MultipartReplyBody): OfMessage => {
  return { type: "multipart-reply", more: true, body };
};

/** Messages of OpenFlow 1.0, one of each shape. */
export const openFlow10: readonly OfMessage[] = [
  { type: "experimenter", experimenter: 5, data },
  { type: "role-request", role: "slave", generationId: 0n },
  { type: "role-reply", role: "equal", generationId: 0n },
  {
    type: "features-reply",
    datapathId: 5n,
    buffers: 256,
    tables: 2,
    auxiliaryId: 0,
    capabilities: 0xc7,
    actions: 0xfff,
    ports: [withoutSpeed()],
  },
  { type: "error", kind: "flow-mod-failed", code: "table-full", data },
  { type: "port-status", reason: "delete", port: withoutSpeed() },
  {
    type: "port-mod",
    port: 0xfffffffe,
    hwAddr: "02:00:00:00:00:01",
    config: 1,
    mask: 1,
    advertise: 2,
  },
  {
    type: "packet-in",
    bufferId: 1,
    totalLen: 2,
    match: [{ field: "in_port", value: 4 }],
    reason: "no-match",
    table: 0,
    cookie: 0n,
    data,
  },
  { type: "packet-out", bufferId: 1, inPort: 0xffffffff, actions: oldActions(), data },
  flowMod({
    cookie: 7n,
    command: "modify",
    match: oldMatch(),
    instructions: [{ type: "apply-actions", actions: oldActions() }],
  }),
  flowMod({ command: "delete" }),
  { ...flowRemoved, table: 0, hardTimeoutS: 0, match: oldMatch() },
  request({ type: "flow", ...filter, cookie: 0n, cookieMask: 0n, match: oldMatch() }),
  request({ type: "port-stats", port: 0xffffffff }),
  request({ type: "queue", port: 3, queue: 0xffffffff }),
  reply({
    type: "flow",
    flows: [
      {
        ...flowStats,
        flags: 0,
        match: oldMatch(),
        instructions: [{ type: "apply-actions", actions: oldActions() }],
      },
    ],
  }),
  reply({ type: "aggregate", packetCount: 1n, byteCount: 2n, flowCount: 3 }),
  reply({
    type: "table",
    tables: [
      {
        table: 1,
        name: "classifier",
        wildcards: 0x3fffff,
        maxEntries: 1000,
        activeCount: 1,
        lookupCount: 2n,
        matchedCount: 3n,
      },
    ],
  }),
  reply({ type: "port-stats", ports: [{ ...portStats, durationS: 0, durationNs: 0 }] }),
  reply({ type: "queue", queues: [{ ...queueStats, durationS: 0, durationNs: 0 }] }),
  reply({ type: "port-desc", ports: [withoutSpeed()] }),
  reply({ type: "experimenter", experimenter: 0x2320, data }),
  {
    type: "queue-get-config-reply",
    port: 2,
    queues: [{ queue: 1, port: 0xffffffff, properties: [{ type: "min-rate", rate: 500 }] }],
  },
];

/** A port of OpenFlow 1.0, which says nothing of speeds. */
function withoutSpeed(): Port {
  const [ethernet] = port.properties;
  return { ...port, properties: [{ ...ethernet, currSpeedKbps: 0, maxSpeedKbps: 0 }] };
}

function oldMatch(): Match {
  return [
    { field: "in_port", value: 0xfffffffe },
    { field: "eth_src", value: "02:00:00:00:00:01" },
    { field: "vlan_vid", value: 0x1064 },
    { field: "vlan_pcp", value: 3 },
    { field: "eth_type", value: 0x0800 },
    { field: "ip_dscp", value: 10 },
    { field: "ip_proto", value: 6 },
    { field: "ipv4_src", value: 0x0a000000, mask: 0xff000000 },
    { field: "ipv4_dst", value: 0x0a010203 },
    { field: "tcp_dst", value: 80 },
  ];
}

function oldActions(): readonly Action[] {
  return [
    { type: "output", port: 0xfffffff8, maxLen: 0 },
    { type: "set-vlan-vid", vid: 100 },
    { type: "set-vlan-pcp", pcp: 1 },
    { type: "strip-vlan" },
    { type: "set-dl-src", address: "02:00:00:00:00:01" },
    { type: "set-dl-dst", address: "02:00:00:00:00:02" },
    { type: "set-nw-src", address: 1 },
    { type: "set-nw-dst", address: 2 },
    { type: "set-nw-tos", tos: 4 },
    { type: "set-tp-src", port: 5 },
    { type: "set-tp-dst", port: 6 },
    { type: "enqueue", port: 7, queue: 8 },
    ...niciraActions,
    nameless,
  ];
}
