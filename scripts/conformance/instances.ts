import { readFileSync } from "node:fs";
import type { XmlAttribute, XmlContent, XmlElement } from "../../src/drivers/oscars/xml/element.ts";
import { attributeOf, childNamed } from "../../src/drivers/oscars/xml/element.ts";
import { readXml } from "../../src/drivers/oscars/xml/read-xml.ts";
import type { Random } from "../../src/testing/random.ts";

const XSD = "http://www.w3.org/2001/XMLSchema";
/** Beyond this only what must be there is. */
const MAX_DEPTH = 7;

/** A declaration, and the schema that it stands in. */
interface Declared {
  readonly element: XmlElement;
  readonly schema: Schema;
}

interface Schema {
  readonly namespace: string;
  readonly isQualified: boolean;
  readonly prefixes: ReadonlyMap<string, string>;
}

/**
 * Documents that XML Schema allows, by chance from a seed: for messages of which nobody has a sample.
 * It knows what the schemas at hand use of the language, and leaves out what may be anything.
 */
export class SchemaInstances {
  readonly #declared = new Map<string, Declared>();
  readonly #elements: { readonly namespace: string; readonly name: string }[] = [];
  readonly #random: Random;

  constructor(files: readonly string[], random: Random) {
    this.#random = random;
    for (const file of files) this.#read(readFileSync(file, "utf8"));
  }

  /** The elements that a document of a namespace may begin with. */
  elementsOf(namespace: string): readonly string[] {
    return this.#elements.filter((each) => each.namespace === namespace).map(({ name }) => name);
  }

  /** An element of the schemas with everything in it. */
  element(namespace: string, name: string): XmlElement {
    return this.#elementOf(this.#find("element", namespace, name), 0, true);
  }

  #read(text: string): void {
    const root = readXml(text)._unsafeUnwrap();
    const head = /<[\w:]*schema\b[^>]*>/s.exec(text)?.[0] ?? "";
    const prefixes = new Map(
      [...head.matchAll(/xmlns(?::([\w.-]+))?\s*=\s*["']([^"']*)["']/g)].map(
        ([, prefix = "", uri = ""]): [string, string] => [prefix, uri],
      ),
    );
    const namespace = attributeOf(root, "targetNamespace") ?? "";
    const isQualified = attributeOf(root, "elementFormDefault") === "qualified";
    const schema = { namespace, isQualified, prefixes };
    for (const element of root.children) {
      const name = attributeOf(element, "name");
      if (name === undefined) continue;
      this.#declared.set(keyOf(kindOf(element.name), namespace, name), { element, schema });
      if (element.name === "element") this.#elements.push({ namespace, name });
    }
  }

  #find(kind: string, namespace: string, name: string): Declared {
    const found = this.#declared.get(keyOf(kind, namespace, name));
    if (found === undefined) throw new Error(`no ${kind} ${name} in ${namespace}`);
    return found;
  }

  #named(kind: string, qname: string, { prefixes }: Schema): Declared {
    const [prefix = "", name = ""] = qname.includes(":") ? qname.split(":") : ["", qname];
    return this.#find(kind, prefixes.get(prefix) ?? "", name);
  }

  #elementOf({ element, schema }: Declared, depth: number, isGlobal: boolean): XmlElement {
    const ref = attributeOf(element, "ref");
    if (ref !== undefined) return this.#elementOf(this.#named("element", ref, schema), depth, true);
    const form = attributeOf(element, "form");
    const isQualified =
      isGlobal || (form === undefined ? schema.isQualified : form === "qualified");
    const name = attributeOf(element, "name") ?? "";
    const fixed = attributeOf(element, "fixed");
    const content = fixed === undefined ? this.#typeOf({ element, schema }, depth) : textOf(fixed);
    return { namespace: isQualified ? schema.namespace : "", name, ...content };
  }

  /** What stands in something that has a type, by name or within itself. */
  #typeOf({ element, schema }: Declared, depth: number): XmlContent {
    const type = attributeOf(element, "type");
    if (type !== undefined) return this.#content(type, schema, depth);
    const complex = childNamed(element, "complexType");
    if (complex !== undefined) return this.#complex({ element: complex, schema }, depth);
    const simple = childNamed(element, "simpleType");
    return textOf(simple === undefined ? "text" : this.#simple({ element: simple, schema }));
  }

  #content(type: string, schema: Schema, depth: number): XmlContent {
    const [prefix = ""] = type.split(":");
    if (schema.prefixes.get(type.includes(":") ? prefix : "") === XSD)
      return textOf(this.#builtIn(type.replace(/^.*:/, "")));
    const declared = this.#named("type", type, schema);
    return declared.element.name === "simpleType"
      ? textOf(this.#simple(declared))
      : this.#complex(declared, depth);
  }

  #complex({ element, schema }: Declared, depth: number): XmlContent {
    const derived = childNamed(element, "complexContent") ?? childNamed(element, "simpleContent");
    const change =
      derived && (childNamed(derived, "extension") ?? childNamed(derived, "restriction"));
    if (change === undefined) return this.#particlesOf({ element, schema }, depth);
    const base = attributeOf(change, "base") ?? "";
    const isExtension = change.name === "extension";
    const inherited = isExtension ? this.#content(base, schema, depth) : textOf("");
    const own = this.#particlesOf({ element: change, schema }, depth);
    return {
      attributes: [...inherited.attributes, ...own.attributes],
      children: [...inherited.children, ...own.children],
      text: inherited.text,
    };
  }

  #particlesOf({ element, schema }: Declared, depth: number): XmlContent {
    const parts = element.children.map((child) => ({ element: child, schema }));
    return {
      attributes: parts.flatMap((part) => this.#attributes(part)),
      children: parts.flatMap((part) => this.#particle(part, depth)),
      text: "",
    };
  }

  #attributes({ element, schema }: Declared): readonly XmlAttribute[] {
    if (element.name === "attributeGroup")
      return this.#named(
        "attributeGroup",
        attributeOf(element, "ref") ?? "",
        schema,
      ).element.children.flatMap((child) => this.#attributes({ element: child, schema }));
    if (element.name !== "attribute") return [];
    const use = attributeOf(element, "use") ?? "optional";
    const name = attributeOf(element, "name");
    // References to attributes of other namespaces are optional wherever they stand.
    if (use === "prohibited" || name === undefined) return [];
    if (use !== "required" && this.#random.next() < 0.4) return [];
    const value = attributeOf(element, "fixed") ?? this.#typeOf({ element, schema }, 0).text;
    return [{ namespace: "", name, value }];
  }

  #particle(part: Declared, depth: number): readonly XmlElement[] {
    const { element, schema } = part;
    const inner = () => element.children.map((child) => ({ element: child, schema }));
    const once = (): readonly XmlElement[] => {
      switch (element.name) {
        case "element":
          return [this.#elementOf(part, depth + 1, false)];
        case "sequence":
        case "all":
          return inner().flatMap((each) => this.#particle(each, depth));
        case "choice": {
          const all = inner().filter(
            (each) =>
              each.element.name !== "annotation" &&
              !/Encrypted/.test(attributeOf(each.element, "ref") ?? ""),
          );
          const chosen = all[Math.floor(this.#random.next() * all.length)];
          return chosen === undefined ? [] : this.#particle(chosen, depth);
        }
        case "group": {
          const group = this.#named("group", attributeOf(element, "ref") ?? "", schema);
          return group.element.children.flatMap((each) =>
            this.#particle({ element: each, schema: group.schema }, depth),
          );
        }
        default:
          return [];
      }
    };
    return Array.from({ length: this.#times(element, depth) }, once).flat();
  }

  #times(element: XmlElement, depth: number): number {
    const least = Number(attributeOf(element, "minOccurs") ?? 1);
    const most = attributeOf(element, "maxOccurs") ?? "1";
    const isElement = element.name === "element";
    // What SAML, signatures and encryption allow is their own affair.
    const isTheirs = /^(saml|ds|xenc|dsig)\w*:/.test(attributeOf(element, "ref") ?? "");
    if ((depth > MAX_DEPTH || isTheirs) && isElement) return least;
    const bound = most === "unbounded" ? least + 2 : Math.min(Number(most), least + 2);
    return least + Math.floor(this.#random.next() * (bound - least + 1));
  }

  #simple({ element, schema }: Declared): string {
    const restriction = childNamed(element, "restriction");
    if (restriction === undefined) {
      const union = childNamed(element, "union");
      const [first = "xsd:string"] = (attributeOf(union ?? element, "memberTypes") ?? "").split(
        /\s+/,
      );
      return first === "" ? "text" : this.#content(first, schema, 0).text;
    }
    const values = restriction.children.filter(({ name }) => name === "enumeration");
    const chosen = values[Math.floor(this.#random.next() * values.length)];
    if (chosen !== undefined) return attributeOf(chosen, "value") ?? "";
    const pattern = childNamed(restriction, "pattern");
    if (pattern !== undefined && /urn:uuid/.test(attributeOf(pattern, "value") ?? ""))
      return `urn:uuid:${this.#hex(8)}-${this.#hex(4)}-4${this.#hex(3)}-8${this.#hex(3)}-${this.#hex(12)}`;
    return this.#content(attributeOf(restriction, "base") ?? "xsd:string", schema, 0).text;
  }

  #hex(digits: number): string {
    const digit = () => Math.floor(this.#random.next() * 16).toString(16);
    return Array.from({ length: digits }, digit).join("");
  }

  #builtIn(type: string): string {
    const number = Math.floor(this.#random.next() * 100) + 1;
    switch (type) {
      case "boolean":
        return this.#random.next() < 0.5 ? "true" : "false";
      case "dateTime":
        return `2030-01-${10 + (number % 20)}T10:00:00Z`;
      case "duration":
        return "P1D";
      case "base64Binary":
        return "AAAA";
      case "anyURI":
      case "QName":
        return type === "QName" ? "name" : `urn:x:${number}`;
      case "string":
      case "token":
      case "normalizedString":
      case "NCName":
      case "ID":
      case "NMTOKEN":
        return `text-${number}`;
      default:
        return String(number);
    }
  }
}

function textOf(text: string): XmlContent {
  return { attributes: [], children: [], text };
}

function kindOf(name: string): string {
  return name === "complexType" || name === "simpleType" ? "type" : name;
}

function keyOf(kind: string, namespace: string, name: string): string {
  return `${kind} {${namespace}}${name}`;
}
