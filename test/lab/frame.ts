/** What a test says about a frame that it sends. */
export interface FrameSpec {
  readonly dst: string;
  readonly src: string;
  readonly vlan?: number | "untagged";
  readonly etherType?: number;
  /** Text; padded with zero bytes to the smallest frame. */
  readonly payload?: string;
}

/** A frame as it was on the wire. */
export interface SeenFrame {
  readonly dst: string;
  readonly src: string;
  /** The outermost tag; `untagged` when there is none. A priority tag is VLAN 0. */
  readonly vlan: number | "untagged";
  /** How many tags it carried. */
  readonly tags: number;
  readonly etherType: number;
  /** The payload as text, without the zero bytes at its end. */
  readonly payload: string;
}

/** The address that every station hears. */
export const BROADCAST = "ff:ff:ff:ff:ff:ff";

/** IEEE 802 local experimental: a frame that no IP stack answers. */
export const TEST_ETHER_TYPE = 0x88b5;

const TAG_TYPES = [0x8100, 0x88a8];
const SMALLEST_PAYLOAD = 46;

/** The bytes of a frame, without FCS. */
export function frameBytes(spec: FrameSpec): Buffer {
  const payload = Buffer.alloc(Math.max(SMALLEST_PAYLOAD, Buffer.byteLength(spec.payload ?? "")));
  payload.write(spec.payload ?? "");
  return Buffer.concat([frameHeader(spec), payload]);
}

/** The bytes of a frame up to its payload. */
export function frameHeader(spec: FrameSpec): Buffer {
  const { vlan = "untagged", etherType = TEST_ETHER_TYPE } = spec;
  const types = vlan === "untagged" ? [etherType] : [0x8100, vlan, etherType];
  const tail = types.flatMap((type) => [type >> 8, type & 0xff]);
  return Buffer.concat([macBytes(spec.dst), macBytes(spec.src), Buffer.from(tail)]);
}

/** Reads a captured frame. */
export function parseFrame(bytes: Buffer): SeenFrame {
  const vlans: number[] = [];
  let offset = 12;
  while (TAG_TYPES.includes(bytes.readUInt16BE(offset))) {
    vlans.push(bytes.readUInt16BE(offset + 2) & 0xfff);
    offset += 4;
  }
  return {
    dst: macText(bytes.subarray(0, 6)),
    src: macText(bytes.subarray(6, 12)),
    vlan: vlans[0] ?? "untagged",
    tags: vlans.length,
    etherType: bytes.readUInt16BE(offset),
    payload: bytes
      .subarray(offset + 2)
      .toString("latin1")
      .replace(/\0+$/, ""),
  };
}

function macBytes(text: string): Buffer {
  return Buffer.from(text.replaceAll(":", ""), "hex");
}

function macText(bytes: Buffer): string {
  return bytes.toString("hex").replace(/..(?=.)/g, "$&:");
}
