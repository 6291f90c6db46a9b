/** The fields of class OPENFLOW_BASIC by number, and their length in bytes (OpenFlow 1.5.1 §7.2.3.7). */
const basicFields: readonly (readonly [string, number])[] = [
  ["in_port", 4],
  ["in_phy_port", 4],
  ["metadata", 8],
  ["eth_dst", 6],
  ["eth_src", 6],
  ["eth_type", 2],
  ["vlan_vid", 2],
  ["vlan_pcp", 1],
  ["ip_dscp", 1],
  ["ip_ecn", 1],
  ["ip_proto", 1],
  ["ipv4_src", 4],
  ["ipv4_dst", 4],
  ["tcp_src", 2],
  ["tcp_dst", 2],
  ["udp_src", 2],
  ["udp_dst", 2],
  ["sctp_src", 2],
  ["sctp_dst", 2],
  ["icmpv4_type", 1],
  ["icmpv4_code", 1],
  ["arp_op", 2],
  ["arp_spa", 4],
  ["arp_tpa", 4],
  ["arp_sha", 6],
  ["arp_tha", 6],
  ["ipv6_src", 16],
  ["ipv6_dst", 16],
  ["ipv6_flabel", 4],
  ["icmpv6_type", 1],
  ["icmpv6_code", 1],
  ["ipv6_nd_target", 16],
  ["ipv6_nd_sll", 6],
  ["ipv6_nd_tll", 6],
  ["mpls_label", 4],
  ["mpls_tc", 1],
  ["mpls_bos", 1],
  ["pbb_isid", 3],
  ["tunnel_id", 8],
  ["ipv6_exthdr", 2],
  ["(reserved)", 0],
  ["pbb_uca", 1],
];

/** Fields of which a part may be matched (OpenFlow 1.5.1 §7.2.3.8). */
export const maskableFields: ReadonlySet<string> = new Set([
  "metadata",
  "eth_dst",
  "eth_src",
  "vlan_vid",
  "ipv4_src",
  "ipv4_dst",
  "arp_spa",
  "arp_tpa",
  "arp_sha",
  "arp_tha",
  "ipv6_src",
  "ipv6_dst",
  "ipv6_flabel",
  "pbb_isid",
  "tunnel_id",
  "ipv6_exthdr",
]);

const VLAN_VID = 6;

/** The bits of `vlan_vid` that mean something: the VLAN, and that there is a tag. */
export const VLAN_BITS = 0x1fff;

/** `number=value/mask` of a field of class OPENFLOW_BASIC, in hexadecimal digits; undefined of others. */
export function basicFieldText(field: object): string | undefined {
  const members = new Map<string, unknown>(Object.entries(field));
  const code = basicFields.findIndex(([name]) => name === members.get("field"));
  const [, bytes] = basicFields[code] ?? [];
  if (bytes === undefined) return undefined;
  const value = digits(code, members.get("value"), bytes);
  const mask = members.get("mask");
  return `${code}=${value}${mask === undefined ? "" : `/${digits(code, mask, bytes)}`}`;
}

function digits(code: number, value: unknown, bytes: number): string {
  if (typeof value === "string") return value.replaceAll(":", "");
  const bits =
    code === VLAN_VID
      ? BigInt(Number(value) & VLAN_BITS)
      : BigInt(Number.isSafeInteger(value) ? Number(value) : 0);
  return (typeof value === "bigint" ? value : bits).toString(16).padStart(2 * bytes, "0");
}
