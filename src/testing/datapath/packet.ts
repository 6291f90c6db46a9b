import { VLAN_PRESENT } from "../../drivers/openflow/wire/constants.ts";
import { customerTag, type Frame, type VlanTag } from "../../model/frame.ts";

/**
 * A packet on its way through the tables. Actions do not change a packet, they give the next one,
 * so every bucket of a group works on its own.
 *
 * The parser looks at the outermost tag only, unless it is told otherwise, as Open vSwitch does by default
 * (`vlan-limit=1`): tags beneath it are part of the payload, and the ethertype of a packet with two tags is 0x8100.
 */
export interface Packet {
  readonly inPort: number;
  readonly metadata: bigint;
  /** The VNI under which it came in, or is to leave, by a tunnel; 0 for none. */
  readonly tunnelId: bigint;
  /** The queue that it leaves by, if it was put into one. */
  readonly queue?: number;
  /** The first two registers of Open vSwitch, of 32 bits each. */
  readonly registers: readonly [number, number];
  readonly destination: string;
  readonly source: string;
  /** The tags that actions and matches see, outermost first. */
  readonly tags: readonly VlanTag[];
  /** What follows them when the packet arrives; a pop does not change it. */
  readonly ethertype: number;
  /** What lies beneath: further tags, the real ethertype, the payload. */
  readonly inner: Pick<Frame, "tags" | "ethertype" | "payload">;
}

/** How many tags the switch can work on. Pushing one more loses the innermost of them. */
export const MAX_TAGS = 2;

/** What else matters when a frame comes in: its VNI, and how many of its tags the parser looks at. */
export interface Parsing {
  readonly tunnelId?: bigint;
  readonly vlanLimit?: number;
}

/** Takes a frame in by a port. */
export function parsePacket(
  frame: Frame,
  inPort: number,
  { tunnelId = 0n, vlanLimit = 1 }: Parsing = {},
): Packet {
  const inner = frame.tags.slice(vlanLimit);
  return {
    inPort,
    metadata: 0n,
    tunnelId,
    registers: [0, 0],
    destination: frame.destination,
    source: frame.source,
    tags: frame.tags.slice(0, vlanLimit),
    ethertype: inner[0]?.tpid ?? frame.ethertype,
    inner: { tags: inner, ethertype: frame.ethertype, payload: frame.payload },
  };
}

/** The frame that a packet is now. */
export function frameOf(packet: Packet): Frame {
  return {
    destination: packet.destination,
    source: packet.source,
    tags: [...packet.tags, ...packet.inner.tags],
    ethertype: packet.inner.ethertype,
    payload: packet.inner.payload,
  };
}

/** Puts a tag of VLAN 0 and priority 0 around the packet. */
export function pushTag(packet: Packet, tpid: number): Packet {
  const tags = [{ tpid, vid: 0, pcp: 0 }, ...packet.tags].slice(0, MAX_TAGS);
  return { ...packet, tags };
}

/** Takes the outermost tag off; a packet that has none stays as it is. */
export function popTag(packet: Packet): Packet {
  return { ...packet, tags: packet.tags.slice(1) };
}

/**
 * Puts the packet into a VLAN. One without a tag gets one, as in Open vSwitch: flows are refused
 * for that, but in the bucket of a group nobody knows beforehand.
 */
export function setVlan(packet: Packet, vid: number): Packet {
  const [outer = customerTag(vid), ...rest] = packet.tags;
  return { ...packet, tags: [{ ...outer, vid }, ...rest] };
}

/** Gives the outermost tag a priority; a packet that has none stays as it is. */
export function setPriority(packet: Packet, pcp: number): Packet {
  const [outer, ...rest] = packet.tags;
  return outer === undefined ? packet : { ...packet, tags: [{ ...outer, pcp }, ...rest] };
}

/** The value that `vlan_vid` has: the VLAN and the present bit, or 0 without a tag. */
export function vlanVidOf(packet: Packet): number {
  const outer = packet.tags[0];
  return outer === undefined ? 0 : VLAN_PRESENT | outer.vid;
}

/** The 16 bits that Open vSwitch calls the tag: priority, the present bit and the VLAN; 0 without a tag. */
export function vlanTciOf(packet: Packet): number {
  return ((packet.tags[0]?.pcp ?? 0) << 13) | vlanVidOf(packet);
}
