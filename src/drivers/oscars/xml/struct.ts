import type { XmlCodec } from "./codec.ts";
import type { XmlContent, XmlElement } from "./element.ts";
import { type ContentBuilder, type Field, fieldsIn } from "./field.ts";

/** The fields of a `T`, in the order in which the schema lists them. */
export type FieldsOf<T> = {
  readonly [Name in keyof T]-?: T extends { readonly [Required in Name]: unknown }
    ? Field<T[Name]>
    : Field<T[Name] | undefined>;
};

/**
 * A sequence of fields, as a schema lists them. Elements are written in that order and read in any,
 * by local name, since peers mix up both order and namespaces. What no field claims is left out.
 */
export function struct<T>(fields: FieldsOf<T>): XmlCodec<T> {
  const entries = Object.entries<Field<unknown>>(fields);
  const isClaimed = (child: XmlElement): boolean =>
    entries.some(([, field]) => field.claims(child.name));
  return {
    read(element) {
      const others = element.children.filter((child) => !isClaimed(child));
      const read = entries.map(([name, field]) => [name, field.take(element, others)] as const);
      return Object.fromEntries(read.filter(([, value]) => value !== undefined)) as T;
    },
    write(value) {
      const into: ContentBuilder = { attributes: [], children: [], text: "" };
      const record = value as Readonly<Record<string, unknown>>;
      for (const [name, field] of entries) field.put(record[name], into);
      return into;
    },
  };
}

/** A codec that is only made when it is needed: for types that contain themselves. */
export function recursive<T>(codec: () => XmlCodec<T>): XmlCodec<T> {
  return {
    read: (element: XmlContent) => codec().read(element),
    write: (value: T) => codec().write(value),
  };
}

/** What has an element of its own around it and nothing beside it there. */
export function within<T>(field: Field<T>): XmlCodec<T> {
  return {
    read: (element) => field.take(element, []),
    write(value) {
      const into: ContentBuilder = { attributes: [], children: [], text: "" };
      field.put(value, into);
      return into;
    },
  };
}

/** A list that has an element of its own around it. */
export function listOf<T>(
  namespace: string,
  name: string,
  item: XmlCodec<T>,
): XmlCodec<readonly T[]> {
  return within(fieldsIn(namespace).many(name, item));
}

/** The children of an element, as they are. */
export const children: XmlCodec<readonly XmlElement[]> = {
  read: (element) => element.children,
  write: (value) => ({ attributes: [], children: value, text: "" }),
};
