// Match fields and matches, OpenFlow 1.3.5 §7.2.3.

import type { Codec } from "../kit/codec.ts";
import { hex, mac } from "../kit/hex.ts";
import { type FieldSpec, FieldTable, fieldSpec, oxmField, oxmId } from "../kit/oxm.ts";
import { u8, u16, u24, u32, u64 } from "../kit/scalars.ts";
import { list } from "../kit/struct.ts";
import type {
  BigFieldName,
  Ipv6FieldName,
  MacFieldName,
  Match,
  NumberFieldName,
  OxmField,
  OxmId,
} from "../match.ts";

const number = { 1: u8, 2: u16, 3: u24, 4: u32 } as const;

const int = (code: number, field: NumberFieldName, size: 1 | 2 | 3 | 4): FieldSpec =>
  fieldSpec(code, field, size, number[size]);
const long = (code: number, field: BigFieldName): FieldSpec => fieldSpec(code, field, 8, u64);
const ether = (code: number, field: MacFieldName): FieldSpec => fieldSpec(code, field, 6, mac);
const ipv6 = (code: number, field: Ipv6FieldName): FieldSpec => fieldSpec(code, field, 16, hex(16));

const fields: FieldTable = new FieldTable([
  int(0, "in_port", 4),
  int(1, "in_phy_port", 4),
  long(2, "metadata"),
  ether(3, "eth_dst"),
  ether(4, "eth_src"),
  int(5, "eth_type", 2),
  int(6, "vlan_vid", 2),
  int(7, "vlan_pcp", 1),
  int(8, "ip_dscp", 1),
  int(9, "ip_ecn", 1),
  int(10, "ip_proto", 1),
  int(11, "ipv4_src", 4),
  int(12, "ipv4_dst", 4),
  int(13, "tcp_src", 2),
  int(14, "tcp_dst", 2),
  int(15, "udp_src", 2),
  int(16, "udp_dst", 2),
  int(17, "sctp_src", 2),
  int(18, "sctp_dst", 2),
  int(19, "icmpv4_type", 1),
  int(20, "icmpv4_code", 1),
  int(21, "arp_op", 2),
  int(22, "arp_spa", 4),
  int(23, "arp_tpa", 4),
  ether(24, "arp_sha"),
  ether(25, "arp_tha"),
  ipv6(26, "ipv6_src"),
  ipv6(27, "ipv6_dst"),
  int(28, "ipv6_flabel", 4),
  int(29, "icmpv6_type", 1),
  int(30, "icmpv6_code", 1),
  ipv6(31, "ipv6_nd_target"),
  ether(32, "ipv6_nd_sll"),
  ether(33, "ipv6_nd_tll"),
  int(34, "mpls_label", 4),
  int(35, "mpls_tc", 1),
  int(36, "mpls_bos", 1),
  int(37, "pbb_isid", 3),
  long(38, "tunnel_id"),
  int(39, "ipv6_exthdr", 2),
]);

/** A match field with its value (§7.2.3.2). */
export const field: Codec<OxmField> = oxmField(fields);

/** A match field without its value, as table features list them (§7.3.5.5.2). */
export const fieldId: Codec<OxmId> = oxmId(fields);

/** The only type of match that is in use, OFPMT_OXM. */
const MATCH_TYPE_OXM = 1;
const HEADER_BYTES = 4;

const fieldList = list(field);

/** Type u16, length u16 that does not count the padding, fields, zeros to a multiple of eight (§7.2.3.1). */
export const match: Codec<Match> = {
  read(reader) {
    const start = reader.take(HEADER_BYTES);
    const length = reader.view.getUint16(start + 2);
    if (reader.view.getUint16(start) !== MATCH_TYPE_OXM) reader.fail("a match that is not OXM");
    if (length < HEADER_BYTES) reader.fail(`a match of ${length} bytes`);
    const outerEnd = reader.enter(length - HEADER_BYTES);
    const value = fieldList.read(reader);
    reader.leave(outerEnd);
    reader.take(-length & 7);
    return value;
  },
  write(writer, value) {
    const start = writer.take(HEADER_BYTES);
    fieldList.write(writer, value);
    writer.view.setUint16(start, MATCH_TYPE_OXM);
    writer.view.setUint16(start + 2, writer.offset - start);
    writer.alignTo8(start);
  },
};
