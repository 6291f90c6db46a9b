/** The OpenFlow versions this codec speaks, as the number that stands in every message header. */
export type OfVersion = typeof OPENFLOW_1_3;

/** OpenFlow 1.3 on the wire. */
export const OPENFLOW_1_3 = 0x04;

/** The versions this codec speaks, lowest first. */
export const supportedVersions: readonly OfVersion[] = [OPENFLOW_1_3];

/** Narrows a version number that a peer sent to one this codec speaks. */
export function isSupportedVersion(version: number): version is OfVersion {
  return supportedVersions.some((supported) => supported === version);
}
