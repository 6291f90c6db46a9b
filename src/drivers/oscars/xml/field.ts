import { elementOf, readElement, type XmlCodec } from "./codec.ts";
import { attributeOf, type XmlAttribute, type XmlContent, type XmlElement } from "./element.ts";
import { XmlFailure } from "./fault.ts";
import type { Scalar } from "./scalars.ts";

/** One field of a structure: where it stands in the element, in both directions. */
export interface Field<T> {
  /** `others` are the children that no field of the structure claims. */
  take(element: XmlContent, others: readonly XmlElement[]): T;
  put(value: T, into: ContentBuilder): void;
  /** Whether children of this local name are this field's. */
  claims(name: string): boolean;
}

/** What is being written. */
export interface ContentBuilder {
  readonly attributes: XmlAttribute[];
  readonly children: XmlElement[];
  text: string;
}

/** Fields whose elements are in one namespace; the empty text is none. */
export interface Fields {
  /** Exactly one element. */
  readonly required: <T>(name: string, codec: XmlCodec<T>) => Field<T>;
  /** One element or none. */
  readonly optional: <T>(name: string, codec: XmlCodec<T>) => Field<T | undefined>;
  /** Any number of elements; none leaves an empty list. */
  readonly many: <T>(name: string, codec: XmlCodec<T>) => Field<readonly T[]>;
  /** The same, and `null` for each that says it is nil. */
  readonly manyNillable: <T>(name: string, codec: XmlCodec<T>) => Field<readonly (T | null)[]>;
  /** One element or none; `null` where it says that it is nil (XML Schema Structures §2.6.2). */
  readonly nillable: <T>(name: string, codec: XmlCodec<T>) => Field<T | null | undefined>;
}

/** The namespace of `xsi:nil`. */
export const XSI = "http://www.w3.org/2001/XMLSchema-instance";

/** The fields of one namespace. */
export function fieldsIn(namespace: string): Fields {
  return {
    required: (name, codec) => requiredField(namespace, name, codec),
    optional: (name, codec) => optionalField(namespace, name, codec),
    many: (name, codec) => manyField(namespace, name, codec),
    manyNillable: (name, codec) => manyField(namespace, name, orNil(codec)),
    nillable: (name, codec) => optionalField(namespace, name, orNil(codec)),
  };
}

function requiredField<T>(namespace: string, name: string, codec: XmlCodec<T>): Field<T> {
  return {
    take(element) {
      const child = onlyChild(element, name);
      if (child === undefined) throw new XmlFailure([], `${name} is missing`);
      return readElement(child, codec);
    },
    put: (value, into) => void into.children.push(elementOf(namespace, name, codec, value)),
    claims: (other) => other === name,
  };
}

function optionalField<T>(
  namespace: string,
  name: string,
  codec: XmlCodec<T>,
): Field<T | undefined> {
  return {
    take(element) {
      const child = onlyChild(element, name);
      return child === undefined ? undefined : readElement(child, codec);
    },
    put(value, into) {
      if (value !== undefined) into.children.push(elementOf(namespace, name, codec, value));
    },
    claims: (other) => other === name,
  };
}

function manyField<T>(namespace: string, name: string, codec: XmlCodec<T>): Field<readonly T[]> {
  return {
    take: (element) =>
      element.children.flatMap((child) => (child.name === name ? [readElement(child, codec)] : [])),
    put(values, into) {
      for (const value of values) into.children.push(elementOf(namespace, name, codec, value));
    },
    claims: (other) => other === name,
  };
}

function orNil<T>(codec: XmlCodec<T>): XmlCodec<T | null> {
  return {
    read: (element) => (isNil(element) ? null : codec.read(element)),
    write: (value) => (value === null ? nil : codec.write(value)),
  };
}

const nil: XmlContent = {
  attributes: [{ namespace: XSI, name: "nil", value: "true" }],
  children: [],
  text: "",
};

function isNil(element: XmlContent): boolean {
  return ["true", "1"].includes(attributeOf(element, "nil", XSI)?.trim() ?? "");
}

/** Repeating what may stand once is not read as either of the two: it could hide something. */
function onlyChild(element: XmlContent, name: string): XmlElement | undefined {
  const [child, second] = element.children.filter((each) => each.name === name);
  if (second !== undefined) throw new XmlFailure([], `${name} stands more than once`);
  return child;
}

/** An attribute that must be there. */
export function attribute<T>(name: string, scalar: Scalar<T>): Field<T> {
  const optional = optionalAttribute(name, scalar);
  return {
    ...optional,
    take(element, others) {
      const value = optional.take(element, others);
      if (value === undefined) throw new XmlFailure([], `attribute ${name} is missing`);
      return value;
    },
  };
}

/** An attribute that may be there. */
export function optionalAttribute<T>(name: string, scalar: Scalar<T>): Field<T | undefined> {
  return {
    take(element) {
      const value = attributeOf(element, name);
      return value === undefined ? undefined : scalar.parse(value);
    },
    put(value, into) {
      if (value !== undefined)
        into.attributes.push({ namespace: "", name, value: scalar.format(value) });
    },
    claims: () => false,
  };
}

/** The text of an element that otherwise has attributes only. */
export function content<T>(scalar: Scalar<T>): Field<T> {
  return {
    take: (element) => scalar.read(element),
    put(value, into) {
      into.text = scalar.format(value);
    },
    claims: () => false,
  };
}

/** The children that the structure does not know, as they are; written where this field stands. */
export const others: Field<readonly XmlElement[]> = {
  take: (_element, unclaimed) => unclaimed,
  put: (value, into) => void into.children.push(...value),
  claims: () => false,
};

/** Children of several names in one list, each read by the codec of its name. */
export function manyOf<T>(namespace: string, variants: Variants<T>): Field<readonly T[]> {
  return {
    take: (element) =>
      element.children.flatMap((child) => {
        const value = variants.read(child);
        return value === undefined ? [] : [value];
      }),
    put(values, into) {
      for (const value of values) into.children.push(variants.write(namespace, value));
    },
    claims: (name) => variants.has(name),
  };
}

/** Elements of several names as one union on `type`, which is the local name. */
export interface Variants<T> {
  readonly has: (name: string) => boolean;
  /** `undefined` for other elements. */
  readonly read: (element: XmlElement) => T | undefined;
  readonly write: (namespace: string, value: T) => XmlElement;
}

/** The member of a union that has this `type`, without it. */
type Member<T, Name> = T extends { readonly type: infer Names }
  ? Name extends Names
    ? Omit<T, "type">
    : never
  : never;

/** The codecs of a union's members, by name. */
export type VariantCodecs<T extends { readonly type: string }> = {
  readonly [Name in T["type"]]: XmlCodec<Member<T, Name>>;
};

/** Makes one of the codecs of its members. */
export function variants<T extends { readonly type: string }>(
  codecs: VariantCodecs<T>,
): Variants<T> {
  const byName = new Map(Object.entries<XmlCodec<unknown>>(codecs));
  return {
    has: (name) => byName.has(name),
    read(element) {
      const codec = byName.get(element.name);
      if (codec === undefined) return undefined;
      return { type: element.name, ...(readElement(element, codec) as object) } as T;
    },
    write(namespace, value) {
      const codec = byName.get(value.type);
      if (codec === undefined) throw new XmlFailure([], `no element for ${value.type}`);
      return elementOf(namespace, value.type, codec, value);
    },
  };
}
