import fc, { type Arbitrary } from "fast-check";
import type { Action } from "../../../../src/drivers/openflow/wire/action.ts";
import type { Instruction } from "../../../../src/drivers/openflow/wire/instruction.ts";
import type { Match, OxmField } from "../../../../src/drivers/openflow/wire/match.ts";

// Values that OpenFlow 1.3 has bytes for and that decode to themselves.

export const u8 = fc.nat(0xff);
export const u16 = fc.nat(0xffff);
export const u32 = fc.nat(0xffffffff);
export const u64 = fc.bigInt(0n, 0xffffffffffffffffn);
export const data = fc.uint8Array({ maxLength: 40 });
/** A number that no type, command or code has. */
export const nameless = fc.integer({ min: 1000, max: 2000 });

/** `head` and any number of times eight bytes. */
export function octets(head: number): Arbitrary<Uint8Array> {
  const sizes = fc.nat(3).map((eights) => head + 8 * eights);
  return sizes.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }));
}

function hex(bytes: number): Arbitrary<string> {
  return fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((each) => Buffer.from(each).toString("hex"));
}

export const mac = hex(6).map((digits) => (digits.match(/../g) ?? []).join(":"));

export function text(size: number): Arbitrary<string> {
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
      class: fc.constant(isExperimenter ? 0xffff : 3),
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
export const macNames = ["eth_dst", "eth_src", "arp_sha", "arp_tha", "ipv6_nd_sll"] as const;
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

/** A thing of this type with these fields. */
export function typed<const Type extends string, Fields>(
  type: Type,
  fields: { [Name in keyof Fields]: Arbitrary<Fields[Name]> },
): Arbitrary<{ type: Type } & Fields> {
  return fc.record(fields).map((value) => ({ type, ...value }));
}

export const experimenterItem = typed("experimenter", { experimenter: u32, data: octets(0) });
export const unknownItem = typed("unknown", { code: nameless, data: octets(4) });

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
export const actions = fc.array(action, { maxLength: 4 });

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
export const instructions = fc.array(instruction, { maxLength: 3 });
