/** What a URN of a control plane topology names; `*` stands for anything, at an edge for nobody knows what. */
export interface LinkUrn {
  readonly domain: string;
  readonly node: string;
  readonly port: string;
  readonly link: string;
}

/** What every URN of the OGF's networks begins with (GFD.202). */
export const OGF_NETWORK = "urn:ogf:network:";

const PARTS = ["domain", "node", "port", "link"] as const;

/**
 * Reads the URN of a link, long (`urn:ogf:network:domain=d:node=n:port=p:link=l`) or short
 * (`urn:ogf:network:d:n:p:l`, `d:n:p:l`). Ports may have colons of their own in the long form only.
 */
export function parseLinkUrn(text: string): LinkUrn | undefined {
  const urn = text.trim();
  const rest = urn.startsWith(OGF_NETWORK) ? urn.slice(OGF_NETWORK.length) : urn;
  const long = /^domain=(.+?):node=(.+?):port=(.+?):link=(.+)$/.exec(rest);
  const parts = long === null ? shortParts(rest) : long.slice(1);
  const [domain, node, port, link, more] = parts;
  if (!domain || !node || !port || !link || more !== undefined) return undefined;
  return { domain, node, port, link };
}

/** None of a long form that lacks something, nor of a URN of another kind. */
function shortParts(rest: string): readonly string[] {
  return /^urn:|[\s=]/.test(rest) ? [] : rest.split(":");
}

/** The long form of a URN, which every server takes. */
export function formatLinkUrn(urn: LinkUrn): string {
  return OGF_NETWORK + PARTS.map((part) => `${part}=${urn[part]}`).join(":");
}
