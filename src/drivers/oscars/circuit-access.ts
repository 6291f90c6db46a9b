import type { ResultAsync } from "neverthrow";
import type { DriverCause } from "../../model/errors.ts";
import type { DriverContext } from "../driver-base.ts";
import type { CircuitService } from "./circuit-service.ts";

/** How a driver asks its domain. */
export interface CircuitAccess {
  readonly circuits: CircuitService;
  /** Looks at what the domain has, also while it is somebody else's to change. */
  readonly look: CircuitService["list"];
}

/**
 * Makes the access once it is known which domain it is for. Requests of `circuits` are sent only while
 * `isOurs` says so, which is asked right before each.
 */
export type OpenAccess = (
  context: DriverContext,
  isOurs: () => boolean,
) => ResultAsync<CircuitAccess, DriverCause>;
