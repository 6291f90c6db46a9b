import type { Result, ResultAsync } from "neverthrow";
import type { DomainView } from "../../model/domain-view.ts";
import type { DriverCause } from "../../model/errors.ts";
import type { DriverContext } from "../driver-base.ts";
import type { CircuitService } from "./circuit-service.ts";

/** How a driver asks its domain. */
export interface CircuitAccess {
  readonly circuits: CircuitService;
  /** Looks at what the domain has, also while it is somebody else's to change. */
  readonly look: CircuitService["list"];
  /** Calls ports from now on what they are called in this inventory; changes nothing where that cannot be. */
  readonly follow: (domain: DomainView) => Result<void, DriverCause>;
}

/**
 * Makes the access once it is known which domain it is for. Requests of `circuits` are sent only while
 * `isOurs` says so, which is asked right before each.
 */
export type OpenAccess = (
  context: DriverContext,
  isOurs: () => boolean,
) => ResultAsync<CircuitAccess, DriverCause>;
