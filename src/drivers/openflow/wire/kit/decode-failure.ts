/** Why bytes are not a message. `offset` counts from the first byte of the message. */
export type DecodeError =
  /** Something says it is longer than the room it has. */
  | { readonly type: "truncated"; readonly offset: number; readonly needed: number }
  /** Something is there that the specification does not allow. */
  | { readonly type: "malformed"; readonly offset: number; readonly reason: string }
  /** The header names a version this codec does not speak. */
  | { readonly type: "unsupported-version"; readonly offset: number; readonly version: number };

/** Carries a {@link DecodeError} out of nested reads; only the decoder's entry point sees it. */
export class DecodeFailure extends Error {
  readonly error: DecodeError;

  constructor(error: DecodeError) {
    super(error.type);
    this.error = error;
  }
}
