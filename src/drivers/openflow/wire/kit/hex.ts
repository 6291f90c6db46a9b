import type { Codec } from "./codec.ts";
import { unencodable } from "./unencodable.ts";

const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

const colonPairs: readonly string[] = pairs.map((pair) => `:${pair}`);

/** A MAC address as `"aa:bb:cc:dd:ee:ff"`; upper case is read too when it is written to the wire. */
export const mac: Codec<string> = digits(6, ":");

/** `size` bytes as lower-case hexadecimal digits. */
export function hex(size: number): Codec<string> {
  return digits(size, "");
}

function digits(size: number, separator: "" | ":"): Codec<string> {
  const step = 2 + separator.length;
  const length = size * step - separator.length;
  const following = separator === "" ? pairs : colonPairs;
  return {
    read(reader) {
      const at = reader.take(size);
      let text = size > 0 ? (pairs[reader.view.getUint8(at)] ?? "") : "";
      for (let i = 1; i < size; i++) text += following[reader.view.getUint8(at + i)];
      return text;
    },
    write(writer, text) {
      if (text.length !== length) unencodable(`${text} is not ${size} hexadecimal bytes`);
      const at = writer.take(size);
      for (let i = 0; i < size; i++) {
        const byte = 16 * digit(text, i * step) + digit(text, i * step + 1);
        writer.view.setUint8(at + i, byte);
      }
    },
  };
}

/** The hexadecimal digit at `index`. */
function digit(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  if (letter >= 0x61 && letter <= 0x66) return letter - 0x57;
  return unencodable(`${text} has a digit that is not hexadecimal`);
}
