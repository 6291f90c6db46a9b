import { expect } from "vitest";
import { decodeMessage } from "../../../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../../../../src/drivers/openflow/wire/encode.ts";
import type { OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import type { OfVersion } from "../../../../src/drivers/openflow/wire/version.ts";

/** Bytes from hexadecimal digits; white space and what follows `//` on a line are left out. */
export function bytesOf(annotated: string): Uint8Array {
  const digits = annotated.replaceAll(/\/\/.*$/gm, "").replaceAll(/\s/g, "");
  return Uint8Array.from(Buffer.from(digits, "hex"));
}

/** Expects that the annotated bytes, xid 7 in their header, are what the message is on the wire. */
export function expectGolden(version: OfVersion, message: OfMessage, annotated: string): void {
  const bytes = bytesOf(annotated);
  expect(decodeMessage(bytes)._unsafeUnwrap()).toEqual({ version, xid: 7, message });
  expect(hexOf(encodeMessage(version, 7, message))).toBe(hexOf(bytes));
}

/** Hexadecimal digits, which show up better than arrays in a failure. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
