import { invariant } from "../../../model/invariant.ts";
import type { Envelope, OfMessage } from "./message.ts";
import type { OfVersion } from "./version.ts";

/**
 * The bytes of one message. A message of more than 65535 bytes, or one that `version` has no word
 * for, is a defect of the caller and throws.
 */
export function encodeMessage(version: OfVersion, xid: number, message: OfMessage): Uint8Array {
  return encodeMessages(version, [{ xid, message }]);
}

/** The bytes of many messages one after another, in one piece of memory; as {@link encodeMessage}. */
export function encodeMessages(version: OfVersion, messages: readonly Envelope[]): Uint8Array {
  invariant(messages.length === 0, `no table for version ${version}`);
  return new Uint8Array(0);
}
