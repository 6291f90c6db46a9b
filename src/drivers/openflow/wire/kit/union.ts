import { invariant } from "../../../../model/invariant.ts";
import type { Codec } from "./codec.ts";
import type { Reader } from "./reader.ts";
import { rest } from "./scalars.ts";
import { constant, type FieldCodecs, type Struct, struct } from "./struct.ts";
import type { Writer } from "./writer.ts";

/** One of several things that a number on the wire tells apart, and a `type` in the value. */
export interface Variant<T> {
  readonly code: number;
  readonly type: string;
  readonly body: Codec<T>;
}

/** What has a number that no variant has; `data` is its whole body. */
export interface Unknown {
  readonly type: "unknown";
  readonly code: number;
  readonly data: Uint8Array;
}

/** The variant numbered `code`, whose value is `fields` and its `type`. */
export function variant<const Type extends string, const Fields extends FieldCodecs>(
  code: number,
  type: Type,
  fields: Fields,
): Variant<{ readonly type: Type } & Struct<Fields>> {
  const body: Codec<unknown> = struct({ type: constant(type), ...fields });
  return { code, type, body: body as Codec<{ readonly type: Type } & Struct<Fields>> };
}

/** Finds variants by number and by type. Numbers without a variant are read as {@link Unknown}. */
export class Union<T extends { readonly type: string }> {
  readonly #byCode: ReadonlyMap<number, Variant<T>>;
  readonly #byType: ReadonlyMap<string, Variant<T>>;

  constructor(variants: readonly Variant<T>[]) {
    this.#byCode = new Map(variants.map((each) => [each.code, each]));
    this.#byType = new Map(variants.map((each) => [each.type, each]));
  }

  /** The number that stands for the value's type. */
  codeOf(value: T | Unknown): number {
    return isUnknown(value) ? value.code : this.#variantOf(value).code;
  }

  /** Reads the body of what is numbered `code`. */
  read(code: number, reader: Reader): T | Unknown {
    const found = this.#byCode.get(code);
    if (found !== undefined) return found.body.read(reader);
    return { type: "unknown", code, data: rest.read(reader) };
  }

  /** Writes the body of the value. */
  write(writer: Writer, value: T | Unknown): void {
    if (isUnknown(value)) rest.write(writer, value.data);
    else this.#variantOf(value).body.write(writer, value);
  }

  #variantOf(value: T): Variant<T> {
    const found = this.#byType.get(value.type);
    invariant(found !== undefined, `this version of OpenFlow has no ${value.type} here`);
    return found;
  }
}

function isUnknown(value: { readonly type: string }): value is Unknown {
  return value.type === "unknown";
}
