/** Why a text is not the document that was expected. */
export type XmlFault =
  /** Not well-formed, or with something that is refused: a document type, too much of anything. */
  | { readonly type: "malformed-xml"; readonly message: string }
  /** Well-formed, but not what the protocol says; `path` leads to it by local names. */
  | {
      readonly type: "unexpected-xml";
      readonly path: readonly string[];
      readonly message: string;
    };

/** Carries an {@link XmlFault} out of nested reads; only `decodeXml` sees it. */
export class XmlFailure extends Error {
  readonly path: readonly string[];

  constructor(path: readonly string[], message: string) {
    super(message);
    this.path = path;
  }
}

/** Says a fault in one sentence, for people. */
export function describeXmlFault(fault: XmlFault): string {
  return fault.type === "malformed-xml"
    ? `not acceptable XML: ${fault.message}`
    : `${fault.path.join("/") || "document"}: ${fault.message}`;
}
