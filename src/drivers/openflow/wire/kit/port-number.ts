import type { Codec } from "./codec.ts";
import { u16 } from "./scalars.ts";

/** The lowest reserved number of a port in 16 bits. */
const RESERVED = 0xff00;

/** A port of two bytes; the reserved ones are widened to those of later versions. */
export const port16: Codec<number> = {
  read(reader) {
    const port = u16.read(reader);
    return port >= RESERVED ? (0xffff0000 | port) >>> 0 : port;
  },
  write: u16.write,
};
