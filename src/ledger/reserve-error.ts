import type { Tag } from "../model/attachment.ts";
import type { Bandwidth } from "../model/bandwidth.ts";
import type { Channel, LabelSpace } from "./channel.ts";

/** More is asked of a channel than is free at some instant; both in bit/s. */
export interface OverCommit {
  readonly type: "over-commit";
  readonly channel: Channel;
  readonly amount: number;
  readonly residual: Bandwidth;
}

/** Somebody has the label at some instant; or, without holders, it does not exist there. */
export interface LabelTaken {
  readonly type: "label-taken";
  readonly space: LabelSpace;
  readonly label: Tag;
  readonly holders: readonly string[];
}

/** The holder has a claim already. */
export interface HolderExists {
  readonly type: "holder-exists";
  readonly holder: string;
}

export type ReserveError = OverCommit | LabelTaken | HolderExists;
