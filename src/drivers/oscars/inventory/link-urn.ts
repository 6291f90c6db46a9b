/** What a URN of a control plane topology names; `*` stands for anything, at an edge for nobody knows what. */
export interface LinkUrn {
  readonly domain: string;
  readonly node: string;
  readonly port: string;
  readonly link: string;
}

const PREFIX = "urn:ogf:network:";
const PARTS = ["domain", "node", "port", "link"] as const;

/**
 * Reads the URN of a link, long (`urn:ogf:network:domain=d:node=n:port=p:link=l`) or short
 * (`urn:ogf:network:d:n:p:l`). Ports may have colons of their own in the long form only.
 */
export function parseLinkUrn(text: string): LinkUrn | undefined {
  const urn = text.trim();
  if (!urn.startsWith(PREFIX)) return undefined;
  const rest = urn.slice(PREFIX.length);
  const long = /^domain=(.+?):node=(.+?):port=(.+?):link=(.+)$/.exec(rest);
  const parts = long === null ? rest.split(":") : long.slice(1);
  const [domain, node, port, link, more] = parts;
  if (!domain || !node || !port || !link || more !== undefined) return undefined;
  return { domain, node, port, link };
}

/** The long form of a URN, which every server takes. */
export function formatLinkUrn(urn: LinkUrn): string {
  return PREFIX + PARTS.map((part) => `${part}=${urn[part]}`).join(":");
}
