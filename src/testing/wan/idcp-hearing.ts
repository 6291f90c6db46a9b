import { verifyEnvelope } from "../../drivers/oscars/idcp/ws-security.ts";
import { childNamed } from "../../drivers/oscars/xml/element.ts";
import { readXml } from "../../drivers/oscars/xml/read-xml.ts";
import type { SimIdcpServerOptions } from "./idcp-options.ts";

/** Whether the element in the body of an envelope is of a namespace. */
export function isIn(namespace: string, text: string): boolean {
  return readXml(text)
    .map((root) => childNamed(root, "Body")?.children[0]?.namespace === namespace)
    .unwrapOr(false);
}

/** Whether a message is signed, in time, by somebody who is known; nobody signs where nobody is. */
export async function isHeard(
  text: string,
  { signers, clock }: Pick<SimIdcpServerOptions, "signers" | "clock">,
): Promise<boolean> {
  if (signers === undefined) return true;
  const signed = await verifyEnvelope(text);
  return signed
    .map(({ certificate, validity: { created, expires } }) => {
      const isTimely = created <= clock.now() && clock.now() < expires;
      return isTimely && signers.has(certificate.subject);
    })
    .unwrapOr(false);
}
