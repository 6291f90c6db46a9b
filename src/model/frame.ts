import { err, ok, type Result } from "neverthrow";

/** The ethertype of an IEEE 802.1Q customer tag. */
export const TPID_CUSTOMER = 0x8100;
/** The ethertype of an IEEE 802.1ad service tag. */
export const TPID_SERVICE = 0x88a8;
/** The ethertype that IEEE 802 sets aside for local experiments: the default of test frames. */
export const ETHERTYPE_EXPERIMENT = 0x88b5;
/** The address that every host listens to. */
export const BROADCAST = "ff:ff:ff:ff:ff:ff";

/** A VLAN tag (IEEE 802.1Q §9.3). */
export interface VlanTag {
  readonly tpid: number;
  /** 0 to 4095; 0 marks a frame that has a priority and no VLAN. */
  readonly vid: number;
  /** Priority, 0 to 7. */
  readonly pcp: number;
}

/** An Ethernet frame without its check sequence. */
export interface Frame {
  /** As `"aa:bb:cc:dd:ee:ff"` in lower case. */
  readonly destination: string;
  readonly source: string;
  /** Outermost first. */
  readonly tags: readonly VlanTag[];
  /** What follows the tags. */
  readonly ethertype: number;
  readonly payload: Uint8Array;
}

/** What {@link frame} fills in when it is not told. */
export interface FrameFields extends Partial<Omit<Frame, "tags">> {
  /** Shorthand for tags of TPID 0x8100 and priority 0, outermost first. */
  readonly vlans?: readonly number[];
  readonly tags?: readonly VlanTag[];
}

/**
 * A frame: untagged, from 02:00:00:00:00:01 to everybody, with 46 zero bytes, unless told
 * otherwise.
 */
export function frame(fields: FrameFields = {}): Frame {
  const { vlans = [], tags = vlans.map(customerTag), ...rest } = fields;
  return {
    destination: BROADCAST,
    source: "02:00:00:00:00:01",
    ethertype: ETHERTYPE_EXPERIMENT,
    payload: new Uint8Array(MIN_PAYLOAD_BYTES),
    ...rest,
    tags,
  };
}

/** A tag of TPID 0x8100 and priority 0. */
export function customerTag(vid: number): VlanTag {
  return { tpid: TPID_CUSTOMER, vid, pcp: 0 };
}

/** How many bytes a frame takes on the wire, without preamble, gap and check sequence. */
export function frameBytes(value: Frame): number {
  return ADDRESSES_BYTES + TAG_BYTES * value.tags.length + TYPE_BYTES + value.payload.length;
}

/** Writes a frame as it stands on the wire. */
export function encodeFrame(value: Frame): Uint8Array {
  const bytes = new Uint8Array(frameBytes(value));
  const view = new DataView(bytes.buffer);
  bytes.set(addressBytes(value.destination), 0);
  bytes.set(addressBytes(value.source), ADDRESS_BYTES);
  let offset = ADDRESSES_BYTES;
  for (const tag of value.tags) {
    view.setUint16(offset, tag.tpid);
    view.setUint16(offset + 2, (tag.pcp << 13) | tag.vid);
    offset += TAG_BYTES;
  }
  view.setUint16(offset, value.ethertype);
  bytes.set(value.payload, offset + TYPE_BYTES);
  return bytes;
}

/** The bytes end before the frame's ethertype. */
export interface TruncatedFrame {
  readonly type: "truncated-frame";
  readonly bytes: number;
}

/**
 * Reads a frame. Everything that has the length of a header is one; the drop-eligible bit is lost.
 */
export function decodeFrame(bytes: Uint8Array): Result<Frame, TruncatedFrame> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const truncated: TruncatedFrame = { type: "truncated-frame", bytes: bytes.length };
  const tags: VlanTag[] = [];
  let offset = ADDRESSES_BYTES;
  while (offset + TYPE_BYTES <= bytes.length) {
    const type = view.getUint16(offset);
    if (type !== TPID_CUSTOMER && type !== TPID_SERVICE) {
      return ok({
        destination: addressText(bytes.subarray(0, ADDRESS_BYTES)),
        source: addressText(bytes.subarray(ADDRESS_BYTES, ADDRESSES_BYTES)),
        tags,
        ethertype: type,
        payload: bytes.slice(offset + TYPE_BYTES),
      });
    }
    if (offset + TAG_BYTES > bytes.length) return err(truncated);
    const tci = view.getUint16(offset + 2);
    tags.push({ tpid: type, vid: tci & 0xfff, pcp: tci >>> 13 });
    offset += TAG_BYTES;
  }
  return err(truncated);
}

/** Says a frame in a line, for people: `02:…:01 > ff:…:ff [101] 0x88b5 46 B`. */
export function describeFrame(value: Frame): string {
  const tags = value.tags.map((tag) => {
    const priority = tag.pcp === 0 ? "" : `p${tag.pcp}`;
    return `${tag.tpid === TPID_CUSTOMER ? "" : `${tag.tpid.toString(16)}:`}${tag.vid}${priority}`;
  });
  const { source, destination, payload } = value;
  const ethertype = `0x${value.ethertype.toString(16).padStart(4, "0")}`;
  return `${source} > ${destination} [${tags.join(" ")}] ${ethertype} ${payload.length} B`;
}

const ADDRESS_BYTES = 6;
const ADDRESSES_BYTES = 2 * ADDRESS_BYTES;
const TAG_BYTES = 4;
const TYPE_BYTES = 2;
/** A frame with less payload would be padded on a real wire. */
const MIN_PAYLOAD_BYTES = 46;

function addressBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split(":"), (byte) => Number.parseInt(byte, 16));
}

function addressText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
