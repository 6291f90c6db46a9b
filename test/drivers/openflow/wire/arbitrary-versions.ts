import fc, { type Arbitrary } from "fast-check";
import type { Action } from "../../../../src/drivers/openflow/wire/action.ts";
import { PORT_LOCAL } from "../../../../src/drivers/openflow/wire/constants.ts";
import { encodeMessage } from "../../../../src/drivers/openflow/wire/encode.ts";
import { flowMod } from "../../../../src/drivers/openflow/wire/flow.ts";
import type { Instruction } from "../../../../src/drivers/openflow/wire/instruction.ts";
import type { Match } from "../../../../src/drivers/openflow/wire/match.ts";
import type { Envelope, OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import { type OfVersion, OPENFLOW_1_0 } from "../../../../src/drivers/openflow/wire/version.ts";
import { message } from "./arbitrary-messages.ts";
import { action, mac, oxmField, typed, u8, u16, u32, u64 } from "./arbitrary-values.ts";
import { maskableFields } from "./oxm-codes.ts";
import { sampleMessages } from "./sample-messages.ts";

// Messages of each version as others know them: nothing that only this codec has a name for.

/** A frame of a protocol that nobody dissects (IEEE 802: local experimental EtherType 1). */
const frame = Buffer.from("02000000000202000000000188b5".padEnd(120, "0"), "hex");

const failedRequest = encodeMessage(OPENFLOW_1_0, 7, { type: "features-request" });

/** Any message that the version has, with an xid. */
export function standardEnvelope(version: OfVersion): Arbitrary<Envelope> {
  const samples = fc.constantFrom(...(sampleMessages.get(version) ?? []));
  const messages = fc
    .oneof(
      { weight: 3, arbitrary: message },
      { weight: 2, arbitrary: version === OPENFLOW_1_0 ? oldMessage : modernMessage },
      { weight: 1, arbitrary: samples },
    )
    .filter((each) => isStandard(each) && isEncodable(version, each));
  return fc.record({ xid: u32, message: messages.map(withPlainData) });
}

/** Whether all parts have numbers that the standard has given a meaning, and masks where it has masks. */
function isStandard(value: unknown): boolean {
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return true;
  const members = Object.entries(value);
  const { field, mask } = Object.fromEntries(members);
  const isMasked = mask !== undefined && typeof field === "string";
  if (isMasked && !maskableFields.has(field)) return false;
  return members.every(([name, each]) =>
    kinds.has(name) && typeof each !== "object" ? !nameless.test(String(each)) : isStandard(each),
  );
}

/** What a kind is that has no name of the standard's. */
const nameless = /^(unknown|experimenter|nx-|nxm_|\d)/;

/** Members that say what something is. */
const kinds: ReadonlySet<string> = new Set(["type", "field", "stat", "kind"]);

function isEncodable(version: OfVersion, each: OfMessage): boolean {
  try {
    encodeMessage(version, 0, each);
    return true;
  } catch {
    return false;
  }
}

/** With a frame where frames are, and an error about a request: tshark dissects these, too. */
function withPlainData(each: OfMessage): OfMessage {
  if (each.type === "packet-in" || each.type === "packet-out") return { ...each, data: frame };
  if (each.type !== "error") return each;
  return { ...each, data: each.kind === "hello-failed" ? Buffer.from("no") : failedRequest };
}

const optional = <T>(value: Arbitrary<T>): Arbitrary<readonly T[]> =>
  fc.option(value).map((each) => (each === null ? [] : [each]));

const layers: Arbitrary<Match> = fc
  .tuple(
    fc.constantFrom(["tcp", 6] as const, ["udp", 17] as const),
    optional(fc.nat(63)),
    u32,
    fc.integer({ min: 1, max: 32 }),
    optional(u16),
    optional(u16),
  )
  .map(([[name, code], dscp, address, prefix, sources, destinations]): Match => {
    const mask = (-1 << (32 - prefix)) >>> 0;
    const value = (address & mask) >>> 0;
    return [
      { field: "eth_type", value: 0x0800 },
      ...dscp.map((each) => ({ field: "ip_dscp" as const, value: each })),
      { field: "ip_proto", value: code },
      prefix === 32 ? { field: "ipv4_src", value } : { field: "ipv4_src", value, mask },
      { field: "ipv4_dst", value: address },
      ...sources.map((each) => ({ field: `${name}_src` as const, value: each })),
      ...destinations.map((each) => ({ field: `${name}_dst` as const, value: each })),
    ];
  });

const oldPort = fc.oneof(fc.nat(0xff00), fc.constant(PORT_LOCAL));

/** A match of OpenFlow 1.0, in the order of its fixed places. */
const oldMatch: Arbitrary<Match> = fc
  .tuple(
    optional(fc.record({ field: fc.constant("in_port" as const), value: oldPort })),
    optional(fc.record({ field: fc.constant("eth_src" as const), value: mac })),
    optional(fc.record({ field: fc.constant("eth_dst" as const), value: mac })),
    optional(fc.nat(0xfff).map((vid) => ({ field: "vlan_vid" as const, value: 0x1000 | vid }))),
    optional(fc.record({ field: fc.constant("vlan_pcp" as const), value: fc.nat(7) })),
    fc.oneof(fc.constant([]), layers),
  )
  .map((parts) => parts.flat());

const oldActions: Arbitrary<Action[]> = fc.array(
  fc.oneof(
    typed("output", { port: oldPort, maxLen: u16 }),
    typed("set-vlan-vid", { vid: u16 }),
    typed("set-vlan-pcp", { pcp: u8 }),
    typed("strip-vlan", {}),
    typed("set-dl-src", { address: mac }),
    typed("set-dl-dst", { address: mac }),
    typed("set-nw-src", { address: u32 }),
    typed("set-nw-tos", { tos: u8 }),
    typed("set-tp-dst", { port: u16 }),
    typed("enqueue", { port: oldPort, queue: u32 }),
  ),
  { maxLength: 4 },
);

const entry = {
  cookie: u64,
  command: fc.constantFrom("add" as const, "modify" as const, "delete-strict" as const),
  idleTimeoutS: u16,
  hardTimeoutS: u16,
  priority: u16,
  bufferId: u32,
};

const plainFrame = fc.constant(frame);

/** What OpenFlow 1.0 says in other words than later versions. */
const oldMessage: Arbitrary<OfMessage> = fc.oneof(
  fc
    .record({
      ...entry,
      outPort: oldPort,
      flags: fc.nat(7),
      match: oldMatch,
      instructions: oldActions.map((actions) => [{ type: "apply-actions" as const, actions }]),
    })
    .map(flowMod),
  typed("packet-out", { bufferId: u32, inPort: oldPort, actions: oldActions, data: plainFrame }),
);

const standardActions = fc.array(action.filter(isStandard), { maxLength: 5 });
const standardMatch = fc.array(oxmField.filter(isStandard), { maxLength: 6 });
const standardInstructions: Arbitrary<Instruction[]> = fc.array(
  fc.oneof(
    typed("goto-table", { table: u8 }),
    typed("write-metadata", { metadata: u64, mask: u64 }),
    typed("write-actions", { actions: standardActions }),
    typed("apply-actions", { actions: standardActions }),
    typed("clear-actions", {}),
  ),
  { maxLength: 3 },
);
const bucket = fc.record({
  weight: u16,
  watchPort: u32,
  watchGroup: u32,
  actions: standardActions,
});

/** What programs a switch from OpenFlow 1.3 on. */
const modernMessage: Arbitrary<OfMessage> = fc.oneof(
  fc
    .record({
      ...entry,
      cookieMask: u64,
      table: u8,
      outPort: u32,
      outGroup: u32,
      flags: fc.nat(31),
      match: standardMatch,
      instructions: standardInstructions,
    })
    .map(flowMod),
  typed("packet-out", { bufferId: u32, inPort: u32, actions: standardActions, data: plainFrame }),
  typed("group-mod", {
    command: fc.constantFrom("add" as const, "modify" as const),
    groupType: fc.constantFrom("all" as const, "select" as const, "fast-failover" as const),
    group: u32,
    buckets: fc.array(bucket, { maxLength: 3 }),
  }),
);
