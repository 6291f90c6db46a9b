import type { DcnsError, DriverError } from "../model/errors.ts";

/** Why a network was not changed. */
export type ChangeError = DcnsError | Unsupported;

/** A domain cannot carry what was decided, or has no room for it: nobody was asked anything. */
export interface Unsupported {
  readonly type: "unsupported";
  readonly error: DriverError;
}
