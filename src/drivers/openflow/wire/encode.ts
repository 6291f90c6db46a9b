import { unencodable } from "./kit/unencodable.ts";
import { Writer } from "./kit/writer.ts";
import type { Envelope, OfMessage } from "./message.ts";
import { MAX_MESSAGE_BYTES } from "./message-splitter.ts";
import type { OfVersion } from "./version.ts";
import { messagesOf } from "./versions.ts";

const HEADER_BYTES = 8;

/** What a message takes, roughly, so that memory seldom has to grow. */
const EXPECTED_MESSAGE_BYTES = 256;

/**
 * Single messages are cut from pieces of memory of this size, one after another: fresh memory for each
 * would cost more than encoding it.
 */
const POOL_BYTES = 8_192;

let pool = new Writer(POOL_BYTES);

/**
 * The bytes of one message: a view of memory that nothing else is written to. A message of more than
 * 65535 bytes, or one that `version` has no word for, is a defect of the caller and throws; numbers
 * are taken modulo the width of their field.
 */
export function encodeMessage(version: OfVersion, xid: number, message: OfMessage): Uint8Array {
  if (pool.offset + EXPECTED_MESSAGE_BYTES > POOL_BYTES) pool = new Writer(POOL_BYTES);
  const start = pool.offset;
  writeMessage(pool, version, { xid, message });
  return pool.bytes.subarray(start, pool.offset);
}

/** The bytes of many messages one after another, in one piece of memory; as {@link encodeMessage}. */
export function encodeMessages(version: OfVersion, messages: readonly Envelope[]): Uint8Array {
  const writer = new Writer(EXPECTED_MESSAGE_BYTES * messages.length);
  for (const envelope of messages) writeMessage(writer, version, envelope);
  return writer.finish();
}

/** How many bytes a message takes, or would take if messages could be longer than they can. */
export function encodedBytes(version: OfVersion, message: OfMessage): number {
  scratch.offset = 0;
  messagesOf[version].of(message).body.write(scratch, message);
  return HEADER_BYTES + scratch.offset;
}

/** What is measured is written here, and overwritten by what is measured next. */
const scratch = new Writer(POOL_BYTES);

/** Writes one message behind what is there; errors as for {@link encodeMessage}. */
export function writeMessage(writer: Writer, version: OfVersion, { xid, message }: Envelope): void {
  const { code, body } = messagesOf[version].of(message);
  const start = writer.take(HEADER_BYTES);
  body.write(writer, message);
  const length = writer.offset - start;
  if (length > MAX_MESSAGE_BYTES) unencodable(`a ${message.type} of ${length} bytes`);
  writer.view.setUint8(start, version);
  writer.view.setUint8(start + 1, code);
  writer.view.setUint16(start + 2, length);
  writer.view.setUint32(start + 4, xid);
}
