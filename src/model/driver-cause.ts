import type { BlockedResource } from "./blocked-resource.ts";
import type { DomainId, NodeId } from "./ids.ts";

/** One thing that went wrong at a driver, and where. */
export interface DriverCause {
  readonly node?: NodeId;
  readonly kind: DriverCauseKind;
  readonly message: string;
  /**
   * What the domain does not have: a plan that does without one of these may do. Which one it is, not
   * every domain says. Absent where another plan would not help.
   */
  readonly blocked?: readonly BlockedResource[];
}

/** What kind of thing went wrong at a driver. */
export type DriverCauseKind =
  | "unreachable"
  | "rejected"
  | "not-confirmed"
  | "unsupported"
  | "misconfigured"
  /** Another agent is the node's master: nothing was changed there. */
  | "not-master"
  /** Something of somebody else is in the way. */
  | "conflict";

/** A domain has refused what was planned, for these causes; what there was of it has been undone. */
export interface DomainRefusal {
  readonly domain: DomainId;
  readonly causes: readonly DriverCause[];
}
