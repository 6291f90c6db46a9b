import type { HttpFault } from "../http/http.ts";
import {
  type ErrorClass,
  errorClass,
  rootCause,
  type ServiceException,
} from "./service-exception.ts";

/** Why an operation did not come to what was asked. */
export type NsiFault =
  /** The provider says no, and why. */
  | {
      readonly type: "nsi-refused";
      readonly exception: ServiceException;
      readonly class: ErrorClass;
      readonly message: string;
    }
  /** Nobody knows whether the provider has done it. */
  | {
      readonly type: "nsi-unknown";
      readonly kind: HttpFault["kind"] | "not-confirmed";
      readonly message: string;
    }
  /** What the provider says makes no sense. */
  | { readonly type: "nsi-protocol"; readonly message: string };

/** The fault for an exception, classed by its root cause. */
export function refused(exception: ServiceException): NsiFault {
  const cause = rootCause(exception);
  return {
    type: "nsi-refused",
    exception,
    class: errorClass(cause.errorId),
    message: `${cause.nsaId} says ${cause.errorId}: ${cause.text}`,
  };
}

export function protocolFault(message: string): NsiFault {
  return { type: "nsi-protocol", message };
}
