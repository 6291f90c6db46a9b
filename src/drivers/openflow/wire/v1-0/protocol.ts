import type { NumberFieldName } from "../match.ts";

/** What the fields of the network and the transport header are called for one kind of packet. */
export interface Protocol {
  readonly nwProto: NumberFieldName;
  readonly nwSrc: NumberFieldName;
  readonly nwDst: NumberFieldName;
}

const IPV4 = 0x0800;
const ARP = 0x0806;

const ipv4: Protocol = { nwProto: "ip_proto", nwSrc: "ipv4_src", nwDst: "ipv4_dst" };
const arp: Protocol = { nwProto: "arp_op", nwSrc: "arp_spa", nwDst: "arp_tpa" };

/** What the network fields are called when `dlType` is matched; undefined when they mean nothing. */
export function protocolOf(dlType: number): Protocol | undefined {
  if (dlType === IPV4) return ipv4;
  return dlType === ARP ? arp : undefined;
}

/** Whether there is a type of service to match. */
export function hasTos(dlType: number): boolean {
  return dlType === IPV4;
}

/** The names of the transport fields by IP protocol: ICMP, TCP and UDP. */
export const transports: ReadonlyMap<number, readonly [NumberFieldName, NumberFieldName]> = new Map(
  [
    [1, ["icmpv4_type", "icmpv4_code"]],
    [6, ["tcp_src", "tcp_dst"]],
    [17, ["udp_src", "udp_dst"]],
  ],
);
