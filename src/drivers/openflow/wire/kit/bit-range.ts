import type { BitRange } from "../nicira/action.ts";
import type { Codec } from "./codec.ts";
import { u16 } from "./scalars.ts";

/** The offset in ten bits and the number of bits less one in six. */
export const bitRange: Codec<BitRange> = {
  read(reader) {
    const packed = u16.read(reader);
    return { offset: packed >>> 6, bits: (packed & 0x3f) + 1 };
  },
  write: (writer, { offset, bits }) => u16.write(writer, (offset << 6) | ((bits - 1) & 0x3f)),
};
