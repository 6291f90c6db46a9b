/** The start line, the headers and the body of an HTTP/1 message that was recorded as text. */
export interface HttpMessage {
  readonly start: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Takes a recorded message apart; chunks are put together. */
export function parseHttp(bytes: Buffer): HttpMessage {
  const end = bytes.indexOf("\r\n\r\n");
  const head = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const headers = new Map(
    head.slice(1).map((line): [string, string] => {
      const [name = "", ...value] = line.split(":");
      return [name.trim().toLowerCase(), value.join(":").trim()];
    }),
  );
  const raw = bytes.subarray(end + 4);
  const isChunked = headers.get("transfer-encoding") === "chunked";
  const body = isChunked ? dechunked(raw) : raw;
  return { start: head[0] ?? "", headers, body: body.toString("utf8") };
}

/** RFC 9112 §7.1; a recording that was cut ends with what there is. */
function dechunked(raw: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = raw.indexOf("\r\n", at);
    const size =
      lineEnd < 0 ? 0 : Number.parseInt(raw.subarray(at, lineEnd).toString("latin1"), 16);
    if (!(size > 0)) return Buffer.concat(chunks);
    chunks.push(raw.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
