import type { Action } from "../../../../src/drivers/openflow/wire/action.ts";
import type { Instruction } from "../../../../src/drivers/openflow/wire/instruction.ts";
import type { Match } from "../../../../src/drivers/openflow/wire/match.ts";

// Parts of sample messages that several versions share.

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

export const data: Uint8Array = bytesOf("0102030405");
const eight = bytesOf("0102030405060708");
export const foreign = { type: "experimenter", experimenter: 7, data: eight } as const;
export const nameless = { type: "unknown", code: 999, data: bytesOf("01020304") } as const;

export const match: Match = [
  { field: "in_port", value: 3 },
  { field: "eth_dst", value: "01:00:00:00:00:00", mask: "01:00:00:00:00:00" },
  { field: "vlan_vid", value: 0x1064 },
  { field: "nxm_nx_reg3", value: 5, mask: 0xff },
  { field: "nxm_nx_ct_label", value: "00112233445566778899aabbccddeeff" },
  { field: "xreg1", value: 2n ** 63n },
  { field: "nxm_nx_tun_id", value: 9n },
  { field: "unknown", class: 0xffff, code: 9, experimenter: 7, value: "abcd" },
];

const reg = { field: "nxm_nx_reg1", masked: false } as const;
const vlan = { field: "nxm_of_vlan_tci", masked: false } as const;

/** One of each of Nicira's actions. */
export const niciraActions: readonly Action[] = [
  { type: "nx-resubmit", inPort: 4 },
  { type: "nx-resubmit-table", inPort: 0xfffffff8, table: 5 },
  { type: "nx-resubmit-table-ct", inPort: 1, table: 255 },
  { type: "nx-set-tunnel", tunnelId: 77 },
  { type: "nx-set-tunnel64", tunnelId: 2n ** 40n },
  { type: "nx-set-queue", queue: 2 },
  { type: "nx-pop-queue" },
  {
    type: "nx-reg-move",
    bits: 12,
    sourceOffset: 0,
    destinationOffset: 4,
    source: reg,
    destination: vlan,
  },
  { type: "nx-reg-load", range: { offset: 3, bits: 64 }, destination: reg, value: 11n },
  { type: "nx-reg-load2", field: { field: "nxm_nx_reg0", value: 4, mask: 6 } },
  { type: "nx-note", data: bytesOf("000000000001") },
  { type: "nx-output-reg", range: { offset: 0, bits: 16 }, source: reg, maxLen: 128 },
  { type: "nx-output-reg2", range: { offset: 16, bits: 16 }, source: reg, maxLen: 0 },
  { type: "nx-exit" },
  { type: "nx-dec-ttl" },
  { type: "nx-fin-timeout", idleTimeoutS: 1, hardTimeoutS: 2 },
  { type: "nx-controller", maxLen: 65535, controllerId: 3, reason: 1 },
  { type: "nx-write-metadata", metadata: 1n, mask: 255n },
  { type: "nx-push-mpls", ethertype: 0x8847 },
  { type: "nx-pop-mpls", ethertype: 0x0800 },
  { type: "nx-set-mpls-ttl", ttl: 9 },
  { type: "nx-dec-mpls-ttl" },
  { type: "nx-set-mpls-label", label: 1000 },
  { type: "nx-set-mpls-tc", tc: 7 },
  { type: "nx-stack-push", offset: 1, field: reg, bits: 31 },
  { type: "nx-stack-pop", offset: 0, field: vlan, bits: 16 },
  { type: "nx-conjunction", clause: 1, clauses: 2, id: 100 },
  { type: "nx-output-trunc", port: 2, maxLen: 100 },
  { type: "nx-group", group: 8 },
  { type: "nx-clone", actions: [{ type: "nx-exit" }, { type: "nx-clone", actions: [] }] },
  {
    type: "nx-ct",
    flags: 1,
    zoneSource: { field: "unknown", header: 0 },
    zone: 5,
    table: 3,
    alg: 21,
    actions: [{ type: "nx-ct-clear" }],
  },
  { type: "nx-ct-clear" },
  learn("nx-learn"),
  { ...learn("nx-learn2"), limit: { flows: 3, resultOffset: 0 } },
  { ...learn("nx-learn2"), flags: 4, limit: { flows: 3, resultOffset: 1, result: reg } },
];

function learn(type: "nx-learn" | "nx-learn2"): Extract<Action, { readonly specs: unknown }> {
  return {
    type,
    idleTimeoutS: 300,
    hardTimeoutS: 0,
    priority: 100,
    cookie: 0xdc50n,
    flags: 0,
    table: 2,
    finIdleTimeoutS: 0,
    finHardTimeoutS: 0,
    specs: [
      {
        bits: 48,
        source: { type: "field", field: { field: "nxm_of_eth_src", masked: false }, offset: 0 },
        destination: {
          type: "field",
          field: { field: "nxm_of_eth_dst", masked: false },
          offset: 0,
          use: "match",
        },
      },
      {
        bits: 12,
        source: { type: "immediate", value: "0064" },
        destination: { type: "field", field: vlan, offset: 0, use: "load" },
      },
      {
        bits: 16,
        source: { type: "field", field: { field: "nxm_of_in_port", masked: false }, offset: 0 },
        destination: { type: "output" },
      },
    ],
  };
}

/** Actions from OpenFlow 1.3 on. */
export const actions: readonly Action[] = [
  { type: "output", port: 0xfffffffd, maxLen: 0xffff },
  { type: "set-field", field: { field: "vlan_vid", value: 0x1065 } },
  { type: "push-vlan", ethertype: 0x88a8 },
  ...niciraActions,
  foreign,
];

/** Instructions from OpenFlow 1.3 on. */
export const instructions: readonly Instruction[] = [
  { type: "apply-actions", actions },
  { type: "write-metadata", metadata: 1n, mask: 3n },
  { type: "goto-table", table: 4 },
  nameless,
];

export const ethernet = {
  type: "ethernet",
  curr: 0x840,
  advertised: 1,
  supported: 2,
  peer: 3,
  currSpeedKbps: 10_000_000,
  maxSpeedKbps: 40_000_000,
} as const;

export const ethernetStats = {
  type: "ethernet",
  rxFrameErrors: 1n,
  rxOverErrors: 2n,
  rxCrcErrors: 3n,
  collisions: 4n,
} as const;

export const port = {
  port: 7,
  hwAddr: "02:00:00:00:00:07",
  name: "eth7",
  config: 0x20,
  state: 4,
  properties: [ethernet],
} as const;

export const portStats = {
  port: 7,
  rxPackets: 1n,
  txPackets: 2n,
  rxBytes: 3n,
  txBytes: 4n,
  rxDropped: 5n,
  txDropped: 6n,
  rxErrors: 7n,
  txErrors: 8n,
  durationS: 9,
  durationNs: 10,
  properties: [ethernetStats],
} as const;

export const queueStats = {
  port: 1,
  queue: 2,
  txBytes: 3n,
  txPackets: 4n,
  txErrors: 5n,
  durationS: 6,
  durationNs: 7,
} as const;

export const flowStats = {
  table: 1,
  durationS: 5,
  durationNs: 6,
  priority: 7,
  idleTimeoutS: 8,
  hardTimeoutS: 9,
  flags: 1,
  cookie: 2n ** 63n,
  packetCount: 11n,
  byteCount: 12n,
} as const;

export const flowRemoved = {
  type: "flow-removed",
  cookie: 1n,
  priority: 2,
  reason: "idle-timeout",
  table: 3,
  durationS: 4,
  durationNs: 5,
  idleTimeoutS: 6,
  hardTimeoutS: 7,
  packetCount: 8n,
  byteCount: 9n,
  match,
} as const;

export const filter = {
  table: 255,
  outPort: 0xffffffff,
  outGroup: 0xffffffff,
  cookie: 1n,
  cookieMask: 255n,
  match,
} as const;

export const role = { role: "master", generationId: 2n ** 63n } as const;
