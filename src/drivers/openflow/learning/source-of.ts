/** From whom a frame comes, and the VLAN of its outer tag. */
export interface Source {
  readonly address: string;
  readonly vid: number;
}

const TAGGED: ReadonlySet<number> = new Set([0x8100, 0x88a8]);
const HEADER_BYTES = 16;

/** Reads the source of a tagged frame; undefined where there is none, or no tag. */
export function sourceOf(data: Uint8Array): Source | undefined {
  if (data.length < HEADER_BYTES) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const isGroup = (view.getUint8(6) & 1) !== 0;
  if (isGroup || !TAGGED.has(view.getUint16(12))) return undefined;
  const octets = Array.from(data.subarray(6, 12), (byte) => byte.toString(16).padStart(2, "0"));
  return { address: octets.join(":"), vid: view.getUint16(14) & 0xfff };
}
