/** The OpenFlow versions this codec speaks, as the number that stands in every message header. */
export type OfVersion =
  | typeof OPENFLOW_1_0
  | typeof OPENFLOW_1_3
  | typeof OPENFLOW_1_4
  | typeof OPENFLOW_1_5;

/** OpenFlow 1.0 on the wire. */
export const OPENFLOW_1_0 = 0x01;
/** OpenFlow 1.3 on the wire. */
export const OPENFLOW_1_3 = 0x04;
/** OpenFlow 1.4 on the wire. */
export const OPENFLOW_1_4 = 0x05;
/** OpenFlow 1.5 on the wire. */
export const OPENFLOW_1_5 = 0x06;

/** The versions this codec speaks, lowest first. */
export const supportedVersions: readonly OfVersion[] = [
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
];

/** Narrows a version number that a peer sent to one this codec speaks. */
export function isSupportedVersion(version: number): version is OfVersion {
  return supportedVersions.some((supported) => supported === version);
}
