import type { Codec } from "./codec.ts";
import { unencodable } from "./unencodable.ts";

/**
 * A field that this version cannot say anything about: it reads as `value`, and a message that says
 * otherwise cannot be encoded, since it would come to mean something else.
 */
export function absent<const T>(what: string, value: T): Codec<T> {
  return {
    read: () => value,
    write(_writer, given) {
      if (given !== value) unencodable(`this version of OpenFlow has no ${what} here`);
    },
  };
}
