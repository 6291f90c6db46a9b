import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** Both directions of one wire type, so that they cannot drift apart. */
export interface Codec<T> {
  read(reader: Reader): T;
  /** Lengths that come before what they measure are filled in afterwards, so one pass is enough. */
  write(writer: Writer, value: T): void;
}

/** The value a codec carries. */
export type Infer<C> = C extends Codec<infer T> ? T : never;
