import { decodeFrame, encodeFrame, frame } from "../../../model/frame.ts";
import type { NodeId, PortRef } from "../../../model/ids.ts";

/** The ethertype of LLDP, and where it is sent: to the nearest bridge, never beyond (IEEE 802.1AB §7.1). */
export const ETHERTYPE_LLDP = 0x88cc;
export const NEAREST_BRIDGE = "01:80:c2:00:00:0e";

/** What a frame says of the port that sends it. */
export interface WiringFrame {
  readonly node: NodeId;
  readonly port: PortRef;
  readonly source: string;
  /** {@link TOKEN_BYTES} that nobody can guess: who shows them has been at the end of that cable. */
  readonly token: Uint8Array;
}

export const TOKEN_BYTES = 16;

/** An LLDP frame (IEEE 802.1AB §8.5) whose last part, before its end, is the token. */
export function wiringFrame({ node, port, source, token }: WiringFrame): Uint8Array {
  const payload = [
    ...tlv(TLV_CHASSIS, [LOCALLY_ASSIGNED, ...text(node)]),
    ...tlv(TLV_PORT, [LOCALLY_ASSIGNED, ...text(port)]),
    ...tlv(TLV_TIME_TO_LIVE, [0, 1]),
    ...tlv(TLV_ORGANISATION, [...ORGANISATION, ...token]),
    ...tlv(TLV_END, []),
  ];
  return encodeFrame(
    frame({
      destination: NEAREST_BRIDGE,
      source,
      ethertype: ETHERTYPE_LLDP,
      payload: Uint8Array.from(payload),
    }),
  );
}

/** The token of a frame, in hexadecimal digits; undefined when it has none. */
export function tokenOf(data: Uint8Array): string | undefined {
  const read = decodeFrame(data).unwrapOr(undefined);
  if (read?.ethertype !== ETHERTYPE_LLDP) return undefined;
  const { payload } = read;
  for (let at = 0; at + 2 <= payload.length; ) {
    const head = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0);
    const value = payload.subarray(at + 2, at + 2 + (head & 0x1ff));
    const isOurs = ORGANISATION.every((byte, i) => value[i] === byte);
    if (head >>> 9 === TLV_ORGANISATION && isOurs) return hex(value.subarray(ORGANISATION.length));
    if (head >>> 9 === TLV_END) return undefined;
    at += 2 + value.length;
  }
  return undefined;
}

/** Bytes in hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const TLV_END = 0;
const TLV_CHASSIS = 1;
const TLV_PORT = 2;
const TLV_TIME_TO_LIVE = 3;
const TLV_ORGANISATION = 127;
const LOCALLY_ASSIGNED = 7;
/** A locally administered OUI, and our only subtype. */
const ORGANISATION = [0x02, 0xdc, 0x05, 0x01];

function tlv(type: number, value: readonly number[]): readonly number[] {
  return [(type << 1) | (value.length >> 8), value.length & 0xff, ...value];
}

function text(value: string): readonly number[] {
  return [...new TextEncoder().encode(value)].slice(0, 255);
}
