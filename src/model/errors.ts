import { match } from "ts-pattern";
import { type Bandwidth, formatBandwidth } from "./bandwidth.ts";
import type { DomainId, LinkId, NodeId, ProjectId } from "./ids.ts";
import type { NetworkState } from "./network.ts";

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

/** A link direction of a blocking cut, and what it has left. */
export interface CutLink {
  readonly link: LinkId;
  readonly direction: "forward" | "backward";
  readonly capacity: Bandwidth;
  /** Free over the whole interval asked for, bit/s. */
  readonly residual: Bandwidth;
  /** Who holds the rest. */
  readonly holders: readonly { readonly holder: string; readonly bandwidth: Bandwidth }[];
}

/** Why no path or tree was found. */
export type NoPathReason =
  /** Endpoints lie in parts of the fabric that no usable link joins. */
  | {
      readonly reason: "disconnected";
      readonly components: readonly (readonly string[])[];
    }
  /** Every way across `cut` lacks bandwidth; `largest` is the most that would fit, bit/s. */
  | {
      readonly reason: "bandwidth";
      readonly required: Bandwidth;
      readonly largest: Bandwidth;
      readonly cut: readonly CutLink[];
    }
  /** An endpoint's own port cannot carry what is asked of it. */
  | {
      readonly reason: "port-bandwidth";
      readonly hostPort: string;
      readonly required: Bandwidth;
      readonly residual: Bandwidth;
    }
  /** No way between two endpoints has as few links as asked; it takes at least `fewest`. */
  | { readonly reason: "hops"; readonly limit: number; readonly fewest: number }
  /** What is and what is to be do not fit side by side while one takes the other's place. */
  | {
      readonly reason: "transition";
      /** The direction of a link or of an edge port without room for both. */
      readonly channel: string;
      readonly required: Bandwidth;
      readonly residual: Bandwidth;
    }
  /** A bound on the search was reached; the network may or may not exist. */
  | { readonly reason: "search-limit"; readonly limit: number };

export interface NoPath {
  readonly type: "no-path";
  readonly explanation: NoPathReason;
}

/** No VLAN serves: where the choice became empty, and which VLANs would do. */
export interface VlanUnavailable {
  readonly type: "vlan-unavailable";
  /** What was asked for, canonical text. */
  readonly requested: string;
  /** VLANs for which the same request would succeed now, canonical text; empty if none would. */
  readonly wouldWork: string;
  /** The places whose free labels, taken together, leave none. */
  readonly conflicts: readonly { readonly at: string; readonly free: string }[];
}

/** One thing that went wrong at a driver, and where. */
export interface DriverCause {
  readonly node?: NodeId;
  readonly kind: "unreachable" | "rejected" | "not-confirmed" | "unsupported" | "misconfigured";
  readonly message: string;
}

/** A domain did not do what it was asked; what had been done has been undone, but for `pending`. */
export interface DriverFailed {
  readonly type: "driver-failed";
  readonly domain: DomainId;
  readonly causes: readonly DriverCause[];
  /** Nodes whose state is not known to be clean; they are brought in order when they return. */
  readonly pending?: readonly NodeId[];
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
export type StoreError = StoreConflict | StoreUnavailable | Closed;

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
    .with({ type: "no-path" }, (e) => `no path: ${noPathText(e.explanation)}`)
    .with({ type: "vlan-unavailable" }, vlanText)
    .with({ type: "driver-failed" }, driverText)
    .with({ type: "timeout" }, (e) => `${e.operation} did not finish within ${e.afterMs} ms`)
    .with({ type: "aborted" }, (e) => `${e.operation} was aborted by the caller`)
    .with({ type: "store-conflict" }, (e) => `somebody else changed ${e.key} in the store`)
    .with({ type: "store-unavailable" }, (e) => `the store is unavailable: ${e.message}`)
    .with({ type: "wrong-state" }, (e) => `${e.project} is ${e.state}: ${e.message}`)
    .with({ type: "closed" }, (e) => `${e.what} is closed`)
    .exhaustive();
}

function faultsText(faults: readonly Fault[]): string {
  return faults
    .map(({ path, message }) => `${path.join(".") || "document"}: ${message}`)
    .join("; ");
}

function noPathText(explanation: NoPathReason): string {
  return match(explanation)
    .with(
      { reason: "disconnected" },
      (e) => `the endpoints are not connected: ${e.components.map((c) => c.join(" ")).join(" | ")}`,
    )
    .with(
      { reason: "bandwidth" },
      (e) =>
        `${formatBandwidth(e.required)} wanted, at most ${formatBandwidth(e.largest)} would fit; in the way: ${e.cut
          .map((c) => `${c.link} (${c.direction}, ${formatBandwidth(c.residual)} free)`)
          .join(", ")}`,
    )
    .with(
      { reason: "port-bandwidth" },
      (e) =>
        `${e.hostPort} would need ${formatBandwidth(e.required)}, its port has ${formatBandwidth(e.residual)} free`,
    )
    .with(
      { reason: "hops" },
      (e) => `at most ${e.limit} hops wanted, it takes at least ${e.fewest}`,
    )
    .with(
      { reason: "transition" },
      (e) =>
        `old and new must have room for a moment: ${e.channel} would need ${formatBandwidth(e.required)} more and has ${formatBandwidth(e.residual)} free`,
    )
    .with({ reason: "search-limit" }, (e) => `the search gave up after ${e.limit} steps`)
    .exhaustive();
}

function vlanText(e: VlanUnavailable): string {
  const where = e.conflicts.map((c) => `${c.at} has ${c.free === "" ? "none" : c.free} free`);
  const remedy = e.wouldWork === "" ? "no VLAN would work" : `would work: ${e.wouldWork}`;
  return `VLAN ${e.requested} is not available: ${where.join(", ")}; ${remedy}`;
}

function driverText(e: DriverFailed): string {
  const causes = e.causes.map((c) =>
    c.node === undefined ? c.message : `${c.node}: ${c.message}`,
  );
  const pending =
    e.pending === undefined || e.pending.length === 0
      ? ""
      : `; still to be cleaned: ${e.pending.join(", ")}`;
  return `domain ${e.domain} failed: ${causes.join("; ")}${pending}`;
}
