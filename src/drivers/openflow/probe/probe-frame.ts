import { decodeFrame, type Frame } from "../../../model/frame.ts";

/** The ethertype of our probes: IEEE 802 local experimental ethertype 2 (IEEE 802 §9.2.3). */
export const ETHERTYPE_PROBE = 0x88b6;

/**
 * Where probes come from, unless an end lets in others only: locally administered, and learned by
 * nobody for long. Where a probe is about to leave, a mark of the end takes its place.
 */
export const PROBE_SOURCE = "02:dc:05:00:00:01";

/** What a probe frame says of itself. */
export interface Probe {
  /** The number of the frame within its run. */
  readonly sequence: number;
}

/** A probe that came back, and how it looked then. */
export interface SeenProbe extends Probe {
  readonly frame: Frame;
  /** The end that it was about to leave by, if it was caught there. */
  readonly end: number | undefined;
}

/**
 * The addresses and the secret of one run. A frame counts as its probe only with the secret, which
 * no host ever sees.
 */
export interface ProbeRun {
  /** 16 bytes that nobody can guess. */
  readonly secret: Uint8Array;
  /**
   * Where probes are sent to: two group addresses of this run alone, locally administered, so that
   * no host's frames are taken for probes, and networks treat them as they treat any multicast.
   */
  readonly destinations: readonly [string, string];
}

/** A run on 19 random bytes. */
export function probeRun(random: Uint8Array): ProbeRun {
  const [a = 0, b = 0, c = 0] = random.subarray(16);
  const address = (last: number): string => macText([GROUP_LOCAL, 0xdc, 0x05, a, b, last]);
  return {
    secret: random.slice(0, 16),
    destinations: [address(c & 0xfe), address(c | 0x01)],
  };
}

/** The address that a probe gets in place of its source when it is about to leave by an end. */
export function endMark(end: number): string {
  return macText([UNICAST_LOCAL, 0xdc, 0x05, 0x01, end >> 8, end & 0xff]);
}

/** The payload of a probe: its mark, its number, the secret of its run. */
export function probePayload({ secret }: ProbeRun, sequence: number): Uint8Array {
  const bytes = new Uint8Array(PAYLOAD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint32(4, sequence);
  bytes.set(secret, 8);
  return bytes;
}

/** Reads a frame that came from a switch; undefined when it is no probe of this run. */
export function readProbe({ secret }: ProbeRun, data: Uint8Array): SeenProbe | undefined {
  const frame = decodeFrame(data).unwrapOr(undefined);
  if (frame?.ethertype !== ETHERTYPE_PROBE || frame.payload.length < 24) return undefined;
  const { payload } = frame;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const isOurs = view.getUint32(0) === MAGIC && secret.every((byte, i) => payload[8 + i] === byte);
  return isOurs ? { sequence: view.getUint32(4), frame, end: markedEnd(frame.source) } : undefined;
}

function markedEnd(source: string): number | undefined {
  return source.startsWith(END_MARK_PREFIX)
    ? Number.parseInt(source.slice(END_MARK_PREFIX.length).replace(":", ""), 16)
    : undefined;
}

const END_MARK_PREFIX = "02:dc:05:01:";
/** The first byte of a locally administered address, of a group and of one station. */
const GROUP_LOCAL = 0x03;
const UNICAST_LOCAL = 0x02;
const MAGIC = 0x64636e73;
/** The least that a frame carries on a real wire. */
const PAYLOAD_BYTES = 46;

function macText(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}
