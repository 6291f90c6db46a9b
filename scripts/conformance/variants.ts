import { SOAP_1_2 } from "../../src/drivers/oscars/soap/envelope.ts";
import type { XmlAttribute, XmlElement } from "../../src/drivers/oscars/xml/element.ts";
import { XSI } from "../../src/drivers/oscars/xml/field.ts";
import { type Prefixes, writeXml } from "../../src/drivers/oscars/xml/write-xml.ts";

/** The same document otherwise written, or with what a reader has to overlook. */
export interface Variant {
  readonly what: string;
  readonly text: string;
}

/** The namespace of what nobody knows. */
export const FOREIGN = "urn:example:extension";

/** Every way to write a document that means the same to who reads it by names and namespaces. */
export function variantsOf(root: XmlElement): readonly Variant[] {
  const plain = writeXml(root, {});
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  return [
    { what: "other prefixes", text: writeXml(root, otherPrefixes(root)) },
    { what: "default namespaces", text: head + byDefault(root, undefined, direct) },
    { what: "white space between elements", text: head + byDefault(root, undefined, spaced) },
    {
      what: "white space around values",
      text: head + byDefault(mapText(root, padded), undefined, direct),
    },
    { what: "comments and instructions", text: head + byDefault(root, undefined, commented) },
    { what: "CDATA", text: head + byDefault(root, undefined, inCdata) },
    { what: "character references", text: head + byDefault(root, undefined, referenced) },
    { what: "types said in the document", text: writeXml(mapAll(root, typed), {}) },
    { what: "unknown elements", text: writeXml(mapAll(root, extended), {}) },
    { what: "unknown attributes", text: writeXml(mapAll(root, marked), {}) },
    { what: "elements in another order", text: writeXml(reordered(root), {}) },
    { what: "a byte order mark", text: `\ufeff${plain}` },
    {
      what: "lines that end in CR LF",
      text: head + byDefault(root, undefined, spaced).replaceAll("\n", "\r\n"),
    },
    { what: "no declaration", text: plain.slice(plain.indexOf("?>") + 2) },
    {
      what: "a declaration in single quotes",
      text: plain.replace(/^<\?.*?\?>/, "<?xml version='1.0' encoding='utf-8' standalone='yes'?>"),
    },
    { what: "white space and comments around", text: `${plain}\n<!-- end -->\n` },
  ];
}

/** The document without one of its elements, for each that is no envelope's. */
export function withoutOne(root: XmlElement): readonly (Variant & { readonly root: XmlElement })[] {
  return [...pathsIn(root, [])]
    .filter((path) => path.length > 2 && !isOfSoap(elementAt(root, path)))
    .map((path) => {
      const reduced = without(root, path);
      return { what: `without ${nameAt(root, path)}`, root: reduced, text: writeXml(reduced, {}) };
    });
}

/** What is left of a document when everything unknown is taken out of it. */
export function withoutForeign(element: XmlElement): XmlElement {
  return {
    ...element,
    attributes: element.attributes.filter(
      ({ namespace }) => namespace !== FOREIGN && namespace !== XSI,
    ),
    children: element.children.filter(({ namespace }) => namespace !== FOREIGN).map(withoutForeign),
  };
}

function* pathsIn(element: XmlElement, path: readonly number[]): Generator<readonly number[]> {
  for (const [at, child] of element.children.entries()) {
    yield [...path, at];
    yield* pathsIn(child, [...path, at]);
  }
}

function without(element: XmlElement, [at = 0, ...rest]: readonly number[]): XmlElement {
  const children = element.children.flatMap((child, index) => {
    if (index !== at) return [child];
    return rest.length === 0 ? [] : [without(child, rest)];
  });
  return { ...element, children };
}

function elementAt(element: XmlElement, [at = 0, ...rest]: readonly number[]): XmlElement {
  const child = element.children[at] ?? element;
  return rest.length === 0 ? child : elementAt(child, rest);
}

/** The parts of a fault are SOAP's, of which there is no schema at hand. */
function isOfSoap({ namespace }: XmlElement): boolean {
  return namespace === SOAP_1_2;
}

function nameAt(element: XmlElement, [at = 0, ...rest]: readonly number[]): string {
  const child = element.children[at];
  if (child === undefined) return element.name;
  return rest.length === 0 ? `${element.name}/${child.name}` : nameAt(child, rest);
}

function namespacesIn(element: XmlElement): ReadonlySet<string> {
  const own = [element.namespace, ...element.attributes.map(({ namespace }) => namespace)];
  return new Set([...own, ...element.children.flatMap((child) => [...namespacesIn(child)])]);
}

function otherPrefixes(root: XmlElement): Prefixes {
  return Object.fromEntries([...namespacesIn(root)].map((each, at) => [each, `\u00e4-${at}.x`]));
}

/** How what stands in an element is written. */
interface Style {
  /** Before each child, and after the last. */
  readonly between: string;
  readonly text: (text: string) => string;
}

const escaped = (text: string): string =>
  text.replace(/[&<>\r]/g, (each) => `&#${each.charCodeAt(0)};`);
const direct: Style = { between: "", text: escaped };
const spaced: Style = { between: "\n\t ", text: escaped };
const commented: Style = {
  between: "<!-- <between/> --><?pi between?>",
  text: (text) => `${escaped(text.slice(0, 1))}<!-- in -->${escaped(text.slice(1))}<?pi?>`,
};
const inCdata: Style = {
  between: "",
  text: (text) => (text === "" ? "" : `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`),
};
const referenced: Style = {
  between: "",
  text: (text) => [...text].map((each) => `&#x${each.codePointAt(0)?.toString(16)};`).join(""),
};

/** Every namespace is the default one where it is used; attributes have prefixes where they need them. */
function byDefault(element: XmlElement, outer: string | undefined, style: Style): string {
  const { namespace, name, attributes, children, text } = element;
  const declared =
    namespace === (outer ?? "") ? "" : ` xmlns="${escaped(namespace).replaceAll('"', "&#34;")}"`;
  const inner = children
    .map((child) => style.between + byDefault(child, namespace, style))
    .join("");
  const content = children.length === 0 ? style.text(text) : inner + style.between;
  return `<${name}${declared}${attributes.map(attributeText).join("")}>${content}</${name}>`;
}

function attributeText({ namespace, name, value }: XmlAttribute, at: number): string {
  const quoted = value.replace(/[&<"\t\n\r]/g, (each) => `&#${each.charCodeAt(0)};`);
  if (namespace === "") return ` ${name}="${quoted}"`;
  if (namespace === "http://www.w3.org/XML/1998/namespace") return ` xml:${name}="${quoted}"`;
  return ` xmlns:a${at}="${namespace}" a${at}:${name}="${quoted}"`;
}

function mapAll(element: XmlElement, change: (each: XmlElement) => XmlElement): XmlElement {
  return change({ ...element, children: element.children.map((child) => mapAll(child, change)) });
}

function mapText(element: XmlElement, change: (each: XmlElement) => string): XmlElement {
  return mapAll(element, (each) =>
    each.children.length > 0 ? each : { ...each, text: change(each) },
  );
}

/** White space belongs to texts for people, and to nothing else. */
function padded({ name, text }: XmlElement): string {
  const isForPeople =
    /description|text|msg|value|Text|name|faultstring|details|error|feature|address|hop|lsp|stringValue|token/i.test(
      name,
    );
  return isForPeople || text === "" ? text : `\n  ${text} `;
}

function typed(element: XmlElement): XmlElement {
  const type = { namespace: XSI, name: "type", value: `${element.name}Type` };
  return { ...element, attributes: [...element.attributes, type] };
}

function extended(element: XmlElement): XmlElement {
  const isBody = ["Envelope", "Body"].includes(element.name);
  if (element.children.length === 0 || isBody) return element;
  const inner = { namespace: FOREIGN, name: "status", attributes: [], children: [], text: "x" };
  const unknown = {
    namespace: FOREIGN,
    name: "extension",
    attributes: [],
    children: [inner],
    text: "",
  };
  return { ...element, children: [...element.children, unknown] };
}

function marked(element: XmlElement): XmlElement {
  const unknown = { namespace: FOREIGN, name: "mark", value: "1" };
  return { ...element, attributes: [...element.attributes, unknown] };
}

/**
 * Elements of one name keep their order; a header stays before its body, and lists whose elements have
 * several names, and what is passed on as it is, stay as they are.
 */
function reordered(element: XmlElement): XmlElement {
  if (/^(Security|child|AttributeStatement|statements)$/.test(element.name)) return element;
  const inner = element.children.map(reordered);
  const names = [...new Set(inner.map(({ name }) => name))].reverse();
  if (/Confirmed$|^Envelope$|^Message$/.test(element.name)) return { ...element, children: inner };
  const children = names.flatMap((name) => inner.filter((each) => each.name === name));
  return { ...element, children };
}
