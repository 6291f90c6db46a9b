import type { IncomingMessage } from "node:http";
import { gunzip, inflate } from "node:zlib";
import { err, ok, type Result } from "neverthrow";
import type { HttpFault } from "./http.ts";

type ZlibCallback = (error: Error | null, result: Buffer) => void;
type Decompress = (data: Buffer, limits: { maxOutputLength: number }, done: ZlibCallback) => void;

const decompressors: Readonly<Record<string, Decompress>> = { gzip: gunzip, deflate: inflate };

/**
 * Reads a whole body as text. No more than `maxBytes` are taken off the wire, nor come out of
 * decompression: a small body can be made to grow without end.
 */
export async function readBody(
  message: IncomingMessage,
  maxBytes: number,
): Promise<Result<string, HttpFault>> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message) {
      const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += bytes.length;
      if (size > maxBytes) return tooLarge(maxBytes);
      chunks.push(bytes);
    }
  } catch (error) {
    return err(fault("malformed", error instanceof Error ? error.message : String(error)));
  }
  return decoded(Buffer.concat(chunks), message.headers["content-encoding"], maxBytes);
}

/** The text of a body that came with a content encoding, or none. */
export async function decoded(
  bytes: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Result<string, HttpFault>> {
  if (encoding === undefined || encoding === "identity") return ok(bytes.toString("utf8"));
  const decompress = decompressors[encoding.toLowerCase()];
  if (decompress === undefined) return err(fault("malformed", `content encoding ${encoding}`));
  return new Promise((resolve) => {
    decompress(bytes, { maxOutputLength: maxBytes }, (error, result) => {
      if (error === null) resolve(ok(result.toString("utf8")));
      else if (isTooLarge(error)) resolve(tooLarge(maxBytes));
      else resolve(err(fault("malformed", error.message)));
    });
  });
}

function isTooLarge(error: Error): boolean {
  return "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}

function tooLarge(maxBytes: number): Result<never, HttpFault> {
  return err(fault("too-large", `the body has more than ${maxBytes} bytes`));
}

function fault(kind: HttpFault["kind"], message: string): HttpFault {
  return { type: "http-fault", kind, message };
}
