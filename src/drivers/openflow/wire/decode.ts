import { err, type Result } from "neverthrow";
import type { OfMessage } from "./message.ts";

/** Why bytes are not a message. `offset` counts from the first byte of the message. */
export type DecodeError =
  /** Something says it is longer than the room it has. */
  | { readonly type: "truncated"; readonly offset: number; readonly needed: number }
  /** Something is there that the specification does not allow. */
  | { readonly type: "malformed"; readonly offset: number; readonly reason: string }
  /** The header names a version this codec does not speak. */
  | { readonly type: "unsupported-version"; readonly offset: number; readonly version: number };

/** The first eight bytes of every message. */
export interface Header {
  readonly version: number;
  /** The number of the message type; it means different things in different versions. */
  readonly code: number;
  /** Of the whole message in bytes, header included. */
  readonly length: number;
  readonly xid: number;
}

/** A message and what its header said. */
export interface Decoded {
  readonly version: number;
  readonly xid: number;
  readonly message: OfMessage;
}

/** Reads the header alone: for logging and for answering a message that cannot be decoded. */
export function decodeHeader(bytes: Uint8Array): Result<Header, DecodeError> {
  return err({ type: "truncated", offset: bytes.length, needed: 8 });
}

/**
 * Reads one whole message. Hello, error and echo are read whatever version the header names, since
 * they are how versions are agreed. Nothing in the result refers to `bytes`.
 */
export function decodeMessage(bytes: Uint8Array): Result<Decoded, DecodeError> {
  return decodeHeader(bytes).andThen((header) =>
    err({ type: "unsupported-version", offset: 0, version: header.version }),
  );
}
