import type { XmlAttribute, XmlElement } from "./element.ts";

/** The prefix to write for each namespace; namespaces that it lacks get `ns1`, `ns2` and so on. */
export type Prefixes = Readonly<Record<string, string>>;

/** Always bound, and to this alone (Namespaces in XML 1.0 §3). */
export const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";

/**
 * Writes a document. Every namespace in it is declared on the root by a prefix and none is the
 * default one, for some servers take a default namespace to reach elements that have none.
 * Characters that XML 1.0 cannot carry are written as U+FFFD.
 */
export function writeXml(root: XmlElement, prefixes: Prefixes): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeFragment(root, prefixes)}`;
}

/** The same as a part of another document: complete in itself, without the XML declaration. */
export function writeFragment(root: XmlElement, prefixes: Prefixes): string {
  const bound = bind(root, prefixes);
  const declarations = [...bound]
    .filter(([namespace]) => namespace !== XML_NAMESPACE)
    .map(([namespace, prefix]) => ` xmlns:${prefix}="${attributeText(namespace)}"`);
  return elementText(root, bound, declarations.join(""));
}

type Bound = ReadonlyMap<string, string>;

function bind(root: XmlElement, prefixes: Prefixes): Bound {
  const bound = new Map([[XML_NAMESPACE, "xml"]]);
  for (const namespace of namespacesOf(root, new Set())) {
    if (namespace !== "" && !bound.has(namespace))
      bound.set(namespace, prefixes[namespace] ?? `ns${bound.size}`);
  }
  return bound;
}

function namespacesOf(element: XmlElement, found: Set<string>): Set<string> {
  found.add(element.namespace);
  for (const { namespace } of element.attributes) found.add(namespace);
  for (const child of element.children) namespacesOf(child, found);
  return found;
}

function elementText(element: XmlElement, bound: Bound, declarations: string): string {
  const tag = qualified(element, bound);
  const attributes = element.attributes
    .map((each) => ` ${qualified(each, bound)}="${attributeText(each.value)}"`)
    .join("");
  const content =
    element.children.length === 0
      ? contentText(element.text)
      : element.children.map((child) => elementText(child, bound, "")).join("");
  const start = `<${tag}${declarations}${attributes}`;
  return content === "" ? `${start}/>` : `${start}>${content}</${tag}>`;
}

function qualified({ namespace, name }: XmlAttribute | XmlElement, bound: Bound): string {
  return namespace === "" ? name : `${bound.get(namespace)}:${name}`;
}

function contentText(text: string): string {
  return carried(text).replace(/[&<>\r]/g, reference);
}

function attributeText(text: string): string {
  return carried(text).replace(/[&<>"\t\n\r]/g, reference);
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** XML 1.0 §2.2 `Char`: no control characters but three, no lone surrogates, not U+FFFE and U+FFFF. */
function carried(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
}
