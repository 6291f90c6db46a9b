import { match } from "ts-pattern";
import type { DomainRefusal, DriverCause } from "./driver-cause.ts";
import type { DomainId, NodeId, ProjectId } from "./ids.ts";
import type { NetworkState } from "./network.ts";
import type { NoPath, VlanUnavailable } from "./refusal.ts";
import { causesText, describeRefusal, earlierRefusalsText } from "./refusal-text.ts";

export type { DomainRefusal, DriverCause, DriverCauseKind } from "./driver-cause.ts";
export type { NoPath, VlanUnavailable } from "./refusal.ts";

/** One fault of a document or a request: where it is, what stands there, what is wrong with it. */
export interface Fault {
  /** Keys and indexes from the root of the document, or the name of the argument. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly message: string;
}

/** The topology document is not one: every fault found. */
export interface InvalidTopology {
  readonly type: "invalid-topology";
  readonly faults: readonly Fault[];
}

/** An argument of a call is not one: every fault found. Nothing was changed. */
export interface InvalidRequest {
  readonly type: "invalid-request";
  readonly faults: readonly Fault[];
}

/** Host ports that are no touch point of the topology. */
export interface UnknownHostPort {
  readonly type: "unknown-host-port";
  readonly hostPorts: readonly string[];
}

/** The project has a network already, and it is not the one asked for. */
export interface NetworkExists {
  readonly type: "network-exists";
  readonly project: ProjectId;
  /** In what the request differs from what exists. */
  readonly differs: readonly string[];
}

export interface NetworkNotFound {
  readonly type: "network-not-found";
  readonly project: ProjectId;
}

/** A domain did not do what it was asked; what had been done has been undone, but for `pending`. */
export interface DriverFailed {
  readonly type: "driver-failed";
  readonly domain: DomainId;
  readonly causes: readonly DriverCause[];
  /** Nodes whose state is not known to be clean; they are brought in order when they return. */
  readonly pending?: readonly NodeId[];
  /** What domains had refused before of what was planned then. */
  readonly refusals?: readonly DomainRefusal[];
}

/** The time allowed was not enough; what had been done has been undone. */
export interface Timeout {
  readonly type: "timeout";
  readonly operation: string;
  readonly afterMs: number;
}

/** The caller's signal was raised; what had been done has been undone. */
export interface Aborted {
  readonly type: "aborted";
  readonly operation: string;
}

/** Somebody else changed the same record: load again and retry. */
export interface StoreConflict {
  readonly type: "store-conflict";
  readonly key: string;
}

export interface StoreUnavailable {
  readonly type: "store-unavailable";
  readonly message: string;
}

/** A lease was not renewed in time: what was written under it is gone. */
export interface LeaseExpired {
  readonly type: "lease-expired";
  readonly lease: string;
}

/** There is as much of something as there may be; room comes when some of it is over. */
export interface LimitReached {
  readonly type: "limit-reached";
  /** What there is enough of: networks, calls that have not ended, quarantines. */
  readonly what: "networks" | "calls" | "quarantines";
  readonly limit: number;
}

/** The network is in a state in which the call makes no sense. */
export interface WrongState {
  readonly type: "wrong-state";
  readonly project: ProjectId;
  readonly state: NetworkState;
  readonly message: string;
}

/** The agent, driver or store was closed. */
export interface Closed {
  readonly type: "closed";
  readonly what: string;
}

/** What a driver's call may end with. */
export type DriverError = DriverFailed | Timeout | Aborted | Closed;

/** What a store's call may end with. */
export type StoreError = StoreConflict | StoreUnavailable | LeaseExpired | Closed;

/** Everything that a call of DCNS may end with. */
export type DcnsError =
  | InvalidTopology
  | InvalidRequest
  | UnknownHostPort
  | NetworkExists
  | NetworkNotFound
  | NoPath
  | VlanUnavailable
  | DriverFailed
  | Timeout
  | Aborted
  | StoreConflict
  | StoreUnavailable
  | LeaseExpired
  | LimitReached
  | WrongState
  | Closed;

/** An {@link InvalidRequest} with one fault. */
export function invalidRequest(
  path: readonly (string | number)[],
  value: unknown,
  message: string,
): InvalidRequest {
  return { type: "invalid-request", faults: [{ path, value, message }] };
}

/** Says an error in one sentence, for people; programs match on `type`. */
export function describeError(error: DcnsError): string {
  return match(error)
    .with({ type: "invalid-topology" }, (e) => `the topology is invalid: ${faultsText(e.faults)}`)
    .with({ type: "invalid-request" }, (e) => `the request is invalid: ${faultsText(e.faults)}`)
    .with({ type: "unknown-host-port" }, (e) => `no such host port: ${e.hostPorts.join(", ")}`)
    .with(
      { type: "network-exists" },
      (e) => `${e.project} has another network already (differs in ${e.differs.join(", ")})`,
    )
    .with({ type: "network-not-found" }, (e) => `${e.project} has no network`)
    .with({ type: "no-path" }, { type: "vlan-unavailable" }, describeRefusal)
    .with({ type: "driver-failed" }, driverText)
    .with({ type: "timeout" }, (e) => `${e.operation} did not finish within ${e.afterMs} ms`)
    .with({ type: "aborted" }, (e) => `${e.operation} was aborted by the caller`)
    .with({ type: "store-conflict" }, (e) => `somebody else changed ${e.key} in the store`)
    .with({ type: "store-unavailable" }, (e) => `the store is unavailable: ${e.message}`)
    .with({ type: "lease-expired" }, (e) => `lease ${e.lease} was not renewed in time`)
    .with({ type: "limit-reached" }, (e) => `there may be no more than ${e.limit} ${e.what}`)
    .with({ type: "wrong-state" }, (e) => `${e.project} is ${e.state}: ${e.message}`)
    .with({ type: "closed" }, (e) => `${e.what} is closed`)
    .exhaustive();
}

function faultsText(faults: readonly Fault[]): string {
  return faults
    .map(({ path, message }) => `${path.join(".") || "document"}: ${message}`)
    .join("; ");
}

function driverText(e: DriverFailed): string {
  const pending =
    e.pending === undefined || e.pending.length === 0
      ? ""
      : `; still to be cleaned: ${e.pending.join(", ")}`;
  return `domain ${e.domain} failed: ${causesText(e.causes)}${pending}${earlierRefusalsText(e.refusals)}`;
}
