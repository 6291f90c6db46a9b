import { err, type Result } from "neverthrow";
import type { ErrorCode, ErrorKind } from "../../drivers/openflow/wire/error.ts";

/** Why the switch did not do what it was asked: what an OpenFlow error says (1.3.5 §7.4.4). */
export interface Refusal {
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
}

/** A {@link Refusal} of this kind and code. */
export function refusal(kind: ErrorKind, code: ErrorCode): Refusal {
  return { kind, code };
}

/** The same as a result. */
export function refuse(kind: ErrorKind, code: ErrorCode): Result<never, Refusal> {
  return err(refusal(kind, code));
}
