import { type Hello, offeredVersions } from "../wire/hello.ts";

/** What the other side's hello says about versions: its header's number, and its list if it has one. */
export interface PeerVersions {
  readonly highest: number;
  readonly listed: readonly number[] | undefined;
}

/** Reads the versions out of a hello and the number that its header names. */
export function peerVersions(headerVersion: number, hello: Hello): PeerVersions {
  return { highest: headerVersion, listed: offeredVersions(hello) };
}

/**
 * The version both sides speak, or undefined when there is none (OpenFlow 1.3.5 §6.3.1): the highest
 * that both list; when the peer lists none, the lower of the two highest, if we speak it.
 */
export function agreeVersion<V extends number>(
  ours: readonly V[],
  theirs: PeerVersions,
): V | undefined {
  const highestFirst = ours.toSorted((a, b) => b - a);
  const { listed } = theirs;
  if (listed !== undefined) return highestFirst.find((version) => listed.includes(version));
  const lower = Math.min(theirs.highest, ...highestFirst.slice(0, 1));
  return highestFirst.find((version) => version === lower);
}
