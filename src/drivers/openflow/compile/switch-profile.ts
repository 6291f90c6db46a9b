import type { GroupFeatures } from "../wire/group.ts";
import type { MeterFeatures } from "../wire/meter.ts";
import { type OfVersion, OPENFLOW_1_0, OPENFLOW_1_3 } from "../wire/version.ts";

/** What a switch can do, learned when it connects. */
export interface SwitchProfile {
  /** The highest version that it and we speak. */
  readonly version: OfVersion;
  /** How many flow tables it has. */
  readonly tables: number;
  /** Bits of `capability`, as it gave them. */
  readonly capabilities: number;
  /** What groups it can hold; absent when the version has none, or when it does not say. */
  readonly groups?: GroupFeatures;
  /** What meters it can hold; absent when the version has none, or when it has none. */
  readonly meters?: MeterFeatures;
  /** Whether it can learn addresses by itself (Open vSwitch's action `learn`). */
  readonly learns: boolean;
  /** Whether it can carry out several changes at once (OpenFlow 1.4.1 §6.8). */
  readonly bundles: boolean;
}

/** What of a profile says which things there are at all. */
export type SwitchVersion = Pick<SwitchProfile, "version">;

/** Whether the version has groups. Without them frames are copied by the actions of each flow. */
export function hasGroups({ version }: SwitchVersion): boolean {
  return version !== OPENFLOW_1_0;
}

/** Whether the version has meters. Without them nothing that enters is held to its rate. */
export function hasMeters({ version }: SwitchVersion): boolean {
  return version !== OPENFLOW_1_0;
}

/** What is taken to be true of a switch that has never been connected. */
export const versionBeforeConnect: SwitchVersion = { version: OPENFLOW_1_3 };
