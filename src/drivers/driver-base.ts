import type { ResultAsync } from "neverthrow";
import type { Attachment } from "../model/attachment.ts";
import type { Bandwidth } from "../model/bandwidth.ts";
import type { Clock } from "../model/clock.ts";
import type { DomainView } from "../model/domain-view.ts";
import type { DriverError, DriverFailed } from "../model/errors.ts";
import type { FrameCount } from "../model/frame-count.ts";
import type { LinkId, NodeId, PortRef, SegmentId } from "../model/ids.ts";
import type { RateSteps } from "../model/rate-steps.ts";
import type { Segment } from "../model/segment.ts";
import type { VlanSet } from "../model/vlan-set.ts";
import type { DriverEvent } from "./driver-event.ts";
import type { DomainRole, NodeRole } from "./roles.ts";

/** Limits on one call. Both may be given; the first to strike ends the call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** How long the call may take, in milliseconds from now. */
  readonly timeoutMs?: number;
}

/** What a driver is given when an agent takes it into service. */
export interface DriverContext {
  readonly domain: DomainView;
  readonly clock: Clock;
  /**
   * What the domain must hold now. The driver makes nothing at once: it converges each node to this
   * when the node is there, and removes whatever else of its own it finds.
   */
  readonly segments: readonly Segment[];
  /**
   * What nodes may hold of before, and must not any more: where a node has not been there since, a
   * `release` says that it is pending.
   */
  readonly leaving?: readonly Segment[];
  /**
   * Segments that were being changed, or given up while a node was away, when the agent ended: their domain
   * may have something of theirs that nobody knows of.
   */
  readonly unsettled?: readonly SegmentId[];
  /** Who the agent is to every node before {@link DriverBase.setRole}; `equal` when absent. */
  readonly role?: "equal" | "slave";
}

/** What a driver's domain can carry, so that the impossible is refused before anything is touched. */
export interface DriverCapabilities {
  /** More than two ends in one segment. */
  readonly multipoint: boolean;
  /** The driver programs nodes itself (it needs `Segment.nodes`). */
  readonly programsNodes: boolean;
  /** Frames may be delivered by where an address was last seen; false if some node is known not to. */
  readonly learns: boolean;
}

/** When a domain is to carry a segment. */
export interface RefusalOptions {
  /** What it is brought to before, in turn, from what it holds now; nothing when absent. */
  readonly after?: readonly Segment[];
  /** What room there is now does not matter: it is wanted later. */
  readonly isLater?: boolean;
}

/** What became of a `provision` or a `release`. */
export interface Confirmation {
  /** Nodes that could not be reached; they are brought to the asked state when they return. */
  readonly pending: readonly NodeId[];
}

/** One difference between what a node should hold for a segment and what it does hold. */
export interface Discrepancy {
  readonly node: NodeId;
  /** `foreign`: something of somebody else takes frames of the segment; it is left alone. */
  readonly kind: "missing" | "excess" | "differs" | "unreachable" | "foreign";
  /** What it is about, for people: a flow, a group, a meter, a circuit. */
  readonly what: string;
}

/** The answer of `verify`: control-plane state against intent. Empty discrepancies mean equal. */
export interface SegmentReport {
  readonly segment: SegmentId;
  readonly discrepancies: readonly Discrepancy[];
  /** What somebody else's domain has granted beyond what was asked for, for people; absent where nothing. */
  readonly beyond?: readonly string[];
}

/** Where a probe was lost: what a node did with it, or on the way over a link. */
export type LossPoint =
  | { readonly kind: "node"; readonly node: NodeId }
  | { readonly kind: "link"; readonly link: LinkId };

/** What became of the probes from one end of a segment to another. */
export type ProbeOutcome =
  /**
   * They arrived. `copies` is more than 1 when one came several times; `latencyMs` is what the way
   * took, without the ways to and from the controller as far as these could be measured.
   */
  | { readonly status: "reached"; readonly latencyMs: number; readonly copies: number }
  /** None arrived; `at` is absent when another attempt to find out where did. */
  | { readonly status: "lost"; readonly at?: LossPoint }
  | { readonly status: "untested"; readonly reason: string };

/** The probes from one end of a segment to another. */
export interface ProbedPair {
  readonly from: Attachment;
  readonly to: Attachment;
  readonly outcome: ProbeOutcome;
}

/** The answer of `probe`: every ordered pair of the segment's ends. */
export interface ProbeReport {
  readonly segment: SegmentId;
  readonly pairs: readonly ProbedPair[];
}

/** What came in at one end of a segment, and what left there. */
export interface EndStatistics {
  readonly at: Attachment;
  /** What the host, or the other domain, sent and was let in; what was policed away is part of it. */
  readonly received: FrameCount;
  /**
   * What policing dropped of it, for its rate or as flooded too much; absent where the node does not police, or polices it together with
   * what comes in elsewhere: then it is part of the segment's `dropped` only.
   */
  readonly dropped?: FrameCount;
  /**
   * What was handed to the host, or to the other domain, in the last `sentForMs`; absent where the node cannot tell.
   * What the port then lost is part of it, and frames for addresses behind the end that they came from may be.
   */
  readonly sent?: FrameCount;
  /** For how long `sent` has been counted, in milliseconds at the time of the sample; there whenever that is. */
  readonly sentForMs?: number;
  /** For how long `received` has been counted, in milliseconds at the time of the sample. */
  readonly countedForMs: number;
  /** When the domain was asked, milliseconds since the epoch. */
  readonly sampledAtMs: number;
}

/** The answer of `statistics`. Counters begin at 0 when a node gets its flows anew. */
export interface SegmentStatistics {
  readonly segment: SegmentId;
  /** Ends of which nothing is known are left out. */
  readonly ends: readonly EndStatistics[];
  /** What all policers of the segment dropped. */
  readonly dropped: FrameCount;
  /** What is missing, or older than asked for, and why. */
  readonly gaps: readonly { readonly node: NodeId; readonly reason: string }[];
}

/** What a driver's domain really holds under one segment or, when unknown to the driver, an orphan. */
export interface HeldSegment {
  readonly segment?: SegmentId;
  readonly nodes: readonly NodeId[];
  /** How many things (flows, groups, meters, circuits) it consists of. */
  readonly items: number;
}

/** What one node would hold for a segment. */
export interface NodeCost {
  readonly node: NodeId;
  readonly flows: number;
  readonly groups: number;
  readonly meters: number;
  /**
   * How many limits on what enters cannot be policed there; absent when all are. Nothing but
   * admission and the senders' good conduct keeps those.
   */
  readonly unpoliced?: number;
}

/**
 * What every driver implements: one idea, a segment with two or more ends.
 *
 * The blueprint's six calls (`setup`, `teardown`, `verify` of a point-to-point path and of a
 * multipoint tree) are `provision`, `release` and `verify` here.
 *
 * Every call is idempotent, gives a `Result` and keeps to its `CallOptions`. A driver never touches
 * what it did not make.
 */
export interface DriverBase {
  /** What kind of domain it drives: `openflow`, `oscars`, `memory`. */
  readonly kind: string;
  /**
   * How long a call in which it takes part may take unless it says otherwise, in milliseconds, where
   * that is more than the agent would give it.
   */
  readonly callTimeoutMs?: number;
  /**
   * Whether the domain promises ahead of time what is to be used later: it is asked for segments that
   * say when (`Segment.schedule`), and for those that are to be promised and carry nothing yet. False
   * where somebody else's domain does not, which is told the ends alone; absent where what there is of it is the agent's to promise.
   */
  readonly keepsSchedule?: boolean;
  /**
   * Somebody else's domain promises rates in multiples of this, bit/s, the same both ways, and no others: so much more than was asked
   * for is held of the links to it, and of its ports. A positive whole number; absent where any rate can be had.
   */
  readonly bandwidthUnit?: Bandwidth;
  /**
   * In which steps those of its nodes hold rates that cannot hold any, each kind once, as far as that is known now: what they let
   * through beyond what was promised is reserved, too.
   */
  rateSteps?(): readonly RateSteps[];
  /** Takes the driver into service for one domain; a second call fails. */
  attach(context: DriverContext): ResultAsync<void, DriverError>;
  /**
   * Takes another inventory of the same domain: new nodes are served, nodes that are not in it are
   * left alone with what they hold, ports are found anew. One that it refuses changes nothing.
   */
  updateDomain(domain: DomainView): ResultAsync<void, DriverError>;
  capabilities(): DriverCapabilities;
  /**
   * Why the domain cannot carry a segment, or has no room left for it, as far as that is known before
   * anything is touched.
   */
  refusal?(segment: Segment, options?: RefusalOptions): DriverFailed | undefined;
  /**
   * Has {@link refusal} count with these states of a segment, one after another, and with the way back, when others
   * ask, until it is disposed of. Absent where a domain does not know how much room it has.
   */
  keepRoom?(way: readonly Segment[]): Disposable;
  /** What each node would hold for this segment; changes nothing. Empty where that is unknown. */
  cost(segment: Segment): readonly NodeCost[];
  /**
   * Makes the domain hold exactly this under `segment.id`, and returns when that has been read back.
   *
   * Within a node the change is make-before-break. Across nodes it is in no order: who needs one
   * provisions intermediate segments one after another. After a failure the driver goes on wanting
   * what was asked last, until it is told otherwise by another `provision` or a `release`.
   * With `allowPending`, nodes that are not reachable, or do not answer in time, are listed instead
   * of failing the call.
   */
  provision(segment: Segment, options?: ProvisionOptions): ResultAsync<Confirmation, DriverError>;
  /**
   * Has the domain keep room for what `segment` needs beyond what it has, so that every domain of a
   * network has agreed before anything is made anywhere. A `provision` or a `release` of the segment
   * must follow: what is held and not wanted then is given back. A domain gives it back by itself
   * after a while. Absent where a domain agrees to nothing beforehand.
   */
  hold?(segment: Segment, options?: HoldOptions): ResultAsync<void, DriverError>;
  /**
   * The domain's own names for what it has of a segment, as far as is known: connection ids, GRIs;
   * undefined where only another agent knows, which serves the domain, and has not said it. Absent where a domain has no
   * such names.
   */
  externalIds?(segment: SegmentId): readonly string[] | undefined;
  /** Removes everything of this segment, the same way. Unknown segments are released already. */
  release(segment: SegmentId, options?: ProvisionOptions): ResultAsync<Confirmation, DriverError>;
  /** Compares what the domain holds with what it should; touches nothing. */
  verify(segment: SegmentId, options?: CallOptions): ResultAsync<SegmentReport, DriverError>;
  /**
   * Sends probe frames from every end of the segment to every other, through what the nodes hold for
   * it; leaves nothing behind, and shows no host a frame. Absent where the driver cannot.
   */
  probe?(segment: SegmentId, options?: CallOptions): ResultAsync<ProbeReport, DriverError>;
  /**
   * What has come in and left at the segment's ends, and what policing dropped; absent where the driver does not
   * know. A sample that is no older than `maxAgeMs` (1,000 when absent) is given again.
   */
  statistics?(
    segment: SegmentId,
    options?: StatisticsOptions,
  ): ResultAsync<SegmentStatistics, DriverError>;
  /** What the domain really holds that is marked as ours. */
  list(options?: CallOptions): ResultAsync<readonly HeldSegment[], DriverError>;
  /**
   * Says who the agent is to a node from now on; absent where a domain has no such roles. A node
   * that is not connected is told when it is.
   *
   * To a slave every node is as one that cannot be reached, with the cause `not-master`. Where the
   * agent becomes master, the node is brought to what is wanted as if it had just connected.
   * A node that refuses the claim is an error with that cause, and the agent is its slave.
   */
  setRole?(node: NodeId, role: NodeRole, options?: CallOptions): ResultAsync<void, DriverError>;
  /**
   * The same for the whole domain, where its nodes cannot tell masters apart: one agent at a time asks
   * it to change anything. A driver has one of the two, or serves an agent alone.
   */
  setDomainRole?(role: DomainRole): ResultAsync<void, DriverError>;
  /** Calls `listener` with every event until disposed. */
  subscribe(listener: (event: DriverEvent) => void): Disposable;
  /** Detaches; the data plane keeps forwarding. Idempotent. */
  close(): Promise<void>;
}

export interface HoldOptions extends CallOptions {
  /**
   * The labels that the network could have at a port instead of the one in the segment. Where the
   * domain does not have that one, it may be asked which of these it would give, and says so in
   * `DriverCause.blocked`.
   */
  readonly offers?: (port: PortRef) => VlanSet;
}

export interface StatisticsOptions extends CallOptions {
  /** How old a sample may be that is given again, in milliseconds. */
  readonly maxAgeMs?: number;
}

export interface ProvisionOptions extends CallOptions {
  /** Do not fail because a node is unreachable: list it in {@link Confirmation.pending}. */
  readonly allowPending?: boolean;
}
