import type { NetworkNumber } from "../../../model/ids.ts";
import type { OxmField } from "../wire/match.ts";

/**
 * The tables that frames pass, counted from the driver's first. Most networks need the first alone;
 * the others are for second limits, for learning, and for delivery by address.
 */
export const pipelineTable = {
  /** Lets frames of a network in and polices them: by port, tag and, at some edges, source address. */
  admit: 0,
  /** The second limit, and learning from the source address: by port and tag. */
  limit: 1,
  /** The way of known unicast, each under its limit; all other frames under theirs. */
  deliver: 2,
  /** Filled by the switch itself: where each address was seen. */
  addresses: 3,
} as const;

/**
 * The same where the agent learns addresses for a switch: what it notes stands before delivery, and
 * says, as what a switch learns does, only where an address was seen.
 */
export const taughtTable = {
  admit: 0,
  limit: 1,
  /** Tells the agent of source addresses that are not known yet. */
  sources: 2,
  /** Filled by the agent: where each address was seen, as the upper half of `metadata`. */
  addresses: 3,
  deliver: 4,
} as const;

/** A table of the pipeline, as a number to add to that of the first. */
export type PipelineTable =
  | (typeof pipelineTable)[keyof typeof pipelineTable]
  | (typeof taughtTable)[keyof typeof taughtTable];

/** What is added to the driver's priority: a flow that says more stands above one that says less. */
export const rank = { any: 0, listed: 1, banned: 2 } as const;

/**
 * What `metadata` says of frames on the way to delivery: whose they are, in the upper half, and
 * between which members they pass, in the lower: the number of the group that has copies for them all.
 */
export function membersMetadata(network: NetworkNumber, group: number): bigint {
  return (BigInt(network) << NETWORK_OFFSET) | BigInt(group);
}

/** Where in `metadata` the network's number stands. */
export const NETWORK_BITS = { offset: 32, bits: 32 } as const;
const NETWORK_OFFSET = BigInt(NETWORK_BITS.offset);

/** The same bits of `metadata`, as a mask. */
export const NETWORK_METADATA_MASK = 0xffff_ffff_0000_0000n;

/** Where an address was seen, as the agent notes it in the place of the network's number. */
export function seenMetadata(port: number, vid: number): bigint {
  return BigInt(port * SEEN_PORT_UNIT + vid) << NETWORK_OFFSET;
}
const SEEN_PORT_UNIT = 0x1_0000;

/** Matches what {@link membersMetadata} writes. */
export function membersField(network: NetworkNumber, group: number): OxmField {
  return { field: "metadata", value: membersMetadata(network, group) };
}
