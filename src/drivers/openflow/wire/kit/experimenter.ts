import type { Codec } from "./codec.ts";
import type { Reader } from "./reader.ts";
import { u16, u32 } from "./scalars.ts";
import type { Variant } from "./union.ts";

const EXPERIMENTER_BYTES = 4;

/** A body that an organisation outside the standard numbered. */
export interface Foreign<T extends { readonly type: string }, Type extends string = T["type"]>
  extends Variant<T, Type> {
  readonly experimenter: number;
}

/** The variants of an organisation, by its own numbers. */
export function foreign<T extends { readonly type: string }>(
  experimenter: number,
  variants: readonly Variant<T>[],
): readonly Foreign<T>[] {
  return variants.map((each) => ({ ...each, experimenter }));
}

/**
 * What stands behind the one number that is kept for experimenters: the id of an organisation u32,
 * its own number of the body in `numberBytes`, and the body. What is not known goes to `fallback`.
 */
export function experimenterVariants<T extends { readonly type: string }>(
  numberBytes: 2 | 4,
  known: readonly Foreign<T>[],
  fallback: Variant<T>,
): readonly Variant<T>[] {
  const number = numberBytes === 2 ? u16 : u32;
  const body: Codec<T> = {
    read(reader) {
      const found = find(reader);
      if (found === undefined) return fallback.body.read(reader);
      reader.take(EXPERIMENTER_BYTES + numberBytes);
      return found.body.read(reader);
    },
    write(writer, value) {
      const found = byType.get(value.type);
      if (found === undefined) return fallback.body.write(writer, value);
      u32.write(writer, found.experimenter);
      number.write(writer, found.code);
      found.body.write(writer, value);
    },
  };
  const byType = new Map(known.map((each) => [each.type, each]));
  const byNumber = new Map(known.map((each) => [keyOf(each.experimenter, each.code), each]));

  function find(reader: Reader): Foreign<T> | undefined {
    const { view, offset, end } = reader;
    if (offset + EXPERIMENTER_BYTES + numberBytes > end) return undefined;
    const at = offset + EXPERIMENTER_BYTES;
    const code = numberBytes === 2 ? view.getUint16(at) : view.getUint32(at);
    return byNumber.get(keyOf(view.getUint32(offset), code));
  }

  return [...known, fallback].map(({ type }) => ({ code: fallback.code, type, body }));
}

function keyOf(experimenter: number, code: number): string {
  return `${experimenter}/${code}`;
}
