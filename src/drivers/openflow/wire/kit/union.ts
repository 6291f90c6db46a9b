import type { Codec } from "./codec.ts";
import { rest } from "./scalars.ts";
import { type Blank, constant, type FieldCodecs, type Struct, struct } from "./struct.ts";
import { unencodable } from "./unencodable.ts";

/** A body, and the number on the wire that announces it. */
export interface Coded<T> {
  readonly code: number;
  readonly body: Codec<T>;
}

/** One of several bodies that a number on the wire tells apart, and `type` in the value. */
export interface Variant<T extends { readonly type: string }, Type extends string = T["type"]>
  extends Coded<T> {
  readonly type: Type;
}

/** What has a number that no variant has; `data` is its whole body. */
export interface Unknown {
  readonly type: "unknown";
  readonly code: number;
  readonly data: Uint8Array;
}

/** The variant numbered `code`, whose value is `fields` and its `type`; for `blank` see {@link struct}. */
export function variant<const Type extends string, const Fields extends FieldCodecs>(
  code: number,
  type: Type,
  fields: Fields,
  blank?: Blank<{ readonly type: Type } & Struct<Fields>>,
): Variant<{ readonly type: Type } & Struct<Fields>, Type> {
  const body: Codec<unknown> = struct({ type: constant(type), ...fields }, blank);
  return { code, type, body: body as Codec<{ readonly type: Type } & Struct<Fields>> };
}

/** Finds variants by number and by type. Numbers without a variant are {@link Unknown}. */
export class Union<T extends { readonly type: string }> {
  readonly #byCode: ReadonlyMap<number, Variant<T>>;
  readonly #byType: ReadonlyMap<string, Variant<T>>;

  constructor(variants: readonly Variant<T>[]) {
    this.#byCode = new Map(variants.map((each) => [each.code, each]));
    this.#byType = new Map(variants.map((each) => [each.type, each]));
  }

  /** The variant that a number from the wire stands for. */
  withCode(code: number): Coded<T | Unknown> {
    return this.#byCode.get(code) ?? unknown(code);
  }

  /** The variant that a value is of; it must be one of this union's. */
  of(value: T | Unknown): Coded<T | Unknown> {
    if (isUnknown(value)) return unknown(value.code);
    const found = this.#byType.get(value.type);
    return found ?? unencodable(`this version of OpenFlow has no ${value.type} here`);
  }
}

function unknown(code: number): Coded<Unknown> {
  return variant(code, "unknown", { code: constant(code), data: rest });
}

function isUnknown(value: { readonly type: string }): value is Unknown {
  return value.type === "unknown";
}
