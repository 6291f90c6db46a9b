import type { NiciraBytesField, NiciraMacField, NiciraNumberField } from "./nicira/field-names.ts";

/** Fields of one to four bytes; their value is a number. `vlan_vid` includes {@link VLAN_PRESENT}. */
export type NumberFieldName =
  | NiciraNumberField
  | "in_port"
  | "in_phy_port"
  | "eth_type"
  | "vlan_vid"
  | "vlan_pcp"
  | "ip_dscp"
  | "ip_ecn"
  | "ip_proto"
  | "ipv4_src"
  | "ipv4_dst"
  | "tcp_src"
  | "tcp_dst"
  | "udp_src"
  | "udp_dst"
  | "sctp_src"
  | "sctp_dst"
  | "icmpv4_type"
  | "icmpv4_code"
  | "arp_op"
  | "arp_spa"
  | "arp_tpa"
  | "ipv6_flabel"
  | "icmpv6_type"
  | "icmpv6_code"
  | "mpls_label"
  | "mpls_tc"
  | "mpls_bos"
  | "pbb_isid"
  | "ipv6_exthdr"
  /** From OpenFlow 1.4. */
  | "pbb_uca"
  /** Of the standard from OpenFlow 1.5; an ONF extension in 1.3 and 1.4. */
  | "tcp_flags"
  /** As `tcp_flags`. */
  | "actset_output"
  /** From OpenFlow 1.5. */
  | "packet_type";

/** Fields of eight bytes. */
export type BigFieldName = "metadata" | "tunnel_id" | "nxm_nx_tun_id" | PacketRegister;

/** The registers of a packet (OpenFlow 1.5.1 §7.2.3.10). */
export type PacketRegister = `xreg${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`;

/** MAC addresses, as `"aa:bb:cc:dd:ee:ff"` in lower case. */
export type MacFieldName =
  | "eth_dst"
  | "eth_src"
  | "arp_sha"
  | "arp_tha"
  | "ipv6_nd_sll"
  | "ipv6_nd_tll"
  | NiciraMacField;

/** IPv6 addresses and other 16 bytes, as 32 lower-case hexadecimal digits without colons. */
export type Ipv6FieldName = "ipv6_src" | "ipv6_dst" | "ipv6_nd_target" | NiciraBytesField;

/** The fields that have a name here. */
export type OxmFieldName = NumberFieldName | BigFieldName | MacFieldName | Ipv6FieldName;

/** A numeric field and what it must be. */
export interface NumberField {
  readonly field: NumberFieldName;
  readonly value: number;
  readonly mask?: number;
}

/** A 64-bit field and what it must be. */
export interface BigField {
  readonly field: BigFieldName;
  readonly value: bigint;
  readonly mask?: bigint;
}

/** An address field and what it must be. */
export interface AddressField {
  readonly field: MacFieldName | Ipv6FieldName;
  readonly value: string;
  readonly mask?: string;
}

/** A field this codec has no name for, kept so that it encodes to the same bytes. */
export interface UnknownField {
  readonly field: "unknown";
  readonly class: number;
  readonly code: number;
  /** There when `class` is 0xffff. */
  readonly experimenter?: number;
  /** Lower-case hexadecimal digits, two a byte. */
  readonly value: string;
  /** As long as `value`. */
  readonly mask?: string;
}

/**
 * The class and code of the field that keeps what an OpenFlow 1.0 match has in places that do not
 * count, which may be anything. Its value is the difference from zeros there; matching ignores it.
 */
export const IGNORED_BITS = { class: 0x10000, code: 0 } as const;

/**
 * One match field: an exact value, or a value under a mask (OpenFlow 1.3.5 §7.2.3.2).
 * It is also what a `set-field` action writes.
 */
export type OxmField = NumberField | BigField | AddressField | UnknownField;

/** All fields must hold; none at all matches every packet. Prerequisites come before what needs them. */
export type Match = readonly OxmField[];

/** The header of a field without its value: how a switch says which fields it supports. */
export type OxmId =
  | { readonly field: OxmFieldName; readonly masked: boolean }
  | {
      readonly field: "unknown";
      /** Class, code, mask bit and length as the 32 bits that stand on the wire. */
      readonly header: number;
      /** There when the class is 0xffff. */
      readonly experimenter?: number;
    };
