import type { Counters } from "./group.ts";

/** What a meter-mod does. */
export type MeterModCommand = "add" | "modify" | "delete";

/**
 * What happens to packets above a rate (OpenFlow 1.3.5 §7.3.4.4).
 * Rates are in kbit/s and bursts in kbit, or in packets/s and packets, as the meter's flags say.
 */
export type MeterBand =
  | { readonly type: "drop"; readonly rate: number; readonly burst: number }
  | {
      readonly type: "dscp-remark";
      readonly rate: number;
      readonly burst: number;
      /** How many drop precedence levels are added. */
      readonly precLevel: number;
    }
  | {
      readonly type: "experimenter";
      readonly rate: number;
      readonly burst: number;
      readonly experimenter: number;
      readonly data: Uint8Array;
    }
  | { readonly type: "unknown"; readonly code: number; readonly data: Uint8Array };

/** Changes the meters of a switch (OpenFlow 1.3.5 §7.3.4.4). */
export interface MeterMod {
  readonly type: "meter-mod";
  /** A number is a command this codec has no name for. */
  readonly command: MeterModCommand | number;
  /** Bits of {@link meterFlag}. */
  readonly flags: number;
  readonly meter: number;
  readonly bands: readonly MeterBand[];
}

/** A meter as the switch holds it (OpenFlow 1.3.5 §7.3.5.13). */
export interface MeterConfig {
  /** Bits of {@link meterFlag}. */
  readonly flags: number;
  readonly meter: number;
  readonly bands: readonly MeterBand[];
}

/** What passed a meter (OpenFlow 1.3.5 §7.3.5.12). */
export interface MeterStats {
  readonly meter: number;
  readonly flowCount: number;
  readonly packetInCount: bigint;
  readonly byteInCount: bigint;
  readonly durationS: number;
  readonly durationNs: number;
  /** What each band was applied to. */
  readonly bands: readonly Counters[];
}

/** What meters a switch can hold (OpenFlow 1.3.5 §7.3.5.14). */
export interface MeterFeatures {
  readonly maxMeter: number;
  /** Bit n is the band type numbered n: drop is 1, dscp-remark 2. */
  readonly bandTypes: number;
  /** Bits of {@link meterFlag}. */
  readonly capabilities: number;
  readonly maxBands: number;
  readonly maxColor: number;
  /** From OpenFlow 1.5, when the switch sends it: bits of OFPMFF. */
  readonly features?: number;
}
