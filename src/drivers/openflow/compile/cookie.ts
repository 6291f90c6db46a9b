import { type NetworkNumber, networkNumber } from "../../../model/ids.ts";

/** The bits of a cookie that say whose flow it is. */
export const OWNER_MASK = 0xffff_0000_0000_0000n;
/** The bits of a cookie that say whose flow it is, and for which network. */
export const NETWORK_MASK = 0xffff_ffff_ffff_0000n;
/** All bits: with it Open vSwitch finds flows by an index; any other mask walks the whole table. */
export const EXACT_MASK = 0xffff_ffff_ffff_ffffn;

/** Stands in the cookie of flows that are no network's: those for probes. */
export const NO_NETWORK: NetworkNumber = networkNumber(0);

/** What all flows of one agent have under {@link OWNER_MASK}; `prefix` is a 16-bit number. */
export function ownerCookie(prefix: number): bigint {
  return BigInt(prefix) << 48n;
}

/** Whether a flow with this cookie is ours. */
export function isOurs(cookie: bigint, prefix: number): boolean {
  return (cookie & OWNER_MASK) === ownerCookie(prefix);
}

/** The cookie of a network's flows: owner (16 bits), network (32 bits), 16 bits of zero. */
export function networkCookie(prefix: number, network: NetworkNumber): bigint {
  return ownerCookie(prefix) | (BigInt(network) << 16n);
}

/** The bits of a cookie that say behind which port an address was learned; zero in flows of ours. */
const LEARNED_MASK = 0xffffn;

/** The cookie of the entries that a switch itself learns for a network behind one of its ports. */
export function learnedCookie(prefix: number, network: NetworkNumber, port: number): bigint {
  return networkCookie(prefix, network) | (BigInt(port) & LEARNED_MASK);
}

/** Whether a switch has learned the entry with this cookie. */
export function isLearned(cookie: bigint): boolean {
  return (cookie & LEARNED_MASK) !== 0n;
}

/** Behind which port, if {@link isLearned}. */
export function portOfLearned(cookie: bigint): number {
  return Number(cookie & LEARNED_MASK);
}

/** The network whose flow carries `cookie`. */
export function networkOfCookie(cookie: bigint): NetworkNumber {
  return networkNumber(Number((cookie >> 16n) & 0xffff_ffffn));
}
