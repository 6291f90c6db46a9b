import { match } from "ts-pattern";
import type { DcnsError, DriverError, DriverFailed } from "../model/errors.ts";

/** Why a network was not changed. */
export type ChangeError = DcnsError | Unsupported | OutOfStep;

/** A domain cannot carry what was decided, or has no room for it: nobody was asked anything. */
export interface Unsupported {
  readonly type: "unsupported";
  readonly error: DriverError;
}

/** What was made was undone, for it turned out to let through more than was decided. */
export interface OutOfStep {
  readonly type: "out-of-step";
  readonly error: DriverFailed;
}

/** The same for who called. */
export function plainError(error: ChangeError): DcnsError {
  return match(error)
    .with({ type: "unsupported" }, { type: "out-of-step" }, (one) => one.error)
    .otherwise((one) => one);
}
