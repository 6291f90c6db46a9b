import type { InnerMessage } from "../bundle.ts";
import type { OfMessage } from "../message.ts";
import type { OfVersion } from "../version.ts";
import type { Codec } from "./codec.ts";
import type { Union } from "./union.ts";

const HEADER_BYTES = 8;

/** A whole message, header included, inside another of the same version. */
export function innerMessage(version: OfVersion, messages: Union<OfMessage>): Codec<InnerMessage> {
  return {
    read(reader) {
      const start = reader.take(HEADER_BYTES);
      const { view } = reader;
      if (view.getUint8(start) !== version) reader.fail("a message of another version inside");
      const length = view.getUint16(start + 2);
      if (length < HEADER_BYTES) reader.fail(`a message of ${length} bytes`);
      const outerEnd = reader.enter(length - HEADER_BYTES);
      const message = messages.withCode(view.getUint8(start + 1)).body.read(reader);
      reader.leave(outerEnd);
      return { xid: view.getUint32(start + 4), message };
    },
    write(writer, { xid, message }) {
      const start = writer.take(HEADER_BYTES);
      const { code, body } = messages.of(message);
      body.write(writer, message);
      writer.view.setUint8(start, version);
      writer.view.setUint8(start + 1, code);
      writer.view.setUint16(start + 2, writer.offset - start);
      writer.view.setUint32(start + 4, xid);
    },
  };
}
