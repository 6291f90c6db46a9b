import { isDeepStrictEqual } from "node:util";
import type { XmlElement } from "../../src/drivers/oscars/xml/element.ts";

/** Whether two documents say the same: prefixes, white space around values and ways to write an instant aside. */
export function sameMeaning(a: XmlElement, b: XmlElement): boolean {
  return isDeepStrictEqual(meaningOf(a), meaningOf(b));
}

/** The path to the first difference, for people. */
export function firstDifference(a: XmlElement, b: XmlElement, path = a.name): string {
  if (a.name !== b.name || a.namespace !== b.namespace)
    return `${path}: {${a.namespace}}${a.name} became {${b.namespace}}${b.name}`;
  if (!isDeepStrictEqual(attributesOf(a), attributesOf(b))) return `${path}: other attributes`;
  if (scalarOf(a) !== scalarOf(b)) return `${path}: "${scalarOf(a)}" became "${scalarOf(b)}"`;
  const [left, right] = [childrenOf(a), childrenOf(b)];
  for (const [at, child] of left.entries()) {
    const other = right[at];
    if (other === undefined) return `${path}/${child.name} is gone`;
    if (!sameMeaning(child, other)) return firstDifference(child, other, `${path}/${child.name}`);
  }
  return `${path}: ${right[left.length]?.name ?? "nothing"} is new`;
}

function meaningOf(element: XmlElement): unknown {
  return {
    name: `{${element.namespace}}${element.name}`,
    attributes: attributesOf(element),
    value: scalarOf(element),
    children: childrenOf(element).map(meaningOf),
  };
}

/** A header without blocks is no header. */
function childrenOf(element: XmlElement): readonly XmlElement[] {
  return element.children.filter(
    (child) => !(child.name === "Header" && child.children.length === 0),
  );
}

function attributesOf(element: XmlElement): readonly string[] {
  return element.attributes
    .map(({ namespace, name, value }) => `{${namespace}}${name}=${normal(value)}`)
    .sort();
}

function scalarOf(element: XmlElement): string {
  if (element.children.length > 0) return "";
  const value = normal(element.text);
  return element.name === "faultcode" || element.name === "Value"
    ? value.replace(/^.*:/, "")
    : value;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function normal(value: string): string {
  const trimmed = value.trim();
  return INSTANT.test(trimmed) ? new Date(trimmed).toISOString() : trimmed;
}
