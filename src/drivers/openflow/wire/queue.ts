import type { ExperimenterItem, UnknownItem } from "./action.ts";

/** A queue of a port, as it is configured (OpenFlow 1.3.5 §7.2.2). */
export interface Queue {
  readonly queue: number;
  readonly port: number;
  readonly properties: readonly QueueProperty[];
}

/** Rates are in 1/10 % of the port's; more than 1000 means that none is set. */
export type QueueProperty =
  | { readonly type: "min-rate"; readonly rate: number }
  | { readonly type: "max-rate"; readonly rate: number }
  | { readonly type: "experimenter"; readonly experimenter: number; readonly data: Uint8Array }
  | UnknownItem;

/** What passed a queue (OpenFlow 1.3.5 §7.3.5.8). */
export interface QueueStats {
  readonly port: number;
  readonly queue: number;
  readonly txBytes: bigint;
  readonly txPackets: bigint;
  readonly txErrors: bigint;
  readonly durationS: number;
  readonly durationNs: number;
  /** From OpenFlow 1.4; none is standard. */
  readonly properties?: readonly (ExperimenterItem | UnknownItem)[];
}
