import { err, ok, type Result } from "neverthrow";
import { briefTables, TABLE_FEATURES } from "./brief-tables.ts";
import { type DecodeError, DecodeFailure } from "./kit/decode-failure.ts";
import { Reader } from "./kit/reader.ts";
import type { OfMessage } from "./message.ts";
import { isSupportedVersion, type OfVersion, OPENFLOW_1_3 } from "./version.ts";
import { messagesOf } from "./versions.ts";

export type { DecodeError } from "./kit/decode-failure.ts";

const HEADER_BYTES = 8;

/** Hello, error, echo request and echo reply are the same in all versions. */
const LAST_COMMON_CODE = 3;

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
  return attempt(() => readHeader(new Reader(bytes)));
}

/**
 * Reads one whole message. Hello, error and echo are read whatever version the header names, since
 * they are how versions are agreed. Nothing in the result refers to the memory of `bytes`.
 */
export function decodeMessage(bytes: Uint8Array): Result<Decoded, DecodeError> {
  return attempt(() => readMessage(new Reader(bytes), false));
}

/** The same, but of tables' features without their properties; see {@link briefTables}. */
export function decodeInBrief(bytes: Uint8Array): Result<Decoded, DecodeError> {
  return attempt(() => readMessage(new Reader(bytes), true));
}

function readMessage(reader: Reader, isBrief: boolean): Decoded {
  const { version, code, length, xid } = readHeader(reader);
  const union = messagesOf[tableVersion(version, code)];
  const outerEnd = reader.enter(length - HEADER_BYTES);
  const inBrief = isBrief && hasTableFeatures(reader, version, code);
  const message = (inBrief ? briefTables : union.withCode(code)).body.read(reader);
  reader.leave(outerEnd);
  if (reader.offset !== reader.end) reader.fail("bytes after the end of the message");
  return { version, xid, message };
}

/** Whether what follows the header is a part of an answer about tables. */
function hasTableFeatures(reader: Reader, version: number, code: number): boolean {
  if (version < OPENFLOW_1_3 || code !== briefTables.code) return false;
  return reader.end - reader.offset >= 2 && reader.view.getUint16(reader.offset) === TABLE_FEATURES;
}

function readHeader(reader: Reader): Header {
  const at = reader.take(HEADER_BYTES);
  const length = reader.view.getUint16(at + 2);
  if (length < HEADER_BYTES) reader.fail(`a message of ${length} bytes`);
  return {
    version: reader.view.getUint8(at),
    code: reader.view.getUint8(at + 1),
    length,
    xid: reader.view.getUint32(at + 4),
  };
}

function tableVersion(version: number, code: number): OfVersion {
  if (isSupportedVersion(version)) return version;
  if (code <= LAST_COMMON_CODE) return OPENFLOW_1_3;
  throw new DecodeFailure({ type: "unsupported-version", offset: 0, version });
}

/** The only place where a {@link DecodeFailure} is caught. */
function attempt<T>(read: () => T): Result<T, DecodeError> {
  try {
    return ok(read());
  } catch (failure) {
    if (failure instanceof DecodeFailure) return err(failure.error);
    throw failure;
  }
}
