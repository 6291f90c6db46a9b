import type { ResultAsync } from "neverthrow";
import type { BlockedResource } from "../../model/blocked-resource.ts";
import type { SegmentId } from "../../model/ids.ts";
import type { VlanSet } from "../../model/vlan-set.ts";
import type { Circuit, CircuitEnd } from "./circuit.ts";

/** Why a domain did not do what it was asked. */
export interface CircuitFault {
  readonly type: "circuit-fault";
  readonly kind: /** Nobody answers, or nobody knows what has become of the request. */
    | "unreachable"
    /** The domain does not have what is asked for. */
    | "unavailable"
    /** The domain does not take such a request, or not from us. */
    | "rejected"
    /** The domain cannot do that at all; of what starts later, that it promises nothing ahead. */
    | "unsupported";
  readonly message: string;
  /**
   * What is lacking, of `unavailable`: of each list one thing, and which one, not every domain says.
   * Absent, there is nothing else to choose.
   */
  readonly blocked?: readonly (readonly BlockedResource[])[];
}

/** A circuit of ours that a domain has. */
export interface FoundCircuit {
  /** The domain's own name for it. */
  readonly externalId: string;
  readonly circuit: Circuit;
  /**
   * `held`: kept for us for a while; `reserved`: promised for its time, and waits to be brought up;
   * `active`: frames pass; `pending`: they may yet; `failed`: they will not.
   */
  readonly state: "held" | "reserved" | "active" | "pending" | "failed";
}

/** A circuit, and another rate or time that is held for it. */
export interface ChangingCircuit extends FoundCircuit {
  /** As it would be; `unknown` where the domain has something for somebody who does not know any more. */
  readonly changeHeld?: Circuit | "unknown";
  /** What the domain has said yes to, to have what it has; absent where nobody knows. */
  readonly asked?: Circuit;
}

/** What is held to take the place of a circuit, under the same name. */
export interface HeldCircuit extends ChangingCircuit {
  readonly instead?: FoundCircuit;
}

/** A circuit by the domain's name for it. */
export type NamedCircuit = Pick<FoundCircuit, "externalId" | "circuit">;

/** What a domain tells of a circuit unasked. */
export interface CircuitEvent {
  /** Absent where it may be any. */
  readonly externalId?: string;
  /** `changed`: who says so cannot be trusted with more than that there is reason to look. */
  readonly event: "up" | "down" | "ended" | "changed";
}

/**
 * A domain that sells circuits, in whatever dialect it is asked. Every call may be repeated; one
 * that failed may have been carried out all the same, and `list` tells.
 */
export interface CircuitService {
  /** More than two ends in one circuit. */
  readonly multipoint: boolean;
  /** Every circuit that bears our mark and has not ended. */
  list(signal: AbortSignal): ResultAsync<readonly ChangingCircuit[], CircuitFault>;
  /** Whether what the domain has is what it is asked for, as exactly as it keeps rates and times. */
  agrees(found: Circuit, wanted: Circuit): boolean;
  /**
   * What is held for a segment and not listed: answers may have been lost, or heard by an agent that is
   * no more. Gives back other rates and ends that are held. Absent where all that is held is listed.
   */
  heldFor?(
    segment: SegmentId,
    signal: AbortSignal,
  ): ResultAsync<readonly FoundCircuit[], CircuitFault>;
  /** Has the domain keep room for a new circuit, for as long as its holds last; gives its name for it. */
  hold(circuit: Circuit, signal: AbortSignal): ResultAsync<string, CircuitFault>;
  /**
   * Which labels the domain would give a circuit at each of its ends, of those offered there; nothing
   * is kept. Absent where a domain cannot be asked.
   */
  labelsFor?(
    circuit: Circuit,
    offered: (end: CircuitEnd) => VlanSet,
    signal: AbortSignal,
  ): ResultAsync<readonly CircuitEnd[], CircuitFault>;
  /** Which labels are free at each end of a circuit. Absent where a domain does not tell. */
  freeLabels?(circuit: Circuit, signal: AbortSignal): ResultAsync<readonly VlanSet[], CircuitFault>;
  /**
   * The same for one that takes the place of `instead`, in part with the same ports and labels, when
   * it is brought up; the name stays. Absent where one must go before the other can come.
   */
  holdInstead?(
    instead: FoundCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault>;
  /**
   * Whether the one can take the place of the other so; if not, what is held only keeps the room until the
   * other is gone. Always when absent.
   */
  fitsInstead?(instead: Circuit, circuit: Circuit): boolean;
  /** Gives back what is held to take the place of a circuit, which stays. */
  dropInstead?(externalId: string, signal: AbortSignal): ResultAsync<void, CircuitFault>;
  /** Has the domain promise what it holds. */
  commit(held: NamedCircuit, signal: AbortSignal): ResultAsync<void, CircuitFault>;
  /** Makes a circuit of what is promised, or waits for what may yet come up; ends once frames pass. */
  bringUp(found: FoundCircuit, signal: AbortSignal): ResultAsync<void, CircuitFault>;
  /** The other way: nothing passes, and it stays promised. Absent where that cannot be. */
  takeDown?(found: NamedCircuit, signal: AbortSignal): ResultAsync<void, CircuitFault>;
  /**
   * Has the domain keep room for another rate or time of a circuit, which goes on as it is;
   * `unsupported` where that cannot be.
   */
  holdChange(
    found: FoundCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault>;
  /** Gives back what is held for another rate or time of a circuit. */
  dropChange(found: ChangingCircuit, signal: AbortSignal): ResultAsync<void, CircuitFault>;
  /**
   * Brings a circuit to another rate or time, held or not, while frames pass if they do; `unsupported`
   * where that cannot be.
   */
  change(
    found: ChangingCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault>;
  /** Ends a circuit, or what is held for one. One that is not there has ended. */
  remove(externalId: string, signal: AbortSignal): ResultAsync<void, CircuitFault>;
  subscribe(listener: (event: CircuitEvent) => void): Disposable;
  close(): Promise<void>;
}

/** A {@link CircuitFault}. */
export function circuitFault(kind: CircuitFault["kind"], message: string): CircuitFault {
  return { type: "circuit-fault", kind, message };
}
