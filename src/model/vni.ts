import type { Brand } from "./brand.ts";
import type { VlanId } from "./ids.ts";

/**
 * A VXLAN network identifier (RFC 7348 §5) as the label of a link, from 1 to 2^24 - 1: text, `vni:10000`, that
 * cannot be taken for a VLAN ID. 0 is what frames have that belong to no network.
 */
export type Vni = Brand<`vni:${number}`, "Vni">;

/** What tells the networks on a link apart: VLAN IDs on most, VNIs on links that say so. */
export type LinkLabel = VlanId | Vni;

export const MIN_VNI = 1;
export const MAX_VNI = 0xff_ffff;

export const vni = (id: number): Vni => `vni:${id}` as Vni;

/** The identifier as it is on the wire. */
export const vniNumber = (id: Vni): number => Number(id.slice(PREFIX.length));

const PREFIX = "vni:";

/** Whether a label is a VNI, not a VLAN ID. */
export const isVni = (label: number | string | undefined): label is Vni =>
  typeof label === "string" && label.startsWith(PREFIX);

/** Which of two labels of one link is lower: negative if `a` is. */
export function compareLabels(a: LinkLabel, b: LinkLabel): number {
  return numberOf(a) - numberOf(b);
}

function numberOf(label: LinkLabel): number {
  return isVni(label) ? vniNumber(label) : label;
}
