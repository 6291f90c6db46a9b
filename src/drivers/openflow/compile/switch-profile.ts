import type { GroupFeatures } from "../wire/group.ts";
import type { MeterFeatures } from "../wire/meter.ts";
import type { SwitchDesc } from "../wire/switch.ts";
import { type OfVersion, OPENFLOW_1_0, OPENFLOW_1_3 } from "../wire/version.ts";
import type { Feature } from "./features.ts";
import type { MeterSteps } from "./meter.ts";

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
  /** The steps in which its meters have rates and bursts; absent when they are as they were asked for. */
  readonly meterSteps?: MeterSteps;
  /** How many flows each table takes, by its number; absent, or without a table, where it does not say. */
  readonly tableSizes?: ReadonlyMap<number, number>;
  /** What it says that it is; absent when it does not. */
  readonly description?: SwitchDesc;
  /** Whether it can learn addresses by itself (Open vSwitch's action `learn`). */
  readonly learns: boolean;
  /** Whether it can carry out several changes at once (OpenFlow 1.4.1 §6.8). */
  readonly bundles: boolean;
  /** The queues of each port, by its number; absent where frames are to leave by none. */
  readonly queues?: SwitchQueues;
  /** What was found by trying; absent when there was no connection yet on which one might try. */
  readonly selfTest?: SelfTest;
}

/** The numbers of the queues that ports have, by the numbers of these. */
export type SwitchQueues = ReadonlyMap<number, readonly number[]>;

/** What came of trying on a switch what programs need, with flows that no frame can match. */
export type SelfTest =
  | { readonly status: "done"; readonly lacks: readonly Lack[] }
  | { readonly status: "not-done"; readonly reason: string };

/** What a switch cannot do, and how it shows that. */
export interface Lack {
  readonly feature: Feature;
  readonly reason: string;
}

/** What is known to be lacking. */
export function lacksOf({ selfTest }: Pick<SwitchProfile, "selfTest">): readonly Lack[] {
  return selfTest?.status === "done" ? selfTest.lacks : [];
}

/**
 * What of a profile says which things there are at all. Where a switch learns no addresses itself,
 * or is not to, `learns` is false, and the agent does it for it.
 */
export type SwitchVersion = Pick<SwitchProfile, "version"> &
  Partial<Pick<SwitchProfile, "learns" | "meterSteps">>;

/** Who learns addresses: the switch where it can and else the agent, or only one of them. */
export type Learning = "either" | "switch" | "agent";

/** The same switch, as far as it matters for programs when `learning` says who learns addresses. */
export function programmed(profile: SwitchProfile, learning: Learning): SwitchProfile {
  return learning === "agent" && profile.learns ? { ...profile, learns: false } : profile;
}

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
