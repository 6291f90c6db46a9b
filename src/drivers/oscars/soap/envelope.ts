import { childNamed, type XmlElement } from "../xml/element.ts";
import { XmlFailure } from "../xml/fault.ts";

/** The two versions of SOAP, by the namespace of their envelopes. */
export const SOAP_1_1 = "http://schemas.xmlsoap.org/soap/envelope/";
export const SOAP_1_2 = "http://www.w3.org/2003/05/soap-envelope";

/** An envelope, whatever its version: header blocks and the one element of the body. */
export interface SoapEnvelope {
  readonly header: readonly XmlElement[];
  readonly body: XmlElement;
}

/** Takes an envelope apart. Throws an {@link XmlFailure}. */
export function openEnvelope(root: XmlElement, namespace: string): SoapEnvelope {
  if (root.name !== "Envelope" || root.namespace !== namespace)
    throw new XmlFailure([], `a SOAP envelope expected, not ${root.name}`);
  const [body, second] = childNamed(root, "Body")?.children ?? [];
  if (body === undefined || second !== undefined)
    throw new XmlFailure(["Envelope", "Body"], "exactly one element expected");
  return { header: childNamed(root, "Header")?.children ?? [], body };
}

/** Puts header blocks and a body into an envelope. */
export function envelopeOf(namespace: string, { header, body }: SoapEnvelope): XmlElement {
  const part = (name: string, children: readonly XmlElement[]): XmlElement => ({
    namespace,
    name,
    attributes: [],
    children,
    text: "",
  });
  return part("Envelope", [part("Header", header), part("Body", [body])]);
}
