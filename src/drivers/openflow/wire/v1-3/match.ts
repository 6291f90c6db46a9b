// Match fields, OpenFlow 1.3.5 §7.2.3.

import { ether, int, ipv6, long } from "../kit/field.ts";
import { type MatchCodecs, matchCodecs } from "../kit/match.ts";
import { CLASS_BASIC, type FieldCode, type FieldSpec } from "../kit/oxm.ts";
import { extensionFields, onfFields } from "../nicira/fields.ts";

const basic = (code: number): FieldCode => ({ class: CLASS_BASIC, code });

/** The fields of the basic class (§7.2.3.7). */
export const basicFields: readonly FieldSpec[] = [
  int(basic(0), "in_port", 4),
  int(basic(1), "in_phy_port", 4),
  long(basic(2), "metadata"),
  ether(basic(3), "eth_dst"),
  ether(basic(4), "eth_src"),
  int(basic(5), "eth_type", 2),
  int(basic(6), "vlan_vid", 2),
  int(basic(7), "vlan_pcp", 1),
  int(basic(8), "ip_dscp", 1),
  int(basic(9), "ip_ecn", 1),
  int(basic(10), "ip_proto", 1),
  int(basic(11), "ipv4_src", 4),
  int(basic(12), "ipv4_dst", 4),
  int(basic(13), "tcp_src", 2),
  int(basic(14), "tcp_dst", 2),
  int(basic(15), "udp_src", 2),
  int(basic(16), "udp_dst", 2),
  int(basic(17), "sctp_src", 2),
  int(basic(18), "sctp_dst", 2),
  int(basic(19), "icmpv4_type", 1),
  int(basic(20), "icmpv4_code", 1),
  int(basic(21), "arp_op", 2),
  int(basic(22), "arp_spa", 4),
  int(basic(23), "arp_tpa", 4),
  ether(basic(24), "arp_sha"),
  ether(basic(25), "arp_tha"),
  ipv6(basic(26), "ipv6_src"),
  ipv6(basic(27), "ipv6_dst"),
  int(basic(28), "ipv6_flabel", 4),
  int(basic(29), "icmpv6_type", 1),
  int(basic(30), "icmpv6_code", 1),
  ipv6(basic(31), "ipv6_nd_target"),
  ether(basic(32), "ipv6_nd_sll"),
  ether(basic(33), "ipv6_nd_tll"),
  int(basic(34), "mpls_label", 4),
  int(basic(35), "mpls_tc", 1),
  int(basic(36), "mpls_bos", 1),
  int(basic(37), "pbb_isid", 3),
  long(basic(38), "tunnel_id"),
  int(basic(39), "ipv6_exthdr", 2),
];

/** The match fields of OpenFlow 1.3, with extensions. */
export const fields: MatchCodecs = matchCodecs([...basicFields, ...extensionFields, ...onfFields]);
