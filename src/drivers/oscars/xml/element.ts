/** An attribute; `namespace` is empty where it has none. */
export interface XmlAttribute {
  readonly namespace: string;
  readonly name: string;
  readonly value: string;
}

/** What stands in an element. Text beside child elements carries nothing in our protocols: it is dropped. */
export interface XmlContent {
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** Only where there are no children. */
  readonly text: string;
}

/**
 * An element with its namespace resolved (Namespaces in XML 1.0), so that prefixes do not matter.
 * Comments, processing instructions and namespace declarations are gone.
 */
export interface XmlElement extends XmlContent {
  readonly namespace: string;
  /** The local name. */
  readonly name: string;
}

/** The first child with this local name, in whatever namespace. */
export function childNamed(parent: XmlContent, name: string): XmlElement | undefined {
  return parent.children.find((child) => child.name === name);
}

/** The value of an attribute without a namespace, or of one with. */
export function attributeOf(
  element: XmlContent,
  name: string,
  namespace: string = "",
): string | undefined {
  return element.attributes.find((each) => each.name === name && each.namespace === namespace)
    ?.value;
}
