/**
 * The fields of Nicira's extended match that hold one to four bytes: name, class, number, bytes.
 * Their names are those of Open vSwitch's `ovs-fields(7)` in lower case; 1.0 is matched with them.
 */
export const niciraNumbers = [
  ["nxm_of_in_port", 0, 0, 2],
  ["nxm_of_eth_type", 0, 3, 2],
  ["nxm_of_vlan_tci", 0, 4, 2],
  ["nxm_of_ip_tos", 0, 5, 1],
  ["nxm_of_ip_proto", 0, 6, 1],
  ["nxm_of_ip_src", 0, 7, 4],
  ["nxm_of_ip_dst", 0, 8, 4],
  ["nxm_of_tcp_src", 0, 9, 2],
  ["nxm_of_tcp_dst", 0, 10, 2],
  ["nxm_of_udp_src", 0, 11, 2],
  ["nxm_of_udp_dst", 0, 12, 2],
  ["nxm_of_icmp_type", 0, 13, 1],
  ["nxm_of_icmp_code", 0, 14, 1],
  ["nxm_of_arp_op", 0, 15, 2],
  ["nxm_of_arp_spa", 0, 16, 4],
  ["nxm_of_arp_tpa", 0, 17, 4],
  ["nxm_nx_reg0", 1, 0, 4],
  ["nxm_nx_reg1", 1, 1, 4],
  ["nxm_nx_reg2", 1, 2, 4],
  ["nxm_nx_reg3", 1, 3, 4],
  ["nxm_nx_reg4", 1, 4, 4],
  ["nxm_nx_reg5", 1, 5, 4],
  ["nxm_nx_reg6", 1, 6, 4],
  ["nxm_nx_reg7", 1, 7, 4],
  ["nxm_nx_reg8", 1, 8, 4],
  ["nxm_nx_reg9", 1, 9, 4],
  ["nxm_nx_reg10", 1, 10, 4],
  ["nxm_nx_reg11", 1, 11, 4],
  ["nxm_nx_reg12", 1, 12, 4],
  ["nxm_nx_reg13", 1, 13, 4],
  ["nxm_nx_reg14", 1, 14, 4],
  ["nxm_nx_reg15", 1, 15, 4],
  ["nxm_nx_icmpv6_type", 1, 21, 1],
  ["nxm_nx_icmpv6_code", 1, 22, 1],
  ["nxm_nx_ip_frag", 1, 26, 1],
  ["nxm_nx_ipv6_label", 1, 27, 4],
  ["nxm_nx_ip_ecn", 1, 28, 1],
  ["nxm_nx_ip_ttl", 1, 29, 1],
  ["nxm_nx_mpls_ttl", 1, 30, 1],
  ["nxm_nx_tun_ipv4_src", 1, 31, 4],
  ["nxm_nx_tun_ipv4_dst", 1, 32, 4],
  ["nxm_nx_pkt_mark", 1, 33, 4],
  ["nxm_nx_tcp_flags", 1, 34, 2],
  ["nxm_nx_dp_hash", 1, 35, 4],
  ["nxm_nx_recirc_id", 1, 36, 4],
  ["nxm_nx_conj_id", 1, 37, 4],
  ["nxm_nx_tun_gbp_id", 1, 38, 2],
  ["nxm_nx_tun_gbp_flags", 1, 39, 1],
  ["nxm_nx_tun_flags", 1, 104, 2],
  ["nxm_nx_ct_state", 1, 105, 4],
  ["nxm_nx_ct_zone", 1, 106, 2],
  ["nxm_nx_ct_mark", 1, 107, 4],
  ["nxm_nx_ct_nw_proto", 1, 119, 1],
  ["nxm_nx_ct_nw_src", 1, 120, 4],
  ["nxm_nx_ct_nw_dst", 1, 121, 4],
  ["nxm_nx_ct_tp_src", 1, 124, 2],
  ["nxm_nx_ct_tp_dst", 1, 125, 2],
] as const;

/** Its fields that hold MAC addresses: name, class, number. */
export const niciraMacs = [
  ["nxm_of_eth_dst", 0, 1],
  ["nxm_of_eth_src", 0, 2],
  ["nxm_nx_arp_sha", 1, 17],
  ["nxm_nx_arp_tha", 1, 18],
  ["nxm_nx_nd_sll", 1, 24],
  ["nxm_nx_nd_tll", 1, 25],
] as const;

/** Its fields of sixteen bytes: name, class, number. */
export const niciraBytes = [
  ["nxm_nx_ipv6_src", 1, 19],
  ["nxm_nx_ipv6_dst", 1, 20],
  ["nxm_nx_nd_target", 1, 23],
  ["nxm_nx_ct_label", 1, 108],
  ["nxm_nx_tun_ipv6_src", 1, 109],
  ["nxm_nx_tun_ipv6_dst", 1, 110],
  ["nxm_nx_xxreg0", 1, 111],
  ["nxm_nx_xxreg1", 1, 112],
  ["nxm_nx_xxreg2", 1, 113],
  ["nxm_nx_xxreg3", 1, 114],
  ["nxm_nx_ct_ipv6_src", 1, 122],
  ["nxm_nx_ct_ipv6_dst", 1, 123],
] as const;

/** A name of {@link niciraNumbers}. */
export type NiciraNumberField = (typeof niciraNumbers)[number][0];
/** A name of {@link niciraMacs}. */
export type NiciraMacField = (typeof niciraMacs)[number][0];
/** A name of {@link niciraBytes}. */
export type NiciraBytesField = (typeof niciraBytes)[number][0];
