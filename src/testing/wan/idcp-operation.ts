import type { CtrlPlaneTopology } from "../../drivers/oscars/idcp/ctrl-plane.ts";
import type { EndpointReference } from "../../drivers/oscars/idcp/notification.ts";
import type { PathInfo } from "../../drivers/oscars/idcp/path-info.ts";

/** What is wanted, or had, of a reservation. Seconds since the epoch, Mbit/s. */
export interface IdcpTerms {
  readonly startTime: number;
  readonly endTime: number;
  readonly bandwidth: number;
  readonly pathInfo: PathInfo;
}

/** A reservation as a simulated server keeps it, in the words of OSCARS 0.6. */
export interface IdcpReservation {
  readonly gri: string;
  readonly description: string;
  readonly status: string;
  /** Seconds since the epoch. */
  readonly createTime: number;
  readonly wanted: IdcpTerms;
  /** Once it is reserved. */
  readonly reserved?: IdcpTerms;
  /** Why it failed. */
  readonly reason?: string;
  /** Frames pass: it is active, or is and is being changed. */
  readonly carries?: boolean;
}

/** A request, whatever the version it came in. */
export type IdcpOperation =
  | { readonly type: "create"; readonly description: string; readonly wanted: IdcpTerms }
  | {
      readonly type: "modify";
      readonly gri: string;
      readonly wanted: Omit<IdcpTerms, "pathInfo">;
    }
  | {
      readonly type: "query" | "cancel" | "createPath" | "refreshPath" | "teardownPath";
      readonly gri: string;
    }
  | {
      readonly type: "list";
      readonly description?: string | undefined;
      readonly count: number;
      readonly from: number;
    }
  | { readonly type: "topology" }
  | { readonly type: "unknown"; readonly name: string };

/** What is told of a reservation. */
export interface IdcpEvent {
  readonly id: string;
  /** A word such as `PATH_SETUP_COMPLETED`. */
  readonly event: string;
  readonly reservation: IdcpReservation;
}

/** What is answered. */
export type IdcpAnswer =
  | { readonly type: "refused"; readonly code: string; readonly message: string }
  | { readonly type: "reservation"; readonly reservation: IdcpReservation }
  | { readonly type: "list"; readonly reservations: readonly IdcpReservation[] }
  | { readonly type: "topology"; readonly topology: CtrlPlaneTopology };

/** A version of the protocol, as a server speaks it. */
export interface IdcpDoor {
  /** Reads a request; nothing where it is none of this version. */
  operationIn(text: string): IdcpOperation | undefined;
  /** Writes the answer to an operation. */
  say(operation: IdcpOperation, answer: IdcpAnswer, now: number): string;
  /** Whether a subscription's name stands in the parameters of its reference, or is its address. */
  readonly namesByParameter: boolean;
  /** Writes what is told of a reservation by a subscription. */
  tell(subscription: EndpointReference, event: IdcpEvent, now: number): string;
}
