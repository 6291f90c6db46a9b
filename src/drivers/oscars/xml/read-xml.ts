import { err, ok, type Result } from "neverthrow";
import { SaxesParser, type SaxesTagNS } from "saxes";
import { invariant } from "../../../model/invariant.ts";
import type { XmlAttribute, XmlElement } from "./element.ts";
import type { XmlFault } from "./fault.ts";

/** How much of a document is read before it is refused. */
export interface XmlLimits {
  /** UTF-16 code units. */
  readonly maxCharacters: number;
  readonly maxDepth: number;
  readonly maxElements: number;
  /** Of one element, declarations of namespaces among them. */
  readonly maxAttributes: number;
}

/** Room for the answer to a query of some thousand connections, and for nothing that endangers the process. */
export const defaultXmlLimits: XmlLimits = {
  maxCharacters: 16 * 1024 * 1024,
  maxDepth: 64,
  maxElements: 200_000,
  maxAttributes: 256,
};

const XMLNS = "http://www.w3.org/2000/xmlns/";

/**
 * Reads a document, namespaces resolved. Document type declarations are refused, and with them every
 * entity of the document's own; nothing outside the text is ever looked at.
 */
export function readXml(
  text: string,
  limits: XmlLimits = defaultXmlLimits,
): Result<XmlElement, XmlFault> {
  if (text.length > limits.maxCharacters) return malformed("it is too long");
  try {
    return ok(parse(text, limits));
  } catch (error) {
    return malformed(error instanceof Error ? error.message : String(error));
  }
}

function malformed(message: string): Result<never, XmlFault> {
  return err({ type: "malformed-xml", message });
}

/** An element whose end has not come yet. */
interface OpenElement {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: XmlElement[];
  text: string;
}

function parse(text: string, limits: XmlLimits): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  let attributes = 0;
  const append = (more: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += more;
  };
  parser.on("doctype", () => {
    throw new Error("a document type is not allowed");
  });
  // Before it is known what they are: a million of them would take a gigabyte.
  parser.on("opentagstart", () => {
    attributes = 0;
  });
  parser.on("attribute", () => {
    attributes += 1;
    if (attributes > limits.maxAttributes) throw new Error("an element has too many attributes");
  });
  parser.on("opentag", (tag) => {
    elements += 1;
    if (open.length >= limits.maxDepth) throw new Error("its elements nest too deep");
    if (elements > limits.maxElements) throw new Error("it has too many elements");
    open.push(openElement(tag));
  });
  parser.on("text", append);
  parser.on("cdata", append);
  parser.on("closetag", () => {
    const closed = open.pop();
    invariant(closed !== undefined, "the parser matches tags");
    const element = closedElement(closed);
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(text).close();
  invariant(root !== undefined, "the parser refuses a document without an element");
  return root;
}

function openElement(tag: SaxesTagNS): OpenElement {
  return {
    namespace: tag.uri,
    name: tag.local,
    attributes: Object.values(tag.attributes)
      .filter(({ uri }) => uri !== XMLNS)
      .map(({ uri, local, value }) => ({ namespace: uri, name: local, value })),
    children: [],
    text: "",
  };
}

function closedElement(element: OpenElement): XmlElement {
  return element.children.length === 0 ? element : { ...element, text: "" };
}
